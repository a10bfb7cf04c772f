package io.github.dl4jhopfield.zoo.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;

/**
 * A network in a file of DL4J's ModelSerializer, whoever wrote it. No Java object in the file is
 * deserialised, sizes are bounded, the configuration may name classes of DL4J, ND4J and this
 * project only; parameters of half, bfloat16, float and double are streamed, whatever their size,
 * and never narrowed. A normaliser or what belongs to one of this project's models may be in the
 * file too and is left there; see {@link ModelFile} and {@link TrainingFile}.
 */
public final class NetworkFile {
  private static final String EXPECTED = "a network saved by DL4J's ModelSerializer";

  private static final Set<String> ENTRIES = new HashSet<>(TrainingFile.ENTRIES);

  static {
    ENTRIES.add(ModelFile.META);
  }

  private NetworkFile() {}

  /**
   * Reads a MultiLayerNetwork or a ComputationGraph, without its updater's state.
   *
   * @throws DataFormatException if the file is something else or damaged
   */
  public static Model read(Path file) throws IOException {
    return ModelZip.read(file, EXPECTED, ENTRIES, ModelZip::network);
  }

  /** Writes a network without its updater's state; the file is either whole or not there. */
  public static void write(Path file, Model network) throws IOException {
    write(file, network, false);
  }

  /**
   * Writes a network; the file is either whole or not there. Equal networks make equal files.
   *
   * @param updater whether the state of its updater goes with it, so that training can go on
   */
  public static void write(Path file, Model network, boolean updater) throws IOException {
    ModelZip.write(file, network, updater, Map.of());
  }
}
