package io.github.dl4jhopfield.keras;

/**
 * Why a Keras file could not be imported: what was expected, what was found, and in which layer or
 * part of the file. Nothing has been built when it is thrown.
 */
public class KerasImportException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  public KerasImportException(String message) {
    super(message);
  }

  public KerasImportException(String message, Throwable cause) {
    super(message, cause);
  }
}
