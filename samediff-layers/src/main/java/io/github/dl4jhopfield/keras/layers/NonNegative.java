package io.github.dl4jhopfield.keras.layers;

import java.util.Set;
import org.deeplearning4j.nn.conf.constraint.BaseConstraint;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Keras's NonNeg: after each step negative values become 0. DL4J's NonNegativeConstraint forgets
 * which parameters it is for when the layer is copied.
 */
public final class NonNegative extends BaseConstraint {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  NonNegative() {}

  public NonNegative(Set<String> parameters) {
    super(parameters);
  }

  @Override
  public void apply(INDArray param) {
    Transforms.max(param, 0, false);
  }

  @Override
  public NonNegative clone() {
    return new NonNegative(params);
  }
}
