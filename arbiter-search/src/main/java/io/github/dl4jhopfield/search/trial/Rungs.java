package io.github.dl4jhopfield.search.trial;

import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Listens to a trial as it is scored: notes its score at each rung, and gives it up at the first
 * one where the score is worse than the rung's threshold. The score at a rung is the first one that
 * is said at or after it, so that what is noted does not depend on how finely an experiment
 * reports.
 */
final class Rungs implements Tuning.Intermediate {
  private static final double ROUNDING = 1e-9;

  private final List<Scoring.Rung> rungs;
  private final boolean greaterIsBetter;
  private final List<TrialResult.Step> steps = new ArrayList<>();
  private double threshold = Double.NaN;

  Rungs(List<Scoring.Rung> rungs, boolean greaterIsBetter) {
    this.rungs = rungs;
    this.greaterIsBetter = greaterIsBetter;
  }

  @Override
  public boolean goesOn(double done, double score) {
    while (steps.size() < rungs.size() && rungs.get(steps.size()).done() <= done + ROUNDING) {
      Scoring.Rung rung = rungs.get(steps.size());
      if (!Double.isFinite(score)) {
        throw new ArithmeticException("expected a finite score, found " + score);
      }
      steps.add(new TrialResult.Step(rung.done(), score));
      if (rung.threshold() != null
          && (greaterIsBetter ? score < rung.threshold() : score > rung.threshold())) {
        threshold = rung.threshold();
        return false;
      }
    }
    return true;
  }

  List<TrialResult.Step> steps() {
    return List.copyOf(steps);
  }

  /** Why it was given up. */
  String reason(String metric) {
    if (steps.isEmpty() || Double.isNaN(threshold)) {
      throw new IllegalStateException("the experiment gave up a candidate without being told to");
    }
    TrialResult.Step last = steps.get(steps.size() - 1);
    return String.format(
        Locale.ROOT,
        "given up at %.0f%%: %s %.4f so far, %s than %.4f",
        100 * last.done(),
        metric,
        last.score(),
        greaterIsBetter ? "less" : "more",
        threshold);
  }
}
