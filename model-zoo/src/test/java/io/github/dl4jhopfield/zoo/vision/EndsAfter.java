package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.util.concurrent.CancellationException;

/** Ends a training after so many steps. */
final class EndsAfter implements Progress {
  private long left;

  EndsAfter(long steps) {
    left = steps;
  }

  @Override
  public void begin(String task, long steps) {}

  @Override
  public void advance(long done, String detail) {
    left -= done;
    if (left <= 0) {
      throw new CancellationException("in the middle");
    }
  }

  @Override
  public void end() {}
}
