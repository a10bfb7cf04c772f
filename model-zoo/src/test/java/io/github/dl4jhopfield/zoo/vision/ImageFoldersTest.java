package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images by class. */
class ImageFoldersTest {
  @TempDir Path folder;

  private void image(String place, Color colour, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    Path file = folder.resolve(place);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private void tenOf(String name, Color colour) throws IOException {
    for (int i = 0; i < 10; i++) {
      image(name + "/" + i + ".png", colour, 9 + i, 12);
    }
  }

  @Test
  void classesAreFoldersAndAFifthIsTestedWith() throws IOException {
    tenOf("red", Color.RED);
    tenOf("blue", Color.BLUE);
    assertThat(ImageFolders.isOne(folder)).isTrue();
    ImageSet.Split split = new ImageFolders(8, false).read(folder);
    assertThat(split.train().count()).isEqualTo(16);
    assertThat(split.test().count()).isEqualTo(4);
    assertThat(split.train().names()).containsExactly("blue", "red");
    assertThat(split.test().labels()).containsExactlyInAnyOrder(0, 0, 1, 1);
    double[][] statistics = {{0, 0, 0}, {1, 1, 1}};
    int[] labels = split.train().labels();
    for (int i = 0; i < labels.length; i++) {
      var x =
          split.train().prepare(new int[] {i}, split.train()::image, statistics, null, 0, false);
      assertThat(x.getDouble(0, labels[i] == 1 ? 0 : 2, 3, 4)).isEqualTo(1);
      assertThat(x.getDouble(0, labels[i] == 1 ? 2 : 0, 3, 4)).isZero();
    }
  }

  @Test
  void trainAndTestMayBeFoldersOfTheirOwn() throws IOException {
    tenOf("train/red", Color.RED);
    tenOf("train/blue", Color.BLUE);
    image("val/red/a.png", Color.RED, 5, 5);
    assertThatThrownBy(() -> new ImageFolders(8, false).read(folder))
        .hasMessageContaining("two or more classes");
    image("val/green/a.png", Color.GREEN, 5, 5);
    assertThatThrownBy(() -> new ImageFolders(8, false).read(folder))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("[blue, red]")
        .hasMessageContaining("[green, red]");
    Files.move(folder.resolve("val/green"), folder.resolve("val/blue"));
    ImageSet.Split split = new ImageFolders(8, false).read(folder);
    assertThat(split.train().count()).isEqualTo(20);
    assertThat(split.test().labels()).containsExactly(0, 1);
  }

  @Test
  void damagedImagesEndItOrAreListed() throws IOException {
    tenOf("red", Color.RED);
    tenOf("blue", Color.BLUE);
    Files.writeString(folder.resolve("red/broken.png"), "no image");
    assertThatThrownBy(() -> new ImageFolders(8, false).read(folder))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("broken.png");
    ImageFolders skipping = new ImageFolders(8, true);
    ImageSet.Split split = skipping.read(folder);
    assertThat(split.train().count() + split.test().count()).isEqualTo(20);
    assertThat(skipping.damaged()).hasSize(1).allMatch(line -> line.contains("broken.png"));
  }

  @Test
  void aModelIsTrainedOnAndPredictsNamesOfClasses() throws IOException {
    tenOf("red", Color.RED);
    tenOf("blue", Color.BLUE);
    Files.writeString(folder.resolve("red/broken.png"), "no image");
    Path out = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-out"));
    VitWorkflow vit = new VitWorkflow();
    Map<String, String> small =
        Map.of(
            "image-size",
            "8",
            "damaged",
            "skip",
            "depth",
            "1",
            "width",
            "8",
            "heads",
            "1",
            "patch",
            "4",
            "epochs",
            "3",
            "batch-size",
            "4");
    ExperimentResult trained =
        vit.train(ExperimentContext.builder().data(folder).out(out).options(small).seed(3).build());
    assertThat(trained.details().get("classes")).isEqualTo(List.of("blue", "red"));
    assertThat((List<?>) trained.details().get("damagedImages")).hasSize(1);
    assertThat(trained.tables().get(0).rows().get(0).get(0)).contains("broken.png");

    Path model = out.resolve("model.zip");
    ExperimentResult predicted = vit.predict(model, folder, out, Map.of("top", "2"));
    List<?> predictions = (List<?>) predicted.details().get("predictions");
    assertThat(predictions).hasSize(21);
    assertThat(predicted.details().get("failed")).isEqualTo(1);
    List<String> csv = Files.readAllLines(out.resolve("predictions.csv"));
    assertThat(csv).hasSize(22);
    assertThat(csv.get(0)).isEqualTo("image,label1,probability1,label2,probability2,error");
    assertThat(csv.get(1)).matches(".*0.png,(red|blue),0\\.\\d+,(red|blue),0\\.\\d+,");
    assertThat(csv).anyMatch(line -> line.contains("broken.png,,,,,"));
    assertThatThrownBy(() -> vit.predict(model, folder, null, Map.of("damaged", "stop")))
        .hasMessageContaining("broken.png");
    assertThat(vit.predictor(model).orElseThrow().pieces(folder)).hasSize(21);
    Files.delete(folder.resolve("red/broken.png"));
    assertThat(vit.evaluate(model, folder).metrics()).containsKey("accuracy");
  }

  @Test
  void aFrozenBackboneKeepsItsWeightsAndGetsANewHead() throws IOException {
    tenOf("red", Color.RED);
    tenOf("blue", Color.BLUE);
    Path out = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-one"));
    VitWorkflow vit = new VitWorkflow();
    Map<String, String> small =
        Map.of(
            "image-size",
            "8",
            "depth",
            "1",
            "width",
            "8",
            "heads",
            "1",
            "patch",
            "4",
            "epochs",
            "1");
    vit.train(ExperimentContext.builder().data(folder).out(out).options(small).build());
    tenOf("green", Color.GREEN);
    Path tuned = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-two"));
    Path first = out.resolve("model.zip");
    Map<String, String> fine =
        Map.of(
            "from",
            first.toString(),
            "freeze",
            "true",
            "epochs",
            "30",
            "learning-rate",
            "0.05",
            "batch-size",
            "8",
            "augment",
            "false");
    ExperimentResult found =
        vit.train(ExperimentContext.builder().data(folder).out(tuned).options(fine).build());
    VitModel before = VitModel.load(first);
    VitModel after = VitModel.load(tuned.resolve("model.zip"));
    for (int i = 0; i < before.network().getnLayers() - 1; i++) {
      assertThat(after.network().getLayer(i).params())
          .as("layer " + i)
          .isEqualTo(before.network().getLayer(i).params());
    }
    assertThat(after.shape().classes()).isEqualTo(3);
    assertThat(after.label(1)).isEqualTo("green");
    assertThat(after.preprocessing().orElseThrow().mean())
        .isEqualTo(before.preprocessing().orElseThrow().mean());
    assertThat(found.metrics().get("accuracy").mean()).isEqualTo(1.0);
    assertThatThrownBy(
            () ->
                vit.train(
                    ExperimentContext.builder()
                        .data(folder)
                        .out(tuned)
                        .option("freeze", "true")
                        .build()))
        .hasMessageContaining("--from");
  }
}
