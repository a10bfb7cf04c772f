package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The tokens of an image as one vector: the class token, or the mean of the patches' tokens
 * (learned ones are not averaged), then a layer norm. Of the class token alone that is the same as
 * the norm of all tokens before it.
 *
 * <p>Input [B, T, D] (NWC), output [B, D]. Parameters gain and shift [1, D].
 *
 * <p>Source: timm's {@code VisionTransformer}: {@code norm} for the class token, {@code fc_norm}
 * for the mean.
 */
public class TokenHead extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;

  @JsonProperty private VitShape shape;

  /** For JSON. */
  TokenHead() {}

  /** The head of a model of that shape. */
  public TokenHead(VitShape shape) {
    this.shape = shape;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addBiasParam("gain", 1, shape.width());
    params.addBiasParam("shift", 1, shape.width());
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.get("gain").assign(1);
    params.get("shift").assign(0);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable x = c.input(INPUT);
    SDVariable pooled =
        shape.pool() == VitShape.Pool.TOKEN
            ? x.get(SDIndex.all(), SDIndex.interval(0, 1), SDIndex.all()).reshape(-1, shape.width())
            : x.get(
                    SDIndex.all(),
                    SDIndex.interval(shape.prefixTokens(), shape.tokens()),
                    SDIndex.all())
                .mean(1);
    return SDHopfield.of(c.sd())
        .layerNorm(
            pooled,
            c.param("gain").reshape(shape.width()),
            c.param("shift").reshape(shape.width()),
            shape.eps(),
            -1);
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.feedForward(shape.width());
  }
}
