package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.util.List;

/**
 * Something that trains or evaluates a model on data, end to end, and reports metrics. Found by
 * {@link java.util.ServiceLoader}: an implementation is public, has a no-argument constructor, and
 * neither that nor {@link #name()}, {@link #description()} and {@link #options()} touch ND4J, so
 * that listing experiments stays cheap.
 *
 * <p>Same context, same machine, same number of threads: same result to the bit.
 */
public interface Experiment {
  /** Short name in lower case, as in {@code hopfield run NAME}. */
  String name();

  /** One line: what is learned, from which data, how it is scored. */
  String description();

  /** The options beyond data, seed and output folder. */
  List<ExperimentOption> options();

  /**
   * Runs the experiment.
   *
   * @throws IllegalArgumentException for bad options, and as {@link
   *     io.github.dl4jhopfield.zoo.files.DataFormatException} for bad data; the message is one line
   * @throws IOException if a file cannot be read or written
   */
  ExperimentResult run(ExperimentContext context) throws IOException;
}
