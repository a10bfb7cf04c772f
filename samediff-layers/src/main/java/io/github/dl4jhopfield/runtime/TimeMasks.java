package io.github.dl4jhopfield.runtime;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Masks of time steps. */
final class TimeMasks {

  private TimeMasks() {}

  /**
   * Refuses a mask that is not [batch, time] of an input of rank 3.
   *
   * @param what the mask in words
   */
  static void check(String owner, String what, RNNFormat format, INDArray input, INDArray mask) {
    long batch = input.size(0);
    long time = input.size(format == RNNFormat.NCW ? 2 : 1);
    if (mask.rank() != 2 || mask.size(0) != batch || mask.size(1) != time) {
      throw new IllegalArgumentException(
          owner
              + ": "
              + what
              + ": expected [batch, time] = ["
              + batch
              + ", "
              + time
              + "] of an input of shape "
              + Arrays.toString(input.shape())
              + ", found "
              + Arrays.toString(mask.shape()));
    }
  }
}
