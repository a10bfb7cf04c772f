package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Normalisation of each sample over any of its axes, counted with the batch as 0.
 *
 * <ul>
 *   <li>LAYER: gamma (x - mean) / sqrt(variance + epsilon) + beta (Ba, Kiros and Hinton 2016);
 *   <li>ROOT_MEAN_SQUARE: gamma x / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019);
 *   <li>LAYER_ROOT: gamma x / sqrt(variance + epsilon), Keras 3's rms_scaling;
 *   <li>GROUP: LAYER over the channels of each group and all other axes (Wu and He 2018); {@code
 *       axes} is the axis of the channels;
 *   <li>UNIT: x / sqrt(max(sum(x^2), 1e-12)).
 * </ul>
 *
 * <p>Parameters gamma and beta, each optional, of the shape that is given, which has as many axes
 * as x without the batch.
 */
public class AxisNormalization extends TensorLayer {

  private static final long serialVersionUID = 1L;

  /** What is divided by. */
  public enum Kind {
    LAYER,
    ROOT_MEAN_SQUARE,
    LAYER_ROOT,
    GROUP,
    UNIT
  }

  @JsonProperty private Kind kind;
  @JsonProperty private int[] axes;
  @JsonProperty private double epsilon;
  @JsonProperty private boolean scale;
  @JsonProperty private boolean centre;
  @JsonProperty private long[] shape;
  @JsonProperty private long groups;

  /** For JSON. */
  AxisNormalization() {}

  /**
   * @param shape of gamma and beta, with a 1 for each axis along which they do not differ
   * @param groups of GROUP
   */
  public AxisNormalization(
      Kind kind,
      int[] axes,
      double epsilon,
      boolean scale,
      boolean centre,
      long[] shape,
      long groups) {
    this.kind = kind;
    this.axes = axes.clone();
    this.epsilon = epsilon;
    this.scale = scale;
    this.centre = centre;
    this.shape = shape.clone();
    this.groups = groups;
  }

  private long[] withBatch() {
    long[] full = new long[shape.length + 1];
    full[0] = 1;
    System.arraycopy(shape, 0, full, 1, shape.length);
    return full;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    if (scale) {
      params.addBiasParam("gamma", withBatch());
    }
    if (centre) {
      params.addBiasParam("beta", withBatch());
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach((name, value) -> value.assign(name.equals("gamma") ? 1 : 0));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    SDVariable y = normalised(c, x);
    if (scale) {
      y = y.mul(c.param("gamma"));
    }
    return centre ? y.add(c.param("beta")) : y;
  }

  private SDVariable normalised(GraphContext c, SDVariable x) {
    SameDiff sd = c.sd();
    switch (kind) {
      case LAYER:
        return standard(sd, x, axes);
      case ROOT_MEAN_SQUARE:
        return x.div(sd.math().sqrt(sd.math().square(x).mean(true, axes).add(epsilon)));
      case LAYER_ROOT:
        SDVariable variance = sd.math().square(x.sub(x.mean(true, axes))).mean(true, axes);
        return x.div(sd.math().sqrt(variance.add(epsilon)));
      case UNIT:
        SDVariable sum = sd.math().square(x).sum(true, axes);
        SDVariable least = sum.mul(0).add(1e-12);
        return x.div(sd.math().sqrt(sd.max(sum, least)));
      case GROUP:
        return grouped(c, x);
      default:
        throw new IllegalStateException(kind.name());
    }
  }

  private SDVariable standard(SameDiff sd, SDVariable x, int... over) {
    SDVariable away = x.sub(x.mean(true, over));
    SDVariable variance = sd.math().square(away).mean(true, over);
    return away.div(sd.math().sqrt(variance.add(epsilon)));
  }

  private SDVariable grouped(GraphContext c, SDVariable x) {
    SameDiff sd = c.sd();
    int rank = shape.length + 1;
    int channels = axes[0];
    SDVariable apart =
        sd.reshape(
            x,
            c.shape(
                "groups",
                call -> {
                  long[] in = call.input(INPUT).shape();
                  long[] out = new long[rank + 1];
                  System.arraycopy(in, 0, out, 0, channels);
                  out[channels] = groups;
                  out[channels + 1] = in[channels] / groups;
                  System.arraycopy(in, channels + 1, out, channels + 2, rank - channels - 1);
                  return out;
                }));
    int[] over = new int[rank - 1];
    int n = 0;
    for (int d = 1; d <= rank; d++) {
      if (d != channels) {
        over[n++] = d;
      }
    }
    SDVariable y = standard(sd, apart, Arrays.copyOf(over, n));
    return sd.reshape(y, c.shape("together", call -> call.input(INPUT).shape()));
  }
}
