package io.github.dl4jhopfield.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;

/** How layers and vertices say what is wrong with their options and inputs. */
final class LayerChecks {

  private LayerChecks() {}

  /** An exception that names the layer. */
  static IllegalArgumentException wrong(String owner, String what) {
    return new IllegalArgumentException(owner + ": " + what);
  }

  /** Refuses an input type that has no time. */
  static InputType.InputTypeRecurrent recurrent(String owner, InputType type) {
    if (type instanceof InputType.InputTypeRecurrent recurrent) {
      return recurrent;
    }
    throw wrong(owner, "expected a recurrent input [batch, features, time], found " + type);
  }

  /** The length of an input type, which a memory report must know. */
  static long length(String owner, InputType.InputTypeRecurrent type) {
    if (type.getTimeSeriesLength() < 1) {
      throw wrong(
          owner,
          "a memory report needs the length of the input: expected"
              + " InputType.recurrent(size, length), found "
              + type);
    }
    return type.getTimeSeriesLength();
  }

  /** Refuses an option below its least value. */
  static void atLeast(String owner, String option, long value, long least) {
    if (value < least) {
      throw wrong(owner, option + " = " + value + ", expected at least " + least);
    }
  }
}
