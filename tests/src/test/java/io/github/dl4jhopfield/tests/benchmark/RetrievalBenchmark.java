package io.github.dl4jhopfield.tests.benchmark;

import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.ops.Separation;
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

/** One update of a batch of queries over patterns in memory, in milliseconds a batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RetrievalBenchmark {

  private static final int WIDTH = 784;

  /** Separation of the update. */
  @Param({"softmax", "sparsemax"})
  public String separation;

  /** Stored patterns. */
  @Param("10000")
  public int patterns;

  /** Queries of a batch. */
  @Param({"1", "64"})
  public int queries;

  private HopfieldMemory memory;
  private INDArray batch;

  /** Stores the patterns and draws the queries. */
  @Setup
  public void store() {
    Nd4j.getRandom().setSeed(1);
    INDArray stored = Nd4j.randn(DataType.FLOAT, patterns, WIDTH).muli(1 / Math.sqrt(WIDTH));
    batch = Nd4j.randn(DataType.FLOAT, queries, WIDTH).muli(1 / Math.sqrt(WIDTH));
    memory =
        HopfieldMemory.builder(stored)
            .beta(8)
            .separation(
                separation.equals("softmax") ? Separation.softmax() : Separation.sparsemax())
            .build();
  }

  @Benchmark
  public Retrieval update() {
    return memory.retrieve(batch, RetrievalOptions.steps(1));
  }
}
