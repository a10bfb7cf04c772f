package io.github.dl4jhopfield.ops;

import java.util.Arrays;
import java.util.Objects;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The Fenchel-Young loss of a separation for DL4J's output layers: Omega*(z) + Omega(y) - &lt;y,
 * z&gt; of each row of scores z = the layer's pre-output and labels y, both [n, classes]; at least
 * 0, and 0 just where the separation of z is y. For softmax it is the cross-entropy (less the
 * entropy of y), for sparsemax and entmax their losses, for k-subsets that of k labels a row.
 *
 * <p>Source: Blondel, Martins and Niculae, Learning with Fenchel-Young losses, JMLR 2020,
 * definition 2; sparsemax loss Martins and Astudillo, ICML 2016; entmax losses Peters, Niculae and
 * Martins, ACL 2019.
 *
 * <p>The loss is one of scores, so the layer's activation must be the identity (the network gives
 * scores) or the {@link SeparationActivation} of the same separation (it gives weights); the
 * gradient with respect to the scores is then weights - y, whatever of the two it is.
 *
 * <p>A mask is one number a row: the loss of the row is multiplied by it. Immutable; survives
 * DL4J's JSON and Java serialisation.
 */
public final class FenchelYoungLoss implements ILossFunction {
  private static final long serialVersionUID = 1L;
  private static final String NAME = "FenchelYoungLoss";

  private final Separation separation;

  /**
   * The loss of a separation.
   *
   * @throws IllegalArgumentException for sequential k-subsets
   */
  @JsonCreator
  public FenchelYoungLoss(@JsonProperty("separation") Separation separation) {
    this.separation = Objects.requireNonNull(separation, "separation");
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(NAME, "separation", "one that is not sequential", separation);
    }
  }

  /** Martins and Astudillo, ICML 2016, equation 16. */
  public static FenchelYoungLoss sparsemax() {
    return new FenchelYoungLoss(Separation.sparsemax());
  }

  /** The loss of 1.5-entmax. */
  public static FenchelYoungLoss entmax15() {
    return new FenchelYoungLoss(Separation.entmax15());
  }

  /** The loss of alpha-entmax; alpha 1 is the cross-entropy. */
  public static FenchelYoungLoss entmax(double alpha) {
    return new FenchelYoungLoss(Separation.entmax(alpha));
  }

  /** The loss of normmax. */
  public static FenchelYoungLoss normmax(double p) {
    return new FenchelYoungLoss(Separation.normmax(p));
  }

  @JsonProperty("separation")
  public Separation getSeparation() {
    return separation;
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, preOutput, activation, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  /** One loss a row, [n, 1]. */
  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    INDArray y = checked(labels, preOutput, activation);
    INDArray losses = NDHopfield.ops().fenchelYoungLoss(separation, preOutput, y, -1);
    return masked(losses, mask);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    INDArray y = checked(labels, preOutput, activation);
    INDArray weights = NDHopfield.ops().separate(separation, preOutput, null, 1, -1);
    return masked(weights.subi(y), mask);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  /** Labels in the type of the scores. */
  private INDArray checked(INDArray labels, INDArray preOutput, IActivation activation) {
    boolean fits =
        activation instanceof ActivationIdentity
            || activation instanceof SeparationActivation a && a.getSeparation().equals(separation);
    if (!fits) {
      throw Checks.bad(
          NAME,
          "activation",
          "the identity or the SeparationActivation of " + separation,
          activation);
    }
    if (!Arrays.equals(labels.shape(), preOutput.shape())) {
      throw Checks.bad(
          NAME,
          "labels",
          "shape " + Arrays.toString(preOutput.shape()) + " of the scores",
          Arrays.toString(labels.shape()));
    }
    return labels.castTo(preOutput.dataType());
  }

  private static INDArray masked(INDArray rows, INDArray mask) {
    if (mask == null) {
      return rows;
    }
    if (mask.length() != rows.size(0)) {
      throw Checks.bad(
          NAME,
          "mask",
          rows.size(0) + " numbers, one a row (classes of a row belong together)",
          "shape " + Arrays.toString(mask.shape()));
    }
    DataType type = rows.dataType();
    return rows.muliColumnVector(mask.castTo(type).reshape(mask.length(), 1));
  }

  @Override
  public String name() {
    return toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FenchelYoungLoss that && separation.equals(that.separation);
  }

  @Override
  public int hashCode() {
    return separation.hashCode();
  }

  /** For example {@code FenchelYoungLoss(entmax(1.3))}. */
  @Override
  public String toString() {
    return NAME + "(" + separation + ")";
  }
}
