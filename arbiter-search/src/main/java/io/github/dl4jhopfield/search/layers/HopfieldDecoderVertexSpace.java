package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of {@link HopfieldDecoderVertex}, for a {@link VertexGraphSpace}. */
public final class HopfieldDecoderVertexSpace extends VertexSpace<HopfieldDecoderVertex> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldDecoderVertexSpace", HopfieldDecoderVertex.Builder.class);

  @JsonCreator
  private HopfieldDecoderVertexSpace(
      @JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public HopfieldDecoderVertex getValue(double[] places) {
    return configured(new HopfieldDecoderVertex.Builder(), places).build();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder>
      implements FeedForwardSpaceBuilder<Builder>, VertexSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** Depth of the memory. */
    public Builder memorySize(ParameterSpace<Integer> space) {
      return option("memorySize", space);
    }

    /** Whether the last input is the association mask of target and memory. */
    public Builder memoryMaskInput(ParameterSpace<Boolean> space) {
      return option("memoryMaskInput", space);
    }

    /** Options of the association with the memory that differ from the other's. */
    public Builder cross(CrossSpace space) {
      return option("cross", space);
    }

    /** The space. */
    public HopfieldDecoderVertexSpace build() {
      return new HopfieldDecoderVertexSpace(given);
    }
  }
}
