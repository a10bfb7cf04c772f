package io.github.dl4jhopfield.keras.layers;

import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The options of a recurrent layer: cell, size, functions, order of time. */
public final class RecurrentCell {

  /** The cells; gates stand in this order in the parameters. */
  public enum Kind {
    /** h' = f(x W + h R + b). */
    SIMPLE(1, 1),
    /** Gates input, forget, candidate, output (Hochreiter and Schmidhuber 1997, Keras's order). */
    LSTM(4, 2),
    /** Gates update, reset, candidate; the reset gate after the product: b [2, 3 units]. */
    GRU_RESET_AFTER(3, 1),
    /** Gates update, reset, candidate; the reset gate before the product (Cho et al. 2014). */
    GRU_RESET_BEFORE(3, 1);

    private final int gates;
    private final int states;

    Kind(int gates, int states) {
      this.gates = gates;
      this.states = states;
    }

    /** Number of gates. */
    public int gates() {
      return gates;
    }

    /** Number of states: h, and c of an LSTM. */
    public int states() {
      return states;
    }

    /** Rows of the bias. */
    public int biases() {
      return this == GRU_RESET_AFTER ? 2 : 1;
    }
  }

  @JsonProperty private Kind kind;
  @JsonProperty private long nIn;
  @JsonProperty private long units;
  @JsonProperty private String activation;
  @JsonProperty private String gateActivation;
  @JsonProperty private boolean backwards;
  @JsonProperty private boolean zerosForMasked;

  /** For JSON. */
  RecurrentCell() {}

  /**
   * @param activation one of Keras's names, of the candidate and the output
   * @param gateActivation of the gates
   * @param backwards whether time runs from the end; the sequence that comes out begins with the
   *     last step
   * @param zerosForMasked whether steps that a mask leaves out give zeros; else they repeat the
   *     step before
   */
  public RecurrentCell(
      Kind kind,
      long nIn,
      long units,
      String activation,
      String gateActivation,
      boolean backwards,
      boolean zerosForMasked) {
    ScalarFunction.of(activation);
    ScalarFunction.of(gateActivation);
    this.kind = kind;
    this.nIn = nIn;
    this.units = units;
    this.activation = activation;
    this.gateActivation = gateActivation;
    this.backwards = backwards;
    this.zerosForMasked = zerosForMasked;
  }

  /** Whether a recurrent layer can have an activation of that name. */
  public static boolean knows(String activation) {
    return ScalarFunction.NAMES.contains(activation);
  }

  public Kind kind() {
    return kind;
  }

  public long nIn() {
    return nIn;
  }

  public long units() {
    return units;
  }

  /** Declares W [nIn, gates units], R [units, gates units] and b. */
  void declare(SDLayerParams params) {
    long wide = kind.gates() * units;
    params.addWeightParam("W", nIn, wide);
    params.addWeightParam("R", units, wide);
    params.addBiasParam("b", kind.biases(), wide);
  }

  ScalarFunction function() {
    return ScalarFunction.of(activation);
  }

  ScalarFunction gateFunction() {
    return ScalarFunction.of(gateActivation);
  }

  boolean backwards() {
    return backwards;
  }

  boolean zerosForMasked() {
    return zerosForMasked;
  }

  private String key() {
    return kind
        + "/"
        + nIn
        + "/"
        + units
        + "/"
        + activation
        + "/"
        + gateActivation
        + "/"
        + backwards
        + "/"
        + zerosForMasked;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RecurrentCell c && c.key().equals(key());
  }

  @Override
  public int hashCode() {
    return key().hashCode();
  }
}
