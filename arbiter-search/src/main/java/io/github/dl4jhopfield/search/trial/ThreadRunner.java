package io.github.dl4jhopfield.search.trial;

/**
 * Runs trials in threads of this JVM: no start-up cost, but a trial that hangs or takes all memory
 * cannot be ended alone.
 */
public final class ThreadRunner extends PooledRunner {
  private final TrialTask task;

  /**
   * @param threads trials at once
   */
  public ThreadRunner(TrialTask task, int threads) {
    super("trial", threads);
    this.task = task;
  }

  @Override
  protected TrialResult runOne(Trial trial) {
    return task.run(trial);
  }
}
