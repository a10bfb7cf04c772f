package io.github.dl4jhopfield.ops;

import java.util.Arrays;
import java.util.Objects;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A separation as activation of a DL4J layer: weights along dimension 1 (the features of [n,
 * features] and of DL4J's [n, features, time]), for example sparse probabilities of classes
 * together with {@link FenchelYoungLoss}. Formulas: {@link NDHopfield}. A learned alpha stands at
 * its start value. Immutable; survives DL4J's JSON and Java serialisation.
 */
public final class SeparationActivation extends BaseActivationFunction {
  private static final long serialVersionUID = 1L;
  private static final String NAME = "SeparationActivation";
  private static final int FEATURES = 1;

  private final Separation separation;

  /**
   * The activation of a separation.
   *
   * @throws IllegalArgumentException for sequential k-subsets
   */
  @JsonCreator
  public SeparationActivation(@JsonProperty("separation") Separation separation) {
    this.separation = Objects.requireNonNull(separation, "separation");
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(NAME, "separation", "one that is not sequential", separation);
    }
  }

  @JsonProperty("separation")
  public Separation getSeparation() {
    return separation;
  }

  /** The weights, in place. */
  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    checkRank(in);
    return in.assign(NDHopfield.ops().separate(separation, in, null, 1, FEATURES));
  }

  /** Gradient with respect to the scores {@code in}. */
  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    checkRank(in);
    if (!Arrays.equals(in.shape(), epsilon.shape())) {
      throw Checks.bad(
          NAME,
          "epsilon",
          "shape " + Arrays.toString(in.shape()) + " of the scores",
          Arrays.toString(epsilon.shape()));
    }
    INDArray y = NDHopfield.ops().separate(separation, in, null, 1, FEATURES);
    INDArray gradient = NDHopfield.ops().separateGradient(separation, y, epsilon, 1, FEATURES);
    return new Pair<>(gradient, null);
  }

  private static void checkRank(INDArray in) {
    if (in.rank() < 2) {
      throw Checks.bad(NAME, "in", "rank 2 or more, [n, features, ...]", in.rank());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeparationActivation that && separation.equals(that.separation);
  }

  @Override
  public int hashCode() {
    return separation.hashCode();
  }

  /** The separation's, for example {@code sparsemax}. */
  @Override
  public String toString() {
    return separation.toString();
  }
}
