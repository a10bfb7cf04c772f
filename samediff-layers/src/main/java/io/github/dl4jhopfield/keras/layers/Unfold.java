package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Takes the steps of a sequence for samples, and back, around a layer that is applied to each step:
 * folded, x [batch, time, ...] to [batch time, ...]; unfolded, y [batch time, ...] with the x that
 * was folded to [batch, time, ...].
 */
public class Unfold extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean back;

  /** For JSON. */
  Unfold() {}

  /**
   * @param back whether it unfolds
   */
  public Unfold(boolean back) {
    this.back = back;
  }

  @Override
  protected String[] inputNames() {
    return back ? new String[] {"y", "x"} : new String[] {"x"};
  }

  @Override
  protected TensorVertex copy() {
    return new Unfold(back);
  }

  @Override
  public SDVariable define(GraphContext c) {
    return c.sd()
        .reshape(
            c.input(back ? "y" : "x"),
            c.shape(
                "shape",
                call -> {
                  long[] in = call.input("x").shape();
                  long[] of = back ? call.input("y").shape() : in;
                  int from = back ? 1 : 2;
                  int rest = of.length - from;
                  long[] out = new long[rest + (back ? 2 : 1)];
                  out[0] = back ? in[0] : in[0] * in[1];
                  if (back) {
                    out[1] = in[1];
                  }
                  System.arraycopy(of, from, out, out.length - rest, rest);
                  return out;
                }));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Unfold u && super.equals(o) && u.back == back;
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Boolean.hashCode(back);
  }
}
