package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialTable;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * A sweep as it is at this moment: what has ended, what runs. Given to those who watch it ({@link
 * Sweep.Builder#watch}), who may read it from any thread, also after the end.
 */
public final class SweepState {
  private final String experiment;
  private final String dataset;
  private final String strategy;
  private final long seed;
  private final List<Tuning.Objective> objectives;
  private final int planned;
  private final Space space;
  private final LongSupplier clock;
  private final long began;

  private final TrialTable results;

  /** Numbers of those that this run of the sweep knows; the table may have more. */
  private final BitSet known = new BitSet();

  private final Map<Integer, Running> running = new LinkedHashMap<>();
  private List<SweepResult.OuterFold> outerFolds = List.of();
  private TrialResult best;
  private int done;
  private int failed;
  private int pruned;
  private int stored;
  private boolean ended;

  /**
   * A candidate that is being trained.
   *
   * @param candidate its number
   * @param values its hyperparameters
   * @param since when it was started, in milliseconds since 1970 UTC
   */
  public record Running(int candidate, Map<String, Object> values, long since) {}

  SweepState(
      String experiment,
      String dataset,
      List<Tuning.Objective> objectives,
      String strategy,
      long seed,
      int planned,
      Space space,
      TrialTable results,
      LongSupplier clock) {
    this.experiment = experiment;
    this.dataset = dataset;
    this.strategy = strategy;
    this.seed = seed;
    this.objectives = List.copyOf(objectives);
    this.planned = planned;
    this.space = space;
    this.results = results;
    this.clock = clock;
    this.began = clock.getAsLong();
  }

  // --- told by the sweep ------------------------------------------------------------------------

  /** A result that the store had. */
  synchronized void known(TrialResult result) {
    stored++;
    take(result);
  }

  synchronized void started(Trial trial) {
    running.put(trial.number(), new Running(trial.number(), trial.values(), clock.getAsLong()));
  }

  synchronized void ended(TrialResult result) {
    running.remove(result.candidate());
    take(result);
  }

  /** What searches outside of test folds found before this one began. */
  synchronized void tested(List<SweepResult.OuterFold> folds) {
    outerFolds = List.copyOf(folds);
  }

  synchronized void end() {
    ended = true;
    running.clear();
  }

  private void take(TrialResult result) {
    results.put(result);
    known.set(result.candidate());
    done++;
    if (result.pruned()) {
      pruned++;
    } else if (result.failed()) {
      failed++;
    } else if (best == null || isBetter(result, best)) {
      best = result;
    }
  }

  /** Of equals the lower number, as {@link SweepResult#best}. */
  boolean isBetter(TrialResult one, TrialResult other) {
    if (one.score() == other.score()) {
      return one.candidate() < other.candidate();
    }
    return greaterIsBetter() ? one.score() > other.score() : one.score() < other.score();
  }

  // --- read by those who watch ------------------------------------------------------------------

  /** Name of the experiment. */
  public String experiment() {
    return experiment;
  }

  /** Name of the data. */
  public String dataset() {
    return dataset;
  }

  /** How candidates are found. */
  public String strategy() {
    return strategy;
  }

  /** Seed of candidates, splits and trainings. */
  public long seed() {
    return seed;
  }

  /** What is measured, the first one the score. */
  public List<Tuning.Objective> objectives() {
    return objectives;
  }

  /** The score: the first objective. */
  public String metric() {
    return objectives.get(0).name();
  }

  /** Whether a greater score is better. */
  public boolean greaterIsBetter() {
    return objectives.get(0).greaterIsBetter();
  }

  /** As {@link SweepResult#paretoFront}, of what has ended. */
  public List<TrialResult> paretoFront() {
    return SweepResult.paretoFront(results(), objectives);
  }

  /** As {@link SweepResult#outerFolds}. */
  public synchronized List<SweepResult.OuterFold> outerFolds() {
    return outerFolds;
  }

  /** Where candidates lie. */
  public Space space() {
    return space;
  }

  /** How many candidates there are to be; a small space may have fewer. */
  public int planned() {
    return planned;
  }

  /** When this run of the sweep began, in milliseconds since 1970 UTC. */
  public long began() {
    return began;
  }

  /** Whether the search is over. */
  public synchronized boolean ended() {
    return ended;
  }

  /** How many candidates have ended, whatever came of them. */
  public synchronized int done() {
    return done;
  }

  /** How many of them failed. */
  public synchronized int failed() {
    return failed;
  }

  /** How many of them were given up, their scores on the way being hopeless. */
  public synchronized int pruned() {
    return pruned;
  }

  /** The best so far, if any has a score. */
  public synchronized Optional<TrialResult> best() {
    return Optional.ofNullable(best);
  }

  /** What runs, the eldest first. */
  public synchronized List<Running> running() {
    return List.copyOf(running.values());
  }

  /** What has ended, by number. The list doesn't change, and unpacks its results when asked. */
  public synchronized TrialTable.Results results() {
    return results.of(known.stream().toArray());
  }

  /** What is left at the pace of this run; empty where nothing of it has ended yet. */
  public synchronized OptionalDouble secondsLeft() {
    int trained = done - stored;
    if (ended || trained == 0) {
      return OptionalDouble.empty();
    }
    double seconds = (clock.getAsLong() - began) / 1000.0;
    return OptionalDouble.of(seconds / trained * Math.max(0, planned - done));
  }
}
