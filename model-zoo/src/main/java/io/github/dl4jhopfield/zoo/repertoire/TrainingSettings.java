package io.github.dl4jhopfield.zoo.repertoire;

/**
 * How a {@link DeepRC} is trained. The constants of the original are in brackets where ours differ.
 *
 * @param updates most steps of the updater [100,000]
 * @param evaluateEvery steps between two looks at the validation part [5,000]
 * @param patience looks without a lower validation loss after which training ends; 0: never
 * @param batch repertoires of a step
 * @param sampled sequences drawn of each for a step, without replacement; 0: all [10,000, drawn
 *     with replacement and made unique]
 * @param learningRate of Adam [1e-4]
 * @param epsilon of Adam
 * @param l2 coupled l2 of all weights
 * @param instanceDropout share of the drawn sequences that a step leaves out [0]
 * @param balance whether the classes of the first target are drawn equally often
 * @param auxiliaryWeight weight of the loss of every target but the first
 * @param enrichedStart whether channels start at patterns that are more frequent in a class ({@link
 *     EnrichedStart}) [no]
 * @param genes whether V and J genes of the training part are features [no]
 */
public record TrainingSettings(
    int updates,
    int evaluateEvery,
    int patience,
    int batch,
    int sampled,
    double learningRate,
    double epsilon,
    double l2,
    double instanceDropout,
    boolean balance,
    double auxiliaryWeight,
    boolean enrichedStart,
    boolean genes) {

  /** What the commands do unless told otherwise. */
  public static final TrainingSettings DEFAULT =
      new TrainingSettings(1000, 50, 6, 4, 10_000, 3e-3, 1e-4, 0, 0.5, true, 0.02, true, false);

  /** Checks ranges. */
  public TrainingSettings {
    if (updates < 1 || evaluateEvery < 1 || batch < 1 || patience < 0 || sampled < 0) {
      throw new IllegalArgumentException(
          "training: expected updates, evaluateEvery and batch of at least 1 and patience and"
              + " sampled of at least 0, found "
              + updates
              + ", "
              + evaluateEvery
              + ", "
              + batch
              + ", "
              + patience
              + " and "
              + sampled);
    }
    if (!(learningRate > 0 && epsilon > 0 && l2 >= 0)) {
      throw new IllegalArgumentException(
          "training: expected a learning rate and epsilon above 0 and l2 of at least 0, found "
              + learningRate
              + ", "
              + epsilon
              + " and "
              + l2);
    }
    if (!(instanceDropout >= 0 && instanceDropout < 1)) {
      throw new IllegalArgumentException(
          "training: expected an instance dropout from 0 to below 1, found " + instanceDropout);
    }
  }
}
