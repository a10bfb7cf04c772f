package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
          split
              .train()
              .prepare(
                  new int[] {i},
                  statistics,
                  null,
                  0,
                  false,
                  org.nd4j.linalg.api.buffer.DataType.FLOAT);
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
}
