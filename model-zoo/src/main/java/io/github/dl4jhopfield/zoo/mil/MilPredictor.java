package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A {@link BagClassifier} on files of bags. The pieces of a file are blocks of its bags; of a
 * folder, its files.
 */
final class MilPredictor implements PiecewisePredictor {
  /** Bags of a piece, few enough to be spread over machines. */
  static final int BLOCK = 64;

  private final BagClassifier classifier;

  /** The file that was read last: its pieces follow each other. */
  private String file;

  private BagDataset bags;

  MilPredictor(BagClassifier classifier) {
    this.classifier = classifier;
  }

  @Override
  public String title() {
    return "Probability that each bag is positive";
  }

  @Override
  public List<String> columns() {
    return List.of("bag", "probability", "label");
  }

  @Override
  public long seed() {
    return MilWorkflow.seed(classifier);
  }

  @Override
  public String dataset(Path data) {
    return BagFiles.nameOf(data);
  }

  @Override
  public List<Piece> pieces(Path data) throws IOException {
    if (Files.isDirectory(data) && NpyBags.tableOf(data) == null) {
      return BatchPrediction.ofFolder(data);
    }
    String path = data.toAbsolutePath().toString();
    int size = bags(path, data).size();
    List<Piece> pieces = new ArrayList<>();
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      pieces.add(
          new Piece(data.getFileName() + ", bags " + (from + 1) + " to " + to, path, from, to));
    }
    return pieces;
  }

  private BagDataset bags(String path, Path shown) {
    if (!path.equals(file)) {
      bags = readFor(classifier, BagFiles.readForPrediction(shown), shown);
      file = path;
    }
    return bags;
  }

  static BagDataset readFor(BagClassifier classifier, BagDataset bags, Path file) {
    int expected = classifier.standardizer().features();
    if (bags.features() != expected) {
      throw new DataFormatException(
          file.toString(),
          0,
          "instances of " + expected + " features, as the model was trained on",
          Integer.toString(bags.features()));
    }
    return bags;
  }

  @Override
  public List<Prediction> predict(Piece piece) {
    List<Bag> all = bags(piece.file(), Path.of(piece.file())).bags();
    int end = piece.to() < 0 ? all.size() : piece.to();
    List<Prediction> predictions = new ArrayList<>();
    // In blocks also where the piece is a whole file: the same numbers, however it was cut.
    for (int from = piece.from(); from < end; from += BLOCK) {
      predictions.addAll(block(all.subList(from, Math.min(end, from + BLOCK))));
    }
    return predictions;
  }

  private List<Prediction> block(List<Bag> block) {
    double[] scores = classifier.scores(block);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      Bag bag = block.get(i);
      int label = scores[i] >= MilWorkflow.THRESHOLD ? 1 : 0;
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("bag", bag.id());
      fields.put("probability", scores[i]);
      fields.put("label", label);
      fields.put("attention", classifier.attention(bag));
      predictions.add(
          new Prediction(
              List.of(
                  bag.id(), String.format(Locale.ROOT, "%.4f", scores[i]), Integer.toString(label)),
              fields));
    }
    return predictions;
  }
}
