package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.layers.UpdateStepScope;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * One of a list of values, which keep their type in JSON. (Arbiter's {@code DiscreteParameterSpace}
 * reads enumerations back as text and objects as maps, and its {@code FixedValue} writes objects by
 * Java serialisation.) A list of one value is no parameter of a search.
 *
 * @param <P> type of the values
 */
public final class OneOf<P> implements ParameterSpace<P> {

  /** Types of values. */
  enum Kind {
    WHOLE(Integer.class),
    NUMBER(Double.class),
    FLAG(Boolean.class),
    TEXT(String.class),
    LIST(List.class),
    ACTIVATION(Activation.class),
    RNN_FORMAT(RNNFormat.class),
    UPDATE_STEP_SCOPE(UpdateStepScope.class),
    POST_TRANSFORM(PostTransform.class),
    DIFFUSION_MODE(DiffusionMode.class),
    SEPARATION(Separation.class),
    SEPARATION_KIND(Separation.Kind.class),
    LAGRANGIAN_UNIT(LagrangianUnit.class),
    LAGRANGIAN_KIND(LagrangianUnit.Kind.class),
    MEDIAN_SCOPE(LagrangianUnit.MedianScope.class),
    UPDATER(IUpdater.class),
    WEIGHT_NOISE(IWeightNoise.class);

    private final Class<?> type;

    Kind(Class<?> type) {
      this.type = type;
    }

    static Kind of(Object value) {
      for (Kind kind : values()) {
        if (kind.type.isInstance(value)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "expected a value of one of the types that layers' options have, found "
              + value
              + " of "
              + value.getClass().getName());
    }
  }

  @JsonProperty private final Kind kind;
  @JsonIgnore private final List<P> values; // in JSON as json()
  @JsonProperty private int index = -1;

  OneOf(List<P> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("expected at least one value, found none");
    }
    this.values = List.copyOf(values);
    kind = Kind.of(values.get(0));
    for (P value : values) {
      if (Kind.of(value) != kind) {
        throw new IllegalArgumentException(
            "expected values of one type, found " + values.get(0) + " and " + value);
      }
    }
  }

  @JsonCreator
  @SuppressWarnings("unchecked") // the values have the type that the kind says
  static <P> OneOf<P> ofJson(
      @JsonProperty("kind") Kind kind,
      @JsonProperty("json") String json,
      @JsonProperty("index") int index) {
    ObjectMapper mapper = NeuralNetConfiguration.mapper();
    List<P> values = new ArrayList<>();
    try {
      for (String text : mapper.readValue(json, new TypeReference<List<String>>() {})) {
        values.add((P) mapper.readValue(text, kind.type));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected values of kind " + kind + ", found " + json + ": " + e.getOriginalMessage(), e);
    }
    OneOf<P> read = new OneOf<>(values);
    read.index = index;
    return read;
  }

  /** The values as texts of DL4J's JSON, which knows updaters and the like by name. */
  @JsonProperty("json")
  String json() throws JsonProcessingException {
    ObjectMapper mapper = NeuralNetConfiguration.mapper();
    List<String> texts = new ArrayList<>();
    for (P value : values) {
      texts.add(mapper.writerFor(kind.type).writeValueAsString(value));
    }
    return mapper.writeValueAsString(texts);
  }

  /** All values. */
  public List<P> values() {
    return values;
  }

  @Override
  public P getValue(double[] places) {
    if (values.size() == 1) {
      return values.get(0);
    }
    if (index < 0) {
      throw new IllegalStateException(
          "expected a candidate generator to have numbered the parameters, found "
              + this
              + " without a number");
    }
    return values.get(Math.min((int) (places[index] * values.size()), values.size() - 1));
  }

  @Override
  public int numParameters() {
    return values.size() == 1 ? 0 : 1;
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public List<ParameterSpace> collectLeaves() {
    return List.of(this);
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public Map<String, ParameterSpace> getNestedSpaces() {
    return Collections.emptyMap();
  }

  @Override
  public boolean isLeaf() {
    return true;
  }

  @Override
  public void setIndices(int... indices) {
    int given = indices == null ? 0 : indices.length;
    if (given != numParameters()) {
      throw new IllegalArgumentException(
          this + ": expected " + numParameters() + " numbers of parameters, found " + given);
    }
    index = given == 0 ? -1 : indices[0];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OneOf<?> that && values.equals(that.values) && index == that.index;
  }

  @Override
  public int hashCode() {
    return Objects.hash(values, index);
  }

  @Override
  public String toString() {
    return values.size() == 1 ? String.valueOf(values.get(0)) : "one of " + values;
  }
}
