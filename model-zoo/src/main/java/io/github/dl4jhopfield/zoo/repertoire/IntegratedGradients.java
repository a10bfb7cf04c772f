package io.github.dl4jhopfield.zoo.repertoire;

import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much each residue of a sequence adds to its attention logit.
 *
 * <pre>
 *   a_j = integral over s from 0 to 1 of d logit(s x) / d s of residue j
 * </pre>
 *
 * <p>x are the residues' one-hot features, s = 0 a sequence without residues of the same length;
 * the position features and genes stay. The a_j of a sequence sum to logit(x) - logit(0), up to the
 * error of the {@value #STEPS} midpoints.
 *
 * <p>Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
 */
final class IntegratedGradients {
  private static final int STEPS = 64;
  private static final double SCALE = 1.0507009873554804934193349852946;
  private static final double ALPHA = 1.6732632423543772848170429916717;

  private final DeepRcParameters parameters;
  private final int features;
  private final double[][] convolution;
  private final double[] bias;
  private final double[][][] keys;
  private final double[][] keyBiases;
  private final double[] query;

  /** What each gene adds behind the channels; none without genes. */
  private final double[][] genes;

  IntegratedGradients(ComputationGraph network, DeepRcParameters parameters) {
    if (!parameters.fused()) {
      throw new IllegalArgumentException("integrated gradients: of one convolution only");
    }
    this.parameters = parameters;
    var embedding = network.getLayer(DeepRC.EMBEDDING).paramTable();
    convolution = embedding.get("W0").toDoubleMatrix();
    features = convolution.length / parameters.kernelSize();
    bias = row(embedding.get("b0"));
    genes =
        parameters.genes().isEmpty()
            ? new double[0][]
            : embedding.get(SequenceEmbedding.GENES).toDoubleMatrix();
    var keyTable = network.getLayer(DeepRC.KEYS).paramTable();
    keys = new double[parameters.attentionLayers()][][];
    keyBiases = new double[keys.length][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = keyTable.get("W" + i).toDoubleMatrix();
      keyBiases[i] = row(keyTable.get("b" + i));
    }
    query = row(network.getVertex(DeepRC.POOLING).paramTable(false).get("pooling"));
  }

  private static double[] row(INDArray array) {
    return array.dup('c').reshape(array.length()).toDoubleVector();
  }

  /** The a_j of a sequence. */
  double[] of(SequenceBag bag, int sequence) {
    byte[] codes = new byte[bag.length(sequence)];
    bag.residues(sequence, codes, 0);
    double scale = parameters.counts().of(bag.count(sequence));
    double[] ofGenes = genes(bag, sequence);
    double[] sums = new double[codes.length];
    for (int step = 0; step < STEPS; step++) {
      add(codes, ofGenes, scale * (step + 0.5) / STEPS, scale / STEPS, sums);
    }
    return sums;
  }

  /** The logit with the residues' features times s. */
  double logit(SequenceBag bag, int sequence, double s) {
    byte[] codes = new byte[bag.length(sequence)];
    bag.residues(sequence, codes, 0);
    return add(
        codes,
        genes(bag, sequence),
        s * parameters.counts().of(bag.count(sequence)),
        0,
        new double[codes.length]);
  }

  private double[] genes(SequenceBag bag, int sequence) {
    double[] sum = new double[genes.length == 0 ? 0 : genes[0].length];
    if (sum.length > 0) {
      int v = GeneVocabulary.number(parameters.genes().vOf(bag), bag.vGene(sequence));
      int j = GeneVocabulary.number(parameters.genes().jOf(bag), bag.jGene(sequence));
      for (int gene : new int[] {v, j}) {
        for (int f = 0; gene >= 0 && f < sum.length; f++) {
          sum[f] += genes[gene][f];
        }
      }
    }
    return sum;
  }

  private double add(byte[] codes, double[] ofGenes, double s, double weight, double[] sums) {
    int channels = bias.length;
    int n = codes.length;
    int kernel = parameters.kernelSize();
    double[] z = new double[channels];
    int[] best = new int[channels];
    for (int p = 0; p <= Math.max(0, n - kernel); p++) {
      for (int c = 0; c < channels; c++) {
        double value = bias[c];
        for (int k = 0; k < kernel && p + k < n; k++) {
          value += s * convolution[k * features + codes[p + k]][c];
          if (parameters.positionFeatures()) {
            double t = n > 1 ? 2 * Math.abs(0.5 - (double) (p + k) / (n - 1)) : 1;
            boolean first = p + k < (n + 1) / 2;
            value += (first ? t : 0) * convolution[k * features + 20][c];
            value += (1 - t) * convolution[k * features + 21][c];
            value += (first ? 0 : t) * convolution[k * features + 22][c];
          }
        }
        if (p == 0 || value > z[c]) {
          z[c] = value;
          best[c] = p;
        }
      }
    }
    double[][] at = new double[keys.length + 1][];
    double[][] before = new double[keys.length][];
    at[0] = Arrays.copyOf(selu(z), channels + ofGenes.length);
    System.arraycopy(ofGenes, 0, at[0], channels, ofGenes.length);
    for (int i = 0; i < keys.length; i++) {
      before[i] = keyBiases[i].clone();
      for (int u = 0; u < at[i].length; u++) {
        for (int v = 0; v < before[i].length; v++) {
          before[i][v] += at[i][u] * keys[i][u][v];
        }
      }
      at[i + 1] = selu(before[i]);
    }
    double logit = query[query.length - 1];
    double[] g = new double[at[keys.length].length];
    for (int v = 0; v < g.length; v++) {
      logit += query[v] * at[keys.length][v];
      g[v] = query[v];
    }
    for (int i = keys.length - 1; i >= 0; i--) {
      double[] below = new double[at[i].length];
      for (int v = 0; v < g.length; v++) {
        double slope = g[v] * slope(before[i][v]);
        for (int u = 0; u < below.length; u++) {
          below[u] += slope * keys[i][u][v];
        }
      }
      g = below;
    }
    for (int c = 0; c < channels; c++) {
      double slope = g[c] * slope(z[c]) * weight;
      for (int k = 0; k < kernel && best[c] + k < n; k++) {
        sums[best[c] + k] += slope * convolution[k * features + codes[best[c] + k]][c];
      }
    }
    return logit;
  }

  private static double[] selu(double[] z) {
    double[] y = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      y[i] = SCALE * (z[i] > 0 ? z[i] : ALPHA * Math.expm1(z[i]));
    }
    return y;
  }

  private static double slope(double z) {
    return SCALE * (z > 0 ? 1 : ALPHA * Math.exp(z));
  }
}
