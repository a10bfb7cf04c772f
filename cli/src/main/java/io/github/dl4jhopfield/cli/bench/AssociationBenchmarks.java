package io.github.dl4jhopfield.cli.bench;

import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Whole Hopfield layers, projections included, as the hflayers modules of the same sizes; and
 * retrieval from a memory, against the products and softmax of stock ND4J.
 */
final class AssociationBenchmarks {
  private AssociationBenchmarks() {}

  static List<Benchmark> all() {
    return List.of(
        new Benchmark("association", "32x128x64h4", null, () -> association(0)),
        new Benchmark("association-steps3", "32x128x64h4", null, () -> association(3)),
        new Benchmark("pooling", "100000x32", null, AssociationBenchmarks::pooling),
        new Benchmark(
            "retrieval",
            "64x100000x784",
            "nd4j gemm, softmax, gemm",
            () -> retrieval(64, 100_000, 784)));
  }

  private static Benchmark.Work association(int steps) {
    Hopfield layer =
        new Hopfield.Builder()
            .nIn(64)
            .nOut(64)
            .hiddenSize(16)
            .nHeads(4)
            .updateSteps(steps)
            .updateStepsEps(1e-4)
            .build();
    return layer(layer, 64, Nd4j.randn(DataType.FLOAT, 32, 128, 64));
  }

  private static Benchmark.Work pooling() {
    HopfieldPooling layer =
        new HopfieldPooling.Builder().nIn(32).nOut(32).hiddenSize(32).nHeads(1).build();
    return layer(layer, 32, Nd4j.randn(DataType.FLOAT, 1, 100_000, 32));
  }

  /** Input [batch, patterns, features]; the gradient of the output is all ones. */
  private static Benchmark.Work layer(
      org.deeplearning4j.nn.conf.layers.Layer configuration, int features, INDArray x) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.FLOAT)
                .updater(new NoOp())
                .seed(1)
                .list()
                .layer(configuration)
                .setInputType(InputType.recurrent(features, x.size(1), RNNFormat.NWC))
                .build());
    net.init();
    net.initGradientsView();
    org.deeplearning4j.nn.api.Layer layer = net.getLayer(0);
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    INDArray ones = Nd4j.onesLike(layer.activate(x, false, workspaces));
    return new Benchmark.Work(
        Map.of(
            Benchmark.FORWARD,
            () -> layer.activate(x, false, workspaces).close(),
            Benchmark.BOTH,
            () -> {
              // closed at once, as workspaces would: else their memory is new in each run, page by
              // page
              INDArray y = layer.activate(x, true, workspaces);
              layer.backpropGradient(ones, workspaces).getSecond().close();
              y.close();
            }),
        Map.of());
  }

  private static Benchmark.Work retrieval(int queries, int patterns, int width) {
    INDArray q = Nd4j.randn(DataType.FLOAT, queries, width);
    INDArray stored = Nd4j.randn(DataType.FLOAT, patterns, width);
    double beta = 0.1;
    List<INDArray> blocks = List.of(stored);
    return new Benchmark.Work(
        Map.of(
            Benchmark.FORWARD,
            () ->
                NDHopfield.ops()
                    .retrieve(Separation.softmax(), beta, 0, q, blocks, null)
                    .out()
                    .close()),
        Map.of(
            Benchmark.FORWARD,
            () -> {
              INDArray scores = q.mmul(stored.transpose()).muli(beta);
              INDArray weights = Nd4j.exec(new SoftMax(scores, scores.ulike(), -1))[0];
              weights.mmul(stored).close();
              weights.close();
              scores.close();
            }));
  }
}
