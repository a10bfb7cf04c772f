package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.LightUpdates;
import io.github.dl4jhopfield.zoo.learn.Sample;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.learn.TrainingWatchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Trains a {@link DeepRC} on repertoires that are read as they are needed: a step draws repertoires
 * and sequences of each, scores those in chunks without gradients, and trains on the ones with the
 * highest attention. Memory does not grow with the number of repertoires, and by a few bytes with
 * each sequence of a minibatch.
 *
 * <p>Everything that is drawn follows from the seed and the number of the step, and a {@link
 * Checkpoint} is written at each look at the validation part: a training that was killed goes on as
 * if it had not been, to the same bits.
 */
final class DeepRcTraining {
  private final Dataset<SequenceBag> training;
  private final Dataset<SequenceBag> validation;
  private final DeepRcParameters parameters;
  private final TrainingSettings settings;
  private final long seed;
  private final ComputationGraph network;
  private final RepertoireScorer scorer;
  private final List<List<Integer>> strata;
  private final List<EnrichedStart.Pattern> startedAt;
  private final List<Look> looks = new ArrayList<>();

  private int step;
  private double best = Double.POSITIVE_INFINITY;
  private int bestStep;
  private INDArray bestParameters;
  private long sequences;

  /**
   * What was seen at a look.
   *
   * @param step steps done
   * @param trainingLoss mean since the last look
   * @param validationLoss mean loss of the validation part's repertoires, or NaN without one
   * @param sequencesPerSecond of the steps since the last look
   */
  record Look(int step, double trainingLoss, double validationLoss, double sequencesPerSecond) {

    String text() {
      return String.format(
          Locale.ROOT,
          "step %d, training loss %.4f%s, %,.0f sequences/s",
          step,
          trainingLoss,
          Double.isNaN(validationLoss)
              ? ""
              : String.format(Locale.ROOT, ", validation loss %.4f", validationLoss),
          sequencesPerSecond);
    }
  }

  /**
   * @param validation may be empty: then the last step's weights are the result
   */
  DeepRcTraining(
      Dataset<SequenceBag> training,
      Dataset<SequenceBag> validation,
      DeepRcParameters parameters,
      TrainingSettings settings,
      long seed)
      throws IOException {
    this.training = training;
    this.validation = validation;
    this.parameters = settings.genes() ? parameters.with(GeneVocabulary.of(training)) : parameters;
    this.settings = settings;
    this.seed = seed;
    network =
        DeepRC.builder()
            .parameters(this.parameters)
            .targets(training.targets())
            .updater(
                Adam.builder()
                    .learningRate(settings.learningRate())
                    .epsilon(settings.epsilon())
                    .build())
            .l2(settings.l2())
            .auxiliaryWeight(settings.auxiliaryWeight())
            .seed(seed)
            .build()
            .init();
    LightUpdates.install(network);
    TrainingWatchers.begins(network);
    scorer = new RepertoireScorer(network, this.parameters);
    strata = strata();
    Target first = training.targets().get(0);
    startedAt =
        settings.enrichedStart() && first.kind() != Target.Kind.REGRESSION
            ? EnrichedStart.apply(network, this.parameters, training, first.classes().size())
            : List.of();
  }

  /** Samples that are drawn equally often. */
  private List<List<Integer>> strata() {
    Target first = training.targets().get(0);
    if (!settings.balance() || first.kind() == Target.Kind.REGRESSION) {
      return List.of(IntStream.range(0, training.size()).boxed().toList());
    }
    int[] classes = training.classes(0);
    List<List<Integer>> byClass = new ArrayList<>();
    for (int c = 0; c < first.classes().size(); c++) {
      int wanted = c;
      List<Integer> of =
          IntStream.range(0, classes.length).filter(i -> classes[i] == wanted).boxed().toList();
      if (!of.isEmpty()) {
        byClass.add(of);
      }
    }
    // with several targets a repertoire without a first label still has others
    if (training.targets().size() > 1) {
      List<Integer> missing =
          IntStream.range(0, classes.length).filter(i -> classes[i] < 0).boxed().toList();
      if (!missing.isEmpty()) {
        byClass.add(missing);
      }
    }
    if (byClass.isEmpty()) {
      throw new IllegalArgumentException(
          training.name() + ": expected a label of " + first.name() + ", found none");
    }
    return byClass;
  }

