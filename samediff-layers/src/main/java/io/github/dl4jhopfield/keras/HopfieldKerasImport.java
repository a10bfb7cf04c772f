package io.github.dl4jhopfield.keras;

import java.nio.file.Path;

/**
 * Imports Keras models, {@code .h5} of TF 2.4 to Keras 3 and {@code .keras}, with or without
 * Hopfield layers.
 *
 * <p>Every weight's name and shape is checked before it is copied; every weight of the file is used
 * and every parameter of the network filled, or the import fails with a list. Nothing in the file
 * is run: Lambda layers and classes that are not known here are named, all of them at once.
 *
 * <pre>{@code
 * KerasImport imported = HopfieldKerasImport.importModel(Path.of("model.h5"));
 * INDArray y = imported.predict(x)[0];
 * }</pre>
 */
public final class HopfieldKerasImport {

  private HopfieldKerasImport() {}

  /**
   * Imports a model.
   *
   * @throws KerasImportException (an IllegalArgumentException) saying what is wrong and where
   */
  public static KerasImport importModel(Path file) {
    return importModel(file, KerasImportOptions.defaults());
  }

  /**
   * Imports a model with options.
   *
   * @throws KerasImportException (an IllegalArgumentException) saying what is wrong and where
   */
  public static KerasImport importModel(Path file, KerasImportOptions options) {
    if (options.sha256() != null) {
      KerasFile.requireSha256(file, options.sha256());
    }
    try (KerasFile opened = KerasFile.open(file)) {
      return new ModelAssembler(opened, options).assemble();
    }
  }

  /**
   * Looks whether a model would import: every layer that cannot be, every weight that does not fit,
   * at once, and nothing is built.
   *
   * @throws KerasImportException if the file itself cannot be read
   */
  public static ImportReport check(Path file, KerasImportOptions options) {
    if (options.sha256() != null) {
      KerasFile.requireSha256(file, options.sha256());
    }
    try (KerasFile opened = KerasFile.open(file)) {
      return new ModelAssembler(opened, options).check();
    }
  }
}
