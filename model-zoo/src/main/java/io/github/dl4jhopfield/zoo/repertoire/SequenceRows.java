package io.github.dl4jhopfield.zoo.repertoire;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences as the rows that {@link DeepRC} takes: the codes of at most W residues, -1 from the end
 * on, then the number that the count gives and, where the network knows genes, the numbers of the V
 * and the J gene, -1 for none.
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

  /** A minibatch for the network: rows [B, S, columns] and their mask [B, S]. */
  record Batch(INDArray rows, INDArray mask) {}

  /** Numbers of a row of the network's input. */
  static int columns(DeepRcParameters parameters) {
    return parameters.maxLength() + 1 + (parameters.genes().isEmpty() ? 0 : 2);
  }

  /**
   * The chosen sequences of some bags, padded to the most.
   *
   * @param which of each bag
   */
  static Batch batch(
      List<SequenceBag> bags, List<int[]> which, DeepRcParameters parameters, DataType type) {
    int width = parameters.maxLength();
    GeneVocabulary genes = parameters.genes();
    int columns = columns(parameters);
    int most = which.stream().mapToInt(w -> w.length).max().orElse(0);
    float[] rows = new float[bags.size() * most * columns];
    float[] mask = new float[bags.size() * most];
    Arrays.fill(rows, -1);
    byte[] codes = new byte[width];
    for (int b = 0; b < bags.size(); b++) {
      SequenceBag bag = bags.get(b);
      int[] chosen = which.get(b);
      int[] v = genes.vOf(bag);
      int[] j = genes.jOf(bag);
      for (int i = 0; i < chosen.length; i++) {
        int row = b * most + i;
        mask[row] = 1;
        copy(bag, chosen[i], codes, 0, width);
        int length = bag.length(chosen[i]);
        int at = row * columns;
        for (int k = 0; k < length; k++) {
          rows[at + k] = codes[k];
        }
        rows[at + width] = (float) parameters.counts().of(bag.count(chosen[i]));
        if (columns > width + 1) {
          rows[at + width + 1] = GeneVocabulary.number(v, bag.vGene(chosen[i]));
          rows[at + width + 2] = GeneVocabulary.number(j, bag.jGene(chosen[i]));
        }
      }
      for (int i = chosen.length; i < most; i++) {
        rows[(b * most + i) * columns + width] = 0;
      }
    }
    return new Batch(
        Nd4j.createFromArray(rows).reshape(bags.size(), most, columns).castTo(type),
        Nd4j.createFromArray(mask).reshape(bags.size(), most).castTo(type));
  }

  /**
   * The sum of the features of each sequence's V and J gene, [to - from, features].
   *
   * @param table [genes, features]
   */
  static INDArray genes(
      SequenceBag bag, int[] which, int from, int to, GeneVocabulary genes, INDArray table) {
    double[][] rows = table.toDoubleMatrix();
    int features = (int) table.size(1);
    double[] sums = new double[(to - from) * features];
    int[] v = genes.vOf(bag);
    int[] j = genes.jOf(bag);
    for (int i = from; i < to; i++) {
      int sequence = which == null ? i : which[i];
      int at = (i - from) * features;
      add(rows, GeneVocabulary.number(v, bag.vGene(sequence)), sums, at);
      add(rows, GeneVocabulary.number(j, bag.jGene(sequence)), sums, at);
    }
    return Nd4j.createFromArray(sums).reshape(to - from, features).castTo(table.dataType());
  }

  private static void add(double[][] rows, int row, double[] to, int at) {
    if (row >= 0) {
      for (int f = 0; f < rows[row].length; f++) {
        to[at + f] += rows[row][f];
      }
    }
  }
}
