package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import io.github.dl4jhopfield.zoo.networks.UniformStart;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Pooling of a bag's instances without an association: what Hopfield pooling is compared with.
 *
 * <pre>
 *   mean             z = sum_t h_t / T
 *   max              z_f = max_t h_tf
 *   attention        z = sum_t a_t h_t,  a = softmax_t(w . tanh(V h_t + v))
 *   gated attention  a = softmax_t(w . (tanh(V h_t + v) * sigmoid(U h_t + u)))
 * </pre>
 *
 * <p>Input [B, T, F] (NWC) with a mask [B, T], output [B, F]. Parameters of attention V, U [F, L],
 * v, u [1, L], w [L, 1]; weights start uniform within 1 / sqrt(inputs), as in the original.
 *
 * <p>Source: Ilse, Tomczak and Welling, Attention-based Deep Multiple Instance Learning, ICML 2018,
 * equations 8 and 9. The original's biases of w and the softmax do nothing and are left out.
 */
public class InstancePooling extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;

  /** The name that Hopfield layers have for their weights too. */
  private static final String WEIGHTS = "association";

  private static final double FAR = 1e30;

  @JsonProperty private BagNetwork.Pooling pooling;
  @JsonProperty private int nIn;
  @JsonProperty private int width;

  /** For JSON. */
  InstancePooling() {}

  /**
   * @param pooling mean, max, attention or gated attention
   * @param nIn features of an instance
   * @param width L of attention
   */
  public InstancePooling(BagNetwork.Pooling pooling, int nIn, int width) {
    this.pooling = pooling;
    this.nIn = nIn;
    this.width = width;
  }

  private boolean attends() {
    return pooling == BagNetwork.Pooling.ATTENTION || gated();
  }

  private boolean gated() {
    return pooling == BagNetwork.Pooling.GATED_ATTENTION;
  }

  @Override
  protected void validate() {
    if (pooling == null || pooling.associates() || nIn < 1 || width < 1) {
      throw new IllegalArgumentException(
          "InstancePooling \""
              + getLayerName()
              + "\": expected mean, max, attention or gated attention, nIn and width of at least"
              + " 1, found "
              + pooling
              + ", "
              + nIn
              + " and "
              + width);
    }
  }

  @Override
  protected RNNFormat timeFormat() {
    return RNNFormat.NWC;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    if (attends()) {
      params.addWeightParam("V", nIn, width);
      params.addBiasParam("v", 1, width);
      if (gated()) {
        params.addWeightParam("U", nIn, width);
        params.addBiasParam("u", 1, width);
      }
      params.addWeightParam("w", width, 1);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, p) -> {
          double bound = 1 / Math.sqrt(name.equals("w") ? width : nIn);
          UniformStart.draw(p, bound);
        });
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable x = c.input(INPUT);
    SDVariable mask = c.mask(INPUT);
    if (pooling == BagNetwork.Pooling.MAX) {
      return (mask == null ? x : x.add(c.sd().expandDims(mask.sub(1).mul(FAR), 2))).max(1);
    }
    if (pooling == BagNetwork.Pooling.MEAN) {
      if (mask == null) {
        return x.mean(1);
      }
      SDVariable count =
          c.sd().math().max(mask.sum(true, 1), c.sd().constant(1f).castTo(c.dataType()));
      return x.mul(c.sd().expandDims(mask, 2)).sum(1).div(count);
    }
    SDHopfield ops = SDHopfield.of(c.sd());
    SDVariable hidden = c.sd().math().tanh(line(ops, c, x, "V", "v"));
    if (gated()) {
      hidden = hidden.mul(c.sd().nn().sigmoid(line(ops, c, x, "U", "u")));
    }
    // [B, 1, T]
    SDVariable scores =
        c.sd().permute(ops.dense(hidden, c.param("w"), null, DenseActivation.NONE), 0, 2, 1);
    SDVariable weights =
        ops.maskedSoftmax(scores, mask == null ? null : c.sd().expandDims(mask, 1), 1, -1);
    c.expose(WEIGHTS, c.sd().expandDims(weights, 1));
    return c.sd().squeeze(c.sd().linalg().matmul(weights, x), 1);
  }

  private static SDVariable line(
      SDHopfield ops, GraphContext c, SDVariable x, String weights, String bias) {
    return ops.dense(x, c.param(weights), c.param(bias), DenseActivation.NONE);
  }

  @Override
  public List<String> innerNames() {
    return attends() ? List.of(WEIGHTS) : List.of();
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.feedForward(nIn);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    return null;
  }
}
