package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv1DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Convolution over steps: x [batch, time, nIn] to [batch, windows, nOut], Keras's Conv1D. DL4J's
 * Convolution1DLayer gives other numbers on this layout.
 *
 * <p>Parameters W [kernel, nIn, nOut] and b [1, nOut].
 */
public class StepConvolution extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private int kernel;
  @JsonProperty private int stride;
  @JsonProperty private int dilation;
  @JsonProperty private long nIn;
  @JsonProperty private long nOut;
  @JsonProperty private boolean hasBias;
  @JsonProperty private String padding;
  @JsonProperty private String function;

  /** For JSON. */
  StepConvolution() {}

  /**
   * @param padding "valid", "same" or "causal"
   * @param function one of {@link SdActivations#NAMES}
   */
  public StepConvolution(
      long nIn,
      long nOut,
      int kernel,
      int stride,
      int dilation,
      String padding,
      boolean hasBias,
      String function) {
    this.nIn = nIn;
    this.nOut = nOut;
    this.kernel = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.padding = padding;
    this.hasBias = hasBias;
    this.function = function;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", kernel, nIn, nOut);
    if (hasBias) {
      params.addBiasParam("b", 1, nOut);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    PaddingMode mode =
        padding.equals("same")
            ? PaddingMode.SAME
            : padding.equals("causal") ? PaddingMode.CAUSAL : PaddingMode.VALID;
    Conv1DConfig config =
        Conv1DConfig.builder()
            .k(kernel)
            .s(stride)
            .d(dilation)
            .p(0)
            .paddingMode(mode)
            .dataFormat(Conv1DConfig.NWC)
            .build();
    SDVariable y = sd.cnn().conv1d(c.input(INPUT), c.param("W"), config);
    if (hasBias) {
      y = y.add(c.param("b"));
    }
    return SdActivations.apply(sd, function, y, 3);
  }
}
