package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldPooling;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Arbiter's space of {@link HopfieldPooling}. */
public final class HopfieldPoolingSpace extends HopfieldLayerSpaceBase<HopfieldPooling> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldPoolingSpace", HopfieldPooling.Builder.class);

  @JsonCreator
  private HopfieldPoolingSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  Layer.Builder<?> builder() {
    return new HopfieldPooling.Builder();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends HopfieldLayerSpaceBase.Builder<Builder>
      implements PoolingSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldPoolingSpace build() {
      return new HopfieldPoolingSpace(given);
    }
  }
}
