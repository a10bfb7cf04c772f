package io.github.dl4jhopfield.runtime;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.LastTimeStepLayer;
import org.deeplearning4j.nn.layers.recurrent.MaskZeroLayer;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.Regularization;

/** Runtime of {@link MendedSameDiffLayer}, which says what it mends. */
public class MendedLayer extends SameDiffLayer {

  private static final long serialVersionUID = 1L;

  private transient LayerRunner runner;

  public MendedLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** What this layer was made from. */
  public MendedSameDiffLayer config() {
    return (MendedSameDiffLayer) layerConf();
  }

  private LayerRunner runner() {
    if (runner == null) {
      runner = new LayerRunner(config(), dataType);
    }
    return runner;
  }

  private String owner() {
    return config().ownName();
  }

  /**
   * The configuration. DL4J's LastTimeStep asks it for the order of dimensions, but only as one of
   * DL4J's own recurrent layers: it alone is shown one that it knows, of that order.
   */
  @Override
  public NeuralNetConfiguration conf() {
    RNNFormat format = config().timeFormat();
    if (format == null || !Callers.directly(LastTimeStepLayer.class)) {
      return super.conf();
    }
    NeuralNetConfiguration shown = new NeuralNetConfiguration();
    shown.setLayer(new TimeDistributed(config(), format));
    return shown;
  }

  /**
   * Sets the mask.
   *
   * @throws IllegalArgumentException from MaskZeroLayer where features come last: it looks for time
   *     steps of zeros in the wrong dimension
   */
  @Override
  public void setMaskArray(INDArray mask) {
    if (config().timeFormat() == RNNFormat.NWC && Callers.directly(MaskZeroLayer.class)) {
      throw new IllegalArgumentException(
          owner()
              + ": DL4J's MaskZeroLayer takes [batch, features, time] only, this layer's rnnFormat"
              + " is NWC; use NCW, or give the network a mask");
    }
    super.setMaskArray(mask);
  }

  private Map<String, INDArray> inputs() {
    config().validateInput(input);
    return Map.of(
        MendedSameDiffLayer.INPUT, input.dataType() == dataType ? input : input.castTo(dataType));
  }

  private Map<String, INDArray> masks() {
    if (maskArray == null) {
      return Map.of();
    }
    config().validateMask(input, maskArray);
    return Map.of(
        MendedSameDiffLayer.INPUT,
        maskArray.dataType() == dataType ? maskArray : maskArray.castTo(dataType));
  }

  private Map<String, INDArray> parameters() {
    return paramTable == null ? Map.of() : paramTable;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaceMgr);
    return runner().activate(training, inputs(), masks(), parameters(), () -> this, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    Gradient gradient;
    INDArray atInput;
    boolean placed;
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray error = epsilon.dataType() == dataType ? epsilon : epsilon.castTo(dataType);
      LayerGraph.Backward result =
          runner().backward(error, inputs(), masks(), parameters(), gradTable, workspaceMgr);
      placed = result.placed();
      gradient = runner().gradient(owner(), result, parameters().keySet(), gradTable);
      atInput = result.inputs().get(MendedSameDiffLayer.INPUT);
      if (atInput == null) {
        atInput = Nd4j.zeros(dataType, input.shape());
      }
    }
    if (!placed) {
      atInput = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, atInput);
    }
    runner().finished();
    return new Pair<>(gradient, backpropDropOutIfPresent(atInput));
  }

  /**
   * Runs the inference graph on an input and gives the named inner values.
   *
   * @param in as the layer's input in the network
   * @param mask as the layer's mask, or null
   */
  public Map<String, INDArray> inspect(INDArray in, INDArray mask, Collection<String> names) {
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      config().validateInput(in);
      if (mask != null) {
        config().validateMask(in, mask);
      }
      Map<String, INDArray> masks =
          mask == null ? Map.of() : Map.of(MendedSameDiffLayer.INPUT, mask.castTo(dataType));
      LayerRunner own = new LayerRunner(config(), dataType);
      Map<String, INDArray> values =
          own.forward(
                  false,
                  Map.of(MendedSameDiffLayer.INPUT, in.castTo(dataType)),
                  masks,
                  parameters(),
                  names)
              .exposed();
      own.finished();
      return values;
    }
  }

  @Override
  public void setParam(String key, INDArray val) {
    LayerRunner.assign(owner(), paramTable, key, val);
  }

  @Override
  public void setParams(INDArray newParams) {
    if (newParams == null) {
      return;
    }
    long own = params == null ? 0 : params.length();
    if (newParams.length() != own) {
      throw new IllegalArgumentException(
          owner()
              + " has "
              + own
              + " parameters, the new array "
              + newParams.length()
              + " "
              + Arrays.toString(newParams.shape()));
    }
    if (own > 0 && newParams != params) {
      params.assign(newParams.reshape(params.shape()));
    }
  }

  @Override
  public double calcRegularizationScore(boolean backpropOnlyParams) {
    double score = 0;
    for (Map.Entry<String, INDArray> e : parameters().entrySet()) {
      Collection<Regularization> terms = layerConf().getRegularizationByParam(e.getKey());
      if (terms != null) {
        for (Regularization term : terms) {
          score += term.score(e.getValue(), getIterationCount(), getEpochCount());
        }
      }
    }
    return score;
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
    return paramTable == null ? new LinkedHashMap<>() : paramTable;
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState currentMaskState, int minibatchSize) {
    this.maskArray = mask;
    this.maskState = currentMaskState;
    return config().feedForwardMaskArray(mask, currentMaskState, minibatchSize);
  }
}
