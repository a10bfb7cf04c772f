package io.github.dl4jhopfield.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A candidate of a sweep and how it did.
 *
 * @param candidate its number; 0 has the default hyperparameters
 * @param values its hyperparameters
 * @param score validation score, NaN if it failed
 * @param parts score on each validation part; empty if it failed
 * @param seconds wall-clock time of its trainings
 * @param error why it failed, in one line, or null
 */
public record CandidateResult(
    int candidate,
    Map<String, Object> values,
    double score,
    List<Double> parts,
    double seconds,
    String error) {
  /** Copies the collections, which keep their order. */
  public CandidateResult {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    parts = List.copyOf(parts);
  }

  /** Whether there is no score. */
  public boolean failed() {
    return error != null;
  }

  /** As a line of {@code sweep.jsonl}: a failed one has an error and no score. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("candidate", candidate);
    map.put("status", failed() ? "failed" : "done");
    if (failed()) {
      map.put("error", error);
    } else {
      map.put("score", score);
      map.put("parts", parts);
    }
    map.put("values", values);
    map.put("seconds", Math.rint(seconds * 1000) / 1000);
    return map;
  }
}
