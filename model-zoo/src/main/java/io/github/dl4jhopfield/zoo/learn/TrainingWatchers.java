package io.github.dl4jhopfield.zoo.learn;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;

/**
 * Those who look at the networks that experiments train in this JVM, such as DL4J's dashboard: each
 * is given every network when its training begins, and may add a listener to it. A watcher looks;
 * it must not change the network. Thread-safe.
 */
public final class TrainingWatchers {
  private static final List<Consumer<Model>> WATCHERS = new CopyOnWriteArrayList<>();

  private TrainingWatchers() {}

  /** Ends a watch. */
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Adds a watcher, until the watch is closed. */
  public static Watch add(Consumer<Model> watcher) {
    WATCHERS.add(watcher);
    return () -> WATCHERS.remove(watcher);
  }

  /** Told by whoever trains, after its own listeners are set and before the first fit. */
  public static void begins(Model network) {
    WATCHERS.forEach(watcher -> watcher.accept(network));
  }
}
