package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a sweep found.
 *
 * @param experiment name of the experiment
 * @param dataset name of the data
 * @param strategy how candidates were found
 * @param seed seed of candidates, splits and trainings
 * @param metric what was measured
 * @param greaterIsBetter whether a greater score is better
 * @param seconds wall-clock time of the whole sweep
 * @param candidates all of them by number
 * @param files what was written
 */
public record SweepResult(
    String experiment,
    String dataset,
    SearchStrategy strategy,
    long seed,
    String metric,
    boolean greaterIsBetter,
    double seconds,
    List<CandidateResult> candidates,
    List<Path> files) {
  /** Copies the lists. */
  public SweepResult {
    candidates = List.copyOf(candidates);
    files = List.copyOf(files);
    if (candidates.stream().allMatch(CandidateResult::failed)) {
      throw new IllegalStateException(
          "sweep of "
              + experiment
              + ": expected at least one candidate with a score, found that all "
              + candidates.size()
              + " failed"
              + (candidates.isEmpty() ? "" : "; the first: " + candidates.get(0).error()));
    }
  }

  /**
   * The candidates, best first, failed ones last; of equals the one with the lower number first.
   */
  public List<CandidateResult> ranked() {
    Comparator<CandidateResult> byScore =
        Comparator.comparingDouble(c -> greaterIsBetter ? -c.score() : c.score());
    return candidates.stream()
        .sorted(
            Comparator.comparing(CandidateResult::failed)
                .thenComparing(byScore)
                .thenComparing(CandidateResult::candidate))
        .toList();
  }

  /** The best candidate. */
  public CandidateResult best() {
    return ranked().get(0);
  }

  /** The candidate of the default hyperparameters. */
  public CandidateResult byDefault() {
    return candidates.get(0);
  }

  /** The candidates, best first. */
  public ResultTable table() {
    List<String> columns = new ArrayList<>(List.of("candidate", metric));
    columns.addAll(candidates.get(0).values().keySet());
    columns.add("seconds");
    columns.add("");
    List<List<String>> rows = new ArrayList<>();
    for (CandidateResult candidate : ranked()) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(candidate.candidate()));
      row.add(candidate.failed() ? "-" : String.format(Locale.ROOT, "%.4f", candidate.score()));
      candidate.values().values().forEach(value -> row.add(shown(value)));
      row.add(String.format(Locale.ROOT, "%.1f", candidate.seconds()));
      row.add(
          candidate.failed()
              ? "failed: " + candidate.error()
              : candidate.candidate() == 0 ? "default" : "");
      rows.add(row);
    }
    return new ResultTable(
        String.format(
            Locale.ROOT,
            "%s on %s: %d candidates by %s search, seed %d, validation %s",
            experiment,
            dataset,
            candidates.size(),
            strategy,
            seed,
            metric),
        columns,
        rows);
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
    fields.put("strategy", strategy.toString());
    fields.put("seed", seed);
    fields.put("metric", metric);
    fields.put("seconds", Math.rint(seconds * 1000) / 1000);
    fields.put("best", best().toMap());
    fields.put("default", byDefault().toMap());
    fields.put("candidates", candidates.stream().map(CandidateResult::toMap).toList());
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the sweep has no JSON form", e);
    }
  }
}
