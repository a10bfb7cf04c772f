package io.github.dl4jhopfield.zoo.files;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/**
 * A trained network in a file of DL4J's ModelSerializer, whoever wrote it. Reading is as strict as
 * for this project's own models: no Java object in the file is deserialised, sizes are bounded, the
 * configuration may name classes of DL4J, ND4J and this project only. Updater state is ignored.
 */
public final class NetworkFile {
  private NetworkFile() {}

  /**
   * Reads a MultiLayerNetwork or a ComputationGraph.
   *
   * @throws io.github.dl4jhopfield.zoo.files.DataFormatException if the file is something else or
   *     damaged
   */
  public static Model read(Path file) throws IOException {
    return ModelFiles.model(file);
  }

  /** Writes a network without its updater's state; the file is either whole or not there. */
  public static void write(Path file, Model network) throws IOException {
    AtomicFiles.write(file, out -> ModelSerializer.writeModel(network, out, false));
  }
}
