package io.github.dl4jhopfield.keras.layers;

import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.constraint.BaseConstraint;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's MaxNorm, UnitNorm and MinMaxNorm: after each step w becomes w d / (1e-7 + n) where n is
 * the norm of w over one dimension and d = rate clip(n, least, most) + (1 - rate) n.
 *
 * <p>DL4J's MinMaxNormConstraint adds the norm where it should 1 if rate is not 1, and its base
 * class applies each constraint twice, which shows with such a rate.
 */
public final class NormConstraint extends BaseConstraint {

  private static final long serialVersionUID = 1L;
  private static final double EPSILON = 1e-7;

  @JsonProperty private double least;
  @JsonProperty private double most;
  @JsonProperty private double rate;
  @JsonProperty private int dimension;

  /** For JSON. */
  NormConstraint() {}

  /**
   * @param dimension of the parameter as DL4J has it
   */
  public NormConstraint(
      Set<String> parameters, double least, double most, double rate, int dimension) {
    super(parameters, EPSILON, new int[] {dimension});
    this.least = least;
    this.most = most;
    this.rate = rate;
    this.dimension = dimension;
  }

  @Override
  public void applyConstraint(Layer layer, int iteration, int epoch) {
    for (String name : params) {
      apply(layer.paramTable().get(name));
    }
  }

  @Override
  public void apply(INDArray param) {
    INDArray norm = param.norm2(true, dimension);
    INDArray clipped = Transforms.max(Transforms.min(norm, most, true), least, false);
    INDArray wanted = clipped.muli(rate).addi(norm.mul(1 - rate));
    param.muli(wanted.divi(norm.addi(EPSILON)));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof NormConstraint c
        && super.equals(o)
        && c.least == least
        && c.most == most
        && c.rate == rate;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Double.hashCode(most);
  }

  @Override
  public NormConstraint clone() {
    return new NormConstraint(params, least, most, rate, dimension);
  }
}
