package io.github.dl4jhopfield.zoo.learn;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.Arrays;
import java.util.Random;

/**
 * A linear classifier of two labels on dense features, which should be standardised: the baseline
 * beside what is learned deeply. Both labels weigh the same, however many samples they have; there
 * is a bias. Solver: LIBLINEAR.
 */
public final class LinearClassifier {
  private static final int MOST_ITERATIONS = 1000;
  private static final double TOLERANCE = 0.01;

  static {
    // it would print to stdout
    Linear.disableDebugOutput();
  }

  /** Loss and penalty. */
  public enum Kind {
    /** Logistic loss, sum of the weights' squares. */
    LOGISTIC(SolverType.L2R_LR),
    /** Logistic loss, sum of the weights' sizes: most weights are 0. */
    SPARSE_LOGISTIC(SolverType.L1R_LR),
    /** Squared hinge loss, sum of the weights' sizes: most weights are 0. */
    SPARSE_MARGIN(SolverType.L1R_L2LOSS_SVC);

    private final SolverType solver;

    Kind(SolverType solver) {
      this.solver = solver;
    }
  }

  private final Model model;
  private final int features;

  private LinearClassifier(Model model, int features) {
    this.model = model;
    this.features = features;
  }

  /**
   * Trains one.
   *
   * @param rows a row of features for each sample
   * @param labels 0 or 1 for each; both occur
   * @param cost of an error beside the penalty, C
   * @param seed of the order in which the solver goes
   */
  public static LinearClassifier train(
      Kind kind, double[][] rows, int[] labels, double cost, long seed) {
    int positives = Arrays.stream(labels).sum();
    if (rows.length != labels.length || positives == 0 || positives == labels.length) {
      throw new IllegalArgumentException(
          "expected a label for each of "
              + rows.length
              + " rows and both labels, found "
              + labels.length
              + " of which "
              + positives
              + " are positive");
    }
    Problem problem = new Problem();
    problem.l = rows.length;
    problem.n = rows[0].length + 1;
    problem.bias = 1;
    problem.x = Arrays.stream(rows).map(LinearClassifier::nodes).toArray(Feature[][]::new);
    problem.y = Arrays.stream(labels).asDoubleStream().toArray();
    Parameter parameter = new Parameter(kind.solver, cost, MOST_ITERATIONS, TOLERANCE);
    parameter.setRandom(new Random(seed));
    parameter.setWeights(
        new double[] {
          labels.length / (2.0 * (labels.length - positives)), labels.length / (2.0 * positives)
        },
        new int[] {0, 1});
    return new LinearClassifier(Linear.train(problem, parameter), rows[0].length);
  }

  /** Above 0 for label 1. */
  public double decision(double[] row) {
    if (row.length != features) {
      throw new IllegalArgumentException("expected " + features + " features, found " + row.length);
    }
    double[] value = new double[1];
    Linear.predictValues(model, nodes(row), value);
    return model.getLabels()[0] == 1 ? value[0] : -value[0];
  }

  /** The logistic function of {@link #decision}: of logistic loss the probability of label 1. */
  public double probability(double[] row) {
    return 1 / (1 + Math.exp(-decision(row)));
  }

  /** With the bias, which LIBLINEAR does not add by itself, not when it predicts either. */
  private static Feature[] nodes(double[] row) {
    Feature[] nodes = new Feature[row.length + 1];
    for (int i = 0; i < row.length; i++) {
      nodes[i] = new FeatureNode(i + 1, row[i]);
    }
    nodes[row.length] = new FeatureNode(row.length + 1, 1);
    return nodes;
  }
}
