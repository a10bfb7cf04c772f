package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A space of the units that forget small scores (learning with partial forgetting): the kind, and
 * what only a PFU uses.
 */
public final class LagrangianUnitSpace extends OptionSpace<LagrangianUnit> {
  private static final OptionTable TABLE =
      OptionTable.ofFields("LagrangianUnitSpace", Choice.class);

  /** What a candidate has drawn. */
  static final class Choice {
    public LagrangianUnit.Kind kind = LagrangianUnit.Kind.NONE;
    public Double mu;
    public Double bias;
    public double sigma = 0.01;
    public LagrangianUnit.MedianScope medianScope = LagrangianUnit.MedianScope.SAMPLE;
  }

  @JsonCreator
  private LagrangianUnitSpace(@JsonProperty("options") Map<String, ParameterSpace<?>> options) {
    super(TABLE, options);
  }

  @Override
  public LagrangianUnit getValue(double[] places) {
    Choice choice = configured(new Choice(), places);
    return switch (choice.kind) {
      case NONE -> LagrangianUnit.none();
      case RELU -> LagrangianUnit.relu();
      case PFU -> pfu(choice);
    };
  }

  private static LagrangianUnit pfu(Choice choice) {
    LagrangianUnit.PfuBuilder pfu =
        LagrangianUnit.pfuBuilder().medianOf(choice.medianScope).sigma(choice.sigma);
    if (choice.mu != null) {
      pfu.mu(choice.mu);
    }
    if (choice.bias != null) {
      pfu.bias(choice.bias);
    }
    return pfu.build();
  }

  /** Takes a space of values for each option that is not to have its default. */
  public static final class Builder extends Options<Builder> {

    /** No option given. */
    public Builder() {
      super(TABLE);
    }

    /** Which unit. Default none. */
    public Builder kind(ParameterSpace<LagrangianUnit.Kind> space) {
      return option("kind", space);
    }

    /** A fixed mu of a PFU. Default: the median. */
    public Builder mu(ParameterSpace<Double> space) {
      return option("mu", space);
    }

    /** What forgotten entries of a PFU become. Default: the threshold. */
    public Builder bias(ParameterSpace<Double> space) {
      return option("bias", space);
    }

    /** Square root of the scale of a PFU's noise. Default 0.01. */
    public Builder sigma(ParameterSpace<Double> space) {
      return option("sigma", space);
    }

    /** What the median is taken over. Default each sample. */
    public Builder medianScope(ParameterSpace<LagrangianUnit.MedianScope> space) {
      return option("medianScope", space);
    }

    /** The space. */
    public LagrangianUnitSpace build() {
      return new LagrangianUnitSpace(given);
    }
  }
}
