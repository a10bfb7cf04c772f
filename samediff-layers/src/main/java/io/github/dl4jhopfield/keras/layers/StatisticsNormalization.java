package io.github.dl4jhopfield.keras.layers;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of arrays of any rank from 2 along any axis but the
 * batch: gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance over all other axes,
 * of the batch in training and the running ones in inference. Parameters as of DL4J's
 * BatchNormalization, of which this is one: gamma, beta, mean, var [1, size].
 *
 * <p>DL4J's own takes rank 2 and 4 only and cannot be an output of a ComputationGraph.
 */
public class StatisticsNormalization extends BatchNormalization {

  private static final long serialVersionUID = 1L;

  private int axis;
  private boolean unbiased;

  /** For JSON. */
  StatisticsNormalization() {}

  /**
   * @param axis of the features, counted with the batch as 0
   * @param size of that axis
   * @param momentum share of the running statistics that stays in a step
   * @param unbiased whether the running variance takes the batch's divided by n - 1 instead of n,
   *     as TensorFlow's fused kernel does for images
   */
  public StatisticsNormalization(
      int axis, long size, double epsilon, double momentum, boolean unbiased) {
    setNIn(size);
    setNOut(size);
    setEps(epsilon);
    setDecay(momentum);
    setGamma(1);
    setBeta(0);
    setLockGammaBeta(false);
    setUseLogStd(false);
    setMinibatch(true);
    this.axis = axis;
    this.unbiased = unbiased;
  }

  /** For JSON. */
  public int getAxis() {
    return axis;
  }

  /** For JSON. */
  public void setAxis(int axis) {
    this.axis = axis;
  }

  /** For JSON. */
  public boolean isUnbiased() {
    return unbiased;
  }

  /** For JSON. */
  public void setUnbiased(boolean unbiased) {
    this.unbiased = unbiased;
  }

  @Override
  public StatisticsNormalization clone() {
    return (StatisticsNormalization) super.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof StatisticsNormalization s
        && super.equals(o)
        && s.axis == axis
        && s.unbiased == unbiased;
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + axis;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    // given to the constructor
  }

  @Override
  public org.deeplearning4j.nn.conf.InputPreProcessor getPreProcessorForInputType(InputType type) {
    return null;
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType dataType) {
    return LayerSetUp.ready(
        new Runtime(conf, dataType),
        conf,
        listeners,
        layerIndex,
        layerParamsView,
        initializeParams);
  }

  /** The layer at run time. */
  static final class Runtime extends org.deeplearning4j.nn.layers.normalization.BatchNormalization {

    private static final long serialVersionUID = 1L;

    private transient INDArray normalised;
    private transient INDArray deviation;
    private transient INDArray batchMean;
    private transient INDArray batchVariance;

    Runtime(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    private StatisticsNormalization config() {
      return (StatisticsNormalization) layerConf();
    }

    private int[] order(int rank, boolean back) {
      int axis = config().axis;
      int[] order = new int[rank];
      int n = 0;
      for (int d = 0; d < rank; d++) {
        if (d != axis) {
          order[n++] = d;
        }
      }
      order[rank - 1] = axis;
      if (!back) {
        return order;
      }
      int[] inverse = new int[rank];
      for (int d = 0; d < rank; d++) {
        inverse[order[d]] = d;
      }
      return inverse;
    }

    /** [all others, features]. */
    private INDArray rows(INDArray x) {
      INDArray last = x.permute(order(x.rank(), false)).dup('c');
      return last.reshape('c', x.length() / x.size(config().axis), x.size(config().axis));
    }

    private INDArray asBefore(INDArray rows, INDArray like) {
      INDArray last = like.permute(order(like.rank(), false));
      return rows.reshape('c', last.shape()).permute(order(like.rank(), true));
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      if (input.size(config().axis) != config().getNOut()) {
        throw new IllegalArgumentException(
            "Layer \""
                + config().getLayerName()
                + "\": expected "
                + config().getNOut()
                + " features along axis "
                + config().axis
                + ", found the shape "
                + java.util.Arrays.toString(input.shape()));
      }
      INDArray result;
      try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        INDArray x = rows(input);
        INDArray mean;
        INDArray variance;
        if (training) {
          mean = x.mean(true, 0);
          INDArray away = x.subRowVector(mean);
          variance = away.mul(away).mean(true, 0);
          batchMean = mean;
          batchVariance = variance;
        } else {
          mean = getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN);
          variance = getParam(BatchNormalizationParamInitializer.GLOBAL_VAR);
        }
        deviation = Transforms.sqrt(variance.add(config().getEps()), false);
        normalised = x.subRowVector(mean).diviRowVector(deviation);
        INDArray y =
            normalised
                .mulRowVector(getParam(BatchNormalizationParamInitializer.GAMMA))
                .addiRowVector(getParam(BatchNormalizationParamInitializer.BETA));
        result = asBefore(y, input).dup('c');
        if (!training) {
          normalised = null;
        }
      }
      return workspaces.dup(ArrayType.ACTIVATIONS, result);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspaces) {
      assertInputSet(true);
      Gradient gradient = new DefaultGradient();
      INDArray atInput;
      try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        INDArray g = rows(epsilon);
        double n = g.rows();
        INDArray dBeta = g.sum(true, 0);
        INDArray dGamma = g.mul(normalised).sum(true, 0);
        INDArray gamma = getParam(BatchNormalizationParamInitializer.GAMMA);
        INDArray inner = g.mul(n).subiRowVector(dBeta).subi(normalised.mulRowVector(dGamma));
        atInput = inner.muliRowVector(gamma.div(deviation).divi(n));
        store(gradient, BatchNormalizationParamInitializer.GAMMA, dGamma);
        store(gradient, BatchNormalizationParamInitializer.BETA, dBeta);
        // what is taken off the running statistics
        double away = 1 - config().getDecay();
        double bessel = config().unbiased && n > 1 ? n / (n - 1) : 1;
        store(
            gradient,
            BatchNormalizationParamInitializer.GLOBAL_MEAN,
            getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN).sub(batchMean).muli(away));
        store(
            gradient,
            BatchNormalizationParamInitializer.GLOBAL_VAR,
            getParam(BatchNormalizationParamInitializer.GLOBAL_VAR)
                .sub(batchVariance.mul(bessel))
                .muli(away));
        atInput = asBefore(atInput, input).dup('c');
      }
      return new Pair<>(gradient, workspaces.dup(ArrayType.ACTIVATION_GRAD, atInput));
    }

    private void store(Gradient gradient, String name, INDArray value) {
      INDArray view = gradientViews.get(name);
      view.assign(value.reshape(view.shape()));
      gradient.setGradientFor(name, view);
    }

    @Override
    public Map<String, INDArray> paramTable() {
      return super.paramTable();
    }
  }
}
