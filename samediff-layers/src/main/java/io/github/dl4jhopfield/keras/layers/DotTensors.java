package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's Dot of two arrays of rank 2 ([batch, D] each, output [batch, 1]) or 3 (contracting one
 * axis of each), optionally of unit vectors along the contracted axes (cosine).
 */
public class DotTensors extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private int axisA;
  @JsonProperty private int axisB;
  @JsonProperty private boolean normalise;

  /** For JSON. */
  DotTensors() {}

  /** Axes are counted with the batch as 0. */
  public DotTensors(int axisA, int axisB, boolean normalise) {
    this.axisA = axisA;
    this.axisB = axisB;
    this.normalise = normalise;
  }

  @Override
  protected String[] inputNames() {
    return new String[] {"a", "b"};
  }

  @Override
  protected TensorVertex copy() {
    return new DotTensors(axisA, axisB, normalise);
  }

  private SDVariable unit(SameDiff sd, SDVariable x, int axis) {
    if (!normalise) {
      return x;
    }
    SDVariable squares = x.mul(x).sum(true, axis);
    // Keras: x / sqrt(max(sum x^2, 1e-12))
    SDVariable most = sd.nn().relu(squares.sub(1e-12), 0).add(1e-12);
    return x.div(sd.math().sqrt(most));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable a = unit(sd, c.input("a"), axisA);
    SDVariable b = unit(sd, c.input("b"), axisB);
    if (c.input("a").getShape().length == 2) {
      return a.mul(b).sum(true, 1);
    }
    SDVariable left = axisA == 2 ? a : sd.permute(a, 0, 2, 1);
    SDVariable right = axisB == 1 ? b : sd.permute(b, 0, 2, 1);
    return sd.mmul(left, right);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof DotTensors d
        && super.equals(o)
        && d.axisA == axisA
        && d.axisB == axisB
        && d.normalise == normalise;
  }

  @Override
  public int hashCode() {
    return (super.hashCode() * 31 + axisA) * 31 + axisB;
  }
}
