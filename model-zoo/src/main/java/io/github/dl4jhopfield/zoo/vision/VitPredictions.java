package io.github.dl4jhopfield.zoo.vision;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  /**
   * The likeliest classes of each image.
   *
   * @param stops ends at an image that cannot be read; else such a one is a row with the reason
   * @param out folder for a file {@code predictions.csv}, or null
   */
  ExperimentResult ofImages(Path data, int top, boolean stops, Path out) throws IOException {
    VitPredictor predictor = new VitPredictor(model, file, top);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    BatchPrediction.Runner here =
        stops || !Files.isDirectory(data)
            ? BatchPrediction.untilOneFails(predictor)
            : BatchPrediction.here(predictor);
    ExperimentResult found = BatchPrediction.run("vit", predictor, data, here);
    if (out == null) {
      return found;
    }
    Path csv = out.resolve("predictions.csv");
    writeCsv(csv, (List<?>) found.details().get("predictions"), predictor.columns().size() - 1);
    return found.withFiles(List.of(csv));
  }

  /** A row an image: its name, then label and probability of each class shown, then a reason. */
  private static void writeCsv(Path csv, List<?> predictions, int shown) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().build(text)) {
      List<String> header = new ArrayList<>(List.of("image"));
      for (int i = 1; i <= shown; i++) {
        header.addAll(List.of("label" + i, "probability" + i));
      }
      header.add("error");
      writer.writeRecord(header);
      for (Object each : predictions) {
        Map<?, ?> prediction = (Map<?, ?>) each;
        List<String> row = new ArrayList<>(List.of(prediction.get("image").toString()));
        if (prediction.get("classes") instanceof List<?> classes) {
          for (Object c : classes) {
            row.add(((Map<?, ?>) c).get("label").toString());
            row.add(((Map<?, ?>) c).get("probability").toString());
          }
        }
        while (row.size() < header.size() - 1) {
          row.add("");
        }
        row.add(prediction.containsKey("error") ? prediction.get("error").toString() : "");
        writer.writeRecord(row);
      }
    }
    AtomicFiles.writeText(csv, text.toString());
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
