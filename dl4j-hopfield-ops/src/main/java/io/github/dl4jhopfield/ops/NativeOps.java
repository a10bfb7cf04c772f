package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.custom.HopfieldOp;
import io.github.dl4jhopfield.ops.runtime.NativeLibrary;
import io.github.dl4jhopfield.ops.runtime.Nd4jStart;
import io.github.dl4jhopfield.ops.runtime.OpCatalog;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the ops of this library run natively, inside libnd4j, or in Java; the results are the
 * same. Decided once, when it is first asked, and told in one log line.
 *
 * <p>The system property {@code dl4jhopfield.native} (else the environment variable {@code
 * DL4JHOPFIELD_NATIVE}) says how: {@code auto}, the default, runs natively where everything fits
 * and else says why not; {@code require} throws where something does not fit; {@code off} runs in
 * Java. Native needs: ND4J 1.0.0-M2.1 with the nd4j-native backend, Linux on x86-64, the library on
 * the class path and undamaged, and every op to pass a self-test against its Java twin.
 */
public final class NativeOps {
  private static final Logger log = LoggerFactory.getLogger(NativeOps.class);
  private static volatile Map<String, Long> registered;

  private NativeOps() {}

  /** The ways to choose. */
  public enum Mode {
    AUTO,
    REQUIRE,
    OFF;

    /**
     * The chosen mode.
     *
     * @throws IllegalArgumentException for another word than auto, require and off
     */
    public static Mode chosen() {
      String word =
          Optional.ofNullable(System.getProperty("dl4jhopfield.native"))
              .or(() -> Optional.ofNullable(System.getenv("DL4JHOPFIELD_NATIVE")))
              .orElse("auto");
      return switch (word.trim().toLowerCase(Locale.ROOT)) {
        case "auto", "" -> AUTO;
        case "require" -> REQUIRE;
        case "off" -> OFF;
        default ->
            throw new IllegalArgumentException(
                "-Ddl4jhopfield.native: expected auto, require or off, found " + word);
      };
    }
  }

  /**
   * What was decided, and why; decides if nobody did before.
   *
   * @throws IllegalStateException with mode {@code require}, if the native ops cannot run
   */
  public static NativeStatus status() {
    HopfieldOps.initialize(); // ND4J must have started before the lock of Decision is held
    if (Decision.FAILURE != null) {
      throw new IllegalStateException(Decision.FAILURE);
    }
    return Decision.STATUS;
  }

  /** Whether calls of this op run in libnd4j. */
  public static boolean runsNative(String opName) {
    Map<String, Long> known = registered;
    if (known == null) {
      registered = known = status().registeredHashes();
    }
    return known.containsKey(opName);
  }

  private static final class Decision {
    static final NativeStatus STATUS;
    static final String FAILURE;

    static {
      String failure = null;
      NativeStatus status = null;
      try {
        Mode mode = Mode.chosen();
        status = decide(mode);
        if (!status.nativeLoaded() && mode == Mode.REQUIRE) {
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

  private static NativeStatus decide(Mode mode) {
    if (mode == Mode.OFF) {
      log.info("Hopfield ops run in Java: native ops are switched off");
      return inJava("native ops are switched off");
    }
    NativeLibrary.Result library = NativeLibrary.load(Nd4jStart.nd4jExecutioner());
    String problem = library.problem();
    for (String name : library.hashes().keySet()) {
      if (problem == null) {
        problem = selfTest(name);
      }
    }
    if (problem != null) {
      if (mode == Mode.AUTO) {
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
      double difference = op.selfTest(call -> Nd4jStart.nd4jExecutioner().exec(call));
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
