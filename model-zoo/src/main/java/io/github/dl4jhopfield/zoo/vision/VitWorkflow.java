package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@link VisionTransformer} on the user's own images. */
public final class VitWorkflow implements ModelWorkflow {
  private static final ExperimentOption RAW =
      ExperimentOption.flag("raw", false, "data is a .npy of images that are prepared already");
  private static final ExperimentOption TOP =
      ExperimentOption.integer("top", 3, 1, 1_000_000, "classes shown of each image");

  /** For the service loader. */
  public VitWorkflow() {}

  @Override
  public String name() {
    return "vit";
  }

  @Override
  public String description() {
    return "Vision Transformer, with partial forgetting where asked for: classes of images";
  }

  @Override
  public List<ExperimentOption> options() {
    return VitOptions.all();
  }

  @Override
  public ExperimentResult train(ExperimentContext context) throws IOException {
    String what = "train " + name();
    return ExperimentRun.execute(
        what, what, options(), context, VitTraining::openRequired, VitTraining::run);
  }

  @Override
  public List<ExperimentOption> predictOptions() {
    return List.of(RAW, TOP);
  }

  @Override
  public ExperimentResult predict(Path model, Path data) throws IOException {
    return predict(model, data, null, Map.of());
  }

  @Override
  public ExperimentResult predict(Path model, Path data, Path out, Map<String, String> options)
      throws IOException {
    if (out != null) {
      return predict(model, data, out); // refuses
    }
    boolean raw = options.getOrDefault(RAW.name(), RAW.defaultValue()).equals("true");
    int top = Integer.parseInt(options.getOrDefault(TOP.name(), TOP.defaultValue()));
    VitPredictions predictions = new VitPredictions(model);
    return raw ? predictions.ofArray(data) : predictions.ofImages(data, top);
  }

  @Override
  public ExperimentResult evaluate(Path model, Path data) throws IOException {
    return VitTraining.evaluate(model, data);
  }
}
