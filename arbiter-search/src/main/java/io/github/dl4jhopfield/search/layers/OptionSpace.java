package io.github.dl4jhopfield.search.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.AbstractParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A space of something that is configured by options, each with a space of its own. Which options
 * there are is read off the Builder of what is configured.
 *
 * @param <P> what a candidate is
 */
public abstract class OptionSpace<P> extends AbstractParameterSpace<P> {
  /** Of the class, not of the space: in no file of it. */
  @JsonIgnore private final transient OptionTable table;

  @JsonProperty private final Map<String, ParameterSpace<?>> options;

  OptionSpace(OptionTable table, Map<String, ParameterSpace<?>> options) {
    this.table = table;
    this.options = table.checked(options);
  }

  /** The options that have a space, by name. */
  public final Map<String, ParameterSpace<?>> options() {
    return options;
  }

  final <T> T configured(T target, double[] places) {
    table.apply(target, options, places);
    return target;
  }

  @Override
  public final int numParameters() {
    return LeafUtils.countUniqueParameters(collectLeaves());
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public final List<ParameterSpace> collectLeaves() {
    return options.values().stream().flatMap(space -> leaves(space).stream()).toList();
  }

  /** The leaves of any space; some of Arbiter's own leave out those without a parameter. */
  @SuppressWarnings("rawtypes") // Arbiter's signature
  static List<ParameterSpace> leaves(ParameterSpace<?> space) {
    return space.isLeaf() ? List.of(space) : space.collectLeaves();
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public final Map<String, ParameterSpace> getNestedSpaces() {
    return new LinkedHashMap<>(options);
  }

  @Override
  public final boolean isLeaf() {
    return false;
  }

  @Override
  public final void setIndices(int... indices) {
    throw new UnsupportedOperationException("only leaves have numbers");
  }

  @Override
  public boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && options.equals(((OptionSpace<?>) other).options);
  }

  @Override
  public int hashCode() {
    return options.hashCode();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + options;
  }

  /** The options that were given so far. */
  abstract static class Options<T> implements OptionSpaceBuilder<T> {
    private final OptionTable table;
    final Map<String, ParameterSpace<?>> given = new LinkedHashMap<>();

    Options(OptionTable table) {
      this.table = table;
    }

    @Override
    @SuppressWarnings("unchecked") // each Builder is the T of its class
    public T option(String name, ParameterSpace<?> space) {
      given.put(name, space);
      table.checked(given);
      return (T) this;
    }
  }
}
