package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.Panels;
import io.github.dl4jhopfield.zoo.report.ParallelCoordinates;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A sweep as a page, at its end or while it runs: how the best score grew, what mattered, where
 * good candidates lie, what ran when. However many candidates there are, drawings show a number
 * that can be seen, the best always among them.
 */
final class SweepReport {
  /** More rows than a reader looks at make the page slow. */
  private static final int MOST_ROWS = 200;

  private static final int MOST_POINTS = 1_000;
  private static final int MOST_IN_SLICE = 300;
  private static final int MOST_LINES = 250;
  private static final int MOST_CURVES = 100;

  private final SweepState state;
  private final List<TrialResult> results;

  /** Those with a score, by number. */
  private final List<TrialResult> scored;

  private final HtmlReport page;

  private SweepReport(SweepState state) {
    this.state = state;
    results = state.results();
    scored = results.stream().filter(c -> !c.failed() && Double.isFinite(c.score())).toList();
    page = new HtmlReport("Search of " + state.experiment() + " on " + state.dataset());
  }

  /** The page as the search is now. */
  static String html(SweepState state) {
    return html(state, 0);
  }

  /**
   * The page as the search is now.
   *
   * @param refresh after how many seconds a browser reads it again while the search runs; 0 for
   *     never
   */
  static String html(SweepState state, int refresh) {
    return new SweepReport(state).write(refresh);
  }

  private String write(int refresh) {
    boolean ended = state.ended();
    if (!ended && refresh > 0) {
      page.refreshEvery(refresh);
    }
    summary(ended, refresh);
    if (scored.isEmpty()) {
      page.paragraph("No candidate has a score yet.");
    } else {
      TrialResult best = best();
      page.table(ResultTable.ofValues("Values of the best candidate", "parameter", best.values()));
      page.section("History");
      page.figure(history(), "Each candidate's score, and the best so far." + outside(scores()));
      front();
      onTheWay();
      importance();
      slices();
      contours();
      parallelCoordinates();
    }
    if (!results.isEmpty()) {
      page.section("What ran when");
      page.figure(
          SweepTimeline.of(results, state.running()),
          "Each candidate from its start to its end, by the process that ran it."
              + " Times in which nothing ran are left out at dashed lines.");
      page.section("Candidates");
      table();
    }
    return page.toHtml();
  }

  private void summary(boolean ended, int refresh) {
    long pruned = results.stream().filter(TrialResult::pruned).count();
    long failed = results.size() - scored.size() - pruned;
    StringBuilder text = new StringBuilder();
    if (ended) {
      text.append(Numbers.of(results.size())).append(" candidates by ");
    } else {
      text.append("Running: ").append(Numbers.of(results.size())).append(" of ");
      text.append(Numbers.of(state.planned())).append(" candidates by ");
    }
    text.append(state.strategy()).append(" search, seed ").append(state.seed()).append("; ");
    text.append(Numbers.of(failed)).append(" failed");
    text.append(pruned == 0 ? "." : ", " + Numbers.of(pruned) + " pruned.");
    if (!scored.isEmpty()) {
      TrialResult best = best();
      text.append(" Best: candidate ").append(best.candidate()).append(", validation ");
      text.append(state.metric()).append(' ').append(Numbers.of(best.score())).append('.');
      text.append(" Scores are of validation parts within the data: the best of many is favoured");
      text.append(" by chance.");
    }
    page.paragraph(text.toString());
    outerFolds();
    if (!ended) {
      page.paragraph(
          "As of "
              + Instant.now().truncatedTo(ChronoUnit.SECONDS)
              + ": "
              + state.running().size()
              + " running"
              + (state.secondsLeft().isPresent()
                  ? ", about " + minutes(state.secondsLeft().getAsDouble()) + " left"
                  : "")
              + "."
              + (refresh > 0 ? " This page is written again while the search runs." : ""));
    }
  }

