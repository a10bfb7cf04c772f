package io.github.dl4jhopfield.memory;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What came back for a batch of n queries. */
public final class Retrieval {
  private final INDArray states;
  private final INDArray values;
  private final INDArray weights;
  private final List<Result> results;

  /**
   * One query's way.
   *
   * @param steps updates made
   * @param converged whether the last update left the state at rest
   * @param fixedPoint what the final state is made of
   * @param matches the heaviest patterns, heaviest first; of sparse separations only those with a
   *     weight, so that there may be fewer than were asked for
   * @param trace every state and energy, from the query on; empty unless asked for
   */
  public record Result(
      int steps,
      boolean converged,
      FixedPoint fixedPoint,
      List<Match> matches,
      Optional<Trace> trace) {}

  /**
   * A trajectory.
   *
   * @param states [steps + 1, d]; the first row is the query as the memory starts from it
   * @param energies the energy of each; NaN where the dynamics have no known energy
   */
  public record Trace(INDArray states, double[] energies) {}

  Retrieval(INDArray states, INDArray values, INDArray weights, List<Result> results) {
    this.states = states;
    this.values = values;
    this.weights = weights;
    this.results = List.copyOf(results);
  }

  /** The final states, [n, d]. */
  public INDArray states() {
    return states;
  }

  /**
   * What is stored with the keys, mixed as the keys were: [n, width of the values]. For an
   * autoassociative memory the final states.
   */
  public INDArray values() {
    return values == null ? states : values;
  }

  /**
   * The weight of every stored pattern in the last update, [n, N].
   *
   * @throws IllegalStateException if the retrieval was not asked to keep them
   */
  public INDArray weights() {
    if (weights == null) {
      throw new IllegalStateException(
          "the weights of all patterns were not kept: expected RetrievalOptions.withWeights(true)");
    }
    return weights;
  }

  /** One entry a query, in order. */
  public List<Result> results() {
    return results;
  }

  /** Of one query. */
  public Result result(int query) {
    return results.get(query);
  }
}
