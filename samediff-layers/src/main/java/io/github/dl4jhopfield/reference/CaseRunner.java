package io.github.dl4jhopfield.reference;

import org.nd4j.linalg.api.buffer.DataType;

/** Runs the cases of some op through our public ops or layers. */
public interface CaseRunner {
  /**
   * Computes every output and gradient that the case lists.
   *
   * @param type DOUBLE or FLOAT
   * @throws CannotRun if the case asks for something that our library does not offer
   */
  Answer run(ReferenceCase reference, DataType type);
}
