package io.github.dl4jhopfield.reference;

import java.util.Map;

/**
 * Runners of reference cases that a module adds to those of the ops and layers. {@link
 * Verification} finds them with {@link java.util.ServiceLoader}: a public class with a public
 * constructor without arguments, named in {@code
 * META-INF/services/io.github.dl4jhopfield.reference.CaseRunners}.
 */
public interface CaseRunners {
  /** The runners by the {@code op} of the cases that they run. */
  Map<String, CaseRunner> byOp();
}
