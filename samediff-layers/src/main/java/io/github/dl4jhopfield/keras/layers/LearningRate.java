package io.github.dl4jhopfield.keras.layers;

import java.util.Arrays;
import java.util.Objects;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The learning rate of each step as Keras's schedules work it out; steps are counted from 0. */
public final class LearningRate {

  @JsonProperty private String kind;
  @JsonProperty private double[] numbers;
  @JsonProperty private boolean flag;

  /** For JSON. */
  LearningRate() {}

  private LearningRate(String kind, boolean flag, double... numbers) {
    this.kind = kind;
    this.flag = flag;
    this.numbers = numbers.clone();
  }

  /** The same for all steps. */
  public static LearningRate constant(double rate) {
    return new LearningRate("constant", false, rate);
  }

  /** rate * factor^(step / steps), in stairs or not. */
  public static LearningRate exponential(
      double rate, double steps, double factor, boolean staircase) {
    return new LearningRate("exponential", staircase, rate, steps, factor);
  }

  /** rate / (1 + factor step / steps), in stairs or not. */
  public static LearningRate inverseTime(
      double rate, double steps, double factor, boolean staircase) {
    return new LearningRate("inverse_time", staircase, rate, steps, factor);
  }

  /** From rate to end in that number of steps, as a power; then again, or not. */
  public static LearningRate polynomial(
      double rate, double steps, double end, double power, boolean cycle) {
    return new LearningRate("polynomial", cycle, rate, steps, end, power);
  }

  /**
   * Half a cosine, after a line up to a target.
   *
   * @param alpha the share of the rate at the end
   * @param warmupTarget NaN: no warm-up
   */
  public static LearningRate cosine(
      double rate, double steps, double alpha, double warmupTarget, double warmupSteps) {
    return new LearningRate("cosine", false, rate, steps, alpha, warmupTarget, warmupSteps);
  }

  /** Half cosines, each {@code times} as long and {@code lower} as high as the one before. */
  public static LearningRate restarts(
      double rate, double steps, double times, double lower, double alpha) {
    return new LearningRate("restarts", false, rate, steps, times, lower, alpha);
  }

  /** Values between boundaries; as many values as boundaries and one more. */
  public static LearningRate piecewise(double[] boundaries, double[] values) {
    double[] all = Arrays.copyOf(boundaries, boundaries.length + values.length);
    System.arraycopy(values, 0, all, boundaries.length, values.length);
    return new LearningRate("piecewise", false, all);
  }

  /** The rate of a step. */
  public double at(int step) {
    switch (kind) {
      case "constant":
        return numbers[0];
      case "exponential":
        return numbers[0] * Math.pow(numbers[2], part(step));
      case "inverse_time":
        return numbers[0] / (1 + numbers[2] * part(step));
      case "polynomial":
        double steps = numbers[1];
        double at = Math.min(step, steps);
        if (flag) {
          steps *= step == 0 ? 1 : Math.ceil(step / numbers[1]);
          at = step;
        }
        return (numbers[0] - numbers[2]) * Math.pow(1 - at / steps, numbers[3]) + numbers[2];
      case "cosine":
        return cosineAt(step);
      case "restarts":
        return restartsAt(step);
      case "piecewise":
        int boundaries = (numbers.length - 1) / 2;
        for (int i = 0; i < boundaries; i++) {
          if (step <= numbers[i]) {
            return numbers[boundaries + i];
          }
        }
        return numbers[numbers.length - 1];
      default:
        throw new IllegalStateException(kind);
    }
  }

  private double part(int step) {
    double part = step / numbers[1];
    return flag ? Math.floor(part) : part;
  }

  private double cosineAt(int step) {
    double target = numbers[3];
    double at = step;
    double from = numbers[0];
    if (!Double.isNaN(target)) {
      if (step < numbers[4]) {
        return numbers[0] + (target - numbers[0]) * step / numbers[4];
      }
      at = step - numbers[4];
      from = target;
    }
    double part = Math.min(at, numbers[1]) / numbers[1];
    double cosine = 0.5 * (1 + Math.cos(Math.PI * part));
    return from * ((1 - numbers[2]) * cosine + numbers[2]);
  }

  private double restartsAt(int step) {
    double at = step;
    double length = numbers[1];
    double height = 1;
    while (at >= length) {
      at -= length;
      length *= numbers[2];
      height *= numbers[3];
    }
    double cosine = 0.5 * height * (1 + Math.cos(Math.PI * at / length));
    return numbers[0] * ((1 - numbers[4]) * cosine + numbers[4]);
  }

  /** Whether it is the same for all steps. */
  public boolean isConstant() {
    return kind.equals("constant");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LearningRate l
        && l.kind.equals(kind)
        && Arrays.equals(l.numbers, numbers)
        && l.flag == flag;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, Arrays.hashCode(numbers), flag);
  }
}
