package io.github.dl4jhopfield.zoo.learn;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate that rises linearly over the first steps and then falls along half a cosine:
 *
 * <pre>
 *   t &lt; W:  peak (t + 1) / W
 *   else:   floor + (peak - floor) (1 + cos(pi (t - W) / (T - W))) / 2,   floor from T on
 * </pre>
 *
 * with t the iteration, W the warm-up, T all iterations (Loshchilov and Hutter, SGDR, ICLR 2017,
 * without restarts). For any updater of DL4J; it is saved with the network.
 */
public final class WarmupCosine implements ISchedule {
  private static final long serialVersionUID = 1L;

  private double peak;
  private double floor;
  private long warmup;
  private long total;

  /** For JSON. */
  WarmupCosine() {}

  /**
   * @param peak greatest learning rate, above 0
   * @param floor last learning rate, from 0 to peak
   * @param warmup iterations until the peak, from 0
   * @param total iterations in all, more than warmup
   */
  public WarmupCosine(double peak, double floor, long warmup, long total) {
    if (!(peak > 0 && floor >= 0 && floor <= peak && Double.isFinite(peak))) {
      throw new IllegalArgumentException(
          "expected a peak above 0 and a floor from 0 to it, found " + peak + " and " + floor);
    }
    if (warmup < 0 || total <= warmup) {
      throw new IllegalArgumentException(
          "expected more iterations in all than the warm-up has, found "
              + total
              + " and "
              + warmup);
    }
    this.peak = peak;
    this.floor = floor;
    this.warmup = warmup;
    this.total = total;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    if (iteration < warmup) {
      return peak * (iteration + 1) / warmup;
    }
    double done = Math.min(1, (double) (iteration - warmup) / (total - warmup));
    return floor + (peak - floor) * (1 + Math.cos(Math.PI * done)) / 2;
  }

  /** Greatest learning rate. */
  public double getPeak() {
    return peak;
  }

  /** Last learning rate. */
  public double getFloor() {
    return floor;
  }

  /** Iterations until the peak. */
  public long getWarmup() {
    return warmup;
  }

  /** Iterations in all. */
  public long getTotal() {
    return total;
  }

  /** For JSON. */
  public void setPeak(double value) {
    peak = value;
  }

  /** For JSON. */
  public void setFloor(double value) {
    floor = value;
  }

  /** For JSON. */
  public void setWarmup(long value) {
    warmup = value;
  }

  /** For JSON. */
  public void setTotal(long value) {
    total = value;
  }

  @Override
  public WarmupCosine clone() {
    return new WarmupCosine(peak, floor, warmup, total);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WarmupCosine that
        && peak == that.peak
        && floor == that.floor
        && warmup == that.warmup
        && total == that.total;
  }

  @Override
  public int hashCode() {
    return Objects.hash(peak, floor, warmup, total);
  }
}
