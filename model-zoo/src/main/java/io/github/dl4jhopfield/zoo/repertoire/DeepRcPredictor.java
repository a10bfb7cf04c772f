package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable;
import io.github.dl4jhopfield.zoo.repertoire.read.TableOptions;
import io.github.dl4jhopfield.zoo.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link RepertoireClassifier} on files. The pieces of a table are its rows, those of a folder
 * its files; another file is one piece.
 */
final class DeepRcPredictor implements PiecewisePredictor {
  private final RepertoireClassifier classifier;
  private final ReadOptions read;

  /** The table that was read last: its rows follow each other. */
  private String file;

  private RepertoireTable table;

  DeepRcPredictor(RepertoireClassifier classifier) {
    this.classifier = classifier;
    read = DeepRcWorkflow.reading(classifier);
  }

  @Override
  public String title() {
    return "Predictions";
  }

  @Override
  public List<String> columns() {
    List<Target> targets = classifier.targets();
    List<String> columns = new ArrayList<>(List.of("repertoire", "sequences"));
    targets.forEach(target -> columns.add(target.name()));
    targets.forEach(target -> columns.add(target.outputs() == 1 ? "score" : "probability"));
    return columns;
  }

  @Override
  public long seed() {
    return classifier.provenance().seed();
  }

  @Override
  public List<Piece> pieces(Path data) throws IOException {
    if (Files.isDirectory(data)) {
      return BatchPrediction.ofFolder(data);
    }
    String path = data.toAbsolutePath().toString();
    if (!RepertoireTable.isTable(data, null)) {
      return List.of(new Piece(data.getFileName().toString(), path, 0, -1));
    }
    List<RepertoireTable.Row> rows = rows(path);
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      pieces.add(new Piece(rows.get(i).id(), path, i, i + 1));
    }
    return pieces;
  }

  private List<RepertoireTable.Row> rows(String path) throws IOException {
    if (!path.equals(file)) {
      table = RepertoireTable.read(Path.of(path), TableOptions.builder().labelled(false).build());
      file = path;
    }
    return table.rows();
  }

  @Override
  public List<Prediction> predict(Piece piece) throws IOException {
    Path path = Path.of(piece.file());
    Repertoire repertoire;
    if (piece.to() < 0) {
      repertoire = TableRepertoires.open(path, read, "");
    } else {
      RepertoireTable.Row row = rows(piece.file()).get(piece.from());
      repertoire = TableRepertoires.open(row.file(), row.options(read), "");
    }
    return List.of(prediction(piece.name(), repertoire.size(), score(piece.name(), repertoire)));
  }

  RepertoireScorer.Scored score(String id, Repertoire repertoire) throws IOException {
    if (repertoire.size() == 0) {
      throw new IllegalArgumentException(id + ": expected sequences that can be used, found none");
    }
    return classifier.score(SequenceBag.of(repertoire));
  }

  Prediction prediction(String id, int sequences, RepertoireScorer.Scored scored) {
    List<Target> targets = classifier.targets();
    List<String> row = new ArrayList<>();
    row.add(id);
    row.add(Integer.toString(sequences));
    List<String> numbers = new ArrayList<>();
    Map<String, Object> prediction = new LinkedHashMap<>();
    prediction.put("repertoire", id);
    prediction.put("sequences", sequences);
    for (int t = 0; t < targets.size(); t++) {
      double[] output = scored.outputs()[t];
      Target target = targets.get(t);
      Map<String, Object> one = new LinkedHashMap<>();
      switch (target.kind()) {
        case BINARY -> {
          double p = t == 0 ? classifier.calibration().of(output[0]) : output[0];
          double threshold = t == 0 ? classifier.calibration().threshold() : 0.5;
          one.put("label", target.classes().get(p >= threshold ? 1 : 0));
          one.put("probability", p);
          one.put("threshold", threshold);
          one.put("score", output[0]);
          numbers.add(Numbers.fixed(p, 4));
        }
        case MULTICLASS -> {
          int best = Measure.predicted(output);
          one.put("label", target.classes().get(best));
          one.put("probabilities", output);
          numbers.add(Numbers.fixed(output[best], 4));
        }
        case REGRESSION -> {
          one.put("label", Numbers.of(output[0]));
          one.put("value", output[0]);
          numbers.add(Numbers.of(output[0]));
        }
      }
      row.add(one.get("label").toString());
      prediction.put(target.name(), one);
    }
    row.addAll(numbers);
    return new Prediction(row, prediction);
  }
}