  /** What the network is made of, with the genes of the training part where they are asked for. */
  DeepRcParameters parameters() {
    return parameters;
  }

  ComputationGraph network() {
    return network;
  }

  RepertoireScorer scorer() {
    return scorer;
  }

  List<Look> looks() {
    return looks;
  }

  List<EnrichedStart.Pattern> startedAt() {
    return startedAt;
  }

  int bestStep() {
    return bestStep;
  }

  /**
   * Trains to the end, and leaves the network as it was at the lowest validation loss.
   *
   * @param checkpoint file to go on from if it is there, and to write at each look; or null
   * @param listener told of each look
   */
  void run(Path checkpoint, Consumer<Look> listener) throws IOException {
    if (checkpoint != null && Files.exists(checkpoint)) {
      resume(Checkpoint.read(checkpoint, network, key()));
    }
    double loss = 0;
    int since = 0;
    long start = System.nanoTime();
    long before = sequences;
    while (step < settings.updates() && !exhausted()) {
      loss += step();
      since++;
      if (step % settings.evaluateEvery() == 0 || step == settings.updates()) {
        double speed = (sequences - before) / ((System.nanoTime() - start) / 1e9);
        Look look = new Look(step, loss / since, validationLoss(), speed);
        looks.add(look);
        if (validation.size() == 0 || look.validationLoss() < best) {
          best = look.validationLoss();
          bestStep = step;
          bestParameters = network.params().dup();
        }
        if (checkpoint != null) {
          new Checkpoint(key(), step, bestStep, best, sequences, List.copyOf(looks))
              .write(checkpoint, network, bestParameters);
        }
        listener.accept(look);
        loss = 0;
        since = 0;
        start = System.nanoTime();
        before = sequences;
      }
    }
    if (bestParameters != null) {
      network.params().assign(bestParameters);
    }
  }

  /** Whether the last looks brought nothing. */
  private boolean exhausted() {
    if (validation.size() == 0 || settings.patience() == 0) {
      return false;
    }
    long after = looks.stream().filter(look -> look.step() > bestStep).count();
    return after >= settings.patience();
  }

  /** What a checkpoint must have been written by. */
  private String key() {
    Fingerprint key =
        new Fingerprint()
            .add(parameters.toString())
            .add(settings.toString())
            .add(seed)
            .add(training.fingerprint());
    for (Dataset<SequenceBag> part : List.of(training, validation)) {
      key.add(part.size());
      for (int i = 0; i < part.size(); i++) {
        key.add(part.sample(i).id());
      }
    }
    return key.toString();
  }

  private void resume(Checkpoint.Content content) {
    Checkpoint state = content.state();
    step = state.step();
    bestStep = state.bestStep();
    best = state.best();
    sequences = state.sequences();
    looks.addAll(state.looks());
    bestParameters = content.bestParameters();
    // Adam's bias correction goes by the count of iterations
    network.getConfiguration().setIterationCount(step);
  }