  /** How what was found did on samples that no search saw. */
  private void outerFolds() {
    List<SweepResult.OuterFold> folds = state.outerFolds();
    if (folds.isEmpty()) {
      return;
    }
    var test =
        ExperimentResult.Metric.of(
            folds.stream().mapToDouble(SweepResult.OuterFold::test).toArray());
    page.paragraph(
        folds.size() == 1
            ? "On the test fold, which this search did not see: " + Numbers.of(test.mean()) + '.'
            : "On "
                + folds.size()
                + " test folds, each left out of a search of its own: "
                + Numbers.of(test.mean())
                + " ± "
                + Numbers.of(test.std())
                + ".");
    List<List<String>> rows = new ArrayList<>();
    for (SweepResult.OuterFold fold : folds) {
      rows.add(
          List.of(
              Integer.toString(fold.fold() + 1),
              Numbers.of(fold.test()),
              Numbers.of(fold.validation()),
              Integer.toString(fold.candidate()),
              shown(fold.values())));
    }
    page.table(
        new ResultTable(
            "Test folds", List.of("fold", "test", "validation", "candidate", "values"), rows));
  }

  private static String minutes(double seconds) {
    return seconds < 90
        ? Numbers.of(Math.rint(seconds)) + " s"
        : seconds < 5400
            ? Numbers.of(Math.rint(seconds / 60)) + " minutes"
            : Numbers.of(Math.rint(seconds / 360) / 10) + " hours";
  }

  private TrialResult best() {
    TrialResult best = scored.get(0);
    for (TrialResult c : scored) {
      best = state.isBetter(c, best) ? c : best;
    }
    return best;
  }

  /** At most so many, evenly spread, and the best. */
  private List<TrialResult> thinned(List<TrialResult> candidates, int most) {
    List<TrialResult> thinned = Importance.thinned(candidates, most);
    TrialResult best = best();
    if (candidates.contains(best) && !thinned.contains(best)) {
      thinned.add(best);
    }
    return thinned;
  }

  // --- scores -----------------------------------------------------------------------------------

  /**
   * An axis of scores. Where a few are so much worse than the others that these could not be told
   * apart, it ends before the few.
   */
  private Axis scores() {
    double[] sorted = scored.stream().mapToDouble(TrialResult::score).sorted().toArray();
    int tenth = sorted.length / 10;
    double best = state.greaterIsBetter() ? sorted[sorted.length - 1] : sorted[0];
    double worst = state.greaterIsBetter() ? sorted[0] : sorted[sorted.length - 1];
    double common = state.greaterIsBetter() ? sorted[tenth] : sorted[sorted.length - 1 - tenth];
    double end = common + (common - best) / 2;
    Axis axis = Axis.linear(state.metric());
    if (tenth == 0 || common == best || !(Math.abs(worst - best) > 5 * Math.abs(common - best))) {
      return axis;
    }
    return state.greaterIsBetter() ? axis.from(end) : axis.to(end);
  }

  private String outside(Axis axis) {
    long outside =
        scored.stream().filter(c -> c.score() < axis.min() || c.score() > axis.max()).count();
    return outside == 0
        ? ""
        : outside == 1
            ? " One candidate is far worse and not shown."
            : " " + Numbers.of(outside) + " candidates are far worse and not shown.";
  }

  private XyPlot history() {
    List<Double> numbers = new ArrayList<>();
    List<Double> bests = new ArrayList<>();
    TrialResult best = null;
    for (TrialResult c : scored) {
      if (best == null || state.isBetter(c, best)) {
        if (best != null) {
          numbers.add((double) c.candidate());
          bests.add(best.score());
        }
        best = c;
        numbers.add((double) c.candidate());
        bests.add(best.score());
      }
    }
    numbers.add((double) scored.get(scored.size() - 1).candidate());
    bests.add(best.score());
    List<TrialResult> shown = thinned(scored, MOST_POINTS);
    return new XyPlot("", Axis.linear("candidate"), scores())
        .dots(
            "candidates",
            shown.stream().mapToDouble(TrialResult::candidate).toArray(),
            shown.stream().mapToDouble(TrialResult::score).toArray())
        .line("best so far", doubles(numbers), doubles(bests));
  }

