package io.github.dl4jhopfield.search.layers;

import java.util.List;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;

/** The usual spaces of an option's values. */
public final class Values {
  private Values() {}

  /** One value in every candidate. */
  public static <P> ParameterSpace<P> fixed(P value) {
    return new OneOf<>(List.of(value));
  }

  /**
   * One of some values, all equally likely.
   *
   * @throws IllegalArgumentException if there are none, or of a type that {@link OneOf} cannot
   *     write
   */
  @SafeVarargs
  public static <P> ParameterSpace<P> oneOf(P... values) {
    return new OneOf<>(List.of(values));
  }

  /** A real number, all equally likely. */
  public static ParameterSpace<Double> uniform(double min, double max) {
    return new ContinuousParameterSpace(min, max);
  }

  /** A positive real number, all orders of magnitude equally likely. */
  public static ParameterSpace<Double> logUniform(double min, double max) {
    return new ContinuousParameterSpace(new LogUniformDistribution(min, max));
  }

  /** A whole number from {@code min} to {@code max}, both included, all equally likely. */
  public static ParameterSpace<Integer> whole(int min, int max) {
    return new IntegerParameterSpace(min, max);
  }
}
