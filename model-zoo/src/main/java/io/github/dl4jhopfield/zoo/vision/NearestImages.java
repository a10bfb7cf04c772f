package io.github.dl4jhopfield.zoo.vision;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The simplest thing that a network should beat: an image has the class that most of its {@value
 * #NEIGHBOURS} nearest training images have, by squared distance of the pixels; of equally many the
 * class of the nearer one. Nothing is chosen, so nothing is held back.
 */
final class NearestImages {
  /** Neighbours that vote. */
  static final int NEIGHBOURS = 5;

  private static final int TRAIN_BLOCK = 4096;
  private static final int TEST_BLOCK = 1024;

  private NearestImages() {}

  /** The class of each of the test images. */
  static int[] predict(ImageSet train, ImageSet test) {
    int neighbours = Math.min(NEIGHBOURS, train.count());
    float[][] distances = new float[test.count()][neighbours];
    int[][] classes = new int[test.count()][neighbours];
    for (float[] row : distances) {
      Arrays.fill(row, Float.POSITIVE_INFINITY);
    }
    int[] labels = train.labels();
    for (int from = 0; from < train.count(); from += TRAIN_BLOCK) {
      int to = Math.min(train.count(), from + TRAIN_BLOCK);
      try (INDArray known = train.pixels(from, to);
          INDArray knownSquares = known.mul(known).sum(1).reshape(1, to - from)) {
        for (int testFrom = 0; testFrom < test.count(); testFrom += TEST_BLOCK) {
          int testTo = Math.min(test.count(), testFrom + TEST_BLOCK);
          // without the square of the test image, which is the same for all its neighbours
          try (INDArray asked = test.pixels(testFrom, testTo);
              INDArray products = Nd4j.gemm(asked, known, false, true);
              INDArray less = products.muli(-2).addiRowVector(knownSquares)) {
            float[][] rows = less.toFloatMatrix();
            for (int i = 0; i < rows.length; i++) {
              take(rows[i], labels, from, distances[testFrom + i], classes[testFrom + i]);
            }
          }
        }
      }
    }
    int[] predicted = new int[test.count()];
    Arrays.setAll(predicted, i -> vote(classes[i], train.classes()));
    return predicted;
  }

  /** Sorts the near ones of a block into those known so far. */
  private static void take(float[] row, int[] labels, int from, float[] nearest, int[] classes) {
    int last = nearest.length - 1;
    for (int j = 0; j < row.length; j++) {
      if (row[j] < nearest[last]) {
        int at = last;
        while (at > 0 && row[j] < nearest[at - 1]) {
          nearest[at] = nearest[at - 1];
          classes[at] = classes[at - 1];
          at--;
        }
        nearest[at] = row[j];
        classes[at] = labels[from + j];
      }
    }
  }

  /** The most frequent; of equally frequent ones the first. */
  private static int vote(int[] nearestFirst, int count) {
    int[] votes = new int[count];
    for (int label : nearestFirst) {
      votes[label]++;
    }
    int best = nearestFirst[0];
    for (int label : nearestFirst) {
      best = votes[label] > votes[best] ? label : best;
    }
    return best;
  }
}
