package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldEncoderLayer;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Arbiter's space of {@link HopfieldEncoderLayer}. */
public final class HopfieldEncoderLayerSpace extends HopfieldLayerSpaceBase<HopfieldEncoderLayer> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldEncoderLayerSpace", HopfieldEncoderLayer.Builder.class);

  @JsonCreator
  private HopfieldEncoderLayerSpace(
      @JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  Layer.Builder<?> builder() {
    return new HopfieldEncoderLayer.Builder();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends HopfieldLayerSpaceBase.Builder<Builder>
      implements FeedForwardSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldEncoderLayerSpace build() {
      return new HopfieldEncoderLayerSpace(given);
    }
  }
}
