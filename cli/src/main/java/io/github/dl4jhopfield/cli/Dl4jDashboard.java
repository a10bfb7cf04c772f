package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.learn.TrainingWatchers;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * DL4J's own dashboard with the trainings of this JVM: scores, gradients and activations of each
 * network's layers. Its jars (deeplearning4j-ui) are the user's, found by name when they are asked
 * for.
 */
final class Dl4jDashboard implements AutoCloseable {
  private static final String JARS =
      "expected deeplearning4j-ui 1.0.0-M2.1 on the class path, found none; put its jars into"
          + " HOPFIELD_CLASS_PATH";

  /** Every update is recorded: a trial may have few. */
  private static final int EVERY = 1;

  private final Object server;
  private final TrainingWatchers.Watch watch;

  private Dl4jDashboard(Object server, TrainingWatchers.Watch watch) {
    this.server = server;
    this.watch = watch;
  }

  /**
   * Starts it.
   *
   * @throws UsageException if its jars are not there
   */
  static Dl4jDashboard start() {
    try {
      Class<?> storageType = Class.forName("org.deeplearning4j.core.storage.StatsStorage");
      Object storage =
          Class.forName("org.deeplearning4j.ui.model.storage.InMemoryStatsStorage")
              .getDeclaredConstructor()
              .newInstance();
      Constructor<?> listener =
          Class.forName("org.deeplearning4j.ui.model.stats.StatsListener")
              .getConstructor(
                  Class.forName("org.deeplearning4j.core.storage.StatsStorageRouter"), int.class);
      Class<?> serverType = Class.forName("org.deeplearning4j.ui.api.UIServer");
      Object server = serverType.getMethod("getInstance").invoke(null);
      serverType.getMethod("attach", storageType).invoke(server, storage);
      return new Dl4jDashboard(
          server, TrainingWatchers.add(network -> listen(network, listener, storage)));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("sweep: --dl4j-ui: " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException | NoClassDefFoundError e) {
      throw new UsageException("sweep: --dl4j-ui: " + JARS);
    }
  }

  private static void listen(Model network, Constructor<?> listener, Object storage) {
    try {
      network.addListeners((TrainingListener) listener.newInstance(storage, EVERY));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the dashboard cannot listen: " + e, e);
    }
  }

  /** Where it can be seen. */
  String url() {
    try {
      return server.getClass().getMethod("getAddress").invoke(server) + "/train/overview";
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the dashboard has no address: " + e, e);
    }
  }

  @Override
  public void close() {
    watch.close();
    try {
      server.getClass().getMethod("stop").invoke(server);
    } catch (ReflectiveOperationException e) {
      // it ends with this JVM
    }
  }
}
