package io.github.dl4jhopfield.search.trial;

import java.util.List;

/**
 * How a trial is scored, as plain data.
 *
 * @param objectives names of what is measured, the first one the score; empty for the experiment's
 *     metric
 * @param rungs where the score so far is recorded and, below a rung's threshold, the trial given
 *     up, by share of the work; empty for never
 * @param onePart whether one validation part is used in place of all
 * @param outerFold the outer test fold that is left out
 * @param outerFolds how many outer folds there are; 0 for none
 */
public record Scoring(
    List<String> objectives, List<Rung> rungs, boolean onePart, int outerFold, int outerFolds) {
  /** By the experiment's metric on all validation parts, to the end. */
  public static final Scoring DEFAULT = new Scoring(List.of(), List.of(), false, 0, 0);

  /**
   * Where a trial can be given up.
   *
   * @param done share of the work
   * @param threshold a trial whose score is worse than this is given up; null for none
   */
  public record Rung(double done, Double threshold) {}

  /** Copies the lists. */
  public Scoring {
    objectives = List.copyOf(objectives);
    rungs = List.copyOf(rungs);
  }

  /** The same with other rungs. */
  public Scoring with(List<Rung> others) {
    return new Scoring(objectives, others, onePart, outerFold, outerFolds);
  }

  /** The same outside of an outer test fold. */
  public Scoring outside(int fold, int folds) {
    return new Scoring(objectives, rungs, onePart, fold, folds);
  }
}
