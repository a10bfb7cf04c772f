package io.github.dl4jhopfield.zoo.repertoire;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Baseline: logistic regression on the frequencies of short patterns, with an L1 or L2 penalty.
 *
 * <p>The features of a repertoire are the frequencies of patterns of three, four or five residues,
 * with at most one gap, or of three at their IMGT positions ({@link GappedKmers}); of those the
 * most that stand out in the training part ({@link KmerContrast}) are taken, standardised with mean
 * and deviation of the training part. Patterns, penalty and its strength are those with the lowest
 * log loss on the validation part.
 *
 * <p>Source: such models find a signal in one of 50,000 receptors (Kanduri et al., Profiling the
 * baseline performance and limits of machine learning models for adaptive immune receptor
 * repertoire classification, GigaScience 2022). Solver: LIBLINEAR.
 */
final class KmerRegression implements RepertoireModel {
  private static final int MOST_FEATURES = 2000;
  private static final double[] STRENGTHS = {0.001, 0.01, 0.1, 1};

  static {
    // it would print to stdout
    Linear.disableDebugOutput();
  }

  /** Patterns that are features: which of each shape. */
  private record Features(List<GappedKmers> shapes, int[][] codes, double[] mean, double[] scale) {

    int size() {
      return mean.length;
    }

    double[] frequencies(SequenceBag bag) {
      double[] x = new double[size()];
      int at = 0;
      for (int s = 0; s < shapes.size(); s++) {
        int[] counts = new int[shapes.get(s).codes()];
        double windows = Math.max(1, shapes.get(s).count(bag, counts));
        for (int code : codes[s]) {
          x[at++] = counts[code] / windows;
        }
      }
      return x;
    }

    Feature[] standardised(double[] x) {
      Feature[] nodes = new Feature[x.length];
      for (int i = 0; i < x.length; i++) {
        nodes[i] = new FeatureNode(i + 1, (x[i] - mean[i]) * scale[i]);
      }
      return nodes;
    }
  }

  private final Features features;
  private final Model model;
  private final String chosen;

  private KmerRegression(Features features, Model model, String chosen) {
    this.features = features;
    this.model = model;
    this.chosen = chosen;
  }

  /**
   * Fits one.
   *
   * @param training of a binary first target
   * @param validation by which it is chosen; if empty, the training part
   */
  static KmerRegression fit(
      Dataset<SequenceBag> training, Dataset<SequenceBag> validation, long seed)
      throws IOException {
    KmerRegression best = null;
    double least = Double.POSITIVE_INFINITY;
    for (List<GappedKmers> shapes :
        List.of(
            GappedKmers.THREES,
            GappedKmers.POSITIONED_THREES,
            GappedKmers.FOURS,
            GappedKmers.FIVES)) {
      Features features = features(training, shapes);
      List<Feature[]> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      read(training, features, x, y);
      List<Feature[]> heldX = new ArrayList<>();
      List<Double> heldY = new ArrayList<>();
      read(validation.size() > 0 ? validation : training, features, heldX, heldY);
      for (SolverType solver : new SolverType[] {SolverType.L1R_LR, SolverType.L2R_LR}) {
        for (double strength : STRENGTHS) {
          Model model = train(x, y, solver, strength, seed, features.size());
          double loss = logLoss(model, heldX, heldY);
          if (loss < least) {
            least = loss;
            best =
                new KmerRegression(
                    features,
                    model,
                    String.format(
                        Locale.ROOT,
                        "%d residues%s, %s, C = %s",
                        shapes.get(0).offsets().length,
                        shapes.get(0).positioned() ? " at IMGT positions" : "",
                        solver == SolverType.L1R_LR ? "L1" : "L2",
                        strength));
          }
        }
      }
    }
    return best;
  }

  private static Features features(Dataset<SequenceBag> training, List<GappedKmers> shapes)
      throws IOException {
    record Candidate(int shape, int code, double t) {}
    List<Candidate> candidates = new ArrayList<>();
    for (int s = 0; s < shapes.size(); s++) {
      double[] t = KmerContrast.of(training, 2, shapes.get(s)).t(1);
      for (int code : KmerContrast.most(t, MOST_FEATURES)) {
        candidates.add(new Candidate(s, code, Math.abs(t[code])));
      }
    }
    candidates.sort(Comparator.comparingDouble(c -> -c.t()));
    List<Candidate> most = candidates.subList(0, Math.min(MOST_FEATURES, candidates.size()));
    int[][] codes = new int[shapes.size()][];
    for (int s = 0; s < codes.length; s++) {
      int shape = s;
      codes[s] =
          most.stream()
              .filter(c -> c.shape() == shape)
              .mapToInt(Candidate::code)
              .sorted()
              .toArray();
    }
    Features raw = new Features(shapes, codes, new double[most.size()], new double[most.size()]);
    double[] squares = new double[most.size()];
    for (int i = 0; i < training.size(); i++) {
      double[] x = raw.frequencies(training.sample(i).open());
      for (int f = 0; f < x.length; f++) {
        raw.mean()[f] += x[f] / training.size();
        squares[f] += x[f] * x[f] / training.size();
      }
    }
    for (int f = 0; f < most.size(); f++) {
      double variance = squares[f] - raw.mean()[f] * raw.mean()[f];
      raw.scale()[f] = variance > 1e-30 ? 1 / Math.sqrt(variance) : 0;
    }
    return raw;
  }

  private static void read(
      Dataset<SequenceBag> samples, Features features, List<Feature[]> x, List<Double> y)
      throws IOException {
    for (int i = 0; i < samples.size(); i++) {
      Sample<SequenceBag> sample = samples.sample(i);
      if (!Double.isNaN(sample.label(0))) {
        x.add(features.standardised(features.frequencies(sample.open())));
        y.add(sample.label(0));
      }
    }
  }

  private static Model train(
      List<Feature[]> x, List<Double> y, SolverType solver, double strength, long seed, int n) {
    Problem problem = new Problem();
    problem.l = x.size();
    problem.n = n + 1;
    problem.bias = 1;
    problem.x =
        x.stream()
            .map(
                row -> {
                  Feature[] withBias = Arrays.copyOf(row, n + 1);
                  withBias[n] = new FeatureNode(n + 1, 1);
                  return withBias;
                })
            .toArray(Feature[][]::new);
    problem.y = y.stream().mapToDouble(v -> v).toArray();
    Parameter parameter = new Parameter(solver, strength, 1000, 0.01);
    parameter.setRandom(new Random(seed));
    // both classes weigh the same
    double positives = y.stream().mapToDouble(v -> v).sum();
    parameter.setWeights(
        new double[] {
          y.size() / (2 * Math.max(1, y.size() - positives)),
          y.size() / (2 * Math.max(1, positives))
        },
        new int[] {0, 1});
    return Linear.train(problem, parameter);
  }

  private static double probability(Model model, Feature[] x) {
    double[] probabilities = new double[2];
    Linear.predictProbability(model, x, probabilities);
    return model.getLabels()[0] == 1 ? probabilities[0] : probabilities[1];
  }

  private static double logLoss(Model model, List<Feature[]> x, List<Double> y) {
    double loss = 0;
    for (int i = 0; i < x.size(); i++) {
      double p = probability(model, x.get(i));
      loss -= Math.log(Math.max(1e-12, y.get(i) == 1 ? p : 1 - p));
    }
    return loss / x.size();
  }

  @Override
  public double score(SequenceBag bag) {
    return probability(model, features.standardised(features.frequencies(bag)));
  }

  @Override
  public String chosen() {
    return chosen;
  }
}
