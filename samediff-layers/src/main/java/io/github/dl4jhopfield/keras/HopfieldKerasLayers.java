package io.github.dl4jhopfield.keras;

import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.modelimport.keras.KerasLayer;

/**
 * Makes DL4J's own {@code KerasModelImport} know our layers, for programs that use it already.
 * {@link HopfieldKerasImport} can do more and needs none of this.
 *
 * <pre>{@code
 * HopfieldKerasLayers.register(Path.of("model.h5"));
 * MultiLayerNetwork net = KerasModelImport.importKerasSequentialModelAndWeights("model.h5");
 * }</pre>
 *
 * <p>Known then: Hopfield, HopfieldPooling, HopfieldLayer, HopfieldEncoderLayer, ClassToken and
 * PositionEmbedding of the Python package, and Keras's LayerNormalization; each with one input, in
 * {@code .h5} files of Keras 2. Every weight is checked by name and shape: one that is missing,
 * left over or of another shape is an error, where DL4J would leave random numbers. Several inputs
 * and masks made by Keras layers are beyond that importer.
 *
 * <p>DL4J reads HDF5 through native code that crashes the JVM on a layer with more than 8 weights
 * in files of TF 2.10 and later, and does not in those of TF 2.4 (versions between were not tried).
 * A Hopfield layer with normalisations has 14. Such layers are refused before they are read, unless
 * the file that was registered last is of TF 2.4 or older.
 */
public final class HopfieldKerasLayers {

  /** What DL4J's reader survives in files of newer Keras 2. */
  static final int MOST_WEIGHTS = 8;

  private static final List<String> CLASSES =
      List.of(
          "dl4j_hopfield>Hopfield",
          "dl4j_hopfield>HopfieldPooling",
          "dl4j_hopfield>HopfieldLayer",
          "dl4j_hopfield>HopfieldEncoderLayer",
          "dl4j_hopfield>HopfieldDecoderLayer",
          "dl4j_hopfield>ClassToken",
          "dl4j_hopfield>PositionEmbedding",
          "LayerNormalization");

  private static volatile KerasVersion version = KerasVersion.of(null);

  private HopfieldKerasLayers() {}

  /** Registers the layers; those with more than 8 weights will be refused. */
  public static void register() {
    version = KerasVersion.of(null);
    CLASSES.forEach(name -> KerasLayer.registerCustomLayer(name, RegisteredKerasLayer.class));
  }

  /**
   * Registers the layers for one file, which is looked into by our own reader.
   *
   * @throws KerasImportException if the file cannot be read, or is one that DL4J's importer does
   *     not know ({@code .keras}, Keras 3)
   */
  public static void register(Path file) {
    KerasVersion found;
    boolean archive;
    try (KerasFile opened = KerasFile.open(file)) {
      found = opened.version();
      archive = opened.isArchive();
    }
    if (archive || found.major() != 2) {
      throw new KerasImportException(
          file.getFileName()
              + ": DL4J's KerasModelImport reads .h5 files of Keras 2 only, found "
              + (archive ? "a .keras archive of Keras " : "Keras ")
              + found.text()
              + "; use HopfieldKerasImport");
    }
    register();
    version = found;
  }

  /** The version of the file that was registered last. */
  static KerasVersion version() {
    return version;
  }

  /** Whether DL4J can read a layer with so many weights without a crash. */
  static boolean isReadable(int weights) {
    return weights <= MOST_WEIGHTS || !version.atLeast(2, 5);
  }
}
