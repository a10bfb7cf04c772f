package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import java.util.Collections;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A recurrent layer as Keras has it: SimpleRNN, GRU (both orders of the reset gate) or LSTM over x
 * [batch, time, nIn], with masks that keep the state, in either direction. What comes out:
 *
 * <ul>
 *   <li>ALL: [batch, time + states, units], the sequence in the order in which it was worked out,
 *       then the last h and, of an LSTM, c;
 *   <li>SEQUENCE: [batch, time, units];
 *   <li>LAST: [batch, units], what the last step gave.
 * </ul>
 *
 * <p>Parameters W [nIn, gates units], R [units, gates units], b [1, gates units], of a GRU with the
 * reset gate after the product [2, gates units]. DL4J's own LSTM and SimpleRnn give zeros for
 * masked steps and do not keep the state; it has no GRU.
 */
public class RecurrentSequence extends TensorLayer {

  private static final long serialVersionUID = 1L;

  /** What comes out. */
  public enum Result {
    ALL,
    SEQUENCE,
    LAST
  }

  @JsonProperty private RecurrentCell cell;
  @JsonProperty private Result result;

  /** For JSON. */
  RecurrentSequence() {}

  public RecurrentSequence(RecurrentCell cell, Result result) {
    this.cell = cell;
    this.result = result;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    cell.declare(params);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable zeros =
        c.zeros("start", 2, call -> new long[] {call.input(INPUT).size(0), cell.units()});
    SDVariable all =
        Recurrence.of(
            c.sd(),
            cell,
            c.input(INPUT),
            c.param("W"),
            c.param("R"),
            c.param("b"),
            Collections.nCopies(cell.kind().states(), zeros),
            c.mask(INPUT));
    SameDiff sd = c.sd();
    int states = cell.kind().states();
    return switch (result) {
      case ALL -> all;
      case SEQUENCE -> Rearrangement.of(sd, all, part(0, -states));
      case LAST -> Rearrangement.of(sd, all, part(-states - 1, 0));
    };
  }

  /** Steps from start to an end before the last one; with end 0 one step, without its axis. */
  private static Rearrangement.Plan part(long start, long end) {
    long[] s = {
      Moves.RANGE,
      Moves.OPEN,
      Moves.OPEN,
      1,
      end == 0 ? Moves.INDEX : Moves.RANGE,
      end == 0 ? start : Moves.OPEN,
      end == 0 ? 0 : end,
      1
    };
    return Moves.plan("slice", Arrays.copyOf(s, s.length), null);
  }
}
