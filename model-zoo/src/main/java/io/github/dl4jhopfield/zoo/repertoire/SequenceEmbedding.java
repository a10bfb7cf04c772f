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
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DeepRC's embedding of the sequences of repertoires: convolutions over the residues with SELU,
 * then the maximum over the positions.
 *
 * <p>Input [B, S, W + 1] (NWC): of each sequence the codes of at most W residues, -1 from its end
 * on, then what its residues' features are multiplied with ({@link CountScale}). Output [B, S,
 * kernels]. An embedding depends on its sequence only: positions past its end don't take part. With
 * one convolution it is one op ({@link SequenceInputs}), which makes no one-hot array; more are
 * composed and slower.
 *
 * <p>Parameters W0 [kernel * F, kernels], the taps' features one below the other, F = 20 or with
 * position features 23; b0 [1, kernels]; W1 [kernel * kernels, kernels], b1 and so on for more
 * convolutions. They start N(0, 1 / (features that are not zero in a window)) and 0.
 *
 * <p>Source: Widrich et al., Modern Hopfield Networks and Attention for Immune Repertoire
 * Classification, NeurIPS 2020, section 3; the code of ml-jku/DeepRC, which lets the maximum run
 * over the padding of the minibatch.
 */
public class SequenceEmbedding extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;
  private static final int RESIDUES = 20;
  private static final int POSITION_FEATURES = 3;

  @JsonProperty private int width;
  @JsonProperty private int kernelSize;
  @JsonProperty private int kernels;
  @JsonProperty private int layers;
  @JsonProperty private boolean positionFeatures;

  /** Features of a position where they are given; 0 where residues are. */
  @JsonProperty private int given;

  /** For JSON. */
  SequenceEmbedding() {}

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
    for (int i = 0; i < layers; i++) {
      params.addWeightParam("W" + i, (long) kernelSize * depth(i), kernels);
      params.addBiasParam("b" + i, 1, kernels);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
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
    SDVariable y =
        layers == 1
            ? SDHopfield.of(sd)
                .sequenceEmbedding(
                    new SequenceInputs<>(
                        codes(c),
                        scale(c),
                        sd.reshape(c.param("W0"), kernelSize, features(), kernels),
                        sd.reshape(c.param("b0"), kernels)),
                    positionFeatures,
                    0)
            : new ComposedEmbedding(c, width, kernelSize, layers, positionFeatures).embedded();
    return sd.reshape(
        y,
        c.shape(
            "embedded",
            call -> {
              INDArray x = call.input(INPUT);
              return new long[] {x.size(0), x.size(1), kernels};
            }));
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
      if (r.getSize() != width + 1) {
        throw new IllegalArgumentException(
            "SequenceEmbedding \""
                + getLayerName()
                + "\": expected inputs of width + 1 = "
                + (width + 1)
                + " features, found "
                + r.getSize());
      }
      return InputType.recurrent(kernels, r.getTimeSeriesLength(), RNNFormat.NWC);
    }
    throw new IllegalArgumentException(
        "SequenceEmbedding \""
            + getLayerName()
            + "\": expected a recurrent input (NWC), found "
            + inputType);
  }

  @Override
  public void validateInput(INDArray input) {
    if (input.rank() != 3 || input.size(2) != (given > 0 ? given : width + 1)) {
      throw new IllegalArgumentException(
          "SequenceEmbedding \""
              + getLayerName()
              + (given > 0
                  ? "\": expected an input [sequences, positions, " + given
                  : "\": expected an input [repertoires, sequences, " + (width + 1))
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
