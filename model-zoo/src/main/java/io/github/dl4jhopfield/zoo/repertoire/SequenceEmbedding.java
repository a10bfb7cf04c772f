package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.ops.SequenceInputs;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DeepRC's embedding of the sequences of repertoires: convolutions over the residues with SELU,
 * then the maximum over the positions; or an LSTM ({@link RecurrentEmbedding}).
 *
 * <p>Input [B, S, W + 1] (NWC): of each sequence the codes of at most W residues, -1 from its end
 * on, then what its residues' features are multiplied with ({@link CountScale}); with genes [B, S,
 * W + 3], the numbers of the V and the J gene last, -1 for none. Output [B, S, kernels], with genes
 * [B, S, kernels + geneFeatures], the sum of the two genes' rows of a table last. An embedding
 * depends on its sequence only: positions past its end don't take part. With one convolution it is
 * one op ({@link SequenceInputs}), which makes no one-hot array; more are composed and slower.
 *
 * <p>Parameters W0 [kernel * F, kernels], the taps' features one below the other, F = 20 or with
 * position features 23; b0 [1, kernels]; W1 [kernel * kernels, kernels], b1 and so on for more
 * convolutions. They start N(0, 1 / (features that are not zero in a window)) and 0. Of an LSTM W0
 * [F, 4 * kernels], R0 [kernels, 4 * kernels], b0 [1, 4 * kernels]. G [genes, geneFeatures] starts
 * N(0, 1).
 *
 * <p>Source: Widrich et al., Modern Hopfield Networks and Attention for Immune Repertoire
 * Classification, NeurIPS 2020, section 3; the code of ml-jku/DeepRC, which lets the maximum run
 * over the padding of the minibatch.
 */
