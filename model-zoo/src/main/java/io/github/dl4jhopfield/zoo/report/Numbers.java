package io.github.dl4jhopfield.zoo.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as people read them: no more digits than mean something. */
public final class Numbers {
  private Numbers() {}

  /**
   * Four significant digits, without zeros at the end: 4, 0.25, 1,024, 0.07312. Whole numbers are
   * whole; from a billion on and below 1e-4 with an exponent.
   */
  public static String of(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e9)) {
      return String.format(Locale.ROOT, "%.2e", value).replaceAll("\\.?0+e", "e");
    }
    if (value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    String text = fixed(value, decimals);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }

  /** With that many decimals, thousands apart. */
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** A share from 0 to 1 as a percentage with one decimal, without the sign. */
  public static String percent(double share) {
    return fixed(100 * share, 1);
  }

  /**
   * A mean and what it varies by: the spread with two significant digits, the mean with as many
   * decimals: 0.958 ± 0.059. Without a spread the mean alone.
   */
  public static String spread(double mean, double spread) {
    if (!(spread > 0) || Double.isInfinite(spread) || !Double.isFinite(mean)) {
      return of(mean);
    }
    if (Math.abs(mean) >= 1e9 || spread < 1e-6) {
      return of(mean) + " ± " + of(spread);
    }
    int decimals = decimals(spread);
    return fixed(mean, decimals) + " ± " + fixed(spread, decimals);
  }

  /** An estimate with an interval: 0.958 (0.921 to 0.984). */
  public static String interval(double value, double low, double high) {
    if (!Double.isFinite(low) || !Double.isFinite(high) || !(high > low)) {
      return of(value);
    }
    int decimals = decimals(high - low);
    return fixed(value, decimals)
        + " ("
        + fixed(low, decimals)
        + " to "
        + fixed(high, decimals)
        + ")";
  }

  /** Decimals that show two significant digits of a positive number. */
  private static int decimals(double value) {
    BigDecimal rounded =
        new BigDecimal(value).round(new java.math.MathContext(2, RoundingMode.HALF_UP));
    return Math.max(0, Math.min(9, rounded.scale()));
  }
}
