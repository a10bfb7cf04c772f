package io.github.dl4jhopfield.cli.bench;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.runtime.OpCatalog;
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
        of("softmax", Separation.softmax(), "hopfield_masked_softmax", new double[] {1}, 4096, 512),
        of("sparsemax", Separation.sparsemax(), "hopfield_sparsemax", new double[] {1}, 4096, 512),
        of("sparsemax", Separation.sparsemax(), "hopfield_sparsemax", new double[] {1}, 64, 16384),
        of("entmax15", Separation.entmax15(), "hopfield_entmax15", new double[] {1}, 4096, 512),
        of("entmax15", Separation.entmax15(), "hopfield_entmax15", new double[] {1}, 64, 16384),
        of("entmax", Separation.entmax(1.3), "hopfield_entmax", new double[] {1, 1.3}, 4096, 512),
        of("normmax", Separation.normmax(2), "hopfield_normmax", new double[] {1, 2}, 4096, 512),
        of(
            "k-subsets",
            Separation.kSubsets(4, false),
            "hopfield_k_subsets",
            new double[] {1, 4},
            4096,
            512));
  }

  private static Benchmark of(
      String name, Separation separation, String op, double[] tArgs, int rows, int columns) {
    return new Benchmark(
        name, rows + "x" + columns, STOCK, () -> work(separation, op, tArgs, null, rows, columns));
  }

  private static Benchmark masked(int rows, int columns) {
    return new Benchmark(
        "masked-softmax",
        rows + "x" + columns,
        STOCK + " (of unmasked scores)",
        () ->
            work(
                Separation.softmax(),
                "hopfield_masked_softmax",
                new double[] {1},
                Nd4j.rand(DataType.FLOAT, rows, columns).lt(0.75),
                rows,
                columns));
  }

  private static Benchmark.Work work(
      Separation separation, String op, double[] tArgs, INDArray mask, int rows, int columns) {
    NDHopfield nd = NDHopfield.ops();
    INDArray x = Nd4j.randn(DataType.FLOAT, rows, columns).muli(2);
    INDArray gradient = Nd4j.randn(DataType.FLOAT, rows, columns);
    // axis, no flags, not "at most": what the separations' gradients take
    long[] iArgs = {-1, 0, 0};
    Runnable forward = () -> nd.separate(separation, x, mask, 1.0, -1).close();
    Runnable both =
        () -> {
          INDArray y = nd.separate(separation, x, mask, 1.0, -1);
          Nd4j.exec(OpCatalog.create(op + "_bp").eager(new INDArray[] {y, gradient}, iArgs, tArgs))[
              0]
              .close();
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
