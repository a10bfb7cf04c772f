package io.github.dl4jhopfield.ops.internal.runtime;

import java.lang.reflect.Field;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.env.EnvironmentalAction;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the {@link HopfieldExecutioner} in place. ND4J asks every {@link EnvironmentalAction}
 * service for its variable as the last step of its own start, which is when this class does its
 * work: so with this library on the class path of ND4J no line of initialisation is needed, and a
 * saved graph loads in a program that never names us. Where ND4J cannot see this library (it sits
 * in a parent class loader), {@code HopfieldOps.initialize()} does the same.
 */
public final class Nd4jStart implements EnvironmentalAction {
  private static final Logger log = LoggerFactory.getLogger(Nd4jStart.class);

  /** Called by ND4J's service loader. */
  public Nd4jStart() {}

  @Override
  public String targetVariable() {
    try {
      installExecutioner();
      if (NativeMode.chosen() != NativeMode.OFF) {
        NativeLibrary.load(HopfieldExecutioner.nd4jExecutioner());
      }
    } catch (Exception | LinkageError e) {
      // ND4J itself must start whatever happens; HopfieldOps.initialize() will throw the reason
      log.warn("The Hopfield ops could not be added to ND4J: {}", e.toString());
    }
    return "DL4JHOPFIELD_NATIVE";
  }

  /** The variable is read by NativeMode when it is needed. */
  @Override
  public void process(String value) {}

  /** Wraps ND4J's executioner; does nothing where this class loader's is in place already. */
  public static void installExecutioner() {
    // outside the lock: this may run ND4J's static initialiser, which comes back here
    Nd4j.getExecutioner();
    synchronized (Nd4jStart.class) {
      OpExecutioner current = Nd4j.getExecutioner();
      if (HopfieldExecutioner.isIn(current)) {
        return;
      }
      try {
        Field field = Nd4j.class.getDeclaredField("OP_EXECUTIONER_INSTANCE");
        field.setAccessible(true);
        field.set(null, new HopfieldExecutioner(current, NativeDecision::runsNative));
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new IllegalStateException(
            "dl4j-hopfield: expected ND4J 1.0.0-M2.1, whose Nd4j class keeps its executioner in the field"
                + " OP_EXECUTIONER_INSTANCE, found another or a sealed one",
            e);
      }
    }
  }
}
