package io.github.dl4jhopfield.cli.bench;

import io.github.dl4jhopfield.ops.NativeOps;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.factory.Nd4j;

/** Every benchmark, and their measurement in this process. */
public final class Benchmarks {
  private static final List<String> DIRECTIONS = List.of(Benchmark.FORWARD, Benchmark.BOTH);

  private Benchmarks() {}

  /** Every benchmark, in the order of the table. */
  public static List<Benchmark> all() {
    List<Benchmark> all = new ArrayList<>(SeparationBenchmarks.all());
    all.addAll(AssociationBenchmarks.all());
    all.addAll(RepertoireBenchmarks.all());
    return all;
  }

  /** What one line of the table says; the names of the fields are those of the JSON. */
  public record Row(
      String name,
      String shape,
      String path,
      String direction,
      double median_ms,
      String baseline,
      Double ratio,
      Double peak_mb) {}

  /**
   * Measures one benchmark in both directions on the path that this process runs.
   *
   * @param seconds time for each direction
   * @param withStock whether stock ND4J runs in turn with ours: then ratio = stock / ours
   */
  public static List<Row> measure(Benchmark benchmark, double seconds, boolean withStock) {
    Nd4j.getRandom().setSeed(1);
    Benchmark.Work work = benchmark.work().get();
    String path = NativeOps.status().nativeLoaded() ? "native" : "java";
    List<Row> rows = new ArrayList<>();
    for (String direction : DIRECTIONS) {
      Runnable ours = work.ours().get(direction);
      if (ours == null) {
        continue;
      }
      Runnable stock = withStock ? work.stock().get(direction) : null;
      double[] medians =
          Measurement.medians(stock == null ? List.of(ours) : List.of(ours, stock), seconds);
      rows.add(
          new Row(
              benchmark.name(),
              benchmark.shape(),
              path,
              direction,
              medians[0],
              stock == null ? null : benchmark.baseline(),
              stock == null ? null : medians[1] / medians[0],
              Measurement.peakMegabytes(ours)));
      if (stock != null) {
        rows.add(
            new Row(
                benchmark.name(),
                benchmark.shape(),
                "stock",
                direction,
                medians[1],
                benchmark.baseline(),
                1.0,
                Measurement.peakMegabytes(stock)));
      }
    }
    return rows;
  }
}
