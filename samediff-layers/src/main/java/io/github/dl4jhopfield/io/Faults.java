package io.github.dl4jhopfield.io;

import java.util.List;

/**
 * What an exception implements that says everything that is wrong with a file, and not the first.
 */
public interface Faults {
  /** The faults in the file's order, each a line that names the file; at least one. */
  List<String> faults();
}
