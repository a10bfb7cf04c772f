package io.github.dl4jhopfield.tests.benchmark;

import io.github.dl4jhopfield.ops.NDHopfield;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Separations over the rows of a float matrix, in milliseconds a call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SeparationBenchmark {

  /** Path that the ops take: {@code require} (native) or {@code off} (Java). */
  @Param({"require", "off"})
  public String path;

  /** Rows of the matrix. */
  @Param("4096")
  public int rows;

  /** Stored patterns to a row. */
  @Param({"64", "512"})
  public int patterns;

  private INDArray scores;
  private NDHopfield ops;

  /** Draws the scores. The path is read once a JVM, hence before ND4J is touched. */
  @Setup
  public void draw() {
    System.setProperty("dl4jhopfield.native", path);
    Nd4j.getRandom().setSeed(1);
    scores = Nd4j.randn(DataType.FLOAT, rows, patterns);
    ops = NDHopfield.ops();
  }

  @Benchmark
  public float softmax() {
    return closed(ops.maskedSoftmax(scores, null, 1.0, -1));
  }

  @Benchmark
  public float sparsemax() {
    return closed(ops.sparsemax(scores, null, -1));
  }

  @Benchmark
  public float entmax15() {
    return closed(ops.entmax15(scores, null, -1));
  }

  @Benchmark
  public float entmaxOfAlpha12() {
    return closed(ops.entmax(scores, null, 1.2, -1));
  }

  @Benchmark
  public float normmaxOfP2() {
    return closed(ops.normmax(scores, null, 2.0, -1));
  }

  @Benchmark
  public float subsetsOf4() {
    return closed(ops.kSubsets(scores, null, 4, false, -1));
  }

  /** Frees the result at once: left to the garbage collector, it is the collector that is timed. */
  private static float closed(INDArray result) {
    float first = result.getFloat(0);
    result.close();
    return first;
  }
}
