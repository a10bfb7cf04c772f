package io.github.dl4jhopfield.cli.bench;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The separations along the last axis of float scores, against stock ND4J's softmax: it has no
 * sparse ones, and a model that takes one of ours has that to give up.
 */
final class SeparationBenchmarks {
  private static final String STOCK = "nd4j softmax";

  private SeparationBenchmarks() {}

  static List<Benchmark> all() {
    return List.of(
        masked(4096, 512),
        masked(64, 16384),
        of("softmax", Separation.softmax(), 4096, 512),
        of("sparsemax", Separation.sparsemax(), 4096, 512),
        of("sparsemax", Separation.sparsemax(), 64, 16384),
        of("entmax15", Separation.entmax15(), 4096, 512),
        of("entmax15", Separation.entmax15(), 64, 16384),
        of("entmax", Separation.entmax(1.3), 4096, 512),
        of("normmax", Separation.normmax(2), 4096, 512),
        of("k-subsets", Separation.kSubsets(4, false), 4096, 512));
  }

  private static Benchmark of(String name, Separation separation, int rows, int columns) {
    return new Benchmark(
        name, rows + "x" + columns, STOCK, () -> work(separation, null, rows, columns));
  }

  private static Benchmark masked(int rows, int columns) {
    return new Benchmark(
        "masked-softmax",
        rows + "x" + columns,
        STOCK + " (of unmasked scores)",
        () ->
            work(
                Separation.softmax(),
                Nd4j.rand(DataType.FLOAT, rows, columns).lt(0.75),
                rows,
                columns));
  }

  private static Benchmark.Work work(Separation separation, INDArray mask, int rows, int columns) {
    NDHopfield nd = NDHopfield.ops();
    INDArray x = Nd4j.randn(DataType.FLOAT, rows, columns).muli(2);
    INDArray gradient = Nd4j.randn(DataType.FLOAT, rows, columns);
    Runnable forward = () -> nd.separate(separation, x, mask, 1.0, -1).close();
    Runnable both =
        () -> {
          INDArray y = nd.separate(separation, x, mask, 1.0, -1);
          nd.separateGradient(separation, y, gradient, 1.0, -1).close();
          y.close();
        };
    Runnable stock = () -> Nd4j.exec(new SoftMax(x, x.ulike(), -1))[0].close();
    Runnable stockBoth =
        () -> {
          INDArray y = Nd4j.exec(new SoftMax(x, x.ulike(), -1))[0];
          Nd4j.exec(
              DynamicCustomOp.builder("softmax_bp")
                  .addInputs(x, gradient, y)
                  .addOutputs(x.ulike())
                  .addIntegerArguments(-1)
                  .build())[0]
              .close();
          y.close();
        };
    return new Benchmark.Work(
        Map.of(Benchmark.FORWARD, forward, Benchmark.BOTH, both),
        Map.of(Benchmark.FORWARD, stock, Benchmark.BOTH, stockBoth));
  }
}
