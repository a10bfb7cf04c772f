package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scores 500 configurations of {@link MilExperiment} once, so that strategies can be compared on
 * them without training: 10 learning rates, 5 widths of an instance, 5 dropout probabilities and 2
 * numbers of heads, in ranges of somebody who knows nothing of the data, each with its validation
 * AUC after 1, 3 and 9 epochs. A score is what {@code hopfield sweep mil --inner-folds 5 --epochs
 * N} gives a candidate with these values; {@code check} compares some rows.
 *
 * <p>It works fold by fold, all configurations of one before the next, and goes on where it was
 * stopped: {@code MilScores score RAW.csv FIRST_FOLD FOLDS [DATA]} appends what is missing; {@code
 * table RAW.csv FOLDS TABLE.csv} writes means over folds; {@code check TABLE.csv [DATA]} compares.
 */
final class MilScores {
  private static final int[] EPOCHS = {1, 3, 9};
  private static final int MOST_EPOCHS = 9;
  private static final int SPLITS = 5;
  private static final long SEED = 1;
  private static final List<Integer> WIDTHS = List.of(2, 6, 16, 45, 128);
  private static final List<Double> DROPOUTS = List.of(0.0, 0.2, 0.4, 0.6, 0.8);
  private static final List<Integer> HEADS = List.of(1, 4);
  private static final double LEAST_RATE = 1e-5;
  private static final int RATES = 10;

  private MilScores() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "score" ->
          score(
              data(arguments, 4),
              file,
              Integer.parseInt(arguments[2]),
              Integer.parseInt(arguments[3]));
      case "table" -> table(file, Integer.parseInt(arguments[2]), Path.of(arguments[3]));
      case "check" -> check(file, arguments.length > 2 ? Path.of(arguments[2]) : null);
      default -> throw new IllegalArgumentException("score, table or check: " + arguments[0]);
    }
  }

  private static BagDataset data(String[] arguments, int at) throws IOException {
    return arguments.length > at ? BagFiles.read(Path.of(arguments[at])) : BagFiles.musk1();
  }

  /** All configurations, dropout running fastest; two learning rates a decade. */
  private static List<MilParameters> configurations() {
    MilParameters base = MilParameters.DEFAULT;
    List<MilParameters> all = new ArrayList<>();
    for (int rate = 0; rate < RATES; rate++) {
      for (int width : WIDTHS) {
        for (int heads : HEADS) {
          for (double dropout : DROPOUTS) {
            all.add(
                new MilParameters(
                    width,
                    heads,
                    base.hidden(),
                    base.effectiveBeta(),
                    dropout,
                    LEAST_RATE * Math.pow(10, rate / 2.0),
                    MOST_EPOCHS,
                    base.batchSize()));
          }
        }
      }
    }
    return all;
  }

  private static void score(BagDataset data, Path raw, int firstFold, int folds)
      throws IOException {
    Folds splits = Folds.stratified(data.labels(), SPLITS, SEED);
    List<MilParameters> configurations = configurations();
    Map<String, double[]> known = read(raw);
    for (int fold = firstFold; fold < firstFold + folds; fold++) {
      List<Bag> train = bags(data, splits.train(fold));
      List<Bag> held = bags(data, splits.test(fold));
      for (int row = 0; row < configurations.size(); row++) {
        if (known.containsKey(fold + "," + row)) {
          continue;
        }
        StringBuilder line = new StringBuilder(fold + "," + row);
        BagClassifier.train(
            train,
            configurations.get(row),
            Seeds.mix(SEED, 1 + fold),
            (classifier, epoch) -> {
              for (int scored : EPOCHS) {
                if (scored == epoch) {
                  line.append(',').append(auc(classifier, held));
                }
              }
            });
        Files.writeString(raw, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
  }

  private static List<Bag> bags(BagDataset data, int[] positions) {
    return Arrays.stream(positions).mapToObj(data.bags()::get).toList();
  }

  private static double auc(BagClassifier classifier, List<Bag> held) {
    double[] scores = classifier.scores(held);
    double[] labels = held.stream().mapToDouble(Bag::label).toArray();
    double[][] predictions = new double[scores.length][];
    Arrays.setAll(predictions, i -> new double[] {scores[i]});
    return Measure.AUC.of(labels, predictions);
  }

  /** Scores by fold and row; a line that was cut is left out. */
  private static Map<String, double[]> read(Path raw) throws IOException {
    Map<String, double[]> known = new TreeMap<>();
    if (Files.exists(raw)) {
      for (String line : Files.readAllLines(raw)) {
        String[] fields = line.split(",");
        if (fields.length == 2 + EPOCHS.length) {
          double[] scores = new double[EPOCHS.length];
          for (int e = 0; e < scores.length; e++) {
            scores[e] = Double.parseDouble(fields[2 + e]);
          }
          known.put(fields[0] + "," + fields[1], scores);
        }
      }
    }
    return known;
  }

  private static void table(Path raw, int folds, Path table) throws IOException {
    Map<String, double[]> known = read(raw);
    List<MilParameters> configurations = configurations();
    StringBuilder text = new StringBuilder("learningRate,embedding,heads,dropout");
    for (int epochs : EPOCHS) {
      text.append(",auc").append(epochs);
    }
    text.append('\n');
    for (int row = 0; row < configurations.size(); row++) {
      MilParameters p = configurations.get(row);
      text.append(
          String.format(
              Locale.ROOT,
              "%.4g,%d,%d,%.1f",
              p.learningRate(),
              p.embedding(),
              p.heads(),
              p.dropout()));
      for (int e = 0; e < EPOCHS.length; e++) {
        double sum = 0;
        for (int fold = 0; fold < folds; fold++) {
          double[] scores = known.get(fold + "," + row);
          if (scores == null) {
            throw new IllegalStateException("row " + row + " of fold " + fold + " is not scored");
          }
          sum += scores[e];
        }
        text.append(String.format(Locale.ROOT, ",%.5f", sum / folds));
      }
      text.append('\n');
    }
    Files.writeString(table, text);
  }

  /** The first row and every 99th after it, scored as a sweep does. */
  private static void check(Path table, Path data) throws IOException {
    List<String> lines = Files.readAllLines(table);
    List<MilParameters> configurations = configurations();
    for (int row = 0; row < configurations.size(); row += 99) {
      MilParameters p = configurations.get(row);
      String[] fields = lines.get(1 + row).split(",");
      for (int e = 0; e < EPOCHS.length; e++) {
        Tuning tuning =
            new MilExperiment()
                .prepare(
                    ExperimentContext.builder()
                        .data(data)
                        .seed(SEED)
                        .option("inner-folds", Integer.toString(SPLITS))
                        .option("embedding", Integer.toString(p.embedding()))
                        .option("epochs", Integer.toString(EPOCHS[e]))
                        .build());
        double score =
            tuning
                .evaluate(
                    Map.of(
                        "learningRate", p.learningRate(),
                        "heads", p.heads(),
                        "beta", p.beta(),
                        "dropout", p.dropout()))
                .value();
        double there = Double.parseDouble(fields[4 + e]);
        System.out.printf(
            Locale.ROOT,
            "row %d, %d epochs: %.5f in the table, %.5f by a sweep%s%n",
            row,
            EPOCHS[e],
            there,
            score,
            Math.abs(there - score) < 6e-6 ? "" : "  DIFFERS");
      }
    }
  }
}
