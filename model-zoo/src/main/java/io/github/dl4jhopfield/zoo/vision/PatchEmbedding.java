package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import io.github.dl4jhopfield.zoo.networks.UniformStart;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Images to tokens: patches that don't overlap, each projected to D numbers; learned tokens before
 * them; learned positions added.
 *
 * <pre>
 *   x_n    = W patch_n + b                      n = 1 ... N, row by row
 *   tokens = [class; registers; x_1 ... x_N] + positions
 *   y      = LN(tokens), if preNorm
 * </pre>
 *
 * <p>Input [B, C, H, W] (NCHW), output [B, P + N, D] (NWC), P learned tokens. Parameters W [C ph
 * pw, D] (a patch in the order channel, row, column), b [1, D], tokens [P, D] where P &gt; 0,
 * positions [P + N, D], or [N, D] where learned tokens have none, gain and shift [1, D] with
 * preNorm.
 *
 * <p>Source: Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, equation 1; registers:
 * Darcet et al., Vision Transformers Need Registers, ICLR 2024.
 */
public class PatchEmbedding extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;

  /** As the original's truncated normal. */
  private static final double START = 0.02;

  @JsonProperty private VitShape shape;

  /** For JSON. */
  PatchEmbedding() {}

  /** The embedding of a model of that shape. */
  public PatchEmbedding(VitShape shape) {
    this.shape = shape;
  }

  VitShape shape() {
    return shape;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam(
        "W", (long) shape.channels() * shape.patchHeight() * shape.patchWidth(), shape.width());
    params.addBiasParam("b", 1, shape.width());
    if (shape.prefixTokens() > 0) {
      params.addBiasParam("tokens", shape.prefixTokens(), shape.width());
    }
    params.addBiasParam("positions", shape.positions(), shape.width());
    if (shape.preNorm()) {
      params.addBiasParam("gain", 1, shape.width());
      params.addBiasParam("shift", 1, shape.width());
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    INDArray w = params.get("W");
    double bound = 1 / Math.sqrt(w.size(0));
    UniformStart.draw(w, bound);
    params.get("b").assign(0);
    for (String name : new String[] {"tokens", "positions"}) {
      INDArray array = params.get(name);
      if (array != null) {
        array.assign(Nd4j.randn(array.dataType(), array.shape()).muli(START));
      }
    }
    if (shape.preNorm()) {
      params.get("gain").assign(1);
      params.get("shift").assign(0);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable rows = PatchRows.of(sd, shape, c.input(INPUT));
    SDVariable x = SDHopfield.of(sd).dense(rows, c.param("W"), c.param("b"), DenseActivation.NONE);
    SDVariable positions = c.param("positions").reshape(1, shape.positions(), shape.width());
    boolean all = shape.positions() > shape.patches();
    if (!all) {
      x = x.add(positions);
    }
    if (shape.prefixTokens() > 0) {
      SDVariable tokens =
          c.zeros(
                  "prefix",
                  3,
                  call ->
                      new long[] {call.input(INPUT).size(0), shape.prefixTokens(), shape.width()})
              .add(c.param("tokens").reshape(1, shape.prefixTokens(), shape.width()));
      x = sd.concat(1, tokens, x);
    }
    if (all) {
      x = x.add(positions);
    }
    if (shape.preNorm()) {
      x =
          SDHopfield.of(sd)
              .layerNorm(
                  x,
                  c.param("gain").reshape(shape.width()),
                  c.param("shift").reshape(shape.width()),
                  shape.eps(),
                  -1);
    }
    return x;
  }

  @Override
  public void validateInput(INDArray x) {
    if (x.rank() != 4
        || x.size(1) != shape.channels()
        || x.size(2) != shape.imageHeight()
        || x.size(3) != shape.imageWidth()) {
      throw new IllegalArgumentException(
          "Layer \""
              + getLayerName()
              + "\": expected images [batch, "
              + shape.channels()
              + ", "
              + shape.imageHeight()
              + ", "
              + shape.imageWidth()
              + "], found "
              + java.util.Arrays.toString(x.shape()));
    }
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.recurrent(shape.width(), shape.tokens(), RNNFormat.NWC);
  }
}
