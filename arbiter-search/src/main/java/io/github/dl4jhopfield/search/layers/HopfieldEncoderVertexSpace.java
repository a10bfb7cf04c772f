package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldEncoderVertex;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of {@link HopfieldEncoderVertex}, for a {@link VertexGraphSpace}. */
public final class HopfieldEncoderVertexSpace extends VertexSpace<HopfieldEncoderVertex> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldEncoderVertexSpace", HopfieldEncoderVertex.Builder.class);

  @JsonCreator
  private HopfieldEncoderVertexSpace(
      @JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public HopfieldEncoderVertex getValue(double[] places) {
    return configured(new HopfieldEncoderVertex.Builder(), places).build();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder>
      implements FeedForwardSpaceBuilder<Builder>, VertexSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldEncoderVertexSpace build() {
      return new HopfieldEncoderVertexSpace(given);
    }
  }
}
