package io.github.dl4jhopfield.runtime;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.samediff.SameDiffGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runtime of {@link MendedSameDiffVertex}, which says what it mends. */
public class MendedVertex extends SameDiffGraphVertex {

  private static final long serialVersionUID = 1L;

  private final DataType type;
  private transient LayerRunner runner;

  MendedVertex(
      MendedSameDiffVertex config,
      ComputationGraph graph,
      String name,
      int vertexIndex,
      INDArray paramsView,
      boolean initParams,
      DataType dataType) {
    super(config, graph, name, vertexIndex, paramsView, initParams, dataType);
    this.type = dataType;
  }

  private MendedSameDiffVertex config() {
    return (MendedSameDiffVertex) config;
  }

  private LayerRunner runner() {
    if (runner == null) {
      runner = new LayerRunner(config(), type);
    }
    return runner;
  }

  private String owner() {
    return config().getClass().getSimpleName() + " \"" + getVertexName() + "\"";
  }

  private List<String> names() {
    return config.getVertexParams().getInputs();
  }

  private Map<String, INDArray> named(INDArray[] arrays) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (int i = 0; arrays != null && i < arrays.length; i++) {
      if (arrays[i] != null) {
        result.put(
            names().get(i), arrays[i].dataType() == type ? arrays[i] : arrays[i].castTo(type));
      }
    }
    return result;
  }

  private Map<String, INDArray> checkedInputs() {
    config.validateInput(inputs);
    return named(inputs);
  }

  private Map<String, INDArray> checkedMasks(INDArray[] in, INDArray[] masks) {
    for (int i = 0; masks != null && i < masks.length; i++) {
      if (masks[i] != null) {
        config().validateMask(names().get(i), in[i], masks[i]);
      }
    }
    return named(masks);
  }

  private Map<String, INDArray> parameters() {
    return paramTable == null ? Map.of() : paramTable;
  }

  /** The parameters as a layer, at the graph's iteration and epoch. */
  private MendedLayer asLayer() {
    MendedLayer layer = VertexParameters.holding(config.getVertexParams(), parameters(), type);
    layer.setIterationCount(graph.getConfiguration().getIterationCount());
    layer.setEpochCount(graph.getConfiguration().getEpochCount());
    return layer;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    Map<String, INDArray> checked = checkedInputs();
    Map<String, INDArray> masks = checkedMasks(inputs, maskArrays);
    return runner().activate(training, checked, masks, parameters(), this::asLayer, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    Gradient gradient;
    INDArray[] atInputs = new INDArray[inputs.length];
    boolean placed;
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray error = epsilon.dataType() == type ? epsilon : epsilon.castTo(type);
      LayerGraph.Backward result =
          runner()
              .backward(
                  error, checkedInputs(), named(maskArrays), parameters(), gradTable, workspaceMgr);
      placed = result.placed();
      gradient = runner().gradient(owner(), result, parameters().keySet(), gradTable);
      for (int i = 0; i < atInputs.length; i++) {
        INDArray in = result.inputs().get(names().get(i));
        atInputs[i] = in == null ? Nd4j.zeros(type, inputs[i].shape()) : in;
      }
    }
    for (int i = 0; i < atInputs.length && !placed; i++) {
      atInputs[i] = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, atInputs[i]);
    }
    runner().finished();
    return new Pair<>(gradient, atInputs);
  }

  /** The masks of the inputs, as the graph gave them last; null where there are none. */
  public INDArray[] masks() {
    return maskArrays;
  }

  /** Names of the inner values that {@link #inspect} gives. */
  public List<String> innerNames() {
    return config().innerNames();
  }

  /** Sets one parameter after checking its shape. */
  public void setParam(String key, INDArray value) {
    LayerRunner.assign(owner(), parameters(), key, value);
  }

  /** Runs the inference graph on inputs and gives the named inner values. */
  public Map<String, INDArray> inspect(INDArray[] in, INDArray[] masks, Collection<String> names) {
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      config.validateInput(in);
      LayerRunner own = new LayerRunner(config(), type);
      Map<String, INDArray> values =
          own.forward(false, named(in), checkedMasks(in, masks), parameters(), names).exposed();
      own.finished();
      return values;
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState currentMaskState, int minibatchSize) {
    this.maskArrays = masks;
    return config.feedForwardMaskArrays(masks, currentMaskState, minibatchSize);
  }

  /** Masks belong to the inputs: ComputationGraph itself never takes a vertex's masks back. */
  @Override
  public void clear() {
    super.clear();
    maskArrays = null;
  }

  @Override
  public String toString() {
    return owner();
  }
}
