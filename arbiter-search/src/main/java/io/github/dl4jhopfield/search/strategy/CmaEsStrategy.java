package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hipparchus.analysis.MultivariateFunction;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.MaxIter;
import org.hipparchus.optim.SimpleBounds;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.hipparchus.random.Well19937c;

/**
 * Covariance matrix adaptation (Hansen and Ostermeier 2001) on the cube of the space, by
 * Hipparchus. A generation is a batch; when it has converged it starts again with twice the
 * population. For numbers: the order of choices means nothing, so that on spaces with many of them
 * other strategies do better.
 *
 * <p>Hipparchus asks for one value at a time. Within a generation no point depends on a value, so
 * it is run again from its seed for each batch: known values are given back, the points after them
 * are the batch.
 */
final class CmaEsStrategy extends BatchStrategy {
  private static final double SIGMA = 0.3;

  private final Places places;
  private final long seed;
  private final List<Double> told = new ArrayList<>();
  private final List<Outcome> history = new ArrayList<>();
  private int population;
  private int restarts;

  CmaEsStrategy(Space space, long seed) {
    places = new Places(space);
    this.seed = seed;
    population = 4 + (int) (3 * Math.log(Math.max(1, places.dimensions())));
  }

  @Override
  public String name() {
    return "cmaes";
  }

  /** Ends a run once the batch is known. */
  private static final class BatchIsFull extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BatchIsFull() {
      super(null, null, false, false);
    }
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    if (places.dimensions() == 0) {
      return history.isEmpty() ? List.of(places.candidate(new double[0])) : List.of();
    }
    List<double[]> points = generation();
    if (points.isEmpty()) {
      // converged
      told.clear();
      population *= 2;
      restarts++;
      points = generation();
    }
    return points.stream().limit(most).map(places::candidate).toList();
  }

  private List<double[]> generation() {
    List<double[]> points = new ArrayList<>();
    int[] calls = {0};
    MultivariateFunction objective =
        point -> {
          if (calls[0] < told.size()) {
            return told.get(calls[0]++);
          }
          points.add(point.clone());
          if ((told.size() + points.size()) % population == 0) {
            throw new BatchIsFull();
          }
          return 0;
        };
    int d = places.dimensions();
    CMAESOptimizer optimizer =
        new CMAESOptimizer(
            Integer.MAX_VALUE,
            Double.NEGATIVE_INFINITY,
            true,
            0,
            0,
            new Well19937c(seed + restarts),
            false,
            null);
    try {
      optimizer.optimize(
          new MaxEval(Integer.MAX_VALUE),
          new MaxIter(Integer.MAX_VALUE),
          new ObjectiveFunction(objective),
          GoalType.MINIMIZE,
          new InitialGuess(filled(d, 0.5)),
          new SimpleBounds(new double[d], filled(d, 1)),
          new CMAESOptimizer.Sigma(filled(d, SIGMA)),
          new CMAESOptimizer.PopulationSize(population));
    } catch (BatchIsFull full) {
      return points;
    }
    return List.of();
  }

  private static double[] filled(int length, double value) {
    double[] array = new double[length];
    Arrays.fill(array, value);
    return array;
  }

  @Override
  void learn(List<Map<String, Object>> proposed, List<Outcome> outcomes) {
    history.addAll(outcomes);
    double[] ranks = Ranking.ranks(history);
    int first = history.size() - outcomes.size();
    double worst = 0;
    for (Outcome outcome : history) {
      if (isNumber(outcome)) {
        worst = Math.max(worst, outcome.losses()[0]);
      }
    }
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      if (isNumber(outcome)) {
        told.add(outcome.losses()[0]);
      } else if (outcome.failed() || outcome.losses().length == 1) {
        told.add(worst + 1);
      } else {
        // Of several objectives the rank so far; a little less each time, since CMA-ES takes equal
        // best values of generations for convergence.
        told.add(ranks[first + i] - 1e-6 * history.size());
      }
    }
  }

  private static boolean isNumber(Outcome outcome) {
    return outcome.losses().length == 1 && Double.isFinite(outcome.losses()[0]);
  }
}
