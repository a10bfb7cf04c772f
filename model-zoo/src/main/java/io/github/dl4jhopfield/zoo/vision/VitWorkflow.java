package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@link VisionTransformer} on the user's own images. */
public final class VitWorkflow implements ModelWorkflow {
  private static final ExperimentOption RAW =
      ExperimentOption.flag("raw", false, "data is a .npy of images that are prepared already");
  private static final ExperimentOption TOP =
      ExperimentOption.integer("top", 3, 1, 1_000_000, "classes shown of each image");
  private static final ExperimentOption DAMAGED =
      ExperimentOption.choice(
          "damaged",
          "skip",
          List.of("skip", "stop"),
          "an image of a folder that cannot be read: a row with the reason, or the end");

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
    return List.of(RAW, TOP, DAMAGED);
  }

  @Override
  public ExperimentResult predict(Path model, Path data) throws IOException {
    return predict(model, data, null, Map.of());
  }

  @Override
  public ExperimentResult predict(Path model, Path data, Path out, Map<String, String> options)
      throws IOException {
    VitPredictions predictions = new VitPredictions(model);
    if (option(RAW, options).equals("true")) {
      if (out != null) {
        throw new IllegalArgumentException(
            "predict --raw: it writes no files; leave out --out, or redirect --json");
      }
      return predictions.ofArray(data);
    }
    return predictions.ofImages(
        data, Integer.parseInt(option(TOP, options)), option(DAMAGED, options).equals("stop"), out);
  }

  private static String option(ExperimentOption option, Map<String, String> given) {
    return given.getOrDefault(option.name(), option.defaultValue());
  }

  @Override
  public Optional<PiecewisePredictor> predictor(Path model) throws IOException {
    return Optional.of(
        new VitPredictor(VitModel.load(model), model, Integer.parseInt(TOP.defaultValue())));
  }

  @Override
  public ExperimentResult evaluate(Path model, Path data) throws IOException {
    return VitTraining.evaluate(model, data);
  }
}
