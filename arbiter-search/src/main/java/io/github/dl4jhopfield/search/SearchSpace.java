package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.AbstractParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;

/**
 * The values of several hyperparameters by name, as an Arbiter parameter space. A candidate is only
 * these values: the model is built by the task that scores it, because Arbiter retries a candidate
 * whose generation throws for ever.
 */
final class SearchSpace extends AbstractParameterSpace<Map<String, Object>> {
  private final Map<String, ParameterSpace<?>> leaves = new LinkedHashMap<>();

  SearchSpace(List<TuningParameter> parameters) {
    for (TuningParameter p : parameters) {
      ParameterSpace<?> leaf =
          switch (p.kind()) {
            case UNIFORM -> new ContinuousParameterSpace(p.min(), p.max());
            case LOG_UNIFORM ->
                new ContinuousParameterSpace(new LogUniformDistribution(p.min(), p.max()));
            case INTEGER -> new IntegerParameterSpace((int) p.min(), (int) p.max());
            case CHOICE -> new DiscreteParameterSpace<>(p.choices());
          };
      if (leaves.put(p.name(), leaf) != null) {
        throw new IllegalArgumentException(
            "expected each hyperparameter once, found " + p.name() + " twice");
      }
    }
  }

  /** The values without a search. */
  static Map<String, Object> defaults(List<TuningParameter> parameters) {
    Map<String, Object> values = new LinkedHashMap<>();
    parameters.forEach(p -> values.put(p.name(), p.defaultValue()));
    return values;
  }

  @Override
  public Map<String, Object> getValue(double[] point) {
    Map<String, Object> values = new LinkedHashMap<>();
    leaves.forEach((name, leaf) -> values.put(name, leaf.getValue(point)));
    return values;
  }

  @Override
  public int numParameters() {
    return leaves.size();
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public List<ParameterSpace> collectLeaves() {
    return new ArrayList<>(leaves.values());
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public Map<String, ParameterSpace> getNestedSpaces() {
    return new LinkedHashMap<>(leaves);
  }

  @Override
  public boolean isLeaf() {
    return false;
  }

  @Override
  public void setIndices(int... indices) {
    throw new UnsupportedOperationException("only leaves have indices");
  }
}
