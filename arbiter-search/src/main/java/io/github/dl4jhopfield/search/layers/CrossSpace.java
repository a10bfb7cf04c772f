package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A space of the options of a decoder's association with its memory. */
public final class CrossSpace extends OptionSpace<Consumer<HopfieldDecoderVertex.Cross>> {
  private static final OptionTable TABLE =
      OptionTable.ofBuilder("CrossSpace", HopfieldDecoderVertex.Cross.class);

  @JsonCreator
  private CrossSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public Consumer<HopfieldDecoderVertex.Cross> getValue(double[] places) {
    return target -> configured(target, places);
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder>
      implements AssociationSpaceBuilder<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** The space. */
    public CrossSpace build() {
      return new CrossSpace(given);
    }
  }
}
