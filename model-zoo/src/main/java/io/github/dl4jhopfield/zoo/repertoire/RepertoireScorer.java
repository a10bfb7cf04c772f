package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.SequenceInputs;
import io.github.dl4jhopfield.ops.UnitOutput;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Applies a {@link DeepRC} network to repertoires of any size without gradients, chunk by chunk:
 * memory grows by a number for each sequence, and by nothing else. A result depends on nothing but
 * the repertoire and the weights, not on the size of the chunks.
 *
 * <p>Not thread-safe: it shares the network's parameters, which training changes.
 */
public final class RepertoireScorer {
  /** Sequences that are embedded at a time. */
  static final int CHUNK = 20_000;

  private final ComputationGraph network;
  private final DeepRcParameters parameters;
  private final int targets;
  private final int chunk;
  private final NDHopfield ops = NDHopfield.ops();

  /**
   * @param network of {@link DeepRC#init()} with these parameters
   */
  public RepertoireScorer(ComputationGraph network, DeepRcParameters parameters) {
    this(network, parameters, CHUNK);
  }

  RepertoireScorer(ComputationGraph network, DeepRcParameters parameters, int chunk) {
    this.network = network;
    this.parameters = parameters;
    this.targets = network.getNumOutputArrays();
    // a graph of several ops holds every window or step
    this.chunk = parameters.fused() ? chunk : Math.min(chunk, 2000);
  }

  /**
   * What a repertoire gets.
   *
   * @param outputs of each target: a probability, probabilities of the classes, or a number
   * @param logits attention logit of each sequence
   * @param pooled numbers of the sequences that were pooled, ascending
   * @param attention weight of each of those
   */
  public record Scored(double[][] outputs, double[] logits, int[] pooled, double[] attention) {}

  /** Scores a repertoire. */
  public Scored score(SequenceBag bag) {
    double[] logits = logits(bag, null);
    int[] pooled = highest(logits, parameters.kept(bag.size()));
    double[] kept = Arrays.stream(pooled).mapToDouble(i -> logits[i]).toArray();
    INDArray weights = attention(kept);
    INDArray sum = Nd4j.zeros(type(), 1, parameters.width());
    for (int from = 0; from < pooled.length; from += chunk) {
      int to = Math.min(pooled.length, from + chunk);
      INDArray part = weights.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
      try (INDArray embedded = embed(bag, pooled, from, to)) {
        sum.addi(part.mmul(embedded));
      }
    }
    double[][] outputs = new double[targets][];
    for (int t = 0; t < targets; t++) {
      outputs[t] = output(t, sum);
    }
    return new Scored(outputs, logits, pooled, weights.toDoubleVector());
  }

  private DataType type() {
    return network.params().dataType();
  }

  private double[] output(int target, INDArray pooled) {
    var layer = network.getOutputLayer(target);
    INDArray z = pooled.mmul(layer.getParam("W")).addRowVector(layer.getParam("b"));
    IActivation f =
        ((org.deeplearning4j.nn.conf.layers.BaseLayer) layer.conf().getLayer()).getActivationFn();
    return f.getActivation(z, false).toDoubleVector();
  }

  /** Weights of logits, [1, n], as the pooling of the network makes them. */
  private INDArray attention(double[] logits) {
    INDArray scores = Nd4j.createFromArray(logits).castTo(type()).reshape(1, logits.length);
    LagrangianUnit unit = parameters.unit();
    if (unit.getKind() == LagrangianUnit.Kind.NONE) {
      return ops.separate(parameters.separation(), scores, null, 1, -1);
    }
    UnitOutput<INDArray> out = ops.lagrangianUnit(unit, scores, null, null, -1);
    return ops.separate(parameters.separation(), out.values(), null, 1, -1).mul(out.kept());
  }

  private INDArray embed(SequenceBag bag, int[] which, int from, int to) {
    if (!parameters.fused()) {
      return composed(bag, which, from, to);
    }
    INDArray residues = residues(bag, which, from, to);
    if (parameters.genes().isEmpty()) {
      return residues;
    }
    INDArray table = network.getLayer(DeepRC.EMBEDDING).getParam(SequenceEmbedding.GENES);
    try (residues;
        INDArray genes = SequenceRows.genes(bag, which, from, to, parameters.genes(), table)) {
      return Nd4j.concat(1, residues, genes);
    }
  }

