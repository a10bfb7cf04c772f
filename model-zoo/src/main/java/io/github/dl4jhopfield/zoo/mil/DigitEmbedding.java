package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import io.github.dl4jhopfield.zoo.networks.UniformStart;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Embeds each image of a bag by a small convolutional network, LeNet-5 as Ilse et al. have it: 5 x
 * 5 convolution, ReLU, maximum of 2 x 2, twice, then a dense layer with ReLU.
 *
 * <p>Input [B, T, side * side] (NWC), grey images row by row from 0 to 1; output [B, T, width].
 * Parameters C0 [5, 5, 1, first], c0 [1, first], C1 [5, 5, first, second], c1 [1, second], W
 * [inputs, width], b [1, width]; all start uniform within 1 / sqrt(inputs).
 *
 * <p>Source: Ilse, Tomczak and Welling, ICML 2018, table 6: 20 and 50 kernels, width 500.
 */
public class DigitEmbedding extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;
  private static final int KERNEL = 5;

  @JsonProperty private int side;
  @JsonProperty private int first;
  @JsonProperty private int second;
  @JsonProperty private int width;

  /** For JSON. */
  DigitEmbedding() {}

  /**
   * @param side of an image in pixels, at least 16
   * @param first kernels of the first convolution
   * @param second kernels of the second convolution
   * @param width of the result
   */
  public DigitEmbedding(int side, int first, int second, int width) {
    this.side = side;
    this.first = first;
    this.second = second;
    this.width = width;
  }

  @Override
  protected void validate() {
    if (side < 16 || first < 1 || second < 1 || width < 1) {
      throw new IllegalArgumentException(
          "DigitEmbedding \""
              + getLayerName()
              + "\": expected images of at least 16 x 16 and at least one kernel and feature, found "
              + side
              + ", "
              + first
              + ", "
              + second
              + " and "
              + width);
    }
  }

  /** Side of what the second maximum gives. */
  private int last() {
    return ((side - KERNEL + 1) / 2 - KERNEL + 1) / 2;
  }

  @Override
  protected RNNFormat timeFormat() {
    return RNNFormat.NWC;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam("C0", KERNEL, KERNEL, 1, first);
    params.addBiasParam("c0", 1, first);
    params.addWeightParam("C1", KERNEL, KERNEL, first, second);
    params.addBiasParam("c1", 1, second);
    params.addWeightParam("W", (long) second * last() * last(), width);
    params.addBiasParam("b", 1, width);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    start(params, "C0", "c0", KERNEL * KERNEL);
    start(params, "C1", "c1", KERNEL * KERNEL * first);
    start(params, "W", "b", second * last() * last());
  }

  private static void start(Map<String, INDArray> params, String weights, String bias, int inputs) {
    double bound = 1 / Math.sqrt(inputs);
    for (String name : new String[] {weights, bias}) {
      INDArray p = params.get(name);
      UniformStart.draw(p, bound);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x =
        sd.reshape(c.input(INPUT), sd.constant(Nd4j.createFromArray(-1L, 1, side, side)));
    x = convolve(sd, x, c.param("C0"), c.param("c0").reshape(first));
    x = convolve(sd, x, c.param("C1"), c.param("c1").reshape(second));
    SDVariable rows =
        sd.reshape(x, sd.constant(Nd4j.createFromArray(-1L, (long) second * last() * last())));
    SDVariable y = SDHopfield.of(sd).dense(rows, c.param("W"), c.param("b"), DenseActivation.RELU);
    return sd.reshape(
        y,
        c.shape(
            "bags",
            call -> new long[] {call.input(INPUT).size(0), call.input(INPUT).size(1), width}));
  }

  private static SDVariable convolve(SameDiff sd, SDVariable x, SDVariable w, SDVariable b) {
    SDVariable y = sd.cnn().conv2d(x, w, b, Conv2DConfig.builder().kH(KERNEL).kW(KERNEL).build());
    return sd.cnn()
        .maxPooling2d(
            sd.nn().relu(y, 0), Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).build());
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeRecurrent r && r.getSize() == (long) side * side) {
      return InputType.recurrent(width, r.getTimeSeriesLength(), RNNFormat.NWC);
    }
    throw new IllegalArgumentException(
        "DigitEmbedding \""
            + getLayerName()
            + "\": expected a recurrent input (NWC) of "
            + side
            + " x "
            + side
            + " pixels, found "
            + inputType);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    return new Pair<>(mask, state);
  }
}
