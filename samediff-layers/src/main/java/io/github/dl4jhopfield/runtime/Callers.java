package io.github.dl4jhopfield.runtime;

import java.util.Optional;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;

/**
 * Who calls: some of DL4J's wrappers know DL4J's own recurrent layers only, ask a layer for what no
 * other kind of layer can answer, and give it no other way to notice them.
 */
final class Callers {
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Callers() {}

  /** Whether the caller of the caller of this method, wrappers that hand on left out, is that. */
  static boolean directly(Class<?> type) {
    Optional<Class<?>> caller =
        STACK.walk(
            frames ->
                frames
                    .skip(2)
                    .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                    .dropWhile(c -> c == BaseWrapperLayer.class)
                    .findFirst());
    return caller.isPresent() && caller.get() == type;
  }

  /** Whether a method of that class is being run. */
  static boolean anyIs(Class<?> type) {
    return STACK.walk(frames -> frames.anyMatch(f -> f.getDeclaringClass() == type));
  }
}
