package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis of a plot.
 *
 * @param title what it counts, with the unit
 * @param isLog whether equal steps are equal ratios
 * @param min where it begins, NaN for where the values do
 * @param max where it ends, NaN for where the values do
 * @param names of the values 0, 1, 2 and so on; empty where values are numbers
 */
public record Axis(String title, boolean isLog, double min, double max, List<String> names) {
  /** Width of the longest name of a category that is shown whole, in CSS pixels. */
  private static final double NAME = 96;

  /** Where a plot puts its marks, on a scale from {@code low} to {@code high}. */
  record Scale(boolean isLog, double low, double high, List<Double> ticks, List<String> labels) {
    /** From 0 at the low end to 1 at the high end. */
    double share(double value) {
      return isLog
          ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
          : (value / 4 - low / 4) / (high / 4 - low / 4); // the largest numbers don't overflow
    }
  }

  /** Checks the ends. */
  public Axis {
    names = List.copyOf(names);
    if (min >= max) {
      throw new IllegalArgumentException(
          "axis \"" + title + "\": expected the lower end first, found " + min + " and " + max);
    }
    if (isLog && (min <= 0 || max <= 0)) {
      throw new IllegalArgumentException(
          "axis \"" + title + "\": expected ends above 0 on a logarithmic axis, found " + min);
    }
  }

  /** Equal steps are equal differences. */
  public static Axis linear(String title) {
    return new Axis(title, false, Double.NaN, Double.NaN, List.of());
  }

  /** Equal steps are equal ratios; values that are not above 0 are left out. */
  public static Axis log(String title) {
    return new Axis(title, true, Double.NaN, Double.NaN, List.of());
  }

  /** Categories side by side: the value 0 has the first name, 1 the second. */
  public static Axis categories(String title, List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "axis \"" + title + "\": expected at least one category, found none");
    }
    return new Axis(title, false, -0.5, names.size() - 0.5, names);
  }

  /** The same axis, beginning at that value. */
  public Axis from(double start) {
    return new Axis(title, isLog, start, max, names);
  }

  /** The same axis, ending at that value. */
  public Axis to(double end) {
    return new Axis(title, isLog, min, end, names);
  }

  /** Whether a value has a place on the axis. */
  boolean shows(double value) {
    return Double.isFinite(value) && (!isLog || value > 0);
  }

  /**
   * The scale for values.
   *
   * @param most how many marks there is room for
   * @param places where values are, if they are few: a logarithmic axis is marked there
   */
  Scale scale(double lowest, double highest, int most, List<Double> places) {
    if (!names.isEmpty()) {
      return named(most);
    }
    double low = Double.isNaN(min) ? lowest : min;
    double high = Double.isNaN(max) ? highest : max;
    if (!(low <= high)) { // nothing to show
      low = isLog ? 1 : 0;
      high = isLog ? 10 : 1;
    }
    if (low == high) {
      double wider = isLog ? 2 : low == 0 ? 1 : Math.abs(low) * 0.5;
      low = isLog ? low / wider : low - wider;
      high = isLog ? high * wider : high + wider;
    }
    return isLog ? logarithmic(low, high, most, places) : linear(low, high, Math.max(2, most));
  }

  private Scale named(int most) {
    int every = Math.max(1, (names.size() + most - 1) / Math.max(1, most));
    List<Double> ticks = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < names.size(); i += every) {
      ticks.add((double) i);
      labels.add(Svg.fit(names.get(i), NAME));
    }
    return new Scale(false, min, max, ticks, labels);
  }

  private Scale linear(double low, double high, int most) {
    double each = Math.max(1, most - 1);
    double step = Math.min(Double.MAX_VALUE / 2, step(high / each - low / each));
    if (Double.isNaN(min)) {
      low = Math.max(-Double.MAX_VALUE, Math.floor(low / step + 1e-9) * step);
    }
    if (Double.isNaN(max)) {
      high = Math.min(Double.MAX_VALUE, Math.ceil(high / step - 1e-9) * step);
    }
    int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    List<Double> ticks = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    double last = Math.min(Double.MAX_VALUE, high + step * 1e-9);
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= last; i++) {
      ticks.add(i * step);
      labels.add(
          decimals > 6 || step >= 1e9 ? Numbers.of(i * step) : Numbers.fixed(i * step, decimals));
    }
    return new Scale(false, low, high, ticks, labels);
  }

  /** The smallest of 1, 2, 5 times a power of ten that is at least as large. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static Scale logarithmic(double low, double high, int most, List<Double> places) {
    List<Double> ticks = new ArrayList<>();
    if (places.size() <= most) {
      ticks.addAll(places);
    } else {
      double[] factors = Math.log10(high / low) < 2 ? new double[] {1, 2, 5} : new double[] {1};
      List<Double> all = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
        for (double factor : factors) {
          double tick = factor * Math.pow(10, power);
          if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
            all.add(tick);
          }
        }
      }
      int every = Math.max(1, (all.size() + most - 1) / most);
      for (int i = 0; i < all.size(); i += every) {
        ticks.add(all.get(i));
      }
    }
    return new Scale(true, low, high, ticks, ticks.stream().map(Numbers::of).toList());
  }
}
