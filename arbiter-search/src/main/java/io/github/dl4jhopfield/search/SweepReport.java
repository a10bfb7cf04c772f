package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialTable;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

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

  /** Of so many at most the values are looked at. */
  private static final int MOST_SAMPLED = 10_000;

  private final SweepState state;

  // Packed, so that a page of a hundred thousand takes little memory: what is drawn is unpacked.
  private final TrialTable.Results results;

  /** Those with a score, by number. */
  private final TrialTable.Results scored;

  /** Scores of these. */
  private final double[] scores;

  /** The best of these; null if there is none. */
  private final TrialResult best;

  /** Of these so many that all their values can be looked at, evenly spread. */
  private final List<TrialResult> sampled;

  private final HtmlReport page;

  private SweepReport(SweepState state) {
    this.state = state;
    results = state.results();
    scored = results.where(c -> !c.failed() && Double.isFinite(c.score()));
    scores = IntStream.range(0, scored.size()).mapToDouble(scored::score).toArray();
    best = scored.isEmpty() ? null : scored.get(indexOfBest());
    sampled = thinned(scored, MOST_SAMPLED);
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

  private int indexOfBest() {
    int index = 0;
    for (int i = 1; i < scores.length; i++) {
      index = isBetter(scores[i], scores[index]) ? i : index;
    }
    return index;
  }

  private boolean isBetter(double score, double other) {
    return state.greaterIsBetter() ? score > other : score < other;
  }

  /** At most so many, evenly spread, and the best where it is among them. */
  private List<TrialResult> thinned(List<TrialResult> candidates, int most) {
    List<TrialResult> thinned = Importance.thinned(candidates, most);
    if (!thinned.isEmpty()
        && thinned.stream().noneMatch(this::isTheBest)
        && (candidates == scored || candidates.stream().anyMatch(this::isTheBest))) {
      thinned.add(best);
    }
    return thinned;
  }

  private boolean isTheBest(TrialResult candidate) {
    return candidate.candidate() == best.candidate();
  }

  // --- scores -----------------------------------------------------------------------------------

  /**
   * An axis of scores. Where a few are so much worse than the others that these could not be told
   * apart, it ends before the few.
   */
  private Axis scores() {
    double[] sorted = Arrays.stream(scores).sorted().toArray();
    int tenth = sorted.length / 10;
    double top = best.score();
    double worst = state.greaterIsBetter() ? sorted[0] : sorted[sorted.length - 1];
    double common = state.greaterIsBetter() ? sorted[tenth] : sorted[sorted.length - 1 - tenth];
    double end = common + (common - top) / 2;
    Axis axis = Axis.linear(state.metric());
    if (tenth == 0 || common == top || !(Math.abs(worst - top) > 5 * Math.abs(common - top))) {
      return axis;
    }
    return state.greaterIsBetter() ? axis.from(end) : axis.to(end);
  }

  private String outside(Axis axis) {
    long outside =
        Arrays.stream(scores).filter(score -> score < axis.min() || score > axis.max()).count();
    return outside == 0
        ? ""
        : outside == 1
            ? " One candidate is far worse and not shown."
            : " " + Numbers.of(outside) + " candidates are far worse and not shown.";
  }

  private XyPlot history() {
    List<Double> numbers = new ArrayList<>();
    List<Double> bests = new ArrayList<>();
    int top = 0;
    for (int i = 0; i < scores.length; i++) {
      if (i == 0 || isBetter(scores[i], scores[top])) {
        if (i > 0) {
          numbers.add((double) scored.number(i));
          bests.add(scores[top]);
        }
        top = i;
        numbers.add((double) scored.number(i));
        bests.add(scores[i]);
      }
    }
    numbers.add((double) scored.number(scores.length - 1));
    bests.add(scores[top]);
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
    TrialTable.Results measured = scored.where(c -> c.measures().size() == objectives.size());
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
    TrialTable.Results told = results.where(c -> !c.steps().isEmpty());
    if (told.isEmpty()) {
      return;
    }
    page.section("Scores on the way");
    XyPlot plot = new XyPlot("", Axis.linear("share of the training").from(0).to(1), scores());
    TrialTable.Results ended = told.where(c -> !c.pruned());
    for (TrialResult c : Importance.thinned(ended, MOST_CURVES)) {
      plot.thin("", shares(c), scores(c));
    }
    TrialTable.Results pruned = told.where(TrialResult::pruned);
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
        .filter(p -> sampled.stream().anyMatch(c -> c.values().containsKey(p.name())))
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
              sampled.stream().filter(c -> !Double.isNaN(axis.of(c.values()))).toList(),
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
        maps.figure(best),
        "The share of candidates that one with these two values is expected to beat, whatever its"
            + " other values, "
            + maps.shades()
            + ": means of a forest of regression trees. Dots are candidates, the square is the best"
            + " one. The parameters are those that mattered most.");
  }

  private int comparedByScore(TrialResult one, TrialResult other) {
    return compared(one.score(), other.score());
  }

  private int compared(double score, double other) {
    int byScore = Double.compare(score, other);
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
    for (int i = 0; i < shown.size(); i++) {
      if (!isTheBest(shown.get(i))) {
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
    List<TrialResult> ranked = new ArrayList<>();
    IntStream.range(0, scores.length)
        .boxed()
        .sorted((i, k) -> compared(scores[k], scores[i]))
        .limit(MOST_ROWS)
        .forEach(i -> ranked.add(scored.get(i)));
    if (ranked.size() < MOST_ROWS) {
      results.where(c -> c.failed() || !Double.isFinite(c.score())).stream()
          .limit(MOST_ROWS - ranked.size())
          .forEach(ranked::add);
    }
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
