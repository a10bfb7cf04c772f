package io.github.dl4jhopfield.zoo.mil;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Whether a model does what multiple-instance learning says: a bag is positive if and only if an
 * instance is. No model of attention or mean has to; whoever reads instances off it should know.
 *
 * <ul>
 *   <li>{@link #staysPositive}: of bags that it says are positive, those it still says are with the
 *       instances of a negative bag added.
 *   <li>{@link #staysNegative}: of pairs of negative bags that it says are negative, those whose
 *       union it says is.
 *   <li>{@link #oneDecides}: of all bags, those that it labels as it labels the most positive of
 *       their instances when each is a bag of its own.
 * </ul>
 *
 * <p>{@link #markers} asks what a method can learn. In training every negative bag has a marker, an
 * instance that no positive bag has; positive bags have an instance that is positive, which is less
 * easy to find. Tested are bags in which it is the positive ones that have the marker: a method
 * that holds to the rule says they are positive (an AUC near 1), one that learned "no marker:
 * positive" says the reverse (an AUC near 0). After Raff and Holt, Reproducibility in Multiple
 * Instance Learning: A Case For Algorithmic Unit Tests, NeurIPS 2023, whose numbers are others.
 */
record MilRules(Share staysPositive, Share staysNegative, Share oneDecides) {
  /**
   * @param kept as the rule says
   * @param of so many
   */
  record Share(int kept, int of) {
    static final Share NONE = new Share(0, 0);

    Share and(Share other) {
      return new Share(kept + other.kept, of + other.of);
    }

    /** NaN of none. */
    double value() {
      return of == 0 ? Double.NaN : (double) kept / of;
    }
  }

  static final MilRules NONE = new MilRules(Share.NONE, Share.NONE, Share.NONE);

  private static final int MARKER_FEATURES = 16;
  private static final int MARKER_BAGS = 200;

  MilRules and(MilRules other) {
    return new MilRules(
        staysPositive.and(other.staysPositive),
        staysNegative.and(other.staysNegative),
        oneDecides.and(other.oneDecides));
  }

  /** Of bags that the model hasn't learned from. */
  static MilRules of(BagModel model, List<Bag> bags, long seed) {
    double[] scores = model.scores(bags);
    Random random = new Random(seed);
    List<Bag> negatives = bags.stream().filter(bag -> bag.label() == 0).toList();
    List<Bag> grown = new ArrayList<>();
    for (int i = 0; i < scores.length && !negatives.isEmpty(); i++) {
      if (bags.get(i).label() == 1 && scores[i] >= MilWorkflow.THRESHOLD) {
        grown.add(union(bags.get(i), negatives.get(random.nextInt(negatives.size()))));
      }
    }
    List<Bag> quiet = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (bags.get(i).label() == 0 && scores[i] < MilWorkflow.THRESHOLD) {
        quiet.add(bags.get(i));
      }
    }
    List<Bag> unions = new ArrayList<>();
    for (int i = 0; i + 1 < quiet.size(); i++) {
      unions.add(union(quiet.get(i), quiet.get(i + 1)));
    }
    int agree = 0;
    for (int i = 0; i < scores.length; i++) {
      boolean any = positives(model, alone(bags.get(i))) > 0;
      agree += any == scores[i] >= MilWorkflow.THRESHOLD ? 1 : 0;
    }
    return new MilRules(
        new Share(positives(model, grown), grown.size()),
        new Share(unions.size() - positives(model, unions), unions.size()),
        new Share(agree, scores.length));
  }

  private static int positives(BagModel model, List<Bag> bags) {
    return bags.isEmpty()
        ? 0
        : (int) Arrays.stream(model.scores(bags)).filter(p -> p >= MilWorkflow.THRESHOLD).count();
  }

  private static Bag union(Bag bag, Bag with) {
    double[][] all = Arrays.copyOf(bag.instances(), bag.size() + with.size());
    System.arraycopy(with.instances(), 0, all, bag.size(), with.size());
    return Bag.of(bag.id() + " and " + with.id(), bag.label(), all);
  }

  private static List<Bag> alone(Bag bag) {
    List<Bag> each = new ArrayList<>();
    for (int t = 0; t < bag.size(); t++) {
      each.add(Bag.of(bag.id() + '#' + t, bag.label(), new double[][] {bag.instances()[t]}));
    }
    return each;
  }

  /** Bags with markers: in the negative ones to train with, in the positive ones to test with. */
  static BagDataset markers(boolean training, long seed) {
    Random random = new Random(seed);
    List<Bag> bags = new ArrayList<>();
    for (int b = 0; b < MARKER_BAGS; b++) {
      boolean positive = b % 2 == 0;
      List<double[]> instances = new ArrayList<>();
      int plain = 4 + random.nextInt(5);
      for (int t = 0; t < plain; t++) {
        instances.add(draw(random, 0, 0, 1));
      }
      if (positive) {
        instances.add(draw(random, 0, 2, 1));
      }
      if (positive != training) {
        instances.add(draw(random, 1, -6, 0.1));
      }
      instances.sort(Comparator.comparingDouble(x -> x[MARKER_FEATURES - 1]));
      bags.add(Bag.of("bag " + b, positive ? 1 : 0, instances.toArray(double[][]::new)));
    }
    return new BagDataset("markers", bags);
  }

  /** Normal features; those of the first or second half are moved. */
  private static double[] draw(Random random, int half, double by, double deviation) {
    double[] x = new double[MARKER_FEATURES];
    for (int f = 0; f < x.length; f++) {
      boolean moved = f * 2 / MARKER_FEATURES == half;
      x[f] = deviation * random.nextGaussian() + (moved ? by : 0);
    }
    return x;
  }
}
