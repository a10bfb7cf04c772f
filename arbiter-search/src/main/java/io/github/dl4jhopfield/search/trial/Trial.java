package io.github.dl4jhopfield.search.trial;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One candidate to be scored, as plain data: whoever runs it opens the experiment itself.
 *
 * @param number of the candidate in its search, from 0
 * @param experiment the experiment's name
 * @param data path of the user's data, or null for the data in the jar
 * @param options the experiment's options that were given, by name
 * @param seed of splits and trainings, the same for every candidate of a search
 * @param values the candidate: a value for each hyperparameter that it has, and for options of the
 *     experiment in camel case ({@code batchSize})
 * @param scoring how it is scored
 */
public record Trial(
    int number,
    String experiment,
    String data,
    Map<String, String> options,
    long seed,
    Map<String, Object> values,
    Scoring scoring) {
  /** Copies the maps, which keep their order. */
  @JsonCreator
  public Trial {
    Objects.requireNonNull(experiment, "experiment");
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    Objects.requireNonNull(scoring, "scoring");
  }

  /** One that is scored by the experiment's metric. */
  public Trial(
      int number,
      String experiment,
      String data,
      Map<String, String> options,
      long seed,
      Map<String, Object> values) {
    this(number, experiment, data, options, seed, values, Scoring.DEFAULT);
  }
}
