package io.github.dl4jhopfield.ops.internal.runtime;

import io.github.dl4jhopfield.ops.NativeStatus;
import io.github.dl4jhopfield.ops.internal.HopfieldOp;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides once whether the ops run natively, when it is first asked. ND4J must have started before,
 * since no thread may wait for ND4J's start while it holds the lock of the decision.
 */
public final class NativeDecision {
  private static final Logger log = LoggerFactory.getLogger(NativeDecision.class);

  private NativeDecision() {}

  /**
   * What was decided, and why.
   *
   * @throws IllegalStateException with mode {@code require}, if the native ops cannot run
   */
  public static NativeStatus status() {
    if (Made.FAILURE != null) {
      throw new IllegalStateException(Made.FAILURE);
    }
    return Made.STATUS;
  }

  /** Whether calls of this op run in libnd4j. */
  static boolean runsNative(String opName) {
    return status().registeredHashes().containsKey(opName);
  }

  private static final class Made {
    static final NativeStatus STATUS;
    static final String FAILURE;

    static {
      String failure = null;
      NativeStatus status = null;
      try {
        NativeMode mode = NativeMode.chosen();
        status = decide(mode);
        if (!status.nativeLoaded() && mode == NativeMode.REQUIRE) {
          failure =
              "dl4j-hopfield: native ops are required (-Ddl4jhopfield.native=require), but "
                  + status.reason();
        }
      } catch (IllegalArgumentException e) {
        failure = e.getMessage();
      }
      STATUS = status;
      FAILURE = failure;
    }
  }

  private static NativeStatus decide(NativeMode mode) {
    if (mode == NativeMode.OFF) {
      log.info("Hopfield ops run in Java: native ops are switched off");
      return inJava("native ops are switched off");
    }
    NativeLibrary.Result library = NativeLibrary.load(HopfieldExecutioner.nd4jExecutioner());
    String problem = library.problem();
    for (String name : library.hashes().keySet()) {
      if (problem == null) {
        problem = selfTest(name);
      }
    }
    if (problem != null) {
      if (mode == NativeMode.AUTO) {
        log.warn("Hopfield ops run in Java: {}", problem);
      }
      return inJava(problem);
    }
    log.info(
        "Hopfield ops run natively: {} ops in libnd4j {}, {}",
        library.hashes().size(),
        NativeLibrary.ND4J_VERSION,
        library.simd());
    return new NativeStatus(
        true,
        "every check and self-test passed",
        NativeLibrary.version("nd4j-api"),
        NativeLibrary.platform(),
        library.simd(),
        library.sha256(),
        library.hashes());
  }

  private static String selfTest(String name) {
    try {
      HopfieldOp op = OpCatalog.create(name);
      double difference = op.selfTest(call -> HopfieldExecutioner.nd4jExecutioner().exec(call));
      return difference <= 1e-10
          ? null
          : "the self-test of " + name + " differs from Java by " + difference;
    } catch (RuntimeException e) {
      return "the self-test of " + name + " failed: " + e;
    }
  }

  private static NativeStatus inJava(String reason) {
    return new NativeStatus(
        false,
        reason,
        NativeLibrary.version("nd4j-api"),
        NativeLibrary.platform(),
        "none",
        "none",
        Map.of());
  }
}
