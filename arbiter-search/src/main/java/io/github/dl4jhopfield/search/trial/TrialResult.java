package io.github.dl4jhopfield.search.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A candidate of a search and how it did.
 *
 * @param candidate its number; 0 has the default hyperparameters
 * @param values its hyperparameters
 * @param score validation score, NaN if it failed
 * @param parts score on each validation part; empty if it failed
 * @param measures values of all objectives, where there are several, by name
 * @param steps the score so far at each rung that it reached, where trials can be given up
 * @param pruned whether it was given up at the last of these
 * @param seconds wall-clock time of its trainings
 * @param started when, in milliseconds since 1970 UTC
 * @param host where: host name and process
 * @param error why it has no score (it failed, or was given up), in one line, or null
 */
public record TrialResult(
    int candidate,
    Map<String, Object> values,
    double score,
    List<Double> parts,
    Map<String, Double> measures,
    List<Step> steps,
    boolean pruned,
    double seconds,
    long started,
    String host,
    String error) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A score on the way.
   *
   * @param done share of the work, that of a {@link Scoring.Rung}
   * @param score so far
   */
  public record Step(double done, double score) {}

  /** Copies the collections, which keep their order. */
  public TrialResult {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    parts = List.copyOf(parts);
    measures =
        measures.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    steps = List.copyOf(steps);
    Objects.requireNonNull(host, "host");
  }

  /** One with a single objective that was not to be given up. */
  public TrialResult(
      int candidate,
      Map<String, Object> values,
      double score,
      List<Double> parts,
      double seconds,
      long started,
      String host,
      String error) {
    this(
        candidate, values, score, parts, Map.of(), List.of(), false, seconds, started, host, error);
  }

  /** One that failed. */
  static TrialResult failed(Trial trial, long started, double seconds, String host, String error) {
    return new TrialResult(
        trial.number(), trial.values(), Double.NaN, List.of(), seconds, started, host, error);
  }

  /** Whether there is no score: it failed, or was given up. */
  public boolean failed() {
    return error != null;
  }

  /** {@code done}, {@code pruned} (given up) or {@code failed}. */
  public String status() {
    return pruned ? "pruned" : failed() ? "failed" : "done";
  }

  /** What does not depend on when and where it ran. */
  public Map<String, Object> withoutTimes() {
    Map<String, Object> map = toMap();
    map.keySet().removeAll(List.of("seconds", "started", "host"));
    return map;
  }

  /**
   * As in files: one that failed or was given up has an error and no score; {@code objectives}
   * where there are several, {@code steps} as pairs of share and score where it can be given up.
   */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("candidate", candidate);
    map.put("status", status());
    if (failed()) {
      map.put("error", error);
    } else {
      map.put("score", score);
      map.put("parts", parts);
    }
    if (!measures.isEmpty()) {
      map.put("objectives", measures);
    }
    if (!steps.isEmpty()) {
      map.put("steps", steps.stream().map(s -> List.of(s.done(), s.score())).toList());
    }
    map.put("values", values);
    map.put("seconds", Math.rint(seconds * 1000) / 1000);
    map.put("started", started);
    map.put("host", host);
    return map;
  }

  /**
   * The result of that form.
   *
   * @throws IllegalArgumentException if a field is missing or of another type
   */
  @SuppressWarnings("unchecked") // a JSON object becomes such a map
  public static TrialResult fromJson(JsonNode json) {
    for (String field : List.of("candidate", "status", "values", "seconds", "started", "host")) {
      if (!json.has(field)) {
        throw new IllegalArgumentException("expected a field " + field + ", found none");
      }
    }
    boolean failed = !json.get("status").asText().equals("done");
    if (!json.get("values").isObject() || !failed && !json.path("score").isNumber()) {
      throw new IllegalArgumentException("expected values and a score, found " + json.get("score"));
    }
    List<Double> parts = new ArrayList<>();
    json.path("parts").forEach(part -> parts.add(part.asDouble()));
    Map<String, Double> measures = new LinkedHashMap<>();
    json.path("objectives")
        .fields()
        .forEachRemaining(e -> measures.put(e.getKey(), e.getValue().asDouble()));
    List<Step> steps = new ArrayList<>();
    json.path("steps")
        .forEach(step -> steps.add(new Step(step.path(0).asDouble(), step.path(1).asDouble())));
    return new TrialResult(
        json.get("candidate").asInt(),
        JSON.convertValue(json.get("values"), LinkedHashMap.class),
        failed ? Double.NaN : json.get("score").asDouble(),
        parts,
        measures,
        steps,
        json.get("status").asText().equals("pruned"),
        json.get("seconds").asDouble(),
        json.get("started").asLong(),
        json.get("host").asText(),
        failed ? json.path("error").asText("unknown") : null);
  }
}
