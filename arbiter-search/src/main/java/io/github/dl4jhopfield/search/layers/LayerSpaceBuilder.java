package io.github.dl4jhopfield.search.layers;

import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * DL4J's options of a layer, each with a space of values.
 *
 * @param <T> the Builder itself
 */
public interface LayerSpaceBuilder<T> extends OptionSpaceBuilder<T> {

  /** Name of the layer. */
  default T name(ParameterSpace<String> space) {
    return option("name", space);
  }

  /** Probability to keep an entry of the layer's input in training. */
  default T dropOut(ParameterSpace<Double> space) {
    return option("dropOut", space);
  }

  /** Coefficient of l1 regularisation of the weights. */
  default T l1(ParameterSpace<Double> space) {
    return option("l1", space);
  }

  /** Coefficient of l2 regularisation of the weights. */
  default T l2(ParameterSpace<Double> space) {
    return option("l2", space);
  }

  /** Coefficient of l1 regularisation of the biases. */
  default T l1Bias(ParameterSpace<Double> space) {
    return option("l1Bias", space);
  }

  /** Coefficient of l2 regularisation of the biases. */
  default T l2Bias(ParameterSpace<Double> space) {
    return option("l2Bias", space);
  }

  /** Coefficient of weight decay, multiplied by the learning rate. */
  default T weightDecay(ParameterSpace<Double> space) {
    return option("weightDecay", space);
  }

  /** Coefficient of weight decay of the biases, multiplied by the learning rate. */
  default T weightDecayBias(ParameterSpace<Double> space) {
    return option("weightDecayBias", space);
  }

  /** Updater of the weights, such as Arbiter's {@code AdamSpace}. */
  default T updater(ParameterSpace<? extends IUpdater> space) {
    return option("updater", space);
  }

  /** Updater of the biases. */
  default T biasUpdater(ParameterSpace<? extends IUpdater> space) {
    return option("biasUpdater", space);
  }

  /** Order of the input's dimensions. */
  default T rnnFormat(ParameterSpace<RNNFormat> space) {
    return option("rnnFormat", space);
  }

  /** Noise on the weights in training. */
  default T weightNoise(ParameterSpace<? extends IWeightNoise> space) {
    return option("weightNoise", space);
  }
}
