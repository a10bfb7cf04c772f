package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves values: entry j of the output is entry map[j] of the input, or 0 where map[j] is -1, both
 * counted in C order. The gradient adds up what each entry was copied to. Slices, transpositions,
 * repetitions, padding and their like are all such maps.
 */
final class Rearrangement extends EagerOp {

  /** What goes where, worked out from the shape of the input. */
  interface Plan {
    /** The shape of the output. */
    long[] shape(long[] in);

    /** The map; as long as the output. */
    int[] map(long[] in);
  }

  private final Plan plan;
  private final boolean back;
  private long[] known;
  private int[] map;

  private Rearrangement(SameDiff sd, Plan plan, boolean back, SDVariable... in) {
    super(sd, 1, in);
    this.plan = plan;
    this.back = back;
  }

  static SDVariable of(SameDiff sd, SDVariable x, Plan plan) {
    return new Rearrangement(sd, plan, false, x).outputVariable();
  }

  private int[] map(long[] shape) {
    if (!Arrays.equals(shape, known)) {
      map = plan.map(shape);
      known = shape.clone();
    }
    return map;
  }

  /** Backwards the first input is the gradient, the second what the shape is of. */
  @Override
  protected long[][] shapes(INDArray[] in) {
    return new long[][] {back ? in[1].shape() : plan.shape(in[0].shape())};
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    int[] m = map(back ? in[1].shape() : in[0].shape());
    if (in[0].dataType() == DataType.FLOAT) {
      float[] x = Flat.floats(in[0]);
      float[] y = new float[(int) out[0].length()];
      for (int j = 0; j < m.length; j++) {
        if (m[j] >= 0 && back) {
          y[m[j]] += x[j];
        } else if (m[j] >= 0) {
          y[j] = x[m[j]];
        }
      }
      Flat.put(out[0], y);
    } else {
      double[] x = Flat.doubles(in[0]);
      double[] y = new double[(int) out[0].length()];
      for (int j = 0; j < m.length; j++) {
        if (m[j] >= 0 && back) {
          y[m[j]] += x[j];
        } else if (m[j] >= 0) {
          y[j] = x[m[j]];
        }
      }
      Flat.put(out[0], y);
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    return List.of(new Rearrangement(sameDiff, plan, true, g.get(0), arg(0)).outputVariable());
  }

  /** A plan by the source of each output index. */
  interface Source {
    /** Fills the index in the input; false for a zero. */
    boolean from(long[] in, long[] outIndex, long[] inIndex);
  }

  /** A plan from the output's shape and the source of each of its entries. */
  static Plan plan(java.util.function.UnaryOperator<long[]> shape, Source source) {
    return new Plan() {
      @Override
      public long[] shape(long[] in) {
        return shape.apply(in);
      }

      @Override
      public int[] map(long[] in) {
        long[] out = shape.apply(in);
        long n = 1;
        for (long d : out) {
          n = Math.multiplyExact(n, d);
        }
        int[] map = new int[Math.toIntExact(n)];
        long[] at = new long[out.length];
        long[] from = new long[in.length];
        for (int j = 0; j < map.length; j++) {
          if (source.from(in, at, from)) {
            long flat = 0;
            for (int d = 0; d < in.length; d++) {
              flat = flat * in[d] + from[d];
            }
            map[j] = Math.toIntExact(flat);
          } else {
            map[j] = -1;
          }
          for (int d = out.length - 1; d >= 0 && ++at[d] == out[d]; d--) {
            at[d] = 0;
          }
        }
        return map;
      }
    };
  }
}
