package io.github.dl4jhopfield.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The regime in which one head of a trained network works: how many stored patterns k it takes to
 * hold 90% of a state pattern's association, largest first. A large k is an average over all
 * patterns, 1 the retrieval of a single pattern, and what lies between a metastable state of about
 * k patterns.
 *
 * <pre>{@code
 * INDArray association = Associations.of(network, layer, input, mask);
 * for (HeadRegime head : HeadRegime.of(association, mask)) {
 *   System.out.println(head.head() + ": " + head.kind() + ", median k " + head.median());
 * }
 * }</pre>
 *
 * <p>Source: Ramsauer et al., Hopfield Networks is All You Need, ICLR 2021, section 3 and figure 2,
 * which shows k of each head of BERT as violins; there heads are sorted into four classes, here
 * into the three kinds of fixed points.
 *
 * @param head index of the head
 * @param sizes k of each state pattern that retrieves anything, in ascending order
 * @param stored number of stored patterns that each of these could have retrieved, on average
 * @param kind what the median of k says
 */
public record HeadRegime(int head, int[] sizes, double stored, Kind kind) {

  /** Kinds of fixed points, by the median of k of n stored patterns. */
  public enum Kind {
    /** k above n/2. */
    GLOBAL_AVERAGE,
    /** k of 2 to n/2. */
    METASTABLE,
    /** k = 1. */
    SINGLE_PATTERN,
    /** Nothing was retrieved: every stored pattern was masked or forgotten. */
    NONE
  }

  private static final double MASS = 0.9;

  /** The median of k; 0 if nothing was retrieved. */
  public double median() {
    return quantile(0.5);
  }

  /** The quantile of k, between the two nearest where it falls between; 0 if there are none. */
  public double quantile(double share) {
    if (sizes.length == 0) {
      return 0;
    }
    double at = share * (sizes.length - 1);
    int below = (int) at;
    int above = Math.min(sizes.length - 1, below + 1);
    return sizes[below] + (at - below) * (sizes[above] - sizes[below]);
  }

  /** The regimes of all heads, nothing masked. */
  public static List<HeadRegime> of(INDArray association) {
    return of(association, null);
  }

  /**
   * The regimes of all heads. Each row is taken by itself: 90% are those of its own sum, which a
   * Lagrangian unit leaves below 1. Rows of zeros are left out.
   *
   * @param association [B, H, L, S] as {@link Associations} gives it
   * @param mask [B, S], 1 where there is a stored pattern; null: everywhere
   */
  public static List<HeadRegime> of(INDArray association, INDArray mask) {
    if (association.rank() != 4) {
      throw new IllegalArgumentException(
          "HeadRegime: expected an association [batch, heads, state patterns, stored patterns],"
              + " found shape "
              + Arrays.toString(association.shape()));
    }
    long batch = association.size(0);
    long patterns = association.size(3);
    if (mask != null && !Arrays.equals(mask.shape(), new long[] {batch, patterns})) {
      throw new IllegalArgumentException(
          "HeadRegime: expected a mask ["
              + batch
              + ", "
              + patterns
              + "], found shape "
              + Arrays.toString(mask.shape()));
    }
    List<HeadRegime> regimes = new ArrayList<>();
    for (int head = 0; head < association.size(1); head++) {
      regimes.add(regime(association, mask, head));
    }
    return regimes;
  }

  private static HeadRegime regime(INDArray association, INDArray mask, int head) {
    int rows = (int) association.size(2);
    int[] sizes = new int[Math.toIntExact(Math.multiplyExact(association.size(0), rows))];
    double[] shares = new double[sizes.length];
    int count = 0;
    double stored = 0;
    for (int b = 0; b < association.size(0); b++) {
      double present =
          mask == null ? association.size(3) : mask.getRow(b).sumNumber().doubleValue();
      double[][] weights =
          association.slice(b).slice(head).castTo(DataType.DOUBLE).toDoubleMatrix();
      for (double[] row : weights) {
        int size = size(row);
        if (size > 0) {
          shares[count] = size / present;
          sizes[count++] = size;
          stored += present;
        }
      }
    }
    int[] sorted = Arrays.copyOf(sizes, count);
    Arrays.sort(sorted);
    return new HeadRegime(
        head, sorted, count == 0 ? 0 : stored / count, kind(sorted, Arrays.copyOf(shares, count)));
  }

  private static Kind kind(int[] sizes, double[] shares) {
    if (sizes.length == 0) {
      return Kind.NONE;
    }
    Arrays.sort(shares);
    int middle = (sizes.length - 1) / 2;
    if (sizes[middle] == 1) {
      return Kind.SINGLE_PATTERN;
    }
    return shares[middle] > 0.5 ? Kind.GLOBAL_AVERAGE : Kind.METASTABLE;
  }

  /** The fewest entries with 90% of a row's sum; 0 for a row of zeros. */
  private static int size(double[] row) {
    double[] sorted = row.clone();
    Arrays.sort(sorted);
    double sum = Arrays.stream(sorted).sum();
    if (!(sum > 0)) {
      return 0;
    }
    double held = 0;
    int size = 0;
    // a rounding error must not ask for one pattern more
    while (size < sorted.length && held < MASS * sum * (1 - 1e-6)) {
      held += sorted[sorted.length - ++size];
    }
    return size;
  }
}
