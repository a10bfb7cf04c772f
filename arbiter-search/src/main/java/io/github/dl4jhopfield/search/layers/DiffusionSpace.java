package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.layers.DiffusionOptions;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of {@link DiffusionOptions}. Where the mode is none, the others keep their defaults. */
public final class DiffusionSpace extends OptionSpace<Consumer<DiffusionOptions>> {
  private static final OptionTable TABLE =
      OptionTable.ofFields("DiffusionSpace", DiffusionOptions.class);

  @JsonCreator
  private DiffusionSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public Consumer<DiffusionOptions> getValue(double[] places) {
    return target -> configured(target, places);
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** As {@link DiffusionOptions#mode}. */
    public Builder mode(ParameterSpace<DiffusionMode> space) {
      return option("mode", space);
    }

    /** As {@link DiffusionOptions#eta}. */
    public Builder eta(ParameterSpace<Double> space) {
      return option("eta", space);
    }

    /** As {@link DiffusionOptions#neighbours}. */
    public Builder neighbours(ParameterSpace<Integer> space) {
      return option("neighbours", space);
    }

    /** As {@link DiffusionOptions#normalised}. */
    public Builder normalised(ParameterSpace<Boolean> space) {
      return option("normalised", space);
    }

    /** As {@link DiffusionOptions#steps}. */
    public Builder steps(ParameterSpace<Integer> space) {
      return option("steps", space);
    }

    /** As {@link DiffusionOptions#storedPatterns}. */
    public Builder storedPatterns(ParameterSpace<Boolean> space) {
      return option("storedPatterns", space);
    }

    /** As {@link DiffusionOptions#statePatterns}. */
    public Builder statePatterns(ParameterSpace<Boolean> space) {
      return option("statePatterns", space);
    }

    /** As {@link DiffusionOptions#graphAttention}. */
    public Builder graphAttention(ParameterSpace<Boolean> space) {
      return option("graphAttention", space);
    }

    /** As {@link DiffusionOptions#adaptiveEta}. */
    public Builder adaptiveEta(ParameterSpace<Boolean> space) {
      return option("adaptiveEta", space);
    }

    /** As {@link DiffusionOptions#adaptiveTemperature}. */
    public Builder adaptiveTemperature(ParameterSpace<Double> space) {
      return option("adaptiveTemperature", space);
    }

    /** As {@link DiffusionOptions#adaptiveThreshold}. */
    public Builder adaptiveThreshold(ParameterSpace<Double> space) {
      return option("adaptiveThreshold", space);
    }

    /** As {@link DiffusionOptions#energyTolerance}. */
    public Builder energyTolerance(ParameterSpace<Double> space) {
      return option("energyTolerance", space);
    }

    /** As {@link DiffusionOptions#compatible}. */
    public Builder compatible(ParameterSpace<Boolean> space) {
      return option("compatible", space);
    }

    /** The space. */
    public DiffusionSpace build() {
      return new DiffusionSpace(given);
    }
  }
}
