import io.github.dl4jhopfield.layers.Hopfield;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Times {@code MultiLayerNetwork.fit} of a Hopfield layer, 32 x 128 x 64, 4 heads, SGD, with a
 * linear output of width 64 and mean squared error after it: {@code java -cp ... LayerFit.java
 * UPDATE_STEPS SECONDS [BATCH LENGTH]}. Prints {@code ms} and milliseconds, one
 * run a line, among what ND4J logs.
 */
public class LayerFit {
  public static void main(String[] args) {
    int steps = Integer.parseInt(args[0]);
    double seconds = Double.parseDouble(args[1]);
    int batch = args.length > 2 ? Integer.parseInt(args[2]) : 32;
    int length = args.length > 3 ? Integer.parseInt(args[3]) : 128;
    MultiLayerNetwork net =
        new MultiLayerNetwork(
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
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nOut(64)
                        .activation(Activation.IDENTITY)
                        .dataFormat(RNNFormat.NWC)
                        .build())
                .setInputType(InputType.recurrent(64, length, RNNFormat.NWC))
                .build());
    net.init();
    DataSet data =
        new DataSet(
            Nd4j.randn(DataType.FLOAT, batch, length, 64),
            Nd4j.randn(DataType.FLOAT, batch, length, 64));
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
