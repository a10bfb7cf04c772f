package io.github.dl4jhopfield.search.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.layers.LayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What the spaces of one-input layers share: a space of values for each option of the layer's
 * Builder.
 *
 * <p>Sizes that no network can have are refused when the candidate's configuration is built, and
 * Arbiter's generators then try again for ever: give sizes that fit each other in every
 * combination. ({@code Sweep} records such a candidate as failed and goes on.)
 *
 * @param <L> the layer
 */
public abstract class HopfieldLayerSpaceBase<L extends Layer> extends LayerSpace<L> {
  /** Of the class, not of the space: in no file of it. */
  @JsonIgnore private final transient OptionTable table;

  @JsonProperty private final Map<String, ParameterSpace<?>> options;

  HopfieldLayerSpaceBase(OptionTable table, Map<String, ParameterSpace<?>> options) {
    this.table = table;
    this.options = table.checked(options);
    numParameters = LeafUtils.countUniqueParameters(collectLeaves());
  }

  abstract Layer.Builder<?> builder();

  /** The options that have a space, by name. */
  public final Map<String, ParameterSpace<?>> options() {
    return options;
  }

  @Override
  public final L getValue(double[] places) {
    Layer.Builder<?> builder = builder();
    table.apply(builder, options, places);
    return builder.build();
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public final List<ParameterSpace> collectLeaves() {
    return options.values().stream().flatMap(space -> OptionSpace.leaves(space).stream()).toList();
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public final Map<String, ParameterSpace> getNestedSpaces() {
    return new LinkedHashMap<>(options);
  }

  @Override
  public final boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && options.equals(((HopfieldLayerSpaceBase<?>) other).options);
  }

  @Override
  protected final boolean canEqual(Object other) {
    return other instanceof HopfieldLayerSpaceBase;
  }

  @Override
  public final int hashCode() {
    return options.hashCode();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + options;
  }

  /**
   * Takes the spaces of the options.
   *
   * @param <T> the Builder itself
   */
  abstract static class Builder<T> extends OptionSpace.Options<T> implements LayerSpaceBuilder<T> {
    Builder(OptionTable table) {
      super(table);
    }
  }
}
