package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.report.Picture;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Patterns as pictures. */
final class Pictures {
  private Pictures() {}

  /** A row of values in the shape of the images, at full contrast; below 0 is paper. */
  static Picture of(LabelledImages images, INDArray row) {
    double[] values = row.toDoubleVector();
    double most = 1e-9;
    for (double v : values) {
      most = Math.max(most, v);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= most;
    }
    return Picture.ink(values, images.height(), images.width());
  }
}
