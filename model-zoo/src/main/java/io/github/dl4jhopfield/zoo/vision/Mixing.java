package io.github.dl4jhopfield.zoo.vision;

import java.util.Random;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.RandomGeneratorFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Mixes each image of a batch, and its target, with the one at the same place from the other end.
 *
 * <p>Mixup (Zhang et al., ICLR 2018): l x + (1 - l) x' of images and targets. CutMix (Yun et al.,
 * ICCV 2019): a rectangle of x' in x, whose share of the area is 1 - l before it is cut off at the
 * edge and decides the targets after. l is drawn once a batch from Beta(a, a); with both, either
 * one with the same chance, as in timm.
 *
 * @param mixup a of mixup; 0: none
 * @param cutmix a of CutMix; 0: none
 */
record Mixing(double mixup, double cutmix) {

  /** Whether anything is mixed. */
  boolean mixes() {
    return mixup > 0 || cutmix > 0;
  }

  /** Mixes images [B, C, H, W] and their targets [B, classes] in place. */
  void mix(INDArray images, INDArray targets, Random random) {
    if (!mixes()) {
      return;
    }
    boolean cuts = cutmix > 0 && (mixup == 0 || random.nextBoolean());
    double a = cuts ? cutmix : mixup;
    RandomGenerator generator = RandomGeneratorFactory.createRandomGenerator(random);
    double share = new BetaDistribution(generator, a, a).sample();
    INDArray other = reversed(images);
    if (cuts) {
      share = cut(images, other, share, random);
    } else {
      images.muli(share).addi(other.muli(1 - share));
    }
    INDArray otherTargets = reversed(targets);
    targets.muli(share).addi(otherTargets.muli(1 - share));
  }

  private static INDArray reversed(INDArray array) {
    INDArray reversed = array.ulike();
    long n = array.size(0);
    for (long i = 0; i < n; i++) {
      reversed.get(NDArrayIndex.point(i)).assign(array.get(NDArrayIndex.point(n - 1 - i)));
    }
    return reversed;
  }

  /** Gives the share of the area that stayed. */
  private static double cut(INDArray images, INDArray other, double share, Random random) {
    int height = (int) images.size(2);
    int width = (int) images.size(3);
    double side = Math.sqrt(1 - share);
    int cutHeight = (int) (height * side);
    int cutWidth = (int) (width * side);
    int y = random.nextInt(height);
    int x = random.nextInt(width);
    int top = Math.max(0, y - cutHeight / 2);
    int bottom = Math.min(height, y + cutHeight / 2);
    int left = Math.max(0, x - cutWidth / 2);
    int right = Math.min(width, x + cutWidth / 2);
    if (bottom <= top || right <= left) {
      return 1;
    }
    var place =
        new org.nd4j.linalg.indexing.INDArrayIndex[] {
          NDArrayIndex.all(),
          NDArrayIndex.all(),
          NDArrayIndex.interval(top, bottom),
          NDArrayIndex.interval(left, right)
        };
    images.get(place).assign(other.get(place));
    return 1 - (bottom - top) * (right - left) / (double) (height * width);
  }
}
