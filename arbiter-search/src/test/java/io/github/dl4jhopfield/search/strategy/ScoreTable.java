package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * 500 configurations of {@code mil} that were trained once (README.md beside the tables): a search
 * on it looks scores up, and pays the epochs that it would have trained.
 *
 * <p>The space is the table's own: the level of each range and the number of heads. The score of a
 * configuration is its validation AUC after so many epochs.
 */
final class ScoreTable {
  /** All epochs that there are scores of; the last is what a full training has. */
  static final int[] EPOCHS = {1, 3, 9};

  static final int MOST_EPOCHS = 9;

  private static final List<String> RANGES = List.of("learningRate", "embedding", "dropout");

  private final Space space;
  private final Map<Map<String, Object>, double[]> scores = new HashMap<>();

  /** What a search came to. */
  record Search(List<Double> best, int trained) {
    /** The best score when that many epochs were spent; minus infinity before the first. */
    double after(int epochs) {
      return epochs == 0 ? Double.NEGATIVE_INFINITY : best.get(Math.min(epochs, best.size()) - 1);
    }

    /** Epochs until a score was reached; {@code never} if it was not. */
    int until(double score, int never) {
      for (int i = 0; i < best.size(); i++) {
        if (best.get(i) >= score) {
          return i + 1;
        }
      }
      return never;
    }
  }

  private ScoreTable(Space space) {
    this.space = space;
  }

  /** The table of that name, {@code musk1} or {@code elephant}. */
  static ScoreTable read(String name, Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("table.yaml"),
            "parameters:\n"
                + "  learningRate: {kind: integer, min: 0, max: 9}\n"
                + "  embedding: {kind: integer, min: 0, max: 4}\n"
                + "  heads: {kind: choice, choices: [1, 4]}\n"
                + "  dropout: {kind: integer, min: 0, max: 4}\n");
    ScoreTable table =
        new ScoreTable(
            SpaceFile.read(
                file, List.of("learningRate", "embedding", "heads", "dropout", "epochs")));
    try (InputStream in = ScoreTable.class.getResourceAsStream(name + ".csv");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      table.take(lines.lines().toList());
    }
    return table;
  }

  private void take(List<String> lines) {
    List<String> columns = List.of(lines.get(0).split(","));
    Map<String, List<Double>> levels = new HashMap<>();
    for (String range : RANGES) {
      Set<Double> values = new LinkedHashSet<>();
      for (String line : lines.subList(1, lines.size())) {
        values.add(Double.parseDouble(line.split(",")[columns.indexOf(range)]));
      }
      levels.put(range, values.stream().sorted().toList());
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",");
      Map<String, Object> values = new HashMap<>();
      values.put("heads", Integer.parseInt(fields[columns.indexOf("heads")]));
      for (String range : RANGES) {
        double value = Double.parseDouble(fields[columns.indexOf(range)]);
        values.put(range, levels.get(range).indexOf(value));
      }
      double[] row = new double[EPOCHS.length];
      for (int e = 0; e < row.length; e++) {
        row[e] = Double.parseDouble(fields[columns.indexOf("auc" + EPOCHS[e])]);
      }
      scores.put(values, row);
    }
  }

  /** How many configurations it has. */
  int size() {
    return scores.size();
  }

  /** Validation AUC of a configuration after so many epochs. */
  double score(Map<String, Object> configuration, int epochs) {
    Map<String, Object> key = new HashMap<>(configuration);
    key.remove("epochs");
    return scores.get(key)[Arrays.binarySearch(EPOCHS, epochs)];
  }

  /**
   * The score that the best of so many full trainings at random reaches in half of all cases: the
   * median over all draws without replacement.
   */
  double randomBest(int trainings) {
    double[] sorted = scores.values().stream().mapToDouble(s -> s[EPOCHS.length - 1]).toArray();
    Arrays.sort(sorted);
    double none = 1;
    int k = 0;
    for (; none > 0.5; k++) {
      none *= 1 - trainings / (double) (sorted.length - k); // none of the best k + 1 is drawn
    }
    return sorted[sorted.length - k];
  }

  /** Searches until so many epochs are spent; what was scored before costs nothing, as in Sweep. */
  Search search(String strategyName, Map<String, Object> settings, long seed, int budget) {
    Strategy strategy = Strategies.create(strategyName, settings, space, seed, Map.of());
    Map<Map<String, Object>, Double> known = new HashMap<>();
    List<Double> best = new ArrayList<>();
    double top = Double.NEGATIVE_INFINITY;
    for (int idle = 0; best.size() < budget && idle < 100; idle++) {
      List<Map<String, Object>> batch = strategy.ask(1_000);
      List<Outcome> outcomes = new ArrayList<>();
      // A strategy without batches of its own is asked for thousands.
      for (Map<String, Object> values : batch) {
        int epochs = (int) values.getOrDefault("epochs", MOST_EPOCHS);
        double score = score(values, epochs);
        outcomes.add(new Outcome(-score));
        if (known.put(values, score) == null) {
          idle = 0;
          for (int e = 1; e <= epochs; e++) {
            best.add(e == epochs ? Math.max(top, score) : top);
          }
          top = Math.max(top, score);
        }
      }
      strategy.tell(outcomes);
    }
    return new Search(best, known.size());
  }
}
