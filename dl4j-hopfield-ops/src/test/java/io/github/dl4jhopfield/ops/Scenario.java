package io.github.dl4jhopfield.ops;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * A program of its own for {@link OwnJvmTest}: the first argument says what it does; it prints
 * lines "key value".
 */
public final class Scenario {
  private Scenario() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "save" -> save(new File(args[1]));
      case "load" -> load(new File(args[1]));
      case "status" -> status();
      case "threads" -> threads(Boolean.parseBoolean(args[1]));
      case "loaders" -> loaders(args[1]);
      case "eager" -> eager();
      case "fixtures" -> fixtures();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void say(String key, Object value) {
    System.out.println("@" + key + " " + value);
  }

  private static INDArray numbers(long... shape) {
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.data().put(i, Math.sin(1.7 * i) * 2);
    }
    return x;
  }

  static void status() {
    try {
      NativeStatus status = NativeOps.status();
      say("native", status.nativeLoaded());
      say("reason", status.reason());
      say("ops", status.registeredHashes().size());
      say("sum", sum(NDHopfield.ops().entmax15(numbers(3, 5), null, -1)));
    } catch (IllegalStateException e) {
      say("exception", e.getMessage());
      try {
        NDHopfield.ops().entmax15(numbers(3, 5), null, -1);
        say("second", "none");
      } catch (IllegalStateException again) {
        say("second", again.getMessage());
      }
    }
  }

  /** Every op once, after ND4J has done other things. */
  static void eager() {
    Nd4j.nn().softmax(Nd4j.rand(3, 3), -1);
    Nd4j.getExecutioner().getCustomOperations();
    SameDiff.create().constant(Nd4j.ones(2)).add(1).eval();
    say("native", NativeOps.status().nativeLoaded());
    for (Separation separation : OpCase.separations()) {
      say(
          separation.toString().replace(" ", ""),
          weighted(NDHopfield.ops().separate(separation, numbers(4, 7), null, 1, -1)));
    }
  }

  private static double weighted(INDArray y) {
    return y.mul(numbers(y.shape())).sumNumber().doubleValue();
  }

  private static double sum(INDArray y) {
    return y.sumNumber().doubleValue();
  }

  private static void save(File file) throws Exception {
    SameDiff sd = SameDiff.create();
    SDHopfield ops = SDHopfield.of(sd);
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 6);
    SDVariable w = sd.var("w", numbers(6, 6));
    SDVariable alpha = sd.var("alpha", Nd4j.createFromArray(new double[][] {{1.4}}));
    SDVariable mask =
        sd.constant("mask", Nd4j.createFromArray(true, true, false, true, true, true));
    SDVariable scores = x.mmul(w);
    UnitOutput<SDVariable> unit = ops.pfuUnit(scores, LagrangianUnit.pfu());
    SDVariable p = ops.entmax(unit.values(), mask, alpha, -1).mul(unit.kept());
    SDVariable q = ops.maskedSoftmax("q", p.add(ops.sparsemax(scores, null, -1)), mask, 2.5, -1);
    SDVariable y = q.add("y", ops.normmax(ops.kSubsets(scores, null, 2, false, -1), null, 3, -1));
    sd.loss().meanSquaredError("loss", sd.placeHolder("t", DataType.DOUBLE, -1, 6), y, null);
    sd.setLossVariables("loss");
    fit(sd);
    sd.save(file, true);
    report(sd);
  }

  private static void load(File file) {
    SameDiff sd = SameDiff.load(file, true);
    report(sd);
    fit(sd);
    say(
        "trained",
        sum(sd.getVariable("w").getArr()) + sd.getVariable("alpha").getArr().getDouble(0));
  }

  private static void fit(SameDiff sd) {
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Sgd(0.1))
            .dataSetFeatureMapping("x")
            .dataSetLabelMapping("t")
            .build());
    MultiDataSet data = new MultiDataSet(numbers(3, 6).mul(0.7), numbers(3, 6));
    for (int i = 0; i < 3; i++) {
      sd.fit(data);
    }
  }

  private static void report(SameDiff sd) {
    Map<String, INDArray> values = Map.of("x", numbers(3, 6), "t", numbers(3, 6).add(1));
    say("native", NativeOps.status().nativeLoaded());
    say("y", weighted(sd.output(values, "y").get("y")));
    Map<String, INDArray> gradients = sd.calculateGradients(values, "w", "alpha");
    say("gradient", weighted(gradients.get("w")));
    say("alpha", gradients.get("alpha").getDouble(0));
  }

  /** Every graph that an earlier version saved. */
  private static void fixtures() throws Exception {
    for (String name : SavedGraphs.names()) {
      SavedGraphs.Checked checked = SavedGraphs.check(name);
      say(name + ".outputs", checked.outputs());
      say(name + ".worst", checked.worst());
      say(name + ".otherBits", checked.otherBits());
      say(name + ".otherThanFresh", checked.otherThanFresh());
    }
  }

  /** Eight threads that start at once: eager ops and a graph each; all must agree. */
  static void threads(boolean nd4jBefore) throws Exception {
    if (nd4jBefore) {
      Nd4j.nn().softmax(Nd4j.rand(3, 3), -1);
      SameDiff.create().constant(Nd4j.ones(2)).add(1).eval();
    }
    int n = 8;
    CyclicBarrier start = new CyclicBarrier(n);
    List<String> results = Collections.synchronizedList(new ArrayList<>());
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < n; t++) {
      int id = t;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  if (id % 2 == 1) {
                    Nd4j.nn().softmax(Nd4j.rand(3, 3), -1); // a stranger beside us
                  }
                  StringBuilder all = new StringBuilder();
                  for (int i = 0; i < 20; i++) {
                    INDArray x = numbers(5, 64);
                    double value = weighted(NDHopfield.ops().entmax15(x, null, -1));
                    SameDiff sd = SameDiff.create();
                    SDVariable v = sd.var("v", x);
                    SDHopfield.of(sd).maskedSoftmax(v, null, 2, -1).mul(v).sum().markAsLoss();
                    INDArray g = sd.calculateGradients(Map.of(), "v").get("v");
                    all.append(value).append(' ').append(weighted(g)).append(';');
                  }
                  results.add(all.toString());
                } catch (Throwable e) {
                  failures.add(e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    failures.forEach(Throwable::printStackTrace);
    say("native", NativeOps.status().nativeLoaded());
    say("failures", failures.size());
    say("distinct", results.stream().distinct().count());
  }

  /**
   * The same library in two class loaders: "shared" over one ND4J, "apart" each with an ND4J of its
   * own.
   */
  private static void loaders(String kind) throws Exception {
    List<URL> ours = new ArrayList<>();
    List<URL> others = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      boolean own =
          entry.contains("hopfield")
              || entry.contains("custom-ops")
              || new File(entry).isDirectory();
      (own ? ours : others).add(Path.of(entry).toUri().toURL());
    }
    List<URL> all = new ArrayList<>(ours);
    all.addAll(others);
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    ClassLoader parent =
        kind.equals("shared") ? new URLClassLoader(others.toArray(new URL[0]), platform) : platform;
    URL[] urls = (kind.equals("shared") ? ours : all).toArray(new URL[0]);
    for (int i = 1; i <= 3; i++) {
      ClassLoader loader = new URLClassLoader(urls, parent);
      Thread.currentThread().setContextClassLoader(loader);
      try {
        Class<?> scenario = Class.forName(Scenario.class.getName(), true, loader);
        System.out.println("@loader " + i + " " + (scenario.getClassLoader() == loader));
        scenario.getDeclaredMethod("inLoader").invoke(null);
      } catch (java.lang.reflect.InvocationTargetException e) {
        Throwable cause = e.getCause();
        while (cause.getCause() != null) {
          cause = cause.getCause();
        }
        System.out.println("@error " + cause);
        System.out.println("@where " + Arrays.toString(cause.getStackTrace()));
      }
    }
  }

  /** Called in each class loader. */
  public static void inLoader() {
    eager();
    SameDiff sd = SameDiff.create();
    SDVariable v = sd.var("v", numbers(3, 4));
    SDHopfield.of(sd).entmax15(v, null, -1).mul(v).sum().markAsLoss();
    say("gradient", weighted(sd.calculateGradients(Map.of(), "v").get("v")));
    SameDiff copy = sd.dup();
    say("copy", weighted(copy.calculateGradients(Map.of(), "v").get("v")));
  }
}