  /** Of several objectives each pair. */
  private void front() {
    List<Tuning.Objective> objectives = state.objectives();
    if (objectives.size() < 2) {
      return;
    }
    List<TrialResult> measured =
        scored.stream().filter(c -> c.measures().size() == objectives.size()).toList();
    List<TrialResult> front = SweepResult.paretoFront(measured, objectives);
    if (front.isEmpty()) {
      return;
    }
    page.section("Pareto front");
    List<TrialResult> behind = new ArrayList<>(thinned(measured, MOST_POINTS));
    behind.removeAll(front);
    int pairs = objectives.size() * (objectives.size() - 1) / 2;
    Panels panels = new Panels("", Math.min(2, pairs), 320);
    for (int a = 0; a < objectives.size(); a++) {
      for (int b = a + 1; b < objectives.size(); b++) {
        String first = objectives.get(a).name();
        String second = objectives.get(b).name();
        List<TrialResult> along =
            front.stream().sorted(Comparator.comparing(c -> c.measures().get(second))).toList();
        XyPlot plot =
            new XyPlot(
                    "",
                    Axis.linear(titled(objectives.get(b))),
                    Axis.linear(titled(objectives.get(a))))
                .dots("dominated", measures(behind, second), measures(behind, first));
        // Of more than two the front is no line in a plane.
        plot =
            objectives.size() == 2
                ? plot.marked("front", measures(along, second), measures(along, first))
                : plot.points("front", measures(along, second), measures(along, first));
        panels.add("", plot);
      }
    }
    page.figure(
        panels,
        "Candidates that no other one is better than in one objective and at least as good in all"
            + " others are the front.");
    page.table(
        SweepResult.table(
            "The front",
            objectives,
            front.stream().limit(MOST_ROWS).toList(),
            name -> !state.space().fixed().containsKey(name)));
  }

  private static String titled(Tuning.Objective objective) {
    return objective.name() + (objective.greaterIsBetter() ? "" : " (smaller is better)");
  }

  private static double[] measures(List<TrialResult> candidates, String name) {
    return candidates.stream().mapToDouble(c -> c.measures().get(name)).toArray();
  }

  /** Scores of candidates before they had ended, where these were recorded. */
  private void onTheWay() {
    List<TrialResult> told = results.stream().filter(c -> !c.steps().isEmpty()).toList();
    if (told.isEmpty()) {
      return;
    }
    page.section("Scores on the way");
    XyPlot plot = new XyPlot("", Axis.linear("share of the training").from(0).to(1), scores());
    List<TrialResult> ended = told.stream().filter(c -> !c.pruned()).toList();
    for (TrialResult c : Importance.thinned(ended, MOST_CURVES)) {
      plot.thin("", shares(c), scores(c));
    }
    List<TrialResult> pruned = told.stream().filter(TrialResult::pruned).toList();
    for (TrialResult c : Importance.thinned(pruned, MOST_CURVES)) {
      plot.thin("", shares(c), scores(c));
    }
    if (!pruned.isEmpty()) {
      List<TrialResult> shown = Importance.thinned(pruned, MOST_CURVES);
      plot.dots(
          "pruned",
          shown.stream().mapToDouble(c -> c.steps().get(c.steps().size() - 1).done()).toArray(),
          shown.stream().mapToDouble(c -> c.steps().get(c.steps().size() - 1).score()).toArray());
    }
    TrialResult best = best();
    if (!best.steps().isEmpty()) {
      plot.line("candidate " + best.candidate() + ", the best", shares(best), scores(best));
    }
    page.figure(
        plot,
        "Each candidate's score while it was trained; a dot is where it was given up."
            + outside(scores()));
  }

  private static double[] shares(TrialResult c) {
    return c.steps().stream().mapToDouble(TrialResult.Step::done).toArray();
  }

