package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Computes a mask [batch, time], 1 = keep, from data: of token ids [batch, time], those that differ
 * from the value (Embedding with mask_zero); of features [batch, time, features], the steps with
 * any feature that differs from it (Masking).
 */
public class TokenMask extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private double value;
  @JsonProperty private boolean ofFeatures;

  /** For JSON. */
  TokenMask() {}

  public TokenMask(double value, boolean ofFeatures) {
    this.value = value;
    this.ofFeatures = ofFeatures;
  }

  @Override
  protected String[] inputNames() {
    return new String[] {"x"};
  }

  @Override
  protected TensorVertex copy() {
    return new TokenMask(value, ofFeatures);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable differs = c.input("x").neq(value).castTo(c.dataType());
    return ofFeatures ? differs.max(2) : differs;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TokenMask t
        && super.equals(o)
        && t.value == value
        && t.ofFeatures == ofFeatures;
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Double.hashCode(value);
  }
}
