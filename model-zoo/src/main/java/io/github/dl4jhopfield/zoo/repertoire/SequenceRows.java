package io.github.dl4jhopfield.zoo.repertoire;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences as the rows that {@link DeepRC} takes: the codes of at most W residues, -1 from the end
 * on, then the number that the count gives.
 */
final class SequenceRows {
  private SequenceRows() {}

  /** Codes alone, int8 [n, W], for the ops. */
  static INDArray codes(SequenceBag bag, int[] which, int from, int to, int width) {
    byte[] codes = new byte[(to - from) * width];
    Arrays.fill(codes, (byte) -1);
    for (int i = from; i < to; i++) {
      copy(bag, which == null ? i : which[i], codes, (i - from) * width, width);
    }
    INDArray array = Nd4j.createUninitialized(DataType.INT8, to - from, width);
    ((org.bytedeco.javacpp.BytePointer) array.data().pointer()).put(codes, 0, codes.length);
    return array;
  }

  private static void copy(SequenceBag bag, int sequence, byte[] into, int at, int width) {
    int length = bag.length(sequence);
    if (length > width) {
      throw new IllegalArgumentException(
          "sequence "
              + sequence
              + ": expected at most "
              + width
              + " residues (maxLength), found "
              + length);
    }
    bag.residues(sequence, into, at);
  }

  /** What the counts give, [n]; null where that is 1 for all. */
  static INDArray scale(
      SequenceBag bag, int[] which, int from, int to, CountScale counts, DataType type) {
    if (counts == CountScale.NONE) {
      return null;
    }
    double[] scale = new double[to - from];
    for (int i = from; i < to; i++) {
      scale[i - from] = counts.of(bag.count(which == null ? i : which[i]));
    }
    return Nd4j.createFromArray(scale).castTo(type);
  }

  /** A minibatch for the network: rows [B, S, W + 1] and their mask [B, S]. */
  record Batch(INDArray rows, INDArray mask) {}

  /**
   * The chosen sequences of some bags, padded to the most.
   *
   * @param which of each bag
   */
  static Batch batch(
      List<SequenceBag> bags, List<int[]> which, int width, CountScale counts, DataType type) {
    int most = which.stream().mapToInt(w -> w.length).max().orElse(0);
    float[] rows = new float[bags.size() * most * (width + 1)];
    float[] mask = new float[bags.size() * most];
    Arrays.fill(rows, -1);
    byte[] codes = new byte[width];
    for (int b = 0; b < bags.size(); b++) {
      int[] chosen = which.get(b);
      for (int i = 0; i < chosen.length; i++) {
        int row = b * most + i;
        mask[row] = 1;
        copy(bags.get(b), chosen[i], codes, 0, width);
        int length = bags.get(b).length(chosen[i]);
        for (int j = 0; j < length; j++) {
          rows[row * (width + 1) + j] = codes[j];
        }
        rows[row * (width + 1) + width] = (float) counts.of(bags.get(b).count(chosen[i]));
      }
      for (int i = chosen.length; i < most; i++) {
        rows[(b * most + i) * (width + 1) + width] = 0;
      }
    }
    return new Batch(
        Nd4j.createFromArray(rows).reshape(bags.size(), most, width + 1L).castTo(type),
        Nd4j.createFromArray(mask).reshape(bags.size(), most).castTo(type));
  }
}