  private static double[] scores(TrialResult c) {
    return c.steps().stream().mapToDouble(TrialResult.Step::score).toArray();
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void importance() {
    page.section("What mattered");
    Map<String, Double> importance = Importance.of(state.space(), scored);
    if (importance.isEmpty()) {
      page.paragraph("Too few different scores to say.");
      return;
    }
    page.figure(
        new BarPlot(
                "",
                "parameter",
                List.copyOf(importance.keySet()),
                Axis.linear("share of the scores' variance").from(0).to(1))
            .group("share", doubles(List.copyOf(importance.values())))
            .lying(),
        "Share of the variance of scores over the space that each parameter explains alone"
            + " (functional analysis of variance of a forest, Hutter et al. 2014); what is left to 1"
            + " is interaction and noise.");
  }

  // --- parameters -------------------------------------------------------------------------------

  /** The parameters that some candidate has, in the space's order. */
  private List<ParameterAxis> axes() {
    return state.space().parameters().stream()
        .filter(p -> scored.stream().anyMatch(c -> c.values().containsKey(p.name())))
        .map(ParameterAxis::of)
        .toList();
  }

  private void slices() {
    List<ParameterAxis> axes = axes();
    if (axes.isEmpty()) {
      return;
    }
    page.section("Scores by parameter");
    Panels panels = new Panels("", 3, 220);
    Axis scores = scores();
    for (ParameterAxis axis : axes) {
      List<TrialResult> with =
          thinned(
              scored.stream().filter(c -> !Double.isNaN(axis.of(c.values()))).toList(),
              MOST_IN_SLICE);
      panels.add(
          "",
          new XyPlot("", axis.axis(), scores)
              .dots(
                  "",
                  with.stream().mapToDouble(c -> axis.of(c.values())).toArray(),
                  with.stream().mapToDouble(TrialResult::score).toArray()));
    }
    page.figure(
        panels,
        "The score of each candidate against the value of one of its parameters, from end to end of"
            + " its range. Where points at one end are better, the range may be too narrow."
            + outside(scores));
  }

  private void contours() {
    PairMaps maps = PairMaps.of(state.space(), scored, this::comparedByScore);
    if (maps.isEmpty()) {
      return;
    }
    page.section("Pairs of parameters");
    page.figure(
        maps.figure(best()),
        "The share of candidates that one with these two values is expected to beat, whatever its"
            + " other values, "
            + maps.shades()
            + ": means of a forest of regression trees. Dots are candidates, the square is the best"
            + " one. The parameters are those that mattered most.");
  }

  private int comparedByScore(TrialResult one, TrialResult other) {
    int byScore = Double.compare(one.score(), other.score());
    return state.greaterIsBetter() ? byScore : -byScore;
  }

  private void parallelCoordinates() {
    List<ParameterAxis> axes = axes();
    if (axes.isEmpty()) {
      return;
    }
    List<Axis> all = new ArrayList<>(axes.stream().map(ParameterAxis::axis).toList());
    Axis scores = scores();
    all.add(scores);
    ParallelCoordinates figure = new ParallelCoordinates("", all);
    List<TrialResult> shown = new ArrayList<>(thinned(scored, MOST_LINES));
    shown.sort(this::comparedByScore);
    TrialResult best = best();
    for (int i = 0; i < shown.size(); i++) {
      if (shown.get(i) != best) {
        figure.line(coordinates(axes, shown.get(i)), i / (double) Math.max(1, shown.size() - 1));
      }
    }
    figure.marked("candidate " + best.candidate() + ", the best", coordinates(axes, best));
    page.section("Candidates as lines");
    page.figure(
        figure,
        "Each candidate from parameter to parameter to its score; the darker, the better it is among"
            + " the others. A line that ends has no value of the next parameter."
            + outside(scores));
  }

  private static double[] coordinates(List<ParameterAxis> axes, TrialResult candidate) {
    return DoubleStream.concat(
            axes.stream().mapToDouble(axis -> axis.of(candidate.values())),
            DoubleStream.of(candidate.score()))
        .toArray();
  }

  // --- candidates -------------------------------------------------------------------------------

  private void table() {
    List<TrialResult> ranked =
        results.stream()
            .sorted(
                Comparator.comparing(TrialResult::failed)
                    .thenComparing((a, b) -> a.failed() ? 0 : comparedByScore(b, a))
                    .thenComparing(TrialResult::candidate))
            .limit(MOST_ROWS)
            .toList();
    if (results.size() > MOST_ROWS) {
      page.paragraph(
          "The best "
              + MOST_ROWS
              + " of "
              + Numbers.of(results.size())
              + " candidates; sweep.json has all of them.");
    }
    Set<String> fixed = state.space().fixed().keySet();
    page.table(
        SweepResult.table(
            fixed.isEmpty() ? "" : "All with " + shown(state.space().fixed()),
            state.objectives(),
            ranked,
            name -> !fixed.contains(name)));
  }

  private static String shown(Map<String, Object> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey() + " " + ExperimentOption.written(e.getValue()))
        .collect(Collectors.joining(", "));
  }
}
