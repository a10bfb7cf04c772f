import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.zoo.FlattenSteps;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Times {@code MultiLayerNetwork.fit} of a Hopfield layer, 32 x 128 x 64, 4 heads, SGD: {@code java
 * -cp ... LayerFit.java HEAD UPDATE_STEPS SECONDS [BATCH LENGTH]}. HEAD is what follows the layer:
 * {@code flat} (flattened, a linear layer to one number, logistic loss) or {@code steps} (a linear
 * layer of width 64 at each step, mean squared error). Prints {@code ms} and milliseconds, one run a
 * line, among what ND4J logs.
 */
public class LayerFit {
  private static final int WIDTH = 64;

  public static void main(String[] args) {
    boolean flat = args[0].equals("flat");
    int steps = Integer.parseInt(args[1]);
    double seconds = Double.parseDouble(args[2]);
    int batch = args.length > 3 ? Integer.parseInt(args[3]) : 32;
    int length = args.length > 4 ? Integer.parseInt(args[4]) : 128;
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(DataType.FLOAT)
            .updater(new Sgd(1e-3))
            .list()
            .layer(
                new Hopfield.Builder()
                    .nHeads(4)
                    .hiddenSize(16)
                    .updateSteps(steps)
                    .updateStepsEps(0)
                    .build())
            .setInputType(InputType.recurrent(WIDTH, length, RNNFormat.NWC));
    INDArray labels;
    if (flat) {
      list.inputPreProcessor(1, new FlattenSteps(length, WIDTH))
          .layer(
              new OutputLayer.Builder(LossFunction.XENT)
                  .nOut(1)
                  .activation(Activation.SIGMOID)
                  .build());
      labels = Nd4j.rand(DataType.FLOAT, batch, 1).gt(0.5).castTo(DataType.FLOAT);
    } else {
      list.layer(
          new RnnOutputLayer.Builder(LossFunction.MSE)
              .nOut(WIDTH)
              .activation(Activation.IDENTITY)
              .dataFormat(RNNFormat.NWC)
              .build());
      labels = Nd4j.randn(DataType.FLOAT, batch, length, WIDTH);
    }
    MultiLayerNetwork net = new MultiLayerNetwork(list.build());
    net.init();
    DataSet data = new DataSet(Nd4j.randn(DataType.FLOAT, batch, length, WIDTH), labels);
    for (int i = 0; i < (length > 1000 ? 1 : 30); i++) {
      net.fit(data);
    }
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      long from = System.nanoTime();
      net.fit(data);
      System.out.println("ms " + (System.nanoTime() - from) / 1e6);
    } while (System.nanoTime() < end);
  }
}
