package io.github.dl4jhopfield.search;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/** Hands Arbiter a list of candidates in its order. */
final class PlannedCandidates implements CandidateGenerator {
  private final List<Map<String, Object>> plan;
  private final SearchSpace space;
  private int next;

  PlannedCandidates(List<Map<String, Object>> plan, SearchSpace space) {
    this.plan = List.copyOf(plan);
    this.space = space;
  }

  @Override
  public synchronized boolean hasMoreCandidates() {
    return next < plan.size();
  }

  @Override
  public synchronized Candidate<Map<String, Object>> getCandidate() {
    int index = next++;
    return new Candidate<>(plan.get(index), index, new double[0]);
  }

  @Override
  public void reportResults(OptimizationResult result) {
    // the plan is made beforehand
  }

  @Override
  public ParameterSpace<?> getParameterSpace() {
    return space;
  }

  @Override
  public void setRngSeed(long seed) {
    // the plan is made beforehand
  }

  @Override
  public Class<?> getCandidateType() {
    return Map.class;
  }
}
