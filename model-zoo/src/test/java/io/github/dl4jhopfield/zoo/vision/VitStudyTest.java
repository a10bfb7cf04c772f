package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several trainings of Vision Transformers side by side. */
class VitStudyTest {
  @TempDir Path folder;

  private static final Map<String, String> SMALL =
      Map.of(
          "depth",
          "1",
          "width",
          "8",
          "heads",
          "1",
          "patch",
          "16",
          "epochs",
          "3",
          "batch-size",
          "9",
          "units",
          "none,pfu",
          "repeats",
          "2");

  private ExperimentResult run(Path out, Progress progress, Map<String, String> options)
      throws IOException {
    return new VitExperiment()
        .run(
            ExperimentContext.builder()
                .data(CifarFiles.write(folder.resolve("cifar"), 40, 5))
                .out(out)
                .options(options)
                .seed(7)
                .progress(progress)
                .build());
  }

  private static List<Path> kept(Path out, String ending) throws IOException {
    try (Stream<Path> files = Files.list(out.resolve("trainings"))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  @Test
  void everyUnitIsTrainedWithEverySeed() throws IOException {
    Path out = folder.resolve("out");
    ExperimentResult result = run(out, Progress.NONE, SMALL);

    assertThat(result.metrics().keySet())
        .containsExactly("accuracy-none", "accuracy-pfu", "nearestNeighbours", "mostFrequentClass");
    assertThat(kept(out, ".json")).hasSize(4);
    assertThat(kept(out, ".zip")).hasSize(4); // the models; no checkpoint is left
    VitShape shape = VitModel.load(kept(out, ".zip").get(3)).shape();
    assertThat(shape.unit()).isNotEqualTo(VitShape.builder().build().unit());
    assertThat(out.resolve("curves.svg")).exists();
    assertThat(Files.readString(out.resolve("report.html"))).contains("5 nearest images");

    // a training of the study is the one that is run alone
    Path alone = folder.resolve("alone");
    new VitExperiment()
        .run(
            ExperimentContext.builder()
                .data(folder.resolve("cifar"))
                .out(alone)
                .options(SMALL)
                .option("units", "")
                .option("repeats", "1")
                .option("unit", "pfu")
                .seed(8)
                .build());
    assertThat(VitModel.load(alone.resolve("model.zip")).network().params())
        .isEqualTo(VitModel.load(kept(out, ".zip").get(3)).network().params());
  }

  @Test
  void aStudyThatWasCutOffGoesOnAndKeepsWhatWasFinished() throws IOException {
    ExperimentResult whole = run(folder.resolve("whole"), Progress.NONE, SMALL);
    Path out = folder.resolve("cut");
    // 36 images in batches of 9: 12 updates a training, cut in the third
    assertThatThrownBy(() -> run(out, new EndsAfter(30), SMALL))
        .isInstanceOf(CancellationException.class);
    List<Path> finished = kept(out, ".json");
    assertThat(finished).hasSize(2);
    assertThat(kept(out, ".checkpoint.zip")).hasSize(1);
    byte[] before = Files.readAllBytes(finished.get(0));

    ExperimentResult resumed = run(out, Progress.NONE, SMALL);
    assertThat(resumed.metrics()).isEqualTo(whole.metrics());
    assertThat(Files.readAllBytes(finished.get(0))).isEqualTo(before);
    List<Path> models = kept(out, ".zip");
    List<Path> expected = kept(folder.resolve("whole"), ".zip");
    assertThat(models).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(models.get(i).getFileName()).isEqualTo(expected.get(i).getFileName());
      assertThat(models.get(i)).hasSameBinaryContentAs(expected.get(i));
    }
  }

  @Test
  void otherOptionsAreOtherTrainings() throws IOException {
    Path out = folder.resolve("out");
    Map<String, String> one = new java.util.HashMap<>(SMALL);
    one.put("units", "none,relu");
    one.put("repeats", "1");
    one.put("epochs", "1");
    run(out, Progress.NONE, one);
    one.put("learning-rate", "0.002");
    run(out, Progress.NONE, one);
    assertThat(kept(out, ".json")).hasSize(4);
  }

  @Test
  void aKeptTrainingThatIsDamagedIsNamed() throws IOException {
    Path out = folder.resolve("out");
    Map<String, String> one = new java.util.HashMap<>(SMALL);
    one.put("units", "none");
    one.put("epochs", "1");
    run(out, Progress.NONE, one);
    Path damaged = kept(out, ".json").get(0);
    Files.write(damaged, "{\"unit\":".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> run(out, Progress.NONE, one)).hasMessageContaining(damaged.toString());
  }

  @Test
  void unitsThatAreNoneOfThemAreRefused() {
    Map<String, String> wrong = new java.util.HashMap<>(SMALL);
    wrong.put("units", "none,prelu");
    assertThatThrownBy(() -> run(null, Progress.NONE, wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none, relu, pfu")
        .hasMessageContaining("prelu");
  }

  @Test
  void theNearestImagesVote() throws IOException {
    ImageSet.Split split = ImageSet.read(CifarFiles.write(folder.resolve("cifar"), 4_500, 3));
    ImageSet test = split.test().choose(new int[] {0, 7, 19});
    int[] predicted = NearestImages.predict(split.train(), test);
    for (int i = 0; i < 3; i++) {
      assertThat(predicted[i]).isEqualTo(byDefinition(split.train(), test, i));
    }
  }

  private static int byDefinition(ImageSet train, ImageSet test, int image) {
    double[] asked = test.pixels(image, image + 1).data().asDouble();
    double[] distances = new double[train.count()];
    for (int i = 0; i < distances.length; i++) {
      double[] known = train.pixels(i, i + 1).data().asDouble();
      for (int k = 0; k < known.length; k++) {
        distances[i] += (asked[k] - known[k]) * (asked[k] - known[k]);
      }
    }
    Integer[] order = new Integer[distances.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, java.util.Comparator.comparingDouble(i -> distances[i]));
    int[] votes = new int[train.classes()];
    for (int i = 0; i < NearestImages.NEIGHBOURS; i++) {
      votes[train.labels()[order[i]]]++;
    }
    int most = Arrays.stream(votes).max().getAsInt();
    for (Integer i : order) {
      if (votes[train.labels()[i]] == most) {
        return train.labels()[i];
      }
    }
    throw new AssertionError();
  }
}
