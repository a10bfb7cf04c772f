package io.github.dl4jhopfield.ops.internal.java;

import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** The Lagrangian units on rows, in double: ReLU and PFU (Ota et al., AISTATS 2023). */
public final class RowLagrangian {
  private RowLagrangian() {}

  /** D = max(x, 0), keep = 1[x &gt; 0]; masked entries give 0 and 0, NaN gives NaN and 0. */
  public static void relu(Rows x, Rows mask, Rows d, Rows keep) {
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        () -> {
          double[] in = new double[n];
          double[] kept = new double[n];
          boolean[] open = opened(n);
          return row -> {
            x.read(row, in);
            if (mask != null) {
              mask.readMask(row, open);
            }
            for (int i = 0; i < n; i++) {
              kept[i] = open[i] && in[i] > 0 ? 1 : 0;
              in[i] = !open[i] ? 0 : in[i] <= 0 ? 0 : in[i];
            }
            d.write(row, in);
            keep.write(row, kept);
          };
        });
  }

  /** gradX = keep * gradD. */
  public static void reluBackward(Rows keep, Rows gradD, Rows gradX) {
    int n = keep.length();
    Rows.forEach(
        keep.count(),
        n,
        () -> {
          double[] kept = new double[n];
          double[] g = new double[n];
          return row -> {
            keep.read(row, kept);
            gradD.read(row, g);
            for (int i = 0; i < n; i++) {
              g[i] = kept[i] == 0 ? 0 : g[i];
            }
            gradX.write(row, g);
          };
        });
  }

  /**
   * What a PFU needs to know.
   *
   * @param mu fixed mu, or null: a median
   * @param bias value of forgotten entries, or null: the threshold
   * @param samples rows [g rows/samples, (g+1) rows/samples) are sample g
   * @param single whether the arithmetic of the data type is that of float
   */
  public record Pfu(
      Double mu, Double bias, double sigma, MedianScope scope, long samples, boolean single) {
    /**
     * A threshold or bias in the precision of the arithmetic, so that comparisons come out alike.
     */
    double rounded(double value) {
      return single ? (float) value : value;
    }

    /** Medians, thresholds and noise numbers in one call. */
    public long groups(long rows) {
      return switch (scope) {
        case TENSOR -> 1;
        case SAMPLE -> samples;
        case ROW -> rows;
      };
    }
  }

  /**
   * D = x where x &gt; t, else b; keep = 1[x &gt; t]; t = mu + sigma^2 noise. {@code noise} has one
   * number a group, or is null.
   */
  public static void pfu(Rows x, Rows mask, Pfu pfu, double[] noise, Rows d, Rows keep) {
    int n = x.length();
    long rows = x.count();
    long groups = pfu.groups(rows);
    long each = groups == 0 ? 0 : rows / groups;
    Rows.forEach(
        groups,
        (int) Math.min(Integer.MAX_VALUE, each * n),
        () -> {
          double[] in = new double[n];
          double[] kept = new double[n];
          boolean[] open = opened(n);
          return group -> {
            double mu =
                pfu.mu() != null ? pfu.mu() : median(x, mask, pfu.scope(), group * each, each);
            double noisy =
                mu + (noise == null ? 0 : pfu.sigma() * pfu.sigma() * noise[(int) group]);
            double t = pfu.rounded(noisy);
            double b = pfu.bias() != null ? pfu.rounded(pfu.bias()) : t;
            for (long row = group * each; row < (group + 1) * each; row++) {
              x.read(row, in);
              if (mask != null) {
                mask.readMask(row, open);
              }
              for (int i = 0; i < n; i++) {
                kept[i] = open[i] && in[i] > t ? 1 : 0;
                in[i] = !open[i] ? 0 : kept[i] == 1 || Double.isNaN(in[i]) ? in[i] : b;
              }
              d.write(row, in);
              keep.write(row, kept);
            }
          };
        });
  }

  /**
   * Kept entries pass the gradient. Where forgotten entries became a median, their gradients are
   * shared equally between the unmasked entries that equal that median; else they end here.
   */
  public static void pfuBackward(Rows x, Rows mask, Pfu pfu, Rows keep, Rows gradD, Rows gradX) {
    int n = x.length();
    long rows = x.count();
    long groups = pfu.groups(rows);
    long each = groups == 0 ? 0 : rows / groups;
    boolean throughMedian = pfu.mu() == null && pfu.bias() == null;
    Rows.forEach(
        groups,
        (int) Math.min(Integer.MAX_VALUE, each * n),
        () -> {
          double[] in = new double[n];
          double[] kept = new double[n];
          double[] g = new double[n];
          boolean[] open = opened(n);
          LongConsumer read =
              row -> {
                x.read(row, in);
                keep.read(row, kept);
                gradD.read(row, g);
                if (mask != null) {
                  mask.readMask(row, open);
                }
              };
          return group -> {
            double median = Double.NaN;
            double share = 0;
            if (throughMedian) {
              median = median(x, mask, pfu.scope(), group * each, each);
              double forgotten = 0;
              long equals = 0;
              for (long row = group * each; row < (group + 1) * each; row++) {
                read.accept(row);
                for (int i = 0; i < n; i++) {
                  if (open[i] && !Double.isNaN(in[i])) {
                    forgotten += kept[i] == 0 ? g[i] : 0;
                    equals += in[i] == median ? 1 : 0;
                  }
                }
              }
              share = equals == 0 ? 0 : forgotten / equals;
            }
            for (long row = group * each; row < (group + 1) * each; row++) {
              read.accept(row);
              for (int i = 0; i < n; i++) {
                g[i] = !open[i] ? 0 : (kept[i] == 0 ? 0 : g[i]) + (in[i] == median ? share : 0);
              }
              gradX.write(row, g);
            }
          };
        });
  }

  /**
   * The element of rank floor((n - 1) / 2) of the entries that count; -infinity if there are none,
   * so that everything finite is kept.
   */
  private static double median(Rows x, Rows mask, MedianScope scope, long firstRow, long rows) {
    int n = x.length();
    double[] all = new double[Rows.arrayLength("scores of a median", rows, n)];
    double[] in = new double[n];
    boolean[] open = opened(n);
    int count = 0;
    for (long row = firstRow; row < firstRow + rows; row++) {
      x.read(row, in);
      if (mask != null) {
        mask.readMask(row, open);
      }
      for (int i = 0; i < n; i++) {
        // in the original -inf stands for a masked score and enters the median of the whole tensor
        boolean counts = scope == MedianScope.TENSOR || in[i] != Double.NEGATIVE_INFINITY;
        if (open[i] && counts && !Double.isNaN(in[i])) {
          all[count++] = in[i];
        }
      }
    }
    if (count == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    Arrays.sort(all, 0, count);
    return all[(count - 1) / 2];
  }

  private static boolean[] opened(int n) {
    boolean[] open = new boolean[n];
    Arrays.fill(open, true);
    return open;
  }
}
