package io.github.dl4jhopfield.layers;

/** How layers and vertices say what is wrong with their options and inputs. */
final class LayerChecks {

  private LayerChecks() {}

  /** An exception that names the layer. */
  static IllegalArgumentException wrong(String owner, String what) {
    return new IllegalArgumentException(owner + ": " + what);
  }

  /** Refuses an option below its least value. */
  static void atLeast(String owner, String option, long value, long least) {
    if (value < least) {
      throw wrong(owner, option + " = " + value + ", expected at least " + least);
    }
  }
}
