package io.github.dl4jhopfield.search.strategy;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;

/** Tells Arbiter that smaller is better; outcomes are told to the strategy. */
final class RankScore implements ScoreFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public double score(Object model, DataProvider data, Map<String, Object> parameters) {
    throw new UnsupportedOperationException("outcomes are told to the strategy");
  }

  @Override
  public double score(Object model, Class<? extends DataSource> source, Properties properties) {
    throw new UnsupportedOperationException("outcomes are told to the strategy");
  }

  @Override
  public boolean minimize() {
    return true;
  }

  @Override
  public List<Class<?>> getSupportedModelTypes() {
    return List.of(Object.class);
  }

  @Override
  public List<Class<?>> getSupportedDataTypes() {
    return List.of(Object.class);
  }
}
