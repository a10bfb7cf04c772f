package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Starts half of the convolution's channels at patterns of four residues, with at most one gap,
 * that are more frequent, or rarer, in one class of the training repertoires than in the others
 * ({@link KmerContrast}). From random weights a signal in one of a thousand sequences is below the
 * noise of the first gradients; patterns that stand out are found by counting.
 *
 * <p>Only the training part is looked at. A channel answers 2 to its pattern, 0 with one residue
 * wrong, and less to others; each pattern starts two channels, at the first and at the last taps,
 * so that it is seen at both ends of a sequence. The attention starts on sequences that have such a
 * pattern.
 */
final class EnrichedStart {
  private static final double MATCH = 2;

  /** About what a channel gives to a sequence that does not have its pattern, negated. */
  private static final double WITHOUT = 1.5;

  /** A pattern, such as "AC.DE", and how far it stands out. */
  record Pattern(String letters, double t) {}

  private EnrichedStart() {}

  /**
   * The patterns that stand out most.
   *
   * @param classes number of classes of the first target, 2 or more
   */
  static List<Pattern> patterns(Dataset<SequenceBag> samples, int classes, int most)
      throws IOException {
    List<Pattern> all = new ArrayList<>();
    List<GappedKmers> shapes = new ArrayList<>(GappedKmers.FOURS);
    shapes.addAll(GappedKmers.FIVES);
    for (GappedKmers kmers : shapes) {
      KmerContrast contrast = KmerContrast.of(samples, classes, kmers);
      // of two classes one against the other says all
      for (int c = classes == 2 ? 1 : 0; c < classes; c++) {
        double[] t = contrast.t(c);
        for (int code : KmerContrast.most(t, most)) {
          all.add(new Pattern(kmers.letters(code), t[code]));
        }
      }
    }
    all.sort(Comparator.comparingDouble(p -> -Math.abs(p.t())));
    return List.copyOf(all.subList(0, Math.min(most, all.size())));
  }

  /** Starts channels of a network at the patterns of its training samples. */
  static List<Pattern> apply(
      ComputationGraph network,
      DeepRcParameters parameters,
      Dataset<SequenceBag> training,
      int classes)
      throws IOException {
    int channels = parameters.kernels() / 2;
    List<Pattern> patterns = patterns(training, classes, Math.max(1, channels / 2));
    INDArray w = network.getLayer(DeepRC.EMBEDDING).getParam("W0");
    INDArray b = network.getLayer(DeepRC.EMBEDDING).getParam("b0");
    long features = w.size(0) / parameters.kernelSize();
    int channel = 0;
    for (Pattern pattern : patterns) {
      int room = parameters.kernelSize() - pattern.letters().length();
      if (room < 0) {
        continue;
      }
      for (int offset : room == 0 ? new int[] {0} : new int[] {0, room}) {
        if (channel < channels) {
          set(w, b, features, channel++, pattern.letters(), offset);
        }
      }
    }
    if (channel > 0) {
      attend(network, parameters, channel);
    }
    return patterns;
  }

  /**
   * One unit of the attention network starts with the sum of the channels that were set, and the
   * state pattern with that unit: else half of the starts would pool everything but the sequences
   * that have the patterns.
   */
  private static void attend(ComputationGraph network, DeepRcParameters parameters, int channels) {
    double share = 2 / Math.sqrt(channels);
    for (int layer = 0; layer < parameters.attentionLayers(); layer++) {
      INDArray w = network.getLayer(DeepRC.KEYS).getParam("W" + layer);
      w.getColumn(0).assign(0);
      if (layer == 0) {
        w.getColumn(0).get(NDArrayIndex.interval(0, channels)).assign(share);
        // a sequence without a pattern comes to about -1
        network
            .getLayer(DeepRC.KEYS)
            .getParam("b0")
            .putScalar(0, 0, share * channels * WITHOUT - 1);
      } else {
        w.putScalar(0, 0, 1);
      }
    }
    INDArray query = network.getVertex(DeepRC.POOLING).paramTable(false).get("pooling");
    query.muli(0.1);
    query.putScalar(0, 0, 1);
  }

  private static void set(
      INDArray w, INDArray b, long features, int channel, String letters, int offset) {
    w.getColumn(channel).muli(0.1);
    int residues = 0;
    for (int i = 0; i < letters.length(); i++) {
      if (letters.charAt(i) != '.') {
        w.putScalar((offset + i) * features + AminoAcids.code(letters.charAt(i)), channel, MATCH);
        residues++;
      }
    }
    b.putScalar(0, channel, -(residues - 1) * MATCH);
  }
}
