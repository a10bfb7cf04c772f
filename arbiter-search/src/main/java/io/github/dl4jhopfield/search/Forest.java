package io.github.dl4jhopfield.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A forest of regression trees on the unit cube, each grown on a bootstrap sample. A tree is
 * constant on boxes, so its marginals over the cube are exact (Hutter et al. 2014, section 4).
 * Deterministic: what is drawn follows from the number of points.
 */
final class Forest {
  private static final int TREES = 64;
  private static final int LEAST_IN_LEAF = 2;

  /** More leaves than that tell nothing more of a marginal, and take time. */
  private static final int MOST_LEAVES = 200;

  private final int dimensions;
  private final List<List<Leaf>> trees = new ArrayList<>();

  /** A box of the cube, [d][0] to [d][1], on which a tree is constant. */
  private record Leaf(double[][] box, double value) {
    double volume() {
      double volume = 1;
      for (double[] side : box) {
        volume *= side[1] - side[0];
      }
      return volume;
    }

    double side(int d) {
      return box[d][1] - box[d][0];
    }

    boolean holds(int d, double at) {
      return box[d][0] <= at && at < box[d][1];
    }
  }

  /** What trees grow on. */
  private record Data(double[][] points, double[] values, int least) {}

  private Forest(int dimensions) {
    this.dimensions = dimensions;
  }

  /**
   * Grows a forest.
   *
   * @param points coordinates from 0 to 1 of at least one point
   * @param values one a point, finite and small enough to be squared
   */
  static Forest grow(double[][] points, double[] values) {
    Forest forest = new Forest(points[0].length);
    SplittableRandom random = new SplittableRandom(values.length);
    Data data = new Data(points, values, Math.max(LEAST_IN_LEAF, values.length / MOST_LEAVES));
    int[][] sorted = new int[forest.dimensions][];
    for (int d = 0; d < sorted.length; d++) {
      int at = d;
      sorted[d] =
          IntStream.range(0, values.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> points[i][at]))
              .mapToInt(i -> i)
              .toArray();
    }
    for (int t = 0; t < TREES; t++) {
      int[] times = new int[values.length];
      random.ints(values.length, 0, values.length).forEach(i -> times[i]++);
      int[][] drawn = new int[sorted.length][];
      Arrays.setAll(drawn, d -> repeated(sorted[d], times));
      double[][] cube = new double[forest.dimensions][];
      Arrays.setAll(cube, d -> new double[] {0, 1});
      List<Leaf> leaves = new ArrayList<>();
      grow(data, drawn, cube, random, leaves);
      forest.trees.add(leaves);
    }
    return forest;
  }

  private static int[] repeated(int[] order, int[] times) {
    return Arrays.stream(order).flatMap(i -> IntStream.generate(() -> i).limit(times[i])).toArray();
  }

  /**
   * Grows a branch.
   *
   * @param members in the order of each dimension
   */
  private static void grow(
      Data data, int[][] members, double[][] box, SplittableRandom random, List<Leaf> leaves) {
    double[][] points = data.points();
    double[] values = data.values();
    double mean = 0;
    for (int i : members[0]) {
      mean += values[i] / members[0].length;
    }
    double best = 0;
    int dimension = -1;
    double threshold = 0;
    for (int d = 0; d < box.length; d++) {
      int[] sorted = members[d];
      double left = 0;
      for (int i = 1; i < sorted.length; i++) {
        left += values[sorted[i - 1]] - mean;
        boolean possible =
            i >= data.least()
                && sorted.length - i >= data.least()
                && points[sorted[i]][d] > points[sorted[i - 1]][d];
        // Sum of squares between the two sides.
        double gain = left * left * (1.0 / i + 1.0 / (sorted.length - i));
        if (possible && gain > best * (1 + 1e-12) + 1e-300) {
          best = gain;
          dimension = d;
          // Anywhere in the gap, so that the forest's mean is smooth.
          double low = points[sorted[i - 1]][d];
          threshold = low + (points[sorted[i]][d] - low) * (0.1 + 0.8 * random.nextDouble());
        }
      }
    }
    if (dimension < 0) {
      leaves.add(new Leaf(box, mean));
      return;
    }
    int d = dimension;
    double split = threshold;
    double[][] low = copy(box);
    low[d][1] = split;
    double[][] high = copy(box);
    high[d][0] = split;
    grow(data, side(members, i -> points[i][d] < split), low, random, leaves);
    grow(data, side(members, i -> points[i][d] >= split), high, random, leaves);
  }

  private static int[][] side(int[][] members, IntPredicate in) {
    return Arrays.stream(members)
        .map(sorted -> Arrays.stream(sorted).filter(in).toArray())
        .toArray(int[][]::new);
  }

  private static double[][] copy(double[][] box) {
    double[][] copy = new double[box.length][];
    Arrays.setAll(copy, d -> box[d].clone());
    return copy;
  }

  /**
   * Share of the variance over the cube that each dimension explains alone, the mean of the trees;
   * empty where all trees are constant.
   */
  double[] shares() {
    double[] sum = new double[dimensions];
    int varying = 0;
    for (List<Leaf> leaves : trees) {
      double[] shares = shares(leaves);
      if (shares.length > 0) {
        varying++;
        for (int d = 0; d < dimensions; d++) {
          sum[d] += shares[d];
        }
      }
    }
    if (varying == 0) {
      return new double[0];
    }
    int trees = varying;
    return Arrays.stream(sum).map(share -> share / trees).toArray();
  }

  private double[] shares(List<Leaf> leaves) {
    double mean = 0;
    for (Leaf leaf : leaves) {
      mean += leaf.volume() * leaf.value();
    }
    double variance = 0;
    for (Leaf leaf : leaves) {
      variance += leaf.volume() * (leaf.value() - mean) * (leaf.value() - mean);
    }
    if (!(variance > 0)) {
      return new double[0];
    }
    double[] shares = new double[dimensions];
    for (int d = 0; d < dimensions; d++) {
      int at = d;
      double[] edges =
          leaves.stream()
              .flatMapToDouble(leaf -> Arrays.stream(leaf.box()[at]))
              .distinct()
              .sorted()
              .toArray();
      for (int e = 1; e < edges.length; e++) {
        double middle = (edges[e - 1] + edges[e]) / 2;
        double marginal = 0;
        for (Leaf leaf : leaves) {
          if (leaf.holds(d, middle)) {
            marginal += leaf.value() * leaf.volume() / leaf.side(d);
          }
        }
        shares[d] += (edges[e] - edges[e - 1]) * (marginal - mean) * (marginal - mean) / variance;
      }
    }
    return shares;
  }

  /**
   * The forest over two of its dimensions, the mean over all others.
   *
   * @param cells of each dimension; the value is that in a cell's middle
   * @return row by row, {@code across} in a row, {@code down} from 0 in the first row on
   */
  double[] marginal(int across, int down, int cells) {
    double[] grid = new double[cells * cells];
    for (List<Leaf> leaves : trees) {
      for (Leaf leaf : leaves) {
        double weight =
            leaf.value() * leaf.volume() / (leaf.side(across) * leaf.side(down)) / trees.size();
        for (int r = first(leaf.box()[down][0], cells);
            r < first(leaf.box()[down][1], cells);
            r++) {
          int end = first(leaf.box()[across][1], cells);
          for (int c = first(leaf.box()[across][0], cells); c < end; c++) {
            grid[r * cells + c] += weight;
          }
        }
      }
    }
    return grid;
  }

  /** The first cell whose middle is not before a place. */
  private static int first(double place, int cells) {
    return (int) Math.ceil(place * cells - 0.5);
  }
}