  private INDArray residues(SequenceBag bag, int[] which, int from, int to) {
    var embedding = network.getLayer(DeepRC.EMBEDDING).paramTable();
    long kernel = parameters.kernelSize();
    long features = embedding.get("W0").size(0) / kernel;
    INDArray weight =
        embedding.get("W0").dup('c').reshape('c', kernel, features, parameters.kernels());
    int width = 1;
    for (int i = from; i < to; i++) {
      width = Math.max(width, bag.length(which == null ? i : which[i]));
    }
    try (INDArray codes = SequenceRows.codes(bag, which, from, to, width)) {
      return ops.sequenceEmbedding(
          new SequenceInputs<>(
              codes,
              SequenceRows.scale(bag, which, from, to, parameters.counts(), type()),
              weight,
              embedding.get("b0").dup('c').reshape(parameters.kernels())),
          parameters.positionFeatures(),
          0);
    }
  }

  /** What no one op does, by the network's own layer. */
  private INDArray composed(SequenceBag bag, int[] which, int from, int to) {
    int[] part =
        which == null
            ? java.util.stream.IntStream.range(from, to).toArray()
            : Arrays.copyOfRange(which, from, to);
    INDArray rows = SequenceRows.batch(List.of(bag), List.of(part), parameters, type()).rows();
    var layer = network.getLayer(DeepRC.EMBEDDING);
    layer.setInput(rows, LayerWorkspaceMgr.noWorkspaces());
    INDArray y = layer.activate(false, LayerWorkspaceMgr.noWorkspaces());
    layer.clear();
    return y.reshape('c', part.length, parameters.width());
  }

  /**
   * Attention logits of sequences.
   *
   * @param which sequences, or null for all
   */
  double[] logits(SequenceBag bag, int[] which) {
    int n = which == null ? bag.size() : which.length;
    double[] logits = new double[n];
    var keys = network.getLayer(DeepRC.KEYS).paramTable();
    INDArray query = network.getVertex(DeepRC.POOLING).paramTable(false).get("pooling");
    int units = parameters.attentionUnits();
    INDArray weight =
        query.get(NDArrayIndex.all(), NDArrayIndex.interval(0, units)).dup('c').reshape(units, 1);
    INDArray bias = query.get(NDArrayIndex.all(), NDArrayIndex.interval(units, units + 1)).dup();
    for (int from = 0; from < n; from += chunk) {
      int to = Math.min(n, from + chunk);
      INDArray x = embed(bag, which, from, to);
      for (int i = 0; i < parameters.attentionLayers(); i++) {
        INDArray z = ops.dense(x, keys.get("W" + i), keys.get("b" + i), DenseActivation.NONE);
        x.close();
        x = Nd4j.getExecutioner().exec(new org.nd4j.linalg.api.ops.impl.transforms.strict.SELU(z));
      }
      try (INDArray scores = ops.dense(x, weight, bias, DenseActivation.NONE)) {
        double[] values = scores.reshape(to - from).toDoubleVector();
        System.arraycopy(values, 0, logits, from, to - from);
      }
      x.close();
    }
    return logits;
  }

  /** The k sequences with the highest logits, ascending; of equal ones the first. */
  static int[] highest(double[] logits, int k) {
    if (k >= logits.length) {
      return java.util.stream.IntStream.range(0, logits.length).toArray();
    }
    double[] sorted = logits.clone();
    for (double logit : sorted) {
      if (Double.isNaN(logit)) {
        throw new IllegalStateException("DeepRC: an attention logit is NaN: training diverged");
      }
    }
    Arrays.sort(sorted);
    double threshold = sorted[logits.length - k];
    int above = 0;
    for (double logit : logits) {
      above += logit > threshold ? 1 : 0;
    }
    int ties = k - above;
    int[] chosen = new int[k];
    int at = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > threshold || logits[i] == threshold && ties-- > 0) {
        chosen[at++] = i;
      }
    }
    return chosen;
  }

  /** The sequences of some bags, of those drawn, that training pools. */
  List<int[]> select(List<SequenceBag> bags, List<int[]> drawn) {
    return java.util.stream.IntStream.range(0, bags.size())
        .mapToObj(
            b -> {
              int[] which = drawn.get(b);
              int kept = parameters.kept(which.length);
              if (kept == which.length) {
                return which;
              }
              int[] chosen = highest(logits(bags.get(b), which), kept);
              return Arrays.stream(chosen).map(i -> which[i]).toArray();
            })
        .toList();
  }
}
