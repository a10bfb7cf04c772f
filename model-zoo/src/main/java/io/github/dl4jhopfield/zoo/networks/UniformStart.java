package io.github.dl4jhopfield.zoo.networks;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Starts DL4J's dense, output and LSTM layers as PyTorch starts its own: weights and biases uniform
 * within 1 / sqrt(inputs), those of an LSTM within 1 / sqrt(units). DL4J starts biases at a
 * constant and an LSTM's input weights by the number of inputs. PyTorch's LSTM adds two biases; the
 * one here is the sum of two draws. Hopfield layers are left as they are.
 */
public final class UniformStart {
  private UniformStart() {}

  /** Draws the parameters from the generator of this thread, in the order of the layers. */
  public static void of(MultiLayerNetwork network) {
    for (Layer layer : network.getLayers()) {
      var conf = layer.conf().getLayer();
      if (conf instanceof LSTM lstm) {
        lstm(layer, 1 / Math.sqrt(lstm.getNOut()));
      } else if (conf instanceof FeedForwardLayer dense && layer.paramTable().containsKey("W")) {
        double bound = 1 / Math.sqrt(dense.getNIn());
        draw(layer, "W", bound);
        draw(layer, "b", bound);
      }
    }
  }

  private static void lstm(Layer layer, double bound) {
    draw(layer, "W", bound);
    draw(layer, "RW", bound);
    INDArray first = draw(layer, "b", bound).dup();
    draw(layer, "b", bound).addi(first);
  }

  private static INDArray draw(Layer layer, String name, double bound) {
    return draw(layer.getParam(name), bound);
  }

  /** Draws a parameter within a bound, from the generator of this thread. */
  public static INDArray draw(INDArray parameter, double bound) {
    return parameter.assign(
        Nd4j.rand(parameter.dataType(), parameter.shape()).muli(2 * bound).subi(bound));
  }
}
