package io.github.dl4jhopfield.keras.layers;

import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A layer or vertex whose parameters are used in several places of a graph: the owner has them, the
 * others have none and take the owner's. Inputs may differ in length, number and masks from place
 * to place, and a place may follow another.
 *
 * <p>DL4J has no shared weights in a graph. Here every place computes with the owner's array of
 * parameters, and the gradients of all places add up in the owner's array of gradients. Each place
 * keeps what its own forward pass left, so a step of training is exact.
 */
public class SharedVertex extends GraphVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private GraphVertex inner;
  @JsonProperty private String owner;

  /** For JSON. */
  SharedVertex() {}

  /**
   * @param owner name of the vertex that has the parameters; null if it is this one
   */
  public SharedVertex(GraphVertex inner, String owner) {
    this.inner = inner;
    this.owner = owner;
  }

  /** What is shared. */
  public GraphVertex inner() {
    return inner;
  }

  /** Name of the vertex that has the parameters; null if it is this one. */
  public String owner() {
    return owner;
  }

  @Override
  public GraphVertex clone() {
    return new SharedVertex(inner.clone(), owner);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SharedVertex s
        && s.inner.equals(inner)
        && java.util.Objects.equals(s.owner, owner);
  }

  @Override
  public int hashCode() {
    return 31 * inner.hashCode() + java.util.Objects.hashCode(owner);
  }

  @Override
  public long numParams(boolean backprop) {
    return owner == null ? inner.numParams(backprop) : 0;
  }

  @Override
  public int minVertexInputs() {
    return inner.minVertexInputs();
  }

  @Override
  public int maxVertexInputs() {
    return inner.maxVertexInputs();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... types) {
    return inner.getOutputType(layerIndex, types);
  }

  @Override
  public MemoryReport getMemoryReport(InputType... types) {
    return inner.getMemoryReport(types);
  }

  @Override
  public void setDataType(DataType dataType) {
    inner.setDataType(dataType);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    return owner == null
        ? new Owner(
            graph,
            name,
            idx,
            dataType,
            inner.instantiate(graph, name, idx, paramsView, initializeParams, dataType))
        : new Follower(graph, name, idx, dataType, inner, owner);
  }

  /** The place that has the parameters. */
  static final class Owner extends VertexOwning {

    private static final long serialVersionUID = 1L;

    private INDArray gradients;

    /** Whether no place has put its gradient into the array since the last forward pass. */
    private boolean fresh;

    Owner(
        ComputationGraph graph,
        String name,
        int index,
        DataType dataType,
        org.deeplearning4j.nn.graph.vertex.GraphVertex inner) {
      super(graph, name, index, dataType, inner);
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr manager) {
      fresh = true;
      return inner.doForward(training, manager);
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr manager) {
      INDArray before = fresh || gradients == null ? null : gradients.dup();
      Pair<Gradient, INDArray[]> result = inner.doBackward(tbptt, manager);
      if (before != null) {
        gradients.addi(before);
      }
      fresh = false;
      return result;
    }

    /** Adds the gradient of another place. */
    void collect(INDArray gradient) {
      if (fresh) {
        gradients.assign(gradient);
      } else {
        gradients.addi(gradient);
      }
      fresh = false;
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray view) {
      gradients = view;
      super.setBackpropGradientsViewArray(view);
    }

    @Override
    public String toString() {
      return "SharedVertex(" + inner + ")";
    }
  }

  /** A place that takes the owner's parameters. */
  static final class Follower extends VertexAround {

    private static final long serialVersionUID = 1L;

    private final GraphVertex config;
    private final String ownerName;
    private final DataType type;
    private org.deeplearning4j.nn.graph.vertex.GraphVertex inner;
    private INDArray gradient;

    Follower(
        ComputationGraph graph,
        String name,
        int index,
        DataType dataType,
        GraphVertex config,
        String ownerName) {
      super(graph, name, index, dataType);
      this.config = config;
      this.ownerName = ownerName;
      this.type = dataType;
    }

    private Owner owner() {
      if (graph.getVertex(ownerName) instanceof Owner o) {
        return o;
      }
      throw new IllegalStateException(
          "Vertex \""
              + vertexName
              + "\" takes the parameters of \""
              + ownerName
              + "\", which is "
              + (graph.getVertex(ownerName) == null ? "not in the graph" : "not shared"));
    }

    /** Made when the whole graph is there: the owner may come later in its list. */
    @Override
    org.deeplearning4j.nn.graph.vertex.GraphVertex inner() {
      if (inner == null) {
        INDArray params = owner().params();
        inner = config.instantiate(graph, vertexName, vertexIndex, params, false, type);
        inner.setInputVertices(getInputVertices());
        inner.setOutputVertices(getOutputVertices());
      }
      return inner;
    }

    @Override
    public void clear() {
      super.clear();
      if (inner != null) {
        inner.clear();
      }
    }

    @Override
    public boolean hasLayer() {
      return false;
    }

    @Override
    public Layer getLayer() {
      return null;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr manager) {
      INDArray result = inner().doForward(training, manager);
      owner().fresh = true;
      return result;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr manager) {
      long length = owner().params().length();
      if (gradient == null) {
        gradient = Nd4j.createUninitializedDetached(type, length);
        inner().setBackpropGradientsViewArray(gradient);
      }
      Pair<Gradient, INDArray[]> result = inner().doBackward(tbptt, manager);
      owner().collect(gradient);
      return new Pair<>(null, result.getSecond());
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray view) {
      if (view != null) {
        throw new IllegalArgumentException("\"" + vertexName + "\" has no parameters of its own");
      }
    }

    @Override
    public Map<String, INDArray> paramTable(boolean backprop) {
      return Map.of();
    }

    @Override
    public String toString() {
      return "SharedVertex(" + inner() + ")";
    }
  }
}
