package io.github.dl4jhopfield.search.strategy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.AbstractParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;

/**
 * The cube of {@link Places} as an Arbiter parameter space: its value is the point itself. All of
 * Arbiter's generators then work on every space of ours, conditions included, and none of them ever
 * builds a candidate's values: Arbiter retries a candidate whose generation throws for ever.
 */
final class ArbiterCube extends AbstractParameterSpace<double[]> {
  private final List<ParameterSpace<?>> leaves = new ArrayList<>();

  ArbiterCube(int dimensions) {
    for (int d = 0; d < dimensions; d++) {
      leaves.add(new ContinuousParameterSpace(0, 1));
    }
  }

  @Override
  public double[] getValue(double[] point) {
    return point.clone();
  }

  @Override
  public int numParameters() {
    return leaves.size();
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public List<ParameterSpace> collectLeaves() {
    return new ArrayList<>(leaves);
  }

  @Override
  @SuppressWarnings("rawtypes") // Arbiter's signature
  public Map<String, ParameterSpace> getNestedSpaces() {
    Map<String, ParameterSpace> nested = new LinkedHashMap<>();
    for (int d = 0; d < leaves.size(); d++) {
      nested.put(Integer.toString(d), leaves.get(d));
    }
    return Collections.unmodifiableMap(nested);
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
