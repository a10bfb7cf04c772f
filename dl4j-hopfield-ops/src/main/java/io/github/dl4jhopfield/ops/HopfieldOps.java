package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.runtime.Nd4jStart;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The one line of initialisation: {@code HopfieldOps.initialize();}.
 *
 * <p>It adds the ops of this library to ND4J, so that {@code SameDiff.load} finds them in a saved
 * graph. Usually nobody has to write it: ND4J calls it when it starts, if it can see this library,
 * and so do {@link NDHopfield} and {@link SDHopfield}. It is needed where ND4J is in a parent class
 * loader (an application server) and a graph is loaded before anything of this library was used;
 * ND4J's message then is "No op known for hash ... and name hopfield_...".
 */
public final class HopfieldOps {
  private static volatile boolean done;

  private HopfieldOps() {}

  /**
   * Adds the ops to ND4J. Cheap after the first call; safe from any thread, before or after any
   * other use of ND4J.
   *
   * @throws IllegalStateException if ND4J is not the version that this library is made for
   */
  public static void initialize() {
    if (done) {
      return;
    }
    Nd4jStart.installExecutioner();
    // makes the class mapping complete where ND4J had built its tables before
    Nd4j.getExecutioner().getCustomOperations();
    done = true;
  }
}
