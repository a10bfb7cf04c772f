package io.github.dl4jhopfield.ops;

import java.util.Map;

/**
 * Whether the ops of this library run natively, inside libnd4j, or in Java. Decided once, when it
 * is first asked.
 */
public final class NativeOps {
  private NativeOps() {}

  /** What was decided, and why; decides if nobody did before. */
  public static NativeStatus status() {
    return Holder.STATUS;
  }

  /** Whether calls of this op run in libnd4j. */
  public static boolean runsNative(String opName) {
    NativeStatus status = status();
    return status.nativeLoaded() && status.registeredHashes().containsKey(opName);
  }

  private static final class Holder {
    static final NativeStatus STATUS =
        new NativeStatus(
            false,
            "the native library is not built yet",
            "1.0.0-M2.1",
            "linux-x86_64",
            "none",
            "none",
            Map.of());
  }
}
