package io.github.dl4jhopfield.memory;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Loops on all cores whose exceptions arrive as they were thrown, not wrapped by the pool. */
final class Parallel {
  private Parallel() {}

  static void forEach(int n, IntConsumer body) {
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              if (failure.get() == null) {
                try {
                  body.accept(i);
                } catch (RuntimeException e) {
                  failure.compareAndSet(null, e);
                }
              }
            });
    if (failure.get() != null) {
      throw failure.get();
    }
  }
}
