package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldLayer;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Arbiter's space of {@link HopfieldLayer}, the lookup layer. */
public final class HopfieldLayerSpace extends HopfieldLayerSpaceBase<HopfieldLayer> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldLayerSpace", HopfieldLayer.Builder.class);

  @JsonCreator
  private HopfieldLayerSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  Layer.Builder<?> builder() {
    return new HopfieldLayer.Builder();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends HopfieldLayerSpaceBase.Builder<Builder>
      implements LookupSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldLayerSpace build() {
      return new HopfieldLayerSpace(given);
    }
  }
}
