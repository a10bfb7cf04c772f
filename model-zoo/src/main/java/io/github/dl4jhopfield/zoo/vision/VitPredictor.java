package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The likeliest classes of image files, each a piece. */
final class VitPredictor implements PiecewisePredictor {
  private final VitModel model;
  private final ImagePreparation preparation;
  private final DataType type;
  private final int shown;

  /**
   * A model on images.
   *
   * @param file that of the model, for messages
   * @param top classes shown of each image, or all if there are fewer
   * @throws DataFormatException if the model doesn't say how images are prepared
   */
  VitPredictor(VitModel model, Path file, int top) {
    this.model = model;
    this.preparation =
        new ImagePreparation(
            model
                .preprocessing()
                .orElseThrow(
                    () ->
                        new DataFormatException(
                            file.toString(),
                            0,
                            "a model that says how images are prepared (import-weights --config"
                                + " config.json)",
                            "none; --raw takes arrays that are prepared already")));
    type = model.network().getLayerWiseConfigurations().getDataType();
    shown = Math.min(top, model.shape().classes());
  }

  @Override
  public String title() {
    return "The likeliest classes of each image";
  }

  @Override
  public List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("image"));
    IntStream.rangeClosed(1, shown).forEach(i -> columns.add(i + "."));
    return columns;
  }

  @Override
  public long seed() {
    return model.provenance().seed();
  }

  @Override
  public List<Piece> pieces(Path data) throws IOException {
    return ImageFiles.files(data).stream()
        .map(file -> new Piece(file.toString(), file.toAbsolutePath().toString(), 0, -1))
        .toList();
  }

  @Override
  public List<Prediction> predict(Piece piece) throws IOException {
    double[] p =
        Transforms.softmax(
                model.logits(preparation.prepare(ImageFiles.read(Path.of(piece.file())), type)))
            .reshape(model.shape().classes())
            .dup()
            .data()
            .asDouble();
    List<Map<String, Object>> best = new ArrayList<>();
    List<String> row = new ArrayList<>(List.of(piece.name()));
    IntStream.range(0, p.length)
        .boxed()
        .sorted((a, b) -> Double.compare(p[b], p[a]))
        .limit(shown)
        .forEach(
            c -> {
              best.add(Map.of("label", model.label(c), "probability", p[c]));
              row.add(String.format(Locale.ROOT, "%s (%.3f)", model.label(c), p[c]));
            });
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("image", piece.name());
    fields.put("classes", best);
    return List.of(new Prediction(row, fields));
  }
}
