package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A trained model that is applied to data in pieces, each on its own: what comes of a piece follows
 * from it and the model, so pieces may be done anywhere and in any order. One thread at a time.
 */
public interface PiecewisePredictor {
  /**
   * A part of the data, as plain data: whoever predicts it opens the file itself.
   *
   * @param name for people
   * @param file where it is; on another machine by the same path
   * @param from first of the file's entries, from 0
   * @param to behind the last of them; -1 for all, however many there are
   */
  record Piece(String name, String file, int from, int to) {}

  /**
   * A prediction.
   *
   * @param row as in a table, a cell for each of {@link #columns}
   * @param fields as in JSON: numbers, texts, lists and maps of these
   */
  record Prediction(List<String> row, Map<String, Object> fields) {}

  /** What the predictions are, in a few words. */
  String title();

  /** The columns of a table of predictions; the first names what is predicted. */
  List<String> columns();

  /** Seed of the model's training. */
  long seed();

  /** The name of data. */
  default String dataset(Path data) {
    return data.getFileName().toString();
  }

  /** The pieces of a file, or those of a folder: its files by name. Opens as little as it can. */
  List<Piece> pieces(Path data) throws IOException;

  /** The predictions for a piece, in its order. */
  List<Prediction> predict(Piece piece) throws IOException;
}
