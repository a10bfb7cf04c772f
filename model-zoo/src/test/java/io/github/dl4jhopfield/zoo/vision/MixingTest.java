package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Mixup and CutMix: what a target says is what is in its image. */
class MixingTest {
  private static final int BATCH = 5;

  /** Image i has the value i everywhere, its target is class i. */
  private static INDArray images() {
    INDArray images = Nd4j.zeros(DataType.FLOAT, BATCH, 2, 8, 6);
    for (int i = 0; i < BATCH; i++) {
      images.slice(i).assign(i);
    }
    return images;
  }

  @Test
  void targetsSayWhatImagesHold() {
    for (Mixing mixing : new Mixing[] {new Mixing(0.8, 0), new Mixing(0, 1), new Mixing(0.8, 1)}) {
      Random random = new Random(4);
      int changed = 0;
      for (int run = 0; run < 40; run++) {
        INDArray images = images();
        INDArray targets = Nd4j.eye(BATCH).castTo(DataType.FLOAT);
        mixing.mix(images, targets, random);
        for (int i = 0; i < BATCH; i++) {
          double said = 0;
          for (int c = 0; c < BATCH; c++) {
            said += c * targets.getDouble(i, c);
          }
          assertThat(images.slice(i).meanNumber().doubleValue()).isCloseTo(said, within(1e-5));
          assertThat(targets.getRow(i).sumNumber().doubleValue()).isCloseTo(1, within(1e-6));
          changed += targets.getDouble(i, i) < 0.99 ? 1 : 0;
        }
      }
      assertThat(changed).isGreaterThan(60);
    }
  }

  @Test
  void cutMixPutsARectangleIn() {
    INDArray images = images();
    new Mixing(0, 1).mix(images, Nd4j.eye(BATCH).castTo(DataType.FLOAT), new Random(1));
    INDArray first = images.slice(0).slice(0);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 6; x++) {
        assertThat(first.getDouble(y, x)).isIn(0.0, BATCH - 1.0);
      }
    }
    assertThat(images.slice(0).slice(1)).isEqualTo(first);
  }

  @Test
  void nothingIsDrawnWithoutMixing() {
    INDArray images = images();
    Random random = new Random(1);
    new Mixing(0, 0).mix(images, Nd4j.eye(BATCH), random);
    assertThat(images).isEqualTo(images());
    assertThat(random.nextLong()).isEqualTo(new Random(1).nextLong());
  }
}
