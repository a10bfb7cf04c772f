package io.github.dl4jhopfield.keras;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Keras that wrote a file; for tf.keras that of TensorFlow, which is the same.
 *
 * @param text as the file says, "?" if it does not
 */
record KerasVersion(String text, int major, int minor) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

  /** A file that does not say is taken for one of the newest Keras 2. */
  static KerasVersion of(String text) {
    Matcher m = FORM.matcher(text == null ? "" : text);
    return m.matches()
        ? new KerasVersion(text, Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)))
        : new KerasVersion("?", 2, 99);
  }

  boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
  }
}
