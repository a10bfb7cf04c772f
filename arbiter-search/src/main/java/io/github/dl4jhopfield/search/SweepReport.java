package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.Panels;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A sweep as a page: how the best score grew, what mattered, where good candidates lie. */
final class SweepReport {
  /** More rows than a reader looks at make the page slow. */
  private static final int MOST_ROWS = 200;

  private static final int MOST_POINTS = 1_000;

  private SweepReport() {}

  static String html(SweepResult result, Space space) {
    HtmlReport page =
        new HtmlReport("Search of " + result.experiment() + " on " + result.dataset());
    TrialResult best = result.best();
    List<TrialResult> scored = result.candidates().stream().filter(c -> !c.failed()).toList();
    page.paragraph(
        String.format(
            "%d candidates by %s search, seed %d; %d without a score. Best: candidate %d, validation"
                + " %s %s. Scores are of validation parts within the data: the best of many is"
                + " favoured by chance.",
            result.candidates().size(),
            result.strategy(),
            result.seed(),
            result.candidates().size() - scored.size(),
            best.candidate(),
            result.metric(),
            Numbers.of(best.score())));
    page.table(ResultTable.ofValues("Values of the best candidate", "parameter", best.values()));
    page.section("History");
    page.figure(history(result, scored), "Each candidate's score, and the best so far.");
    importance(page, result, space);
    slices(page, result, space, scored);
    page.section("Candidates");
    table(page, result);
    return page.toHtml();
  }

  /** At most {@value #MOST_POINTS}, evenly spread. */
  private static List<TrialResult> thinned(List<TrialResult> scored) {
    int step = (scored.size() + MOST_POINTS - 1) / MOST_POINTS;
    List<TrialResult> thinned = new ArrayList<>();
    for (int i = 0; i < scored.size(); i += step) {
      thinned.add(scored.get(i));
    }
    return thinned;
  }

  private static XyPlot history(SweepResult result, List<TrialResult> scored) {
    List<Double> numbers = new ArrayList<>();
    List<Double> bests = new ArrayList<>();
    double best = Double.NaN;
    for (TrialResult c : scored) {
      boolean better =
          Double.isNaN(best) || (result.greaterIsBetter() ? c.score() > best : c.score() < best);
      if (better) {
        if (!bests.isEmpty()) {
          numbers.add((double) c.candidate());
          bests.add(best);
        }
        best = c.score();
        numbers.add((double) c.candidate());
        bests.add(best);
      }
    }
    numbers.add((double) scored.get(scored.size() - 1).candidate());
    bests.add(best);
    List<TrialResult> shown = thinned(scored);
    return new XyPlot("", Axis.linear("candidate"), Axis.linear(result.metric()))
        .points(
            "candidates",
            shown.stream().mapToDouble(TrialResult::candidate).toArray(),
            shown.stream().mapToDouble(TrialResult::score).toArray())
        .line("best so far", doubles(numbers), doubles(bests));
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void importance(HtmlReport page, SweepResult result, Space space) {
    page.section("What mattered");
    Map<String, Double> importance = Importance.of(space, result.candidates());
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

  private static void slices(
      HtmlReport page, SweepResult result, Space space, List<TrialResult> scored) {
    page.section("Scores by parameter");
    Panels panels = new Panels("", 3, 220);
    for (SpaceParameter p : space.parameters()) {
      List<TrialResult> with =
          thinned(scored.stream().filter(c -> c.values().containsKey(p.name())).toList());
      if (with.isEmpty()) {
        continue;
      }
      boolean numbers = p.choices().stream().allMatch(Number.class::isInstance);
      double[] x =
          with.stream()
              .mapToDouble(
                  c ->
                      numbers
                          ? ((Number) c.values().get(p.name())).doubleValue()
                          : position(p, c.values().get(p.name())))
              .toArray();
      Axis axis =
          p.kind().logarithmic() ? Axis.log(p.name()) : Axis.linear(numbers ? p.name() : names(p));
      panels.add(
          "",
          new XyPlot("", axis, Axis.linear(result.metric()))
              .points("", x, with.stream().mapToDouble(TrialResult::score).toArray()));
    }
    page.figure(
        panels,
        "The score of each candidate against the value of one of its parameters."
            + " Where points at one end are better, the range may be too narrow.");
  }

  private static int position(SpaceParameter p, Object value) {
    return (int) (p.placeOf(value) * p.choices().size()) + 1;
  }

  private static String names(SpaceParameter p) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < p.choices().size(); i++) {
      names.add((i + 1) + " " + p.choices().get(i));
    }
    return p.name() + ": " + String.join(", ", names);
  }

  private static void table(HtmlReport page, SweepResult result) {
    ResultTable table = result.table();
    if (table.rows().size() > MOST_ROWS) {
      page.paragraph(
          "The best "
              + MOST_ROWS
              + " of "
              + table.rows().size()
              + " candidates; sweep.json has all of them.");
      table = new ResultTable(table.title(), table.columns(), table.rows().subList(0, MOST_ROWS));
    }
    page.table(table);
  }
}
