package io.github.dl4jhopfield.search.layers;

import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/**
 * Takes a space of values for each of a layer's options; options without one keep the layer's
 * default. {@link Values} has the usual spaces, Arbiter's own will do too.
 *
 * @param <T> the Builder itself
 */
public interface OptionSpaceBuilder<T> {

  /**
   * Sets the space of an option by the option's name, that of the method of the layer's Builder.
   *
   * @throws IllegalArgumentException if the layer has no such option; the message has the nearest
   */
  T option(String name, ParameterSpace<?> space);
}
