package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Learner;
import io.github.dl4jhopfield.zoo.learn.LinearClassifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Bags as one vector each that nobody trains, and a linear classifier of it: what deep methods have
 * to be better than.
 *
 * <ul>
 *   <li>{@link Embedding#MEAN}: the mean of the standardised instances; logistic regression.
 *   <li>{@link Embedding#SIMILARITIES}: the similarity of the bag with each instance x of the
 *       training bags, max_t exp(-|x_t - x|^2 / s), and a margin with few weights that aren't 0:
 *       MILES (Chen, Bi and Wang, IEEE TPAMI 2006).
 * </ul>
 */
final class LinearBags implements BagModel {
  /** What becomes of a bag. */
  enum Embedding {
    MEAN,
    SIMILARITIES
  }

  /**
   * @param cost of an error beside the penalty
   * @param width of similarities, s in units of the median squared distance of training instances;
   *     0 for the mean
   */
  record Settings(double cost, double width) {
    String text() {
      return width == 0
          ? String.format(Locale.ROOT, "C = %s", cost)
          : String.format(Locale.ROOT, "C = %s, width %s", cost, width);
    }
  }

  /** Trains them. */
  record Method(Embedding embedding) implements Learner<double[][], Settings, LinearBags> {
    @Override
    public List<Settings> candidates() {
      List<Settings> all = new ArrayList<>();
      if (embedding == Embedding.MEAN) {
        for (double cost : new double[] {0.001, 0.01, 0.1, 1}) {
          all.add(new Settings(cost, 0));
        }
      } else {
        for (double width : new double[] {0.25, 1, 4}) {
          for (double cost : new double[] {0.1, 1, 10}) {
            all.add(new Settings(cost, width));
          }
        }
      }
      return all;
    }

    @Override
    public LinearBags train(
        Dataset<double[][]> data,
        Settings settings,
        long seed,
        Watcher<? super Settings, ? super LinearBags> watcher)
        throws IOException {
      LinearBags model = new LinearBags(MilLearner.bags(data), embedding, settings, seed);
      watcher.reached(settings, model);
      return model;
    }

    @Override
    public double[][] predict(LinearBags model, Dataset<double[][]> data) throws IOException {
      return MilLearner.rows(model.scores(MilLearner.bags(data)));
    }
  }

  private static final int MOST_PAIRS = 20_000;
  private static final int MOST_CENTRES = 20_000;

  private final Standardizer standardizer;
  private final Embedding embedding;
  private final double[][] centres;
  private final double scale;
  private final LinearClassifier classifier;

  private LinearBags(List<Bag> bags, Embedding embedding, Settings settings, long seed) {
    this.embedding = embedding;
    standardizer = Standardizer.fit(bags);
    if (embedding == Embedding.MEAN) {
      centres = new double[0][];
      scale = 1;
    } else {
      long instances = bags.stream().mapToLong(Bag::size).sum();
      if (instances > MOST_CENTRES) {
        throw new IllegalArgumentException(
            MilMethod.MILES
                + ": expected at most "
                + MOST_CENTRES
                + " instances to train with, each of which is a feature of a bag, found "
                + instances);
      }
      centres =
          bags.stream().flatMap(bag -> Arrays.stream(standardized(bag))).toArray(double[][]::new);
      scale = settings.width() * medianSquaredDistance(centres);
    }
    double[][] rows = bags.stream().map(this::row).toArray(double[][]::new);
    classifier =
        LinearClassifier.train(
            embedding == Embedding.MEAN
                ? LinearClassifier.Kind.LOGISTIC
                : LinearClassifier.Kind.SPARSE_MARGIN,
            rows,
            bags.stream().mapToInt(Bag::label).toArray(),
            settings.cost(),
            seed);
  }

  private double[][] standardized(Bag bag) {
    List<double[]> rows = new ArrayList<>();
    bag.forEach(
        instance -> {
          double[] row = new double[instance.length];
          Arrays.setAll(row, f -> standardizer.apply(instance[f], f));
          rows.add(row);
        });
    return rows.toArray(double[][]::new);
  }

  private double[] row(Bag bag) {
    if (embedding == Embedding.MEAN) {
      double[] mean = new double[standardizer.features()];
      bag.forEach(
          instance -> {
            for (int f = 0; f < mean.length; f++) {
              mean[f] += standardizer.apply(instance[f], f) / bag.size();
            }
          });
      return mean;
    }
    double[][] instances = standardized(bag);
    double[] similar = new double[centres.length];
    for (int c = 0; c < centres.length; c++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (double[] instance : instances) {
        nearest = Math.min(nearest, squaredDistance(instance, centres[c], nearest));
      }
      similar[c] = Math.exp(-nearest / scale);
    }
    return similar;
  }

  /** Gives up above a limit: then what it says is above it. */
  private static double squaredDistance(double[] a, double[] b, double limit) {
    double sum = 0;
    for (int f = 0; f < a.length && sum < limit; f++) {
      sum += (a[f] - b[f]) * (a[f] - b[f]);
    }
    return sum;
  }

  /** Of evenly spread pairs; 1 where most instances are the same. */
  private static double medianSquaredDistance(double[][] rows) {
    int step = (int) Math.max(1, Math.ceil(rows.length / Math.sqrt(2.0 * MOST_PAIRS)));
    List<Double> distances = new ArrayList<>();
    for (int i = 0; i < rows.length; i += step) {
      for (int j = i + step; j < rows.length; j += step) {
        distances.add(squaredDistance(rows[i], rows[j], Double.POSITIVE_INFINITY));
      }
    }
    double[] sorted = distances.stream().mapToDouble(d -> d).sorted().toArray();
    double median = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    return median > 0 ? median : 1;
  }

  @Override
  public double[] scores(List<Bag> bags) {
    return bags.stream().mapToDouble(bag -> classifier.probability(row(bag))).toArray();
  }
}
