package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.LinearClassifier;
import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

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
  private static final List<LinearClassifier.Kind> KINDS =
      List.of(LinearClassifier.Kind.SPARSE_LOGISTIC, LinearClassifier.Kind.LOGISTIC);

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

    double[] standardised(double[] x) {
      double[] z = new double[x.length];
      Arrays.setAll(z, i -> (x[i] - mean[i]) * scale[i]);
      return z;
    }
  }

  private final Features features;
  private final ToDoubleFunction<double[]> model;
  private final String chosen;

  private KmerRegression(Features features, ToDoubleFunction<double[]> model, String chosen) {
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
      List<double[]> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      read(training, features, x, y);
      List<double[]> heldX = new ArrayList<>();
      List<Double> heldY = new ArrayList<>();
      read(validation.size() > 0 ? validation : training, features, heldX, heldY);
      for (LinearClassifier.Kind kind : KINDS) {
        for (double strength : STRENGTHS) {
          ToDoubleFunction<double[]> model = train(x, y, kind, strength, seed);
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
                        kind == LinearClassifier.Kind.SPARSE_LOGISTIC ? "L1" : "L2",
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
      Dataset<SequenceBag> samples, Features features, List<double[]> x, List<Double> y)
      throws IOException {
    for (int i = 0; i < samples.size(); i++) {
      Sample<SequenceBag> sample = samples.sample(i);
      if (!Double.isNaN(sample.label(0))) {
        x.add(features.standardised(features.frequencies(sample.open())));
        y.add(sample.label(0));
      }
    }
  }

  /** The probability of label 1; of samples of one label that label. */
  private static ToDoubleFunction<double[]> train(
      List<double[]> x, List<Double> y, LinearClassifier.Kind kind, double strength, long seed) {
    int[] labels = y.stream().mapToInt(Double::intValue).toArray();
    if (Arrays.stream(labels).distinct().count() == 1) {
      return row -> labels[0];
    }
    return LinearClassifier.train(kind, x.toArray(double[][]::new), labels, strength, seed)
        ::probability;
  }

  private static double logLoss(
      ToDoubleFunction<double[]> model, List<double[]> x, List<Double> y) {
    double loss = 0;
    for (int i = 0; i < x.size(); i++) {
      double p = model.applyAsDouble(x.get(i));
      loss -= Math.log(Math.max(1e-12, y.get(i) == 1 ? p : 1 - p));
    }
    return loss / x.size();
  }

  @Override
  public double score(SequenceBag bag) {
    return model.applyAsDouble(features.standardised(features.frequencies(bag)));
  }

  @Override
  public String chosen() {
    return chosen;
  }
}