  private double step() throws IOException {
    SplittableRandom random = new SplittableRandom(Seeds.mix(seed, step));
    Nd4j.getRandom().setSeed(Seeds.mix(seed + 1, step));
    List<Sample<SequenceBag>> batch = new ArrayList<>();
    List<SequenceBag> bags = new ArrayList<>();
    List<int[]> drawn = new ArrayList<>();
    for (int i = 0; i < settings.batch(); i++) {
      List<Integer> stratum = strata.get((step * settings.batch() + i) % strata.size());
      Sample<SequenceBag> sample = training.sample(stratum.get(random.nextInt(stratum.size())));
      batch.add(sample);
      bags.add(sample.open());
      drawn.add(draw(bags.get(i).size(), random));
      sequences += drawn.get(i).length;
    }
    List<int[]> chosen = scorer.select(bags, drawn);
    DataType type = network.params().dataType();
    SequenceRows.Batch rows = SequenceRows.batch(bags, chosen, parameters, type);
    network.fit(
        new MultiDataSet(
            new INDArray[] {rows.rows()},
            labels(batch, type),
            new INDArray[] {rows.mask()},
            masks(batch, type)));
    step++;
    double loss = network.score();
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "training diverged at step " + step + " (loss " + loss + "): lower the learning rate");
    }
    return loss;
  }

  private int[] draw(int size, SplittableRandom random) {
    int wanted = settings.sampled() == 0 ? size : Math.min(size, settings.sampled());
    wanted = Math.max(1, (int) Math.round(wanted * (1 - settings.instanceDropout())));
    if (wanted == size) {
      return IntStream.range(0, size).toArray();
    }
    // selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2 S): ascending, one pass
    int[] chosen = new int[wanted];
    int at = 0;
    for (int i = 0; at < wanted; i++) {
      if (random.nextInt(size - i) < wanted - at) {
        chosen[at++] = i;
      }
    }
    return chosen;
  }

  private INDArray[] labels(List<Sample<SequenceBag>> batch, DataType type) {
    List<Target> targets = training.targets();
    INDArray[] labels = new INDArray[targets.size()];
    for (int t = 0; t < labels.length; t++) {
      Target target = targets.get(t);
      labels[t] = Nd4j.zeros(type, batch.size(), target.outputs());
      for (int i = 0; i < batch.size(); i++) {
        double label = batch.get(i).label(t);
        if (Double.isNaN(label)) {
          continue;
        }
        if (target.kind() == Target.Kind.MULTICLASS) {
          labels[t].putScalar(i, (int) label, 1);
        } else {
          labels[t].putScalar(i, 0, label);
        }
      }
    }
    return labels;
  }

  /** A missing label has no part in the loss. */
  private INDArray[] masks(List<Sample<SequenceBag>> batch, DataType type) {
    INDArray[] masks = new INDArray[training.targets().size()];
    boolean missing = false;
    for (int t = 0; t < masks.length; t++) {
      masks[t] = Nd4j.ones(type, batch.size(), 1);
      for (int i = 0; i < batch.size(); i++) {
        if (Double.isNaN(batch.get(i).label(t))) {
          masks[t].putScalar(i, 0, 0);
          missing = true;
        }
      }
    }
    return missing ? masks : null;
  }

  private double validationLoss() throws IOException {
    if (validation.size() == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (int i = 0; i < validation.size(); i++) {
      Sample<SequenceBag> sample = validation.sample(i);
      sum += loss(scorer.score(sample.open()).outputs(), sample);
    }
    return sum / validation.size();
  }

  /** The loss of a prediction, over the targets whose labels are known. */
  private double loss(double[][] outputs, Sample<SequenceBag> sample) {
    double loss = 0;
    for (int t = 0; t < outputs.length; t++) {
      double label = sample.label(t);
      if (Double.isNaN(label)) {
        continue;
      }
      double value =
          switch (training.targets().get(t).kind()) {
            case BINARY -> -log(label == 1 ? outputs[t][0] : 1 - outputs[t][0]);
            case MULTICLASS -> -log(outputs[t][(int) label]);
            case REGRESSION -> (outputs[t][0] - label) * (outputs[t][0] - label);
          };
      loss += t == 0 ? value : settings.auxiliaryWeight() * value;
    }
    return loss;
  }

  private static double log(double p) {
    return Math.log(Math.max(p, 1e-7));
  }
}
