package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.files.Json;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a sweep found.
 *
 * @param experiment name of the experiment
 * @param dataset name of the data
 * @param strategy how candidates were found
 * @param seed seed of candidates, splits and trainings
 * @param metric what was measured
 * @param greaterIsBetter whether a greater score is better
 * @param seconds wall-clock time of this run of the sweep
 * @param trained how many candidates this run trained; the others were in the store
 * @param candidates all of them by number
 * @param files what was written
 */
public record SweepResult(
    String experiment,
    String dataset,
    String strategy,
    long seed,
    String metric,
    boolean greaterIsBetter,
    double seconds,
    int trained,
    List<TrialResult> candidates,
    List<Path> files) {
  /** Copies the lists. */
  public SweepResult {
    candidates = List.copyOf(candidates);
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

  /** The same result, with what was written of it. */
  SweepResult withFiles(List<Path> written) {
    return new SweepResult(
        experiment,
        dataset,
        strategy,
        seed,
        metric,
        greaterIsBetter,
        seconds,
        trained,
        candidates,
        written);
  }

  /**
   * The candidates, best first, failed ones last; of equals the one with the lower number first.
   */
  public List<TrialResult> ranked() {
    Comparator<TrialResult> byScore =
        Comparator.comparingDouble(c -> greaterIsBetter ? -c.score() : c.score());
    return candidates.stream()
        .sorted(
            Comparator.comparing(TrialResult::failed)
                .thenComparing(byScore)
                .thenComparing(TrialResult::candidate))
        .toList();
  }

  /** The best candidate. */
  public TrialResult best() {
    return ranked().get(0);
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
            metric),
        metric,
        ranked(),
        name -> true);
  }

  /** A row for each of some candidates, with those of their values that are asked for. */
  static ResultTable table(
      String title, String metric, List<TrialResult> candidates, Predicate<String> value) {
    Set<String> names = new LinkedHashSet<>();
    candidates.forEach(candidate -> names.addAll(candidate.values().keySet()));
    names.removeIf(value.negate());
    List<String> columns = new ArrayList<>(List.of("candidate", metric));
    columns.addAll(names);
    columns.add("seconds");
    columns.add("");
    List<List<String>> rows = new ArrayList<>();
    for (TrialResult candidate : candidates) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(candidate.candidate()));
      row.add(candidate.failed() ? "-" : score(candidate.score()));
      names.forEach(
          name ->
              row.add(
                  candidate.values().containsKey(name)
                      ? shown(candidate.values().get(name))
                      : "-"));
      row.add(String.format(Locale.ROOT, "%.1f", candidate.seconds()));
      row.add(
          candidate.failed()
              ? "failed: " + candidate.error()
              : candidate.candidate() == 0 ? "default" : "");
      rows.add(row);
    }
    return new ResultTable(title, columns, rows);
  }

  private static String score(double score) {
    return Double.isFinite(score) ? String.format(Locale.ROOT, "%.4f", score) : Numbers.of(score);
  }

  private static String shown(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.4g", number)
        : String.valueOf(value);
  }

  /** The result as one JSON object. */
  public String toJson() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("experiment", experiment);
    fields.put("dataset", dataset);
    fields.put("strategy", strategy);
    fields.put("seed", seed);
    fields.put("metric", metric);
    fields.put("seconds", Math.rint(seconds * 1000) / 1000);
    fields.put("trained", trained);
    fields.put("best", best().toMap());
    fields.put("default", byDefault().toMap());
    fields.put("candidates", candidates.stream().map(TrialResult::toMap).toList());
    return Json.indented("the sweep", fields);
  }
}
