package io.github.dl4jhopfield.keras.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Weight decay as in AdamW (Loshchilov and Hutter 2019): each step takes {@code rate * coefficient
 * * weight} off the weight. DL4J's WeightDecay takes the same step but counts as a term of the
 * loss, which in Keras it does not.
 */
public final class DecoupledWeightDecay implements Regularization {

  private static final long serialVersionUID = 1L;

  @JsonProperty private final double coefficient;

  public DecoupledWeightDecay(@JsonProperty("coefficient") double coefficient) {
    this.coefficient = coefficient;
  }

  @Override
  public ApplyStep applyStep() {
    return ApplyStep.POST_UPDATER;
  }

  @Override
  public void apply(INDArray param, INDArray step, double lr, int iteration, int epoch) {
    new WeightDecay(coefficient, true).apply(param, step, lr, iteration, epoch);
  }

  @Override
  public double score(INDArray param, int iteration, int epoch) {
    return 0;
  }

  @Override
  public DecoupledWeightDecay clone() {
    return new DecoupledWeightDecay(coefficient);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof DecoupledWeightDecay d && d.coefficient == coefficient;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(coefficient);
  }
}
