package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldVertex;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of {@link HopfieldVertex}, for a {@link VertexGraphSpace}. */
public final class HopfieldVertexSpace extends VertexSpace<HopfieldVertex> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("HopfieldVertexSpace", HopfieldVertex.Builder.class);

  @JsonCreator
  private HopfieldVertexSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public HopfieldVertex getValue(double[] places) {
    return configured(new HopfieldVertex.Builder(), places).build();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder>
      implements AssociationSpaceBuilder<Builder>, VertexSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public HopfieldVertexSpace build() {
      return new HopfieldVertexSpace(given);
    }
  }
}
