package io.github.dl4jhopfield.zoo.learn;

/**
 * Says when validation no longer gets better: after so many scores in a row without a better one.
 * NaN is never better. Not thread-safe.
 */
public final class EarlyStopping {
  private final Measure measure;
  private final int patience;
  private double best = Double.NaN;
  private long bestStep = -1;
  private int since;

  /**
   * @param measure what the scores are
   * @param patience scores without a better one until it stops, at least 1; {@link
   *     Integer#MAX_VALUE} to remember the best and never stop
   */
  public EarlyStopping(Measure measure, int patience) {
    if (patience < 1) {
      throw new IllegalArgumentException("patience: expected at least 1, found " + patience);
    }
    this.measure = measure;
    this.patience = patience;
  }

  /**
   * Takes a score.
   *
   * @return whether it is the best so far
   */
  public boolean improved(double score, long step) {
    boolean better = !Double.isNaN(score) && (Double.isNaN(best) || measure.better(score, best));
    if (better) {
      best = score;
      bestStep = step;
      since = 0;
    } else {
      since++;
    }
    return better;
  }

  /** Whether it is time to stop. */
  public boolean stops() {
    return since >= patience;
  }

  /** Best score, NaN if there was none. */
  public double best() {
    return best;
  }

  /** Step of the best score, -1 if there was none. */
  public long bestStep() {
    return bestStep;
  }

  int since() {
    return since;
  }

  void restore(double score, long step, int scoresSince) {
    best = score;
    bestStep = step;
    since = scoresSince;
  }
}
