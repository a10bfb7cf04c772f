package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layers that only move values: reshape, flatten, permute, repeat, crop, pad, upsample over time.
 */
public class ShapeChange extends TensorLayer {

  private static final long serialVersionUID = 1L;

  /** What is done. */
  public enum Kind {
    /** To [batch, sizes...], in C order; one size may be -1. */
    RESHAPE,
    /** Axes in this order, counted from 1, the batch stays first. */
    PERMUTE,
    /** [batch, features] to [batch, sizes[0], features]. */
    REPEAT,
    /** Drops sizes[0] steps at the start and sizes[1] at the end of axis 1. */
    CROP,
    /** Adds sizes[0] zero steps before and sizes[1] after axis 1. */
    PAD,
    /** Repeats each step of axis 1 sizes[0] times. */
    UPSAMPLE,
    /** The last step of axis 1: [batch, time, features] to [batch, features]. */
    LAST,
    /** x * sizes[0] + sizes[1], with real numbers in {@code numbers}. */
    RESCALE
  }

  @JsonProperty private Kind kind;
  @JsonProperty private long[] sizes;
  @JsonProperty private double[] numbers;

  /** For JSON. */
  ShapeChange() {}

  public ShapeChange(Kind kind, long... sizes) {
    this.kind = kind;
    this.sizes = sizes.clone();
    this.numbers = new double[0];
  }

  /** Keras's Rescaling: x * scale + offset. */
  public static ShapeChange rescale(double scale, double offset) {
    ShapeChange s = new ShapeChange(Kind.RESCALE);
    s.numbers = new double[] {scale, offset};
    return s;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    switch (kind) {
      case RESHAPE:
        return sd.reshape(x, c.shape("shape", call -> reshaped(call.input(INPUT))));
      case PERMUTE:
        int[] order = new int[sizes.length + 1];
        for (int d = 0; d < sizes.length; d++) {
          order[d + 1] = (int) sizes[d];
        }
        return sd.permute(x, order);
      case REPEAT:
        SDVariable ones =
            c.feed(
                "ones",
                c.dataType(),
                new long[] {1, sizes[0], 1},
                call -> Nd4j.ones(call.dataType(), 1, sizes[0], 1));
        return sd.expandDims(x, 1).mul(ones);
      case PAD:
        return padded(c, x);
      case CROP:
      case UPSAMPLE:
        return taken(c, x);
      case LAST:
        return sd.reshape(
            taken(c, x),
            c.shape(
                "last", call -> new long[] {call.input(INPUT).size(0), call.input(INPUT).size(2)}));
      case RESCALE:
        return x.mul(numbers[0]).add(numbers[1]);
      default:
        throw new IllegalStateException(kind.name());
    }
  }

  private long[] reshaped(INDArray x) {
    long[] shape = new long[sizes.length + 1];
    shape[0] = x.size(0);
    System.arraycopy(sizes, 0, shape, 1, sizes.length);
    long known = 1;
    int free = -1;
    for (int i = 1; i < shape.length; i++) {
      if (shape[i] < 0) {
        free = i;
      } else {
        known *= shape[i];
      }
    }
    long each = x.length() / Math.max(1, x.size(0));
    if (free > 0) {
      shape[free] = each / known;
      known *= shape[free];
    }
    if (known != each) {
      throw new IllegalArgumentException(
          "Layer \""
              + getLayerName()
              + "\": cannot reshape "
              + Arrays.toString(x.shape())
              + " to [batch, "
              + Arrays.toString(sizes)
              + "]");
    }
    return shape;
  }

  private SDVariable taken(GraphContext c, SDVariable x) {
    SDVariable steps =
        c.feed(
            "steps",
            DataType.INT32,
            new long[] {-1},
            call -> Nd4j.createFromArray(takenFrom(call.input(INPUT).size(1))));
    return c.sd().gather(x, steps, 1);
  }

  /** The old step that each new one is. */
  private int[] takenFrom(long old) {
    int[] from = new int[Math.toIntExact(steps(old))];
    for (int i = 0; i < from.length; i++) {
      from[i] =
          kind == Kind.LAST
              ? (int) old - 1
              : kind == Kind.CROP ? i + (int) sizes[0] : i / (int) sizes[0];
    }
    return from;
  }

  /** As a product with a 0/1 matrix [new steps, old steps], whose gradient is its transpose. */
  private SDVariable padded(GraphContext c, SDVariable x) {
    SDVariable matrix =
        c.feed(
            "matrix",
            c.dataType(),
            new long[] {-1, -1},
            call -> matrix(call.input(INPUT).size(1)).castTo(call.dataType()));
    SameDiff sd = c.sd();
    SDVariable timeFirst = sd.permute(x, 1, 0, 2);
    SDVariable flat = sd.reshape(timeFirst, c.shape("flat", call -> flat(call.input(INPUT))));
    SDVariable moved = matrix.mmul(flat);
    SDVariable apart = sd.reshape(moved, c.shape("apart", call -> apart(call.input(INPUT))));
    return sd.permute(apart, 1, 0, 2);
  }

  private static long[] flat(INDArray x) {
    return new long[] {x.size(1), x.size(0) * x.size(2)};
  }

  private long[] apart(INDArray x) {
    return new long[] {steps(x.size(1)), x.size(0), x.size(2)};
  }

  private long steps(long old) {
    long n =
        kind == Kind.LAST
            ? 1
            : kind == Kind.CROP
                ? old - sizes[0] - sizes[1]
                : kind == Kind.PAD ? old + sizes[0] + sizes[1] : old * sizes[0];
    if (n < 1) {
      throw new IllegalArgumentException(
          "Layer \"" + getLayerName() + "\": nothing is left of " + old + " steps");
    }
    return n;
  }

  private INDArray matrix(long old) {
    INDArray m = Nd4j.zeros(steps(old), old);
    for (long i = 0; i < old; i++) {
      m.putScalar(i + sizes[0], i, 1);
    }
    return m;
  }
}
