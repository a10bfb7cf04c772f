package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;

/**
 * Arbiter tasks that score a candidate with a {@link Tuning}. A task never throws: that would end
 * the runner. Data and scoring are the tuning's own; Arbiter's data source and score function are
 * there because its configuration demands them.
 */
final class SweepTasks implements TaskCreator {
  private final Tuning tuning;
  private final Sweep.ResultSink sink;
  private final AtomicReference<IOException> unwritten = new AtomicReference<>();

  SweepTasks(Tuning tuning, Sweep.ResultSink sink) {
    this.tuning = tuning;
    this.sink = sink;
  }

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // Arbiter's signature; the plan holds such maps
  public Callable<OptimizationResult> create(
      Candidate candidate,
      Class<? extends DataSource> source,
      Properties properties,
      ScoreFunction score,
      List<StatusListener> listeners,
      IOptimizationRunner runner) {
    return () -> run((Candidate<Map<String, Object>>) candidate);
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public Callable<OptimizationResult> create(
      Candidate candidate,
      DataProvider data,
      ScoreFunction score,
      List<StatusListener> listeners,
      IOptimizationRunner runner) {
    return create(candidate, NoData.class, null, score, listeners, runner);
  }

  private OptimizationResult run(Candidate<Map<String, Object>> candidate) {
    long created = System.currentTimeMillis();
    long start = System.nanoTime();
    Map<String, Object> values = candidate.getValue();
    CandidateResult result;
    try {
      Tuning.Score score = tuning.evaluate(values);
      if (!Double.isFinite(score.value())) {
        throw new ArithmeticException("expected a finite score, found " + score.value());
      }
      result =
          new CandidateResult(
              candidate.getIndex(), values, score.value(), score.parts(), seconds(start), null);
    } catch (Exception | OutOfMemoryError | StackOverflowError e) {
      result =
          new CandidateResult(
              candidate.getIndex(), values, Double.NaN, List.of(), seconds(start), oneLine(e));
    }
    try {
      sink.accept(result);
    } catch (IOException e) {
      unwritten.compareAndSet(null, e);
    }
    CandidateInfo info =
        new CandidateInfo(
            candidate.getIndex(),
            result.failed() ? CandidateStatus.Failed : CandidateStatus.Complete,
            result.failed() ? null : result.score(),
            created,
            created,
            System.currentTimeMillis(),
            candidate.getFlatParameters(),
            result.error());
    return new OptimizationResult(
        candidate, result.failed() ? null : result.score(), candidate.getIndex(), null, info, null);
  }

  /** Throws what went wrong in recording a result, if anything did. */
  void rethrow() {
    if (unwritten.get() != null) {
      throw new UncheckedIOException(unwritten.get());
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static String oneLine(Throwable e) {
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    return (e.getClass().getSimpleName() + message).replaceAll("\\p{Cntrl}+", " ");
  }

  /** No data: the tuning has its own. */
  public static final class NoData implements DataSource {
    private static final long serialVersionUID = 1L;

    /** For Arbiter. */
    public NoData() {}

    @Override
    public void configure(Properties properties) {}

    @Override
    public Object trainData() {
      return null;
    }

    @Override
    public Object testData() {
      return null;
    }

    @Override
    public Class<?> getDataType() {
      return Object.class;
    }
  }

  /** Says which direction is better; the task has the score already. */
  static final class TuningScore implements ScoreFunction {
    private static final long serialVersionUID = 1L;
    private final boolean minimize;

    TuningScore(boolean minimize) {
      this.minimize = minimize;
    }

    @Override
    public double score(Object model, DataProvider data, Map<String, Object> parameters) {
      throw new UnsupportedOperationException("the task scores");
    }

    @Override
    public double score(Object model, Class<? extends DataSource> source, Properties properties) {
      throw new UnsupportedOperationException("the task scores");
    }

    @Override
    public boolean minimize() {
      return minimize;
    }

    @Override
    public List<Class<?>> getSupportedModelTypes() {
      return List.of(Object.class);
    }

    @Override
    public List<Class<?>> getSupportedDataTypes() {
      return List.of(Object.class);
    }
  }
}
