package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldPoolingVertex;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of {@link HopfieldPoolingVertex}, for a {@link VertexGraphSpace}. */
public final class HopfieldPoolingVertexSpace extends VertexSpace<HopfieldPoolingVertex> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldPoolingVertexSpace", HopfieldPoolingVertex.Builder.class);

  @JsonCreator
  private HopfieldPoolingVertexSpace(
      @JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public HopfieldPoolingVertex getValue(double[] places) {
    return configured(new HopfieldPoolingVertex.Builder(), places).build();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder>
      implements PoolingSpaceBuilder<Builder>, VertexSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldPoolingVertexSpace build() {
      return new HopfieldPoolingVertexSpace(given);
    }
  }
}
