package io.github.dl4jhopfield.zoo.experiment;

import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor.Piece;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor.Prediction;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Applies a model to many files, or to a large one in pieces, here or elsewhere: the predictions
 * are the same, in the same order. A piece that cannot be predicted is a row with the reason, and
 * the others go on.
 */
public final class BatchPrediction {
  private BatchPrediction() {}

  /**
   * What came of a piece.
   *
   * @param predictions in the piece's order; empty where there is an error
   * @param error why there are none, in one line, or null
   */
  public record Answer(List<Prediction> predictions, String error) {}

  /** Where pieces are predicted. */
  @FunctionalInterface
  public interface Runner {
    /**
     * The answers to all pieces, in their order. A piece that fails is an answer.
     *
     * @throws IOException if they cannot be done at all
     */
    List<Answer> run(List<Piece> pieces) throws IOException;
  }

  /** Predicts a piece; whatever it throws is the error of the answer. */
  public static Answer answer(PiecewisePredictor predictor, Piece piece) {
    try {
      return new Answer(predictor.predict(piece), null);
    } catch (Exception | OutOfMemoryError | StackOverflowError e) {
      String message = e.getMessage();
      return new Answer(
          List.of(), (message == null ? e.toString() : message).replaceAll("\\p{Cntrl}+", " "));
    }
  }

  /** One piece after the other, in this thread. */
  public static Runner here(PiecewisePredictor predictor) {
    return pieces -> pieces.stream().map(piece -> answer(predictor, piece)).toList();
  }

  /** The same, but the first piece that cannot be predicted ends it, with what it throws. */
  public static Runner untilOneFails(PiecewisePredictor predictor) {
    return pieces -> {
      List<Answer> answers = new ArrayList<>(pieces.size());
      for (Piece piece : pieces) {
        answers.add(new Answer(predictor.predict(piece), null));
      }
      return answers;
    };
  }

  /**
   * Predicts and gathers.
   *
   * @param name of the model
   * @param predictor that of the runner's; here only its description and the pieces are asked for
   * @return with the predictions in the table and under {@code predictions} in the details; with
   *     {@code failed}, how many pieces have none
   */
  public static ExperimentResult run(
      String name, PiecewisePredictor predictor, Path data, Runner runner) throws IOException {
    long start = System.nanoTime();
    List<Piece> pieces = predictor.pieces(data);
    List<Answer> answers = runner.run(pieces);
    if (answers.size() != pieces.size()) {
      throw new IllegalStateException(
          "expected answers to " + pieces.size() + " pieces, found " + answers.size());
    }
    boolean failures = answers.stream().anyMatch(answer -> answer.error() != null);
    List<String> columns = new ArrayList<>(predictor.columns());
    if (failures) {
      columns.add("reason");
    }
    List<List<String>> rows = new ArrayList<>();
    List<Map<String, Object>> predictions = new ArrayList<>();
    int failed = 0;
    for (int i = 0; i < pieces.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.error() != null) {
        failed++;
        rows.add(failure(pieces.get(i), columns.size(), answer.error()));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(columns.get(0), pieces.get(i).name());
        fields.put("error", answer.error());
        predictions.add(fields);
      }
      for (Prediction prediction : answer.predictions()) {
        List<String> row = new ArrayList<>(prediction.row());
        if (failures) {
          row.add("");
        }
        rows.add(row);
        predictions.add(prediction.fields());
      }
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("predictions", predictions);
    if (failures) {
      details.put("failed", failed);
    }
    return new ExperimentResult(
        "predict " + name,
        predictor.dataset(data),
        predictor.seed(),
        (System.nanoTime() - start) / 1e9,
        Map.of(),
        Map.of(),
        details,
        List.of(new ResultTable(predictor.title(), columns, rows)),
        List.of());
  }

  private static List<String> failure(Piece piece, int columns, String reason) {
    List<String> row = new ArrayList<>(Collections.nCopies(columns, "-"));
    row.set(0, piece.name());
    row.set(columns - 1, reason);
    return row;
  }

  /**
   * The files of a folder by name, hidden ones left out: a piece each.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static List<Piece> ofFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Piece> pieces =
          files
              .filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .sorted()
              .map(
                  file ->
                      new Piece(
                          file.getFileName().toString(), file.toAbsolutePath().toString(), 0, -1))
              .toList();
      if (pieces.isEmpty()) {
        throw new IllegalArgumentException(folder + ": expected files in the folder, found none");
      }
      return pieces;
    }
  }
}
