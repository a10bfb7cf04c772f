package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images [batch, height, width, channels] of another size, as TensorFlow's {@code image.resize}
 * without antialiasing (half-pixel centres): one matrix for each direction.
 */
final class Resize {

  /** What is between the pixels. */
  static final List<String> KINDS = List.of("nearest", "bilinear", "bicubic", "area");

  private Resize() {}

  /**
   * @param sizes height and width of the result; with a third number, factors instead
   */
  static SDVariable of(GraphContext c, SDVariable x, String kind, long[] sizes, String input) {
    SameDiff sd = c.sd();
    SDVariable y = x;
    for (int axis = 1; axis <= 2; axis++) {
      int a = axis;
      SDVariable m =
          c.feed(
              "along" + axis,
              c.dataType(),
              new long[] {-1, -1},
              call -> {
                long old = call.input(input).size(a);
                long now = sizes.length > 2 ? old * sizes[a - 1] : sizes[a - 1];
                return matrix(kind, (int) old, (int) now).castTo(call.dataType());
              });
      String equation = axis == 1 ? "bhwc,yh->bywc" : "bhwc,xw->bhxc";
      y =
          new Einsum(equation)
              .apply(
                  c,
                  "resize" + axis,
                  y,
                  call -> sizesBefore(call.input(input).shape(), sizes, a),
                  m,
                  call ->
                      new long[] {
                        sizes.length > 2 ? call.input(input).size(a) * sizes[a - 1] : sizes[a - 1],
                        call.input(input).size(a)
                      });
    }
    return y;
  }

  private static long[] sizesBefore(long[] in, long[] sizes, int axis) {
    long[] s = in.clone();
    if (axis == 2) {
      s[1] = sizes.length > 2 ? in[1] * sizes[0] : sizes[0];
    }
    return s;
  }

  /** Row i holds the weights of the old entries in the new entry i. */
  private static INDArray matrix(String kind, int old, int now) {
    double[][] m = new double[now][old];
    double scale = (double) old / now;
    for (int i = 0; i < now; i++) {
      double centre = (i + 0.5) * scale - 0.5;
      switch (kind) {
        case "nearest":
          m[i][Math.min(old - 1, (int) Math.floor((i + 0.5) * scale))] = 1;
          break;
        case "bilinear":
          int low = (int) Math.floor(centre);
          double part = centre - low;
          m[i][Math.min(old - 1, Math.max(0, low))] += 1 - part;
          m[i][Math.min(old - 1, Math.max(0, low + 1))] += part;
          break;
        case "bicubic":
          cubic(m[i], centre, old);
          break;
        case "area":
          double from = i * scale;
          double to = (i + 1) * scale;
          for (int j = (int) Math.floor(from); j < old && j < to; j++) {
            m[i][j] = (Math.min(to, j + 1) - Math.max(from, j)) / scale;
          }
          break;
        default:
          throw new IllegalStateException("resize " + kind + ": expected one of " + KINDS);
      }
    }
    return Nd4j.createFromArray(m);
  }

  /** Keys' cubic with a = -1/2; weights outside are left out and the others made to sum to 1. */
  private static void cubic(double[] row, double centre, int old) {
    int low = (int) Math.floor(centre);
    double sum = 0;
    for (int j = low - 1; j <= low + 2; j++) {
      double d = Math.abs(centre - j);
      double w =
          d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
      if (j >= 0 && j < old) {
        row[j] += w;
        sum += w;
      }
    }
    for (int j = 0; j < old; j++) {
      row[j] /= sum;
    }
  }

  /** For messages. */
  static String kinds() {
    return Arrays.toString(KINDS.toArray());
  }
}
