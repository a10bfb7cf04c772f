package io.github.dl4jhopfield.search.layers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.GraphConfiguration;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.TaskCreatorProvider;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.arbiter.task.ComputationGraphTaskCreator;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * Arbiter's {@link ComputationGraphSpace} with vertices that are searched too: Arbiter's own takes
 * a vertex only as it is.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public final class VertexGraphSpace extends ComputationGraphSpace {
  static {
    TaskCreatorProvider.registerDefaultTaskCreatorClass(
        VertexGraphSpace.class, ComputationGraphTaskCreator.class);
  }

  @JsonProperty private Map<String, VertexSpace<?>> vertexSpaces = new LinkedHashMap<>();

  /** For JSON. */
  private VertexGraphSpace() {
    super(new Builder());
  }

  private VertexGraphSpace(Builder builder) {
    super(builder);
    vertexSpaces = new LinkedHashMap<>(builder.spaces);
    numParameters = LeafUtils.countUniqueParameters(collectLeaves());
  }

  /** The network of a candidate. */
  @Override
  public synchronized GraphConfiguration getValue(double[] places) {
    try {
      for (VertexConf vertex : vertices) {
        VertexSpace<?> space = vertexSpaces.get(vertex.getVertexName());
        if (space != null) {
          vertex.setGraphVertex(space.getValue(places));
        }
      }
      return super.getValue(places);
    } finally {
      for (VertexConf vertex : vertices) {
        if (vertexSpaces.containsKey(vertex.getVertexName())) {
          vertex.setGraphVertex(null);
        }
      }
    }
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public List<ParameterSpace> collectLeaves() {
    List<ParameterSpace> leaves = super.collectLeaves();
    if (vertexSpaces != null) { // Arbiter counts before the fields are set
      vertexSpaces.values().forEach(space -> leaves.addAll(space.collectLeaves()));
    }
    return leaves;
  }

  /** The space that its JSON describes. */
  public static VertexGraphSpace fromJson(String json) {
    try {
      return JsonMapper.getMapper().readValue(json, VertexGraphSpace.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof VertexGraphSpace that
        && vertexSpaces.equals(that.vertexSpaces);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), vertexSpaces);
  }

  @Override
  public String toString() {
    return super.toString() + "Vertices: " + vertexSpaces + "\n";
  }

  /** Arbiter's Builder, with {@link #addVertex(String, VertexSpace, String...)}. */
  public static final class Builder extends ComputationGraphSpace.Builder {
    private final Map<String, VertexSpace<?>> spaces = new LinkedHashMap<>();

    /**
     * A vertex that is searched. Arbiter's other methods return its own Builder: call this one
     * first.
     */
    public Builder addVertex(String name, VertexSpace<?> space, String... inputs) {
      spaces.put(name, Objects.requireNonNull(space, "space"));
      vertexList.add(new VertexConf(null, name, inputs));
      return this;
    }

    @Override
    public VertexGraphSpace build() {
      return new VertexGraphSpace(this);
    }
  }
}
