package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * As {@link RecurrentSequence}, with the first states as inputs: x [batch, time, nIn], h [batch,
 * units] and, of an LSTM, c [batch, units].
 */
public class RecurrentVertex extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private RecurrentCell cell;

  /** For JSON. */
  RecurrentVertex() {}

  public RecurrentVertex(RecurrentCell cell) {
    this.cell = cell;
  }

  @Override
  protected String[] inputNames() {
    return cell.kind().states() == 1 ? new String[] {"x", "h"} : new String[] {"x", "h", "c"};
  }

  @Override
  protected TensorVertex copy() {
    return new RecurrentVertex(cell);
  }

  @Override
  protected void defineParameters(SDVertexParams params) {
    cell.declare(params);
  }

  @Override
  public SDVariable define(GraphContext c) {
    List<SDVariable> initial = new ArrayList<>(List.of(c.input("h")));
    if (cell.kind().states() > 1) {
      initial.add(c.input("c"));
    }
    return Recurrence.of(
        c.sd(), cell, c.input("x"), c.param("W"), c.param("R"), c.param("b"), initial, c.mask("x"));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RecurrentVertex v && super.equals(o) && v.cell.equals(cell);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + cell.hashCode();
  }
}
