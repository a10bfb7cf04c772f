package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What a {@link VitModel} says of arrays and of image files. */
final class VitPredictions {
  private final VitModel model;
  private final Path file;

  VitPredictions(Path file) throws IOException {
    this.file = file;
    this.model = VitModel.load(file);
  }

  /** Logits of an array [B, C, H, W] in a {@code .npy} file, as it is. */
  ExperimentResult ofArray(Path data) throws IOException {
    long start = System.nanoTime();
    INDArray images = NpyFile.read(data);
    VitShape s = model.shape();
    if (images.rank() != 4
        || images.size(1) != s.channels()
        || images.size(2) != s.imageHeight()
        || images.size(3) != s.imageWidth()) {
      throw new DataFormatException(
          data.toString(),
          0,
          "images [any, " + s.channels() + ", " + s.imageHeight() + ", " + s.imageWidth() + "]",
          java.util.Arrays.toString(images.shape()));
    }
    INDArray logits =
        model.logits(images.castTo(model.network().getLayerWiseConfigurations().getDataType()));
    List<double[]> rows = new ArrayList<>();
    for (long i = 0; i < logits.size(0); i++) {
      rows.add(logits.getRow(i).dup().data().asDouble());
    }
    return result(
        data,
        start,
        Map.of("logits", rows),
        new ResultTable(
            "Logits of each class",
            IntStream.range(0, s.classes()).mapToObj(model::label).toList(),
            rows.stream()
                .map(
                    row ->
                        java.util.Arrays.stream(row)
                            .mapToObj(v -> String.format(Locale.ROOT, "%.6g", v))
                            .toList())
                .toList()));
  }

  /** The likeliest classes of each image. */
  ExperimentResult ofImages(Path data, int top) throws IOException {
    long start = System.nanoTime();
    Preprocessing preprocessing =
        model
            .preprocessing()
            .orElseThrow(
                () ->
                    new DataFormatException(
                        file.toString(),
                        0,
                        "a model that says how images are prepared (import-weights --config"
                            + " config.json)",
                        "none; --raw takes arrays that are prepared already"));
    int count = Math.min(top, model.shape().classes());
    List<Map<String, Object>> predictions = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    ImagePreparation preparation = new ImagePreparation(preprocessing);
    DataType type = model.network().getLayerWiseConfigurations().getDataType();
    for (Path image : ImageFiles.files(data)) {
      INDArray x = preparation.prepare(ImageFiles.read(image), type);
      INDArray p = Transforms.softmax(model.logits(x)).reshape(model.shape().classes());
      double[] probabilities = p.dup().data().asDouble();
      List<Map<String, Object>> best = new ArrayList<>();
      List<String> row = new ArrayList<>(List.of(image.toString()));
      IntStream.range(0, probabilities.length)
          .boxed()
          .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
          .limit(count)
          .forEach(
              c -> {
                best.add(Map.of("label", model.label(c), "probability", probabilities[c]));
                row.add(String.format(Locale.ROOT, "%s (%.3f)", model.label(c), probabilities[c]));
              });
      rows.add(row);
      Map<String, Object> prediction = new LinkedHashMap<>();
      prediction.put("image", image.toString());
      prediction.put("classes", best);
      predictions.add(prediction);
    }
    List<String> columns = new ArrayList<>(List.of("image"));
    IntStream.rangeClosed(1, count).forEach(i -> columns.add(i + "."));
    return result(
        data,
        start,
        Map.of("predictions", predictions),
        new ResultTable("The likeliest classes of each image", columns, rows));
  }

  private ExperimentResult result(
      Path data, long start, Map<String, Object> details, ResultTable table) {
    return new ExperimentResult(
        "predict vit",
        data.getFileName().toString(),
        model.provenance().seed(),
        (System.nanoTime() - start) / 1e9,
        Map.of(),
        Map.of(),
        details,
        List.of(table),
        List.of());
  }
}
