package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The best values of a finished sweep as options of what is trained with them. */
public final class BestOptions {
  private BestOptions() {}

  /**
   * Reads {@code sweep.json} of a folder.
   *
   * @param folder the sweep's {@code --out}
   * @param options what can be set, by name; a value {@code batchSize} is the option {@code
   *     batch-size}
   * @return each value as text, by the option's name; a value without its option is not trained
   *     with and is an error
   * @throws IOException if there is no finished sweep, or it has a value that is no option; the
   *     message is one line
   */
  public static Map<String, String> of(Path folder, List<ExperimentOption> options)
      throws IOException {
    Path file = folder.resolve("sweep.json");
    if (!Files.exists(file)) {
      throw new IOException(
          folder
              + ": expected the folder of a finished sweep, found no sweep.json in it"
              + (Files.exists(folder.resolve("sweep.jsonl"))
                  ? "; 'hopfield sweep ... --resume' ends it"
                  : ""));
    }
    JsonNode values;
    try {
      values = new ObjectMapper().readTree(file.toFile()).at("/best/values");
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": expected JSON, found a damaged file", e);
    }
    if (!values.isObject()) {
      throw new IOException(file + ": expected the values of the best candidate, found none");
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    options.forEach(option -> names.add(option.camelCase()));
    for (Iterator<Map.Entry<String, JsonNode>> i = values.fields(); i.hasNext(); ) {
      Map.Entry<String, JsonNode> value = i.next();
      int at = names.indexOf(value.getKey());
      if (at < 0) {
        throw new IOException(
            file
                + ": expected values that are options of the model, found "
                + value.getKey()
                + Suggestions.hint(value.getKey(), names));
      }
      chosen.put(
          options.get(at).name(),
          value.getValue().isDouble()
              ? ExperimentOption.written(value.getValue().asDouble())
              : value.getValue().asText());
    }
    return chosen;
  }
}
