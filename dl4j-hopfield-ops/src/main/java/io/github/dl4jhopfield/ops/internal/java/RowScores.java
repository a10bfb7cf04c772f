package io.github.dl4jhopfield.ops.internal.java;

/**
 * The scores z = scale x of one row, of which those that are kept take part. They are held as x and
 * scale because differences of x have digits that differences of z have lost, and are in range
 * where z is not.
 */
public final class RowScores {
  final double[] x;
  final boolean[] keep;
  final int n;
  private double scale = 1;

  /** A row of n scores, for one row after the other. */
  public RowScores(int n) {
    this.x = new double[n];
    this.keep = new boolean[n];
    this.n = n;
  }

  /** Scores to be filled in; they are changed at will. */
  public double[] scores() {
    return x;
  }

  /** Which entries take part, to be filled in. */
  public boolean[] keep() {
    return keep;
  }

  /** Makes beta times the scores of them: its sign goes to them, its size to the scale. */
  public void times(double beta) {
    boolean ordinary = beta != 0 && Double.isFinite(beta);
    double factor = !ordinary ? beta : beta < 0 ? -1 : 1;
    scale = ordinary ? Math.abs(beta) : 1;
    for (int i = 0; i < n; i++) {
      if (x[i] == Double.NEGATIVE_INFINITY) {
        keep[i] = false; // whatever the sign of beta
      }
      x[i] *= factor;
    }
  }

  double scale() {
    return scale;
  }

  /** z_i. */
  public double z(int i) {
    return scale * x[i];
  }

  /**
   * 1 + z_i less the score of an x, with what rounding takes off difference and product put back.
   */
  double oneAbove(double origin, int i) {
    double d = x[i] - origin;
    double back = d - x[i];
    double lost = (x[i] - (d - back)) - (origin + back);
    double z = scale * d;
    return Double.isInfinite(z) ? z : 1 + z + (Math.fma(scale, d, -z) + scale * lost);
  }

  /** z_i less the score of an x; the difference is taken first. */
  double from(double origin, int i) {
    double difference = x[i] - origin;
    return Double.isInfinite(difference) ? (x[i] / 2 - origin / 2) * scale * 2 : difference * scale;
  }
}
