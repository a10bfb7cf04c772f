package io.github.dl4jhopfield.cli.bench;

import java.util.Map;
import java.util.function.Supplier;

/**
 * One row of the table: an op or layer of ours at one shape, and what stock ND4J offers for the
 * same job.
 *
 * @param name what is measured, as {@code hopfield bench NAME} takes it
 * @param shape the shape, as it is shown
 * @param baseline what the stock runs are, in words; null where ND4J has nothing to set against it
 * @param work makes inputs and gives the runs; called once, just before they are measured
 */
public record Benchmark(String name, String shape, String baseline, Supplier<Work> work) {

  /** Name of the direction that runs the op alone. */
  public static final String FORWARD = "forward";

  /** Name of the direction that runs the op and its gradient. */
  public static final String BOTH = "forward+backward";

  /**
   * The runs of a benchmark by direction.
   *
   * @param ours of this library
   * @param stock of stock ND4J; may lack a direction
   */
  public record Work(Map<String, Runnable> ours, Map<String, Runnable> stock) {}
}
