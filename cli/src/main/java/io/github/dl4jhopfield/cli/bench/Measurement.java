package io.github.dl4jhopfield.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * How long runs take, in turns. The candidates run one after the other in each repetition, so that
 * a busy machine slows all of them alike and the ratio of their medians still tells.
 */
final class Measurement {
  private static final int MIN_REPETITIONS = 5;
  private static final int MAX_REPETITIONS = 400;
  private static final double WARM_UP = 0.25; // share of the time that goes into warming up

  private Measurement() {}

  /**
   * Medians in milliseconds, in the order of the candidates.
   *
   * @param seconds time for all candidates together; a slow one still gets {@value
   *     #MIN_REPETITIONS} repetitions
   */
  static double[] medians(List<Runnable> candidates, double seconds) {
    long begin = System.nanoTime();
    do {
      candidates.forEach(Runnable::run);
    } while (secondsSince(begin) < seconds * WARM_UP);
    double[][] millis = new double[candidates.size()][MAX_REPETITIONS];
    int repetitions = 0;
    begin = System.nanoTime();
    while (repetitions < MAX_REPETITIONS
        && (repetitions < MIN_REPETITIONS || secondsSince(begin) < seconds)) {
      for (int i = 0; i < millis.length; i++) {
        long start = System.nanoTime();
        candidates.get(i).run();
        millis[i][repetitions] = (System.nanoTime() - start) * 1e-6;
      }
      repetitions++;
    }
    double[] medians = new double[millis.length];
    for (int i = 0; i < medians.length; i++) {
      medians[i] = median(Arrays.copyOf(millis[i], repetitions));
    }
    return medians;
  }

  static double median(double[] values) {
    Arrays.sort(values);
    int n = values.length;
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  /**
   * Megabytes by which one run raises the peak of the process's resident memory (results included);
   * null where the system does not tell (other than Linux).
   */
  static Double peakMegabytes(Runnable run) {
    Path status = Path.of("/proc/self/status");
    try {
      run.run();
      Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // peak := now
      double before = kilobytes(status, "VmRSS:");
      run.run();
      return Math.max(0, kilobytes(status, "VmHWM:") - before) / 1024;
    } catch (IOException | SecurityException e) {
      return null;
    }
  }

  private static double kilobytes(Path status, String field) throws IOException {
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(field)) {
        return Double.parseDouble(line.substring(field.length()).replace("kB", "").trim());
      }
    }
    throw new IOException(status + ": no " + field);
  }
}
