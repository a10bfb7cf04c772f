package io.github.dl4jhopfield.keras;

/**
 * One array of a Keras file: its name and shape, known without reading its values.
 *
 * @param name path within its layer, without ":0": "kernel", "query/kernel", "vars/0"
 * @param place where it is in the file, for messages
 * @param shape as saved
 * @param values reads it, checked against the size of the file
 */
record SavedArray(String name, String place, long[] shape, Values values) {

  /** Reads the values in C order. */
  interface Values {
    float[] read();
  }

  long length() {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }
}
