package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.Hopfield;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Arbiter's space of {@link Hopfield}, self-association. */
public final class HopfieldSpace extends HopfieldLayerSpaceBase<Hopfield> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldSpace", Hopfield.Builder.class);

  @JsonCreator
  private HopfieldSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  Layer.Builder<?> builder() {
    return new Hopfield.Builder();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends HopfieldLayerSpaceBase.Builder<Builder>
      implements AssociationSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldSpace build() {
      return new HopfieldSpace(given);
    }
  }
}
