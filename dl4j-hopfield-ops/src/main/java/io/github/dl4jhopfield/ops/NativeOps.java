package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.runtime.NativeDecision;

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
  private NativeOps() {}

  /**
   * What was decided, and why; decides if nobody did before.
   *
   * @throws IllegalStateException with mode {@code require}, if the native ops cannot run
   */
  public static NativeStatus status() {
    HopfieldOps.initialize();
    return NativeDecision.status();
  }
}
