package io.github.dl4jhopfield.zoo.experiment;

/**
 * Listener for the progress of a long job. Calls may come from several threads, one at a time for
 * each job; implementations must not throw.
 */
public interface Progress {
  /** A listener that ignores everything. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String task, long steps) {}

        @Override
        public void advance(long done, String detail) {}

        @Override
        public void end() {}
      };

  /**
   * A task starts.
   *
   * @param task what it does, in a few words
   * @param steps how many steps it has, at least 1
   */
  void begin(String task, long steps);

  /**
   * Steps of the current task were done.
   *
   * @param done how many more steps are done (not the sum so far)
   * @param detail a few words on the latest result, or an empty string
   */
  void advance(long done, String detail);

  /**
   * Something of the current task begins.
   *
   * @param what in a few words, such as the fold
   */
  default void doing(String what) {}

  /** The current task is over, whether it succeeded or not. */
  void end();

  /** The same for several threads: one call at a time. */
  static Progress oneAtATime(Progress progress) {
    return new Progress() {
      @Override
      public synchronized void begin(String task, long steps) {
        progress.begin(task, steps);
      }

      @Override
      public synchronized void advance(long done, String detail) {
        progress.advance(done, detail);
      }

      @Override
      public synchronized void doing(String what) {
        progress.doing(what);
      }

      @Override
      public synchronized void end() {
        progress.end();
      }
    };
  }
}
