package io.github.dl4jhopfield.search.layers;

import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;

/**
 * Options of a vertex, each with a space of values.
 *
 * @param <T> the Builder itself
 */
public interface VertexSpaceBuilder<T> extends OptionSpaceBuilder<T> {

  /** Order of the inputs' dimensions. */
  default T rnnFormat(ParameterSpace<RNNFormat> space) {
    return option("rnnFormat", space);
  }

  /** Noise on the weights in training. */
  default T weightNoise(ParameterSpace<? extends IWeightNoise> space) {
    return option("weightNoise", space);
  }

  /** Depth of the stored patterns. */
  default T storedPatternSize(ParameterSpace<Integer> space) {
    return option("storedPatternSize", space);
  }

  /** Depth of the pattern projection's input. */
  default T patternProjectionSize(ParameterSpace<Integer> space) {
    return option("patternProjectionSize", space);
  }

  /** Whether the last input is an association mask. */
  default T associationMaskInput(ParameterSpace<Boolean> space) {
    return option("associationMaskInput", space);
  }
}
