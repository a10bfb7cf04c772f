package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Numbers into classes: with boundaries, the class of x is how many of them are not above it
 * (Keras's Discretization); without, x is the class itself (CategoryEncoding). Classes come out as
 * numbers ("int"), as one row of 0 and 1 each ("one_hot"), or for all of the last axis together
 * ("multi_hot": 1 where a class occurs, "count": how often). There is no gradient.
 */
public class CategoryCounts extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private double[] boundaries;
  @JsonProperty private int classes;
  @JsonProperty private String mode;

  /** For JSON. */
  CategoryCounts() {}

  /**
   * @param boundaries in rising order; null: x is the class
   * @param mode "int", "one_hot", "multi_hot" or "count"
   */
  public CategoryCounts(double[] boundaries, int classes, String mode) {
    this.boundaries = boundaries == null ? null : boundaries.clone();
    this.classes = classes;
    this.mode = mode;
  }

  /** Shape of the result, without the batch, for one of that shape. */
  public static long[] shape(String mode, long[] in, int classes) {
    if (mode.equals("int")) {
      return in.clone();
    }
    boolean lastOne = in.length > 0 && in[in.length - 1] == 1;
    boolean adds = mode.equals("one_hot") && !lastOne || in.length == 0;
    long[] out = adds ? Arrays.copyOf(in, in.length + 1) : in.clone();
    out[out.length - 1] = classes;
    return out;
  }

  @Override
  public SDVariable define(GraphContext c) {
    long[] unknown = new long[c.input(INPUT).getShape().length + 1];
    Arrays.fill(unknown, -1);
    SDVariable result =
        c.feed(
            "classes",
            c.dataType(),
            unknown,
            call -> encoded(call.input(INPUT)).castTo(call.dataType()));
    return c.sd().identity(result);
  }

  private int classOf(double x) {
    if (boundaries == null) {
      if (x != Math.rint(x) || x < 0 || x >= classes) {
        throw new IllegalArgumentException(
            "Layer \""
                + getLayerName()
                + "\": expected classes from 0 to "
                + (classes - 1)
                + ", found "
                + x);
      }
      return (int) x;
    }
    int n = 0;
    while (n < boundaries.length && (float) boundaries[n] <= (float) x) {
      n++;
    }
    return n;
  }

  private INDArray encoded(INDArray x) {
    double[] values = Flat.doubles(x);
    long[] in = Arrays.copyOfRange(x.shape(), 1, x.rank());
    long[] out = shape(mode, in, classes);
    long[] full = new long[out.length + 1];
    full[0] = x.size(0);
    System.arraycopy(out, 0, full, 1, out.length);
    if (mode.equals("int")) {
      double[] numbers = Arrays.stream(values).map(this::classOf).toArray();
      return Nd4j.createFromArray(numbers).reshape('c', full);
    }
    INDArray result = Nd4j.zeros(full);
    double[] flat = new double[(int) result.length()];
    int each = mode.equals("one_hot") || in.length == 0 ? 1 : (int) in[in.length - 1];
    for (int i = 0; i < values.length; i++) {
      int at = i / each * classes + classOf(values[i]);
      flat[at] = mode.equals("count") ? flat[at] + 1 : 1;
    }
    return Nd4j.createFromArray(flat).reshape('c', full);
  }
}
