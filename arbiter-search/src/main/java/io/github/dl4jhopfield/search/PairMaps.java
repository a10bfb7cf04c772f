package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.report.Contours;
import io.github.dl4jhopfield.zoo.report.Panels;
import io.github.dl4jhopfield.zoo.report.Picture;
import io.github.dl4jhopfield.zoo.report.Plots;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How good candidates are over pairs of parameters: the marginals of a {@link Forest} that learnt
 * the share of the other candidates that each one beats. A share, so that a few scores far off
 * don't hide the differences between all others.
 */
final class PairMaps {
  private static final int MOST_PARAMETERS = 4;
  private static final int MOST_POINTS = 1_000;
  private static final int MOST_DOTS = 150;
  private static final int CELLS = 48;
  private static final int LEVELS = 7;

  private final List<ParameterAxis> axes;
  private final List<TrialResult> candidates;
  private final List<double[]> maps = new ArrayList<>();

  /** The least and the greatest share of all maps: the ends of the shades. */
  private double low = 1;

  private double high;

  private PairMaps(List<ParameterAxis> axes, List<TrialResult> candidates) {
    this.axes = axes;
    this.candidates = candidates;
  }

  /**
   * Maps of all pairs of the parameters that explain most; none where there are too few candidates
   * or parameters, or all are equally good.
   *
   * @param byScore the better candidate is the greater one
   */
  static PairMaps of(Space space, List<TrialResult> scored, Comparator<TrialResult> byScore) {
    List<TrialResult> candidates = Importance.thinned(scored, MOST_POINTS);
    if (candidates.size() < 4 || space.parameters().size() < 2) {
      return new PairMaps(List.of(), List.of());
    }
    Forest forest = Forest.grow(Importance.points(space, candidates), beaten(candidates, byScore));
    double[] shares = forest.shares();
    int[] chosen =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble(d -> -shares[d]))
            .limit(MOST_PARAMETERS)
            .mapToInt(d -> d)
            .toArray();
    PairMaps maps =
        new PairMaps(
            Arrays.stream(chosen)
                .mapToObj(d -> ParameterAxis.of(space.parameters().get(d)))
                .toList(),
            candidates);
    for (int a = 0; a < chosen.length; a++) {
      for (int b = a + 1; b < chosen.length; b++) {
        double[] map = forest.marginal(chosen[a], chosen[b], CELLS);
        maps.maps.add(map);
        maps.low = Math.min(maps.low, Arrays.stream(map).min().orElse(1));
        maps.high = Math.max(maps.high, Arrays.stream(map).max().orElse(0));
      }
    }
    return maps;
  }

  /** For each candidate the share of all that it beats, one as good counted half. */
  static double[] beaten(List<TrialResult> candidates, Comparator<TrialResult> byScore) {
    List<Integer> order =
        IntStream.range(0, candidates.size())
            .boxed()
            .sorted((i, k) -> byScore.compare(candidates.get(i), candidates.get(k)))
            .toList();
    double[] beaten = new double[candidates.size()];
    for (int from = 0; from < order.size(); ) {
      int to = from + 1;
      while (to < order.size()
          && byScore.compare(candidates.get(order.get(from)), candidates.get(order.get(to))) == 0) {
        to++;
      }
      for (int i = from; i < to; i++) {
        beaten[order.get(i)] = (from + to - 1) / 2.0 / Math.max(1, order.size() - 1);
      }
      from = to;
    }
    return beaten;
  }

  boolean isEmpty() {
    return maps.isEmpty();
  }

  /** Which shares the palest and the darkest shade are. */
  String shades() {
    return String.format(
        Locale.ROOT, "from %.0f%% (palest) to %.0f%% (darkest)", 100 * low, 100 * high);
  }

  /** The maps side by side. */
  Panels figure(TrialResult best) {
    List<TrialResult> dots = Importance.thinned(candidates, MOST_DOTS);
    Panels panels = new Panels("", 3, 200);
    int map = 0;
    for (int a = 0; a < axes.size(); a++) {
      for (int b = a + 1; b < axes.size(); b++) {
        panels.add("", plot(axes.get(a), axes.get(b), maps.get(map++), dots, best));
      }
    }
    return panels;
  }

  private XyPlot plot(
      ParameterAxis across,
      ParameterAxis down,
      double[] map,
      List<TrialResult> dots,
      TrialResult best) {
    int[] colours = new int[map.length];
    for (int i = 0; i < map.length; i++) {
      int row = CELLS - 1 - i / CELLS; // a picture begins at the top
      colours[row * CELLS + i % CELLS] = shade(high > low ? (map[i] - low) / (high - low) : 0.5);
    }
    double[][] levels =
        Contours.of(map, CELLS, LEVELS).stream()
            .map(
                s ->
                    new double[] {
                      across.at((s[0] + 0.5) / CELLS),
                      down.at((s[1] + 0.5) / CELLS),
                      across.at((s[2] + 0.5) / CELLS),
                      down.at((s[3] + 0.5) / CELLS)
                    })
            .toArray(double[][]::new);
    int top = IntStream.range(0, map.length).reduce(0, (i, k) -> map[k] > map[i] ? k : i);
    return new XyPlot("", across.axis(), down.axis())
        .square()
        .ground(Picture.colours(colours, CELLS, CELLS))
        .contours(levels)
        .dots(
            "",
            dots.stream().mapToDouble(c -> across.of(c.values())).toArray(),
            dots.stream().mapToDouble(c -> down.of(c.values())).toArray())
        .mark(across.of(best.values()), down.of(best.values()))
        .describedAs(
            String.format(
                Locale.ROOT,
                "%s and %s: candidates beat %.0f%% to %.0f%% of the others, most where they are near"
                    + " %.3g and %.3g.",
                across.parameter().name(),
                down.parameter().name(),
                100 * Arrays.stream(map).min().orElse(0),
                100 * map[top],
                across.at((top % CELLS + 0.5) / CELLS),
                down.at((top / CELLS + 0.5) / CELLS)));
  }

  /** From near white to the first colour of figures. */
  private static int shade(double share) {
    int rgb = Plots.colour(0);
    double s = 0.05 + 0.9 * Math.max(0, Math.min(1, share));
    int shade = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int part = rgb >> shift & 0xFF;
      shade |= (int) Math.round(255 + s * (part - 255)) << shift;
    }
    return shade;
  }
}
