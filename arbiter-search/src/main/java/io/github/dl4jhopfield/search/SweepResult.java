package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.strategy.Outcome;
import io.github.dl4jhopfield.search.strategy.Ranking;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialTable;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.files.Json;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a sweep found.
 *
 * @param experiment name of the experiment
 * @param dataset name of the data
 * @param strategy how candidates were found
 * @param seed seed of candidates, splits and trainings
 * @param objectives what was measured, the first one the score
 * @param seconds wall-clock time of this run of the sweep
 * @param trained how many candidates this run trained, those outside of outer folds included; the
 *     others were in the store
 * @param candidates all of them by number; the list unpacks them when asked ({@link TrialTable})
 * @param outerFolds how searches outside of outer test folds did there; empty without such folds
 * @param files what was written
 */
public record SweepResult(
    String experiment,
    String dataset,
    String strategy,
    long seed,
    List<Tuning.Objective> objectives,
    double seconds,
    int trained,
    List<TrialResult> candidates,
    List<OuterFold> outerFolds,
    List<Path> files) {

  /**
   * What a search outside of a test fold found, and how it did on the fold.
   *
   * @param fold from 0
   * @param candidate the best by validation
   * @param validation its score there
   * @param test the score on the fold after training on everything outside of it
   * @param values its hyperparameters
   */
  public record OuterFold(
      int fold, int candidate, double validation, double test, Map<String, Object> values) {}

  /** Copies the lists. */
  public SweepResult {
    objectives = List.copyOf(objectives);
    outerFolds = List.copyOf(outerFolds);
    candidates = candidates instanceof TrialTable.Results ? candidates : List.copyOf(candidates);
    files = List.copyOf(files);
    if (candidates.stream().allMatch(TrialResult::failed)) {
      throw new IllegalStateException(
          "sweep of "
              + experiment
              + ": expected at least one candidate with a score, found that all "
              + candidates.size()
              + " failed"
              + (candidates.isEmpty() ? "" : "; the first: " + candidates.get(0).error()));
    }
  }

  /** The score: the first objective. */
  public String metric() {
    return objectives.get(0).name();
  }

  /** Whether a greater score is better. */
  public boolean greaterIsBetter() {
    return objectives.get(0).greaterIsBetter();
  }

  /** A candidate's losses by the objectives. */
  static Outcome outcome(TrialResult result, List<Tuning.Objective> objectives) {
    if (result.failed()) {
      return Outcome.FAILED;
    }
    double[] losses = new double[objectives.size()];
    for (int i = 0; i < losses.length; i++) {
      Tuning.Objective objective = objectives.get(i);
      double value =
          objectives.size() == 1 ? result.score() : result.measures().get(objective.name());
      losses[i] = objective.greaterIsBetter() ? -value : value;
    }
    return new Outcome(losses);
  }

  /**
   * The candidates than which no other is better by one objective and as good by all: by number.
   * With one objective the best.
   */
  public List<TrialResult> paretoFront() {
    return paretoFront(candidates, objectives);
  }

  static List<TrialResult> paretoFront(
      List<TrialResult> candidates, List<Tuning.Objective> objectives) {
    List<Outcome> outcomes = candidates.stream().map(c -> outcome(c, objectives)).toList();
    return Ranking.paretoFront(outcomes).stream().map(candidates::get).toList();
  }

  /** The same result, with what was written of it. */
  SweepResult withFiles(List<Path> written) {
    return with(outerFolds, written);
  }

  SweepResult withOuterFolds(List<OuterFold> others) {
    return with(others, files);
  }

  private SweepResult with(List<OuterFold> outer, List<Path> written) {
    return new SweepResult(
        experiment,
        dataset,
        strategy,
        seed,
        objectives,
        seconds,
        trained,
        candidates,
        outer,
        written);
  }

  /**
   * The candidates, best first, those without a score last; of equals the one with the lower number
   * first. With several objectives by the first one, of equals by the next.
   */
  public List<TrialResult> ranked() {
    return candidates.stream().sorted(bestFirst()).toList();
  }

  private Comparator<TrialResult> bestFirst() {
    Comparator<TrialResult> byScore =
        Comparator.comparingDouble(c -> greaterIsBetter() ? -c.score() : c.score());
    for (Tuning.Objective objective : objectives.subList(1, objectives.size())) {
      double sign = objective.greaterIsBetter() ? -1 : 1;
      byScore =
          byScore.thenComparingDouble(
              c -> c.failed() ? 0 : sign * c.measures().get(objective.name()));
    }
    return Comparator.comparing(TrialResult::failed)
        .thenComparing(byScore)
        .thenComparing(TrialResult::candidate);
  }

  /**
   * The best candidate; with several objectives the one of the Pareto front with the best score.
   */
  public TrialResult best() {
    return candidates.stream().min(bestFirst()).orElseThrow();
  }

  /** Candidate 0: that of the default hyperparameters, where the space has these. */
  public TrialResult byDefault() {
    return candidates.get(0);
  }

  /** The candidates, best first. */
  public ResultTable table() {
    return table(
        String.format(
            Locale.ROOT,
            "%s on %s: %d candidates by %s search, seed %d, validation %s",
            experiment,
            dataset,
            candidates.size(),
            strategy,
            seed,
            String.join(", ", objectives.stream().map(Tuning.Objective::name).toList())),
        objectives,
        ranked(),
        name -> true);
  }

  /** A row for each of some candidates, with those of their values that are asked for. */
  static ResultTable table(
      String title,
      List<Tuning.Objective> objectives,
      List<TrialResult> candidates,
      Predicate<String> value) {
    Set<String> names = new LinkedHashSet<>();
    candidates.forEach(candidate -> names.addAll(candidate.values().keySet()));
    names.removeIf(value.negate());
    List<String> columns = new ArrayList<>(List.of("candidate"));
    objectives.forEach(objective -> columns.add(objective.name()));
    Set<Integer> front = new HashSet<>();
    if (objectives.size() > 1) {
      paretoFront(candidates, objectives).forEach(candidate -> front.add(candidate.candidate()));
    }
    columns.addAll(names);
    columns.add("seconds");
    columns.add("");
    List<List<String>> rows = new ArrayList<>();
    for (TrialResult candidate : candidates) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(candidate.candidate()));
      for (Tuning.Objective objective : objectives) {
        row.add(
            candidate.failed()
                ? "-"
                : score(
                    objectives.size() == 1
                        ? candidate.score()
                        : candidate.measures().get(objective.name())));
      }
      names.forEach(
          name ->
              row.add(
                  candidate.values().containsKey(name)
                      ? shown(candidate.values().get(name))
                      : "-"));
      row.add(String.format(Locale.ROOT, "%.1f", candidate.seconds()));
      row.add(
          candidate.failed()
              ? (candidate.pruned() ? "" : "failed: ") + candidate.error()
              : (candidate.candidate() == 0 ? "default" : "")
                  + (candidate.candidate() == 0 && front.contains(candidate.candidate())
                      ? ", "
                      : "")
                  + (front.contains(candidate.candidate()) ? "front" : ""));
      rows.add(row);
    }
    return new ResultTable(title, columns, rows);
  }

  private static String score(double score) {
    if (!Double.isFinite(score)) {
      return Numbers.of(score);
    }
    return score == Math.rint(score) && Math.abs(score) >= 100
        ? Long.toString((long) score)
        : String.format(Locale.ROOT, "%.4f", score);
  }

  private static String shown(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.4g", number)
        : String.valueOf(value);
  }

  /** The score on the outer test folds; empty without such folds. */
  public Optional<ExperimentResult.Metric> test() {
    return outerFolds.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ExperimentResult.Metric.of(outerFolds.stream().mapToDouble(OuterFold::test).toArray()));
  }

  private Map<String, Object> testFields(ExperimentResult.Metric test) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("mean", test.mean());
    fields.put("std", test.std());
    List<Map<String, Object>> folds = new ArrayList<>();
    for (OuterFold outer : outerFolds) {
      Map<String, Object> fold = new LinkedHashMap<>();
      fold.put("fold", outer.fold() + 1);
      fold.put("test", outer.test());
      fold.put("validation", outer.validation());
      fold.put("candidate", outer.candidate());
      fold.put("values", outer.values());
      folds.add(fold);
    }
    fields.put("folds", folds);
    return fields;
  }

  private static Map<String, Object> fields(Tuning.Objective objective) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", objective.name());
    fields.put("greaterIsBetter", objective.greaterIsBetter());
    return fields;
  }

  /** Candidates as they stand in files, each made when it is written. */
  private static final class Fields extends AbstractList<Map<String, Object>> {
    private final List<TrialResult> candidates;

    Fields(List<TrialResult> candidates) {
      this.candidates = candidates;
    }

    @Override
    public Map<String, Object> get(int index) {
      return candidates.get(index).toMap();
    }

    @Override
    public int size() {
      return candidates.size();
    }
  }

  /** The result as one JSON object. */
  public String toJson() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("experiment", experiment);
    fields.put("dataset", dataset);
    fields.put("strategy", strategy);
    fields.put("seed", seed);
    fields.put("metric", metric());
    if (objectives.size() > 1) {
      fields.put("objectives", objectives.stream().map(SweepResult::fields).toList());
      fields.put("paretoFront", paretoFront().stream().map(TrialResult::candidate).toList());
    }
    fields.put("seconds", Math.rint(seconds * 1000) / 1000);
    fields.put("trained", trained);
    test().ifPresent(test -> fields.put("test", testFields(test)));
    fields.put("best", best().toMap());
    fields.put("default", byDefault().toMap());
    fields.put("candidates", new Fields(candidates));
    return Json.indented("the sweep", fields);
  }
}
