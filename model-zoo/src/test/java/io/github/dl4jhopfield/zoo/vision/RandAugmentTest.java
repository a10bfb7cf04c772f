package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.zoo.vision.RandAugment.Layout;
import io.github.dl4jhopfield.zoo.vision.RandAugment.Operation;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations of RandAugment, each against what it is said to do. */
class RandAugmentTest {
  private static final Layout GREY = new Layout(1, 2, 3);
  private static final Layout COLOURED = new Layout(3, 8, 9);
  private static final byte[] FILL = bytes(7, 8, 9);

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] noise(long seed) {
    byte[] image = new byte[3 * 8 * 9];
    new Random(seed).nextBytes(image);
    return image;
  }

  private static byte[] grey(Operation operation, double strength, int... values) {
    return RandAugment.apply(operation, strength, bytes(values), GREY, FILL);
  }

  @ParameterizedTest
  @EnumSource
  void isWhatItIsSaidToBe(Operation operation) {
    switch (operation) {
      case IDENTITY ->
          assertThat(grey(operation, 0, 1, 2, 3, 4, 5, 6)).isEqualTo(bytes(1, 2, 3, 4, 5, 6));
      case TRANSLATE_X -> // by a third of the width, to the right
          assertThat(grey(operation, 1 / 3.0, 1, 2, 3, 4, 5, 6)).isEqualTo(bytes(7, 1, 2, 7, 4, 5));
      case TRANSLATE_Y ->
          assertThat(grey(operation, -0.5, 1, 2, 3, 4, 5, 6)).isEqualTo(bytes(4, 5, 6, 7, 7, 7));
      case SHEAR_X -> // rows half a pixel from the middle, moved by one each way
          assertThat(grey(operation, 2, 1, 2, 3, 4, 5, 6)).isEqualTo(bytes(7, 1, 2, 5, 6, 7));
      case SHEAR_Y -> // columns one pixel from the middle, moved by one each way
          assertThat(grey(operation, 1, 1, 2, 3, 4, 5, 6)).isEqualTo(bytes(7, 2, 6, 1, 5, 7));
      case ROTATE -> {
        byte[] half = grey(operation, Math.PI, 1, 2, 3, 4, 5, 6);
        assertThat(half).isEqualTo(bytes(6, 5, 4, 3, 2, 1));
      }
      case BRIGHTNESS ->
          assertThat(grey(operation, 0.5, 0, 10, 100, 200, 255, 3))
              .isEqualTo(bytes(0, 15, 150, 255, 255, 4)); // 4.5 to the even one
      case CONTRAST -> // the mean is 100
          assertThat(grey(operation, -0.5, 100, 0, 200, 100, 50, 150))
              .isEqualTo(bytes(100, 50, 150, 100, 75, 125));
      case COLOUR -> {
        byte[] grey = RandAugment.apply(operation, -1, bytes(255, 0, 0), new Layout(3, 1, 1), FILL);
        assertThat(grey).isEqualTo(bytes(76, 76, 76)); // 0.299 of 255
      }
      case SHARPNESS -> {
        byte[] image = new byte[9];
        image[4] = (byte) 130;
        byte[] smooth = RandAugment.apply(operation, -1, image, new Layout(1, 3, 3), FILL);
        assertThat(smooth).isEqualTo(bytes(0, 0, 0, 0, 50, 0, 0, 0, 0)); // 5 of 13
        byte[] sharp = RandAugment.apply(operation, 1, image, new Layout(1, 3, 3), FILL);
        assertThat(sharp[4]).isEqualTo((byte) 210);
      }
      case POSTERIZE ->
          assertThat(grey(operation, 4, 255, 15, 16, 31, 32, 129))
              .isEqualTo(bytes(240, 0, 16, 16, 32, 128));
      case SOLARIZE ->
          assertThat(grey(operation, 128, 127, 128, 255, 0, 200, 50))
              .isEqualTo(bytes(127, 127, 0, 0, 55, 50));
      case AUTOCONTRAST -> {
        assertThat(grey(operation, 0, 50, 75, 100, 50, 60, 100))
            .isEqualTo(bytes(0, 128, 255, 0, 51, 255));
        assertThat(grey(operation, 0, 9, 9, 9, 9, 9, 9)).isEqualTo(bytes(9, 9, 9, 9, 9, 9));
      }
      case EQUALIZE -> {
        assertThat(grey(operation, 0, 10, 10, 20, 20, 30, 30))
            .isEqualTo(bytes(0, 0, 128, 128, 255, 255));
        assertThat(grey(operation, 0, 9, 9, 9, 9, 9, 9)).isEqualTo(bytes(9, 9, 9, 9, 9, 9));
      }
      default -> throw new AssertionError(operation);
    }
  }

  @Test
  void followsFromTheSeedAlone() {
    RandAugment augment = new RandAugment(3, 20);
    byte[] image = noise(1);
    byte[] before = image.clone();
    Set<String> different = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      byte[] changed = augment.apply(image, COLOURED, FILL, seed);
      assertThat(changed).isEqualTo(augment.apply(image, COLOURED, FILL, seed));
      different.add(java.util.Arrays.toString(changed));
    }
    assertThat(image).isEqualTo(before);
    assertThat(different).hasSizeGreaterThan(40);
  }

  @Test
  void greyImagesStayOfOneChannel() {
    RandAugment augment = new RandAugment(5, 30);
    Layout layout = new Layout(1, 8, 9);
    byte[] image = java.util.Arrays.copyOf(noise(3), 72);
    for (long seed = 0; seed < 50; seed++) {
      assertThat(augment.apply(image, layout, FILL, seed)).hasSize(72);
    }
  }
}