public class SequenceEmbedding extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;
  private static final int RESIDUES = 20;
  private static final int POSITION_FEATURES = 3;

  /** The table of the genes' features. */
  static final String GENES = "G";

  static final String RECURRENT = "R0";

  @JsonProperty private int width;
  @JsonProperty private int kernelSize;
  @JsonProperty private int kernels;
  @JsonProperty private int layers;
  @JsonProperty private boolean positionFeatures;

  /** Features of a position where they are given; 0 where residues are. */
  @JsonProperty private int given;

  @JsonProperty private boolean recurrent;

  /** V and J genes together; 0: none. */
  @JsonProperty private int genes;

  @JsonProperty private int geneFeatures;

  /** For JSON. */
  SequenceEmbedding() {}

  /** The embedding of a network. */
  static SequenceEmbedding of(DeepRcParameters parameters) {
    SequenceEmbedding embedding =
        new SequenceEmbedding(
            parameters.maxLength(),
            parameters.kernelSize(),
            parameters.kernels(),
            parameters.convolutions(),
            parameters.positionFeatures());
    embedding.recurrent = parameters.embedding() == EmbeddingKind.LSTM;
    embedding.genes = parameters.genes().size();
    embedding.geneFeatures = embedding.genes == 0 ? 0 : DeepRcParameters.GENE_FEATURES;
    return embedding;
  }

  /**
   * @param width W, most residues of a sequence
   * @param kernelSize taps of a convolution
   * @param kernels channels of a convolution
   * @param layers convolutions
   * @param positionFeatures whether three features say where in its sequence a residue lies
   */
  public SequenceEmbedding(
      int width, int kernelSize, int kernels, int layers, boolean positionFeatures) {
    this.width = width;
    this.kernelSize = kernelSize;
    this.kernels = kernels;
    this.layers = layers;
    this.positionFeatures = positionFeatures;
  }

  /**
   * The same of features of any kind in place of residues: input [N, positions, features] (NWC),
   * output [N, kernels], the maximum over all positions.
   */
  public static SequenceEmbedding ofFeatures(
      int features, int kernelSize, int kernels, int layers) {
    SequenceEmbedding embedding = new SequenceEmbedding(1, kernelSize, kernels, layers, false);
    embedding.given = features;
    return embedding;
  }

  private int features() {
    if (given > 0) {
      return given;
    }
    return RESIDUES + (positionFeatures ? POSITION_FEATURES : 0);
  }

  private int depth(int layer) {
    return layer == 0 ? features() : kernels;
  }

  @Override
  protected void validate() {
    if (width < 1 || kernelSize < 1 || kernels < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "SequenceEmbedding \""
              + getLayerName()
              + "\": expected width, kernelSize, kernels and layers of at least 1, found "
              + width
              + ", "
              + kernelSize
              + ", "
              + kernels
              + " and "
              + layers);
    }
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    if (genes > 0) {
      params.addWeightParam(GENES, genes, geneFeatures);
    }
    if (recurrent) {
      params.addWeightParam("W0", features(), 4L * kernels);
      params.addWeightParam(RECURRENT, kernels, 4L * kernels);
      params.addBiasParam("b0", 1, 4L * kernels);
      return;
    }
    for (int i = 0; i < layers; i++) {
      params.addWeightParam("W" + i, (long) kernelSize * depth(i), kernels);
      params.addBiasParam("b" + i, 1, kernels);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    if (genes > 0) {
      INDArray table = params.get(GENES);
      table.assign(Nd4j.randn(table.dataType(), table.shape()));
    }
    if (recurrent) {
      RecurrentEmbedding.start(params, kernels);
      return;
    }
    for (int i = 0; i < layers; i++) {
      double active =
          i > 0 || given > 0
              ? (double) kernelSize * depth(i)
              : kernelSize * (positionFeatures ? 1.5 : 1);
      SequenceKeys.start(params, i, active);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    if (given > 0) {
      SDVariable x = c.input(INPUT);
      for (int i = 0; i < layers; i++) {
        x = ComposedEmbedding.convolution(sd, x, c.param("W" + i), c.param("b" + i), kernelSize);
      }
      return sd.max(x, 1);
    }
    SDVariable y = embedded(c);
    if (genes > 0) {
      y = sd.concat(1, y, sd.mmul(geneRows(c), c.param(GENES)));
    }
    return sd.reshape(
        y,
        c.shape(
            "embedded",
            call -> {
              INDArray x = call.input(INPUT);
              return new long[] {x.size(0), x.size(1), kernels + geneFeatures};
            }));
  }

  /** [B * S, kernels]. */
  private SDVariable embedded(GraphContext c) {
    SameDiff sd = c.sd();
    ResidueFeatures residues = new ResidueFeatures(width, columns(), positionFeatures);
    if (recurrent) {
      return new RecurrentEmbedding(c, residues, kernels).embedded();
    }
    if (layers > 1) {
      return new ComposedEmbedding(c, residues, kernelSize, layers).embedded();
    }
    return SDHopfield.of(sd)
        .sequenceEmbedding(
            new SequenceInputs<>(
                codes(c),
                scale(c),
                sd.reshape(c.param("W0"), kernelSize, features(), kernels),
                sd.reshape(c.param("b0"), kernels)),
            positionFeatures,
            0);
  }

  private int columns() {
    return width + 1 + (genes > 0 ? 2 : 0);
  }

  /** [B * S, genes]: 1 at the V and the J gene. */
  private SDVariable geneRows(GraphContext c) {
    return c.random(
        "genes",
        c.dataType(),
        new long[] {-1, genes},
        call -> {
          INDArray x = rows(call.input(INPUT)).castTo(DataType.FLOAT);
          int n = (int) x.size(0);
          float[] values = new float[Math.multiplyExact(n, genes)];
          for (int column = width + 1; column < columns(); column++) {
            float[] numbers = x.getColumn(column).toFloatVector();
            for (int i = 0; i < n; i++) {
              if (numbers[i] >= 0) {
                values[i * genes + (int) numbers[i]] = 1;
              }
            }
          }
          return Nd4j.createFromArray(values).reshape('c', n, genes).castTo(call.dataType());
        });
  }

  /** [B * S, W], bytes. Fed, since no gradient goes there. */
  private SDVariable codes(GraphContext c) {
    return c.random(
        "residues",
        DataType.INT8,
        new long[] {-1, width},
        call ->
            rows(call.input(INPUT))
                .get(NDArrayIndex.all(), NDArrayIndex.interval(0, width))
                .castTo(DataType.INT8));
  }

  /** [B * S]. */
  private SDVariable scale(GraphContext c) {
    return c.random(
        "scale",
        c.dataType(),
        new long[] {-1},
        call ->
            rows(call.input(INPUT)).get(NDArrayIndex.all(), NDArrayIndex.point(width)).dup('c'));
  }

  private INDArray rows(INDArray x) {
    return x.dup('c').reshape('c', x.size(0) * x.size(1), x.size(2));
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (given > 0) {
      return InputType.feedForward(kernels);
    }
    if (inputType instanceof InputType.InputTypeRecurrent r) {
      if (r.getSize() != columns()) {
        throw new IllegalArgumentException(
            "SequenceEmbedding \""
                + getLayerName()
                + "\": expected inputs of "
                + columns()
                + " features, found "
                + r.getSize());
      }
      return InputType.recurrent(
          (long) kernels + geneFeatures, r.getTimeSeriesLength(), RNNFormat.NWC);
    }
    throw new IllegalArgumentException(
        "SequenceEmbedding \""
            + getLayerName()
            + "\": expected a recurrent input (NWC), found "
            + inputType);
  }

  @Override
  public void validateInput(INDArray input) {
    if (input.rank() != 3 || input.size(2) != (given > 0 ? given : columns())) {
      throw new IllegalArgumentException(
          "SequenceEmbedding \""
              + getLayerName()
              + (given > 0
                  ? "\": expected an input [sequences, positions, " + given
                  : "\": expected an input [repertoires, sequences, " + columns())
              + "], found "
              + java.util.Arrays.toString(input.shape()));
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    return given > 0 ? null : new Pair<>(mask, state);
  }
}
