package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution whose windows do not overlap and leave nothing over (strides = kernel size): each
 * patch is one row of one matrix product. x [batch, height, width, nIn], height and width multiples
 * of the patch's; y [batch, height / ph, width / pw, nOut].
 *
 * <p>Parameters W [ph*pw*nIn, nOut], b [1, nOut].
 */
public class PatchProjection extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long patchHeight;
  @JsonProperty private long patchWidth;
  @JsonProperty private long nIn;
  @JsonProperty private long nOut;
  @JsonProperty private boolean hasBias;
  @JsonProperty private String function;

  /** For JSON. */
  PatchProjection() {}

  /**
   * @param function one of {@link SdActivations#NAMES}
   */
  public PatchProjection(
      long patchHeight, long patchWidth, long nIn, long nOut, boolean hasBias, String function) {
    this.patchHeight = patchHeight;
    this.patchWidth = patchWidth;
    this.nIn = nIn;
    this.nOut = nOut;
    this.hasBias = hasBias;
    this.function = function;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", patchHeight * patchWidth * nIn, nOut);
    if (hasBias) {
      params.addBiasParam("b", 1, nOut);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable cut = sd.reshape(c.input(INPUT), c.shape("cut", call -> cut(call.input(INPUT))));
    SDVariable y =
        SDHopfield.of(sd)
            .dense(
                sd.permute(cut, 0, 1, 3, 2, 4),
                c.param("W"),
                hasBias ? c.param("b") : null,
                DenseActivation.NONE,
                2);
    return SdActivations.apply(sd, function, y, 4);
  }

  /** [batch, rows of patches, ph, patches in a row, pw * nIn]. */
  private long[] cut(INDArray x) {
    long height = x.size(1);
    long width = x.size(2);
    if (height % patchHeight != 0 || width % patchWidth != 0) {
      throw new IllegalArgumentException(
          "Layer \""
              + getLayerName()
              + "\": expected height and width that are multiples of "
              + patchHeight
              + " and "
              + patchWidth
              + ", found "
              + height
              + " and "
              + width);
    }
    return new long[] {
      x.size(0), height / patchHeight, patchHeight, width / patchWidth, patchWidth * nIn
    };
  }
}
