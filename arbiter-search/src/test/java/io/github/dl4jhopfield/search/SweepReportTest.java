package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.space.SpaceParameter.Kind;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialTable;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToDoubleFunction;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

@Timeout(120)
class SweepReportTest {
  private static final List<String> SECTIONS =
      List.of(
          "History",
          "What mattered",
          "Scores by parameter",
          "Pairs of parameters",
          "Candidates as lines",
          "What ran when",
          "Candidates");

  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong(1_000_000);

  private static SpaceParameter parameter(String name, Kind kind, double min, double max) {
    return new SpaceParameter(
        name, kind, min, max, Double.NaN, 0, List.of(), null, new LinkedHashMap<>());
  }

  private static Space space() {
    Map<String, List<Object>> when = Map.of("word", List.of("a"));
    return new Space(
        List.of(
            parameter("rate", Kind.LOG_UNIFORM, 1e-4, 1),
            parameter("depth", Kind.INTEGER, 1, 9),
            new SpaceParameter(
                "word",
                Kind.CHOICE,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                0,
                List.of("a", "b<c>"),
                null,
                Map.of()),
            new SpaceParameter("only", Kind.UNIFORM, 0, 1, 0.25, 0, List.of(), null, when)),
        Map.of(),
        Map.of());
  }

  private SweepState state(int planned) throws IOException {
    return new SweepState(
        "troubled",
        "none",
        List.of(new Tuning.Objective("value", true)),
        "random",
        7,
        planned,
        space(),
        new TrialTable(),
        clock::get);
  }

  private static TrialResult result(int number, double score) {
    SplittableRandom random = new SplittableRandom(number);
    Map<String, Object> values = new LinkedHashMap<>();
    for (SpaceParameter p : space().parameters()) {
      if (!p.name().equals("only") || values.get("word").equals("a")) {
        values.put(p.name(), p.valueAt(random.nextDouble()));
      }
    }
    boolean failed = Double.isNaN(score);
    return new TrialResult(
        number,
        values,
        score,
        failed ? List.of() : List.of(score),
        2,
        1_000_000 + 1_000L * number,
        "host:1",
        failed ? "no <luck>" : null);
  }

  private SweepState ended(int count, IntToDoubleFunction score) throws IOException {
    SweepState state = state(count);
    for (int i = 0; i < count; i++) {
      state.ended(result(i, score.applyAsDouble(i)));
    }
    state.end();
    return state;
  }

  /** The page's sections; fails where it is not well-formed. */
  private static List<String> sections(String html) throws Exception {
    String body = html.substring(html.indexOf("<body>"), html.indexOf("</body>") + 7);
    var headings =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(body)))
            .getElementsByTagName("h2");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < headings.getLength(); i++) {
      names.add(headings.item(i).getTextContent());
    }
    for (String bad : List.of("NaN", "Infinity", "<script", "src=", "href=\"http")) {
      int at = body.indexOf(bad);
      assertThat(at < 0 ? "" : body.substring(Math.max(0, at - 60), at + 40)).as(bad).isEmpty();
    }
    return names;
  }

  @Test
  void aPageShowsEverythingThereIsToSee() throws Exception {
    String html = SweepReport.html(ended(40, i -> i % 9 == 4 ? Double.NaN : Math.sin(i)), 10);
    assertThat(sections(html)).isEqualTo(SECTIONS);
    assertThat(html).contains("4 failed.", "no &lt;luck&gt;", "b&lt;c&gt;");
    assertThat(html).contains("Best: candidate 33, validation value 0.9999.");
    assertThat(html).as("it does not change any more").doesNotContain("http-equiv");
  }

  @Test
  void extremeScoresConstantsAndSingleCandidatesAreShown() throws Exception {
    assertThat(sections(SweepReport.html(ended(1, i -> 3)))).contains("History", "What ran when");
    assertThat(sections(SweepReport.html(ended(30, i -> 3)))).contains("Candidates as lines");
    assertThat(SweepReport.html(ended(30, i -> 3))).contains("Too few different scores to say.");
    String far = SweepReport.html(ended(60, i -> i % 20 == 7 ? -1e300 : i / 60.0));
    assertThat(sections(far)).isEqualTo(SECTIONS);
    assertThat(far).contains("3 candidates are far worse and not shown.");
    assertThat(sections(SweepReport.html(ended(30, i -> i == 3 ? 1.7e308 : i == 4 ? -1.7e308 : 0))))
        .isEqualTo(SECTIONS);
    assertThat(sections(SweepReport.html(ended(30, i -> i == 3 ? Double.POSITIVE_INFINITY : i))))
        .isEqualTo(SECTIONS);
    assertThat(SweepReport.html(ended(5, i -> Double.NaN))).contains("No candidate has a score");
    assertThat(sections(SweepReport.html(ended(0, i -> 0)))).isEmpty();
  }

  @Test
  void aRunningSearchSaysHowFarItIsAndIsReadAgain() throws Exception {
    SweepState state = state(10);
    state.known(result(0, 0.5));
    state.started(new Trial(1, "troubled", null, Map.of(), 7, result(1, 0).values()));
    clock.addAndGet(30_000);
    state.ended(result(1, 0.7));
    state.started(new Trial(2, "troubled", null, Map.of(), 7, result(2, 0).values()));
    assertThat(state.secondsLeft().getAsDouble()).as("30 s for one of 8 left").isEqualTo(240);
    assertThat(state.running()).extracting(SweepState.Running::candidate).containsExactly(2);
    String html = SweepReport.html(state, 10);
    assertThat(html)
        .contains("http-equiv=\"refresh\" content=\"10\"", "Running: 2 of 10 candidates")
        .contains("1 running, about 4 minutes left");
    assertThat(sections(html)).contains("What ran when");
    assertThat(SweepReport.html(state)).doesNotContain("http-equiv");
  }

  @Test
  void theBestSoFarIsThatOfTheResult() throws Exception {
    SweepState state = ended(50, i -> i % 7);
    assertThat(state.best().orElseThrow().candidate()).as("the first of equals").isEqualTo(6);
    assertThat(state.failed()).isZero();
    assertThat(state.done()).isEqualTo(50);
  }

  @Test
  void manyCandidatesMakeNoLongPageAndTheBestIsOnIt() throws Exception {
    String few = SweepReport.html(ended(1_200, i -> i == 737 ? 9 : Math.sin(i)));
    String many = SweepReport.html(ended(12_000, i -> i == 737 ? 9 : Math.sin(i)));
    assertThat(many.length()).isLessThan(few.length() * 5 / 4).isLessThan(1_000_000);
    assertThat(many).contains("candidate 737, the best", "The best 200 of 12,000 candidates");
  }

  @Test
  void candidatesAtOnceHaveLanesAndPausesAreLeftOut() throws Exception {
    List<TrialResult> results = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      results.add(result(i, 1)); // 2 s each, one a second: two at once
    }
    TrialResult late = result(100_000, Double.NaN);
    results.add(late);
    String words = SweepTimeline.of(results, List.of()).description();
    assertThat(words).contains("2 lanes; 4 done, 1 failed");
    String svg = SweepTimeline.of(results, List.of()).toSvg(720);
    assertThat(svg).contains("seconds since the start").contains("stroke-dasharray=\"2 3\"");
    assertThat(svg).as("5 s and 2 s, without the day between").contains(">6</text>");
  }

  @Test
  void aMapOfTwoParametersShowsWhereCandidatesWin() {
    SplittableRandom random = new SplittableRandom(3);
    double[][] points = new double[400][];
    double[] values = new double[400];
    for (int i = 0; i < points.length; i++) {
      points[i] = random.doubles(3).toArray();
      values[i] = (points[i][0] > 0.5 ? 1 : 0) + (points[i][1] > 0.5 ? 2 : 0);
    }
    double[] map = Forest.grow(points, values).marginal(0, 1, 8);
    assertThat(map[0]).isCloseTo(0, within(0.1));
    assertThat(map[7]).as("the first row's end").isCloseTo(1, within(0.1));
    assertThat(map[56]).as("the last row's begin").isCloseTo(2, within(0.1));
    assertThat(map[63]).isCloseTo(3, within(0.1));
    double[] other = Forest.grow(points, values).marginal(2, 0, 8);
    assertThat(other[0]).as("mean over the dimension left out").isCloseTo(1, within(0.2));
    assertThat(other[63]).isCloseTo(2, within(0.2));
  }

  @Test
  void equalCandidatesBeatHalfOfEachOther() throws IOException {
    List<TrialResult> results = ended(5, i -> new double[] {3, 1, 1, 0, 1}[i]).results();
    assertThat(PairMaps.beaten(results, (one, other) -> Double.compare(one.score(), other.score())))
        .containsExactly(1, 0.5, 0.5, 0, 0.5);
  }

  @Test
  void placesOnAnAxisAreThoseOfTheCube() {
    for (SpaceParameter p : space().parameters()) {
      ParameterAxis axis = ParameterAxis.of(p);
      for (double place : new double[] {0, 0.1, 0.49, 0.77, 1}) {
        Object value = p.valueAt(place);
        double share =
            axis.axis().isLog()
                ? Math.log(axis.of(Map.of(p.name(), value)) / axis.at(0))
                    / Math.log(axis.at(1) / axis.at(0))
                : (axis.of(Map.of(p.name(), value)) - axis.at(0)) / (axis.at(1) - axis.at(0));
        assertThat(share).as("%s %s", p.name(), value).isCloseTo(p.placeOf(value), within(1e-9));
      }
      assertThat(axis.of(Map.of())).isNaN();
    }
  }

  @Test
  void theFrontOfSeveralObjectivesAndWhatWasPrunedAreShown() throws Exception {
    SweepState[] seen = new SweepState[1];
    SweepResult result =
        Sweep.builder()
            .experiment(new CurvesExperiment())
            .candidates(60)
            .objectives(List.of("value", "cost"))
            .watch(state -> seen[0] = state)
            .context(ExperimentContext.builder().seed(2).build())
            .build()
            .run();
    String html = SweepReport.html(seen[0]);
    assertThat(sections(html)).contains("Pareto front").doesNotContain("Scores on the way");
    assertThat(html)
        .contains(
            "cost (smaller is better)",
            (60 - result.paretoFront().size()) + " points dominated; front from ")
        .contains("<caption>The front</caption>");

    SweepResult pruned =
        Sweep.builder()
            .experiment(new CurvesExperiment())
            .candidates(60)
            .pruning(io.github.dl4jhopfield.search.strategy.Pruning.of("median"))
            .watch(state -> seen[0] = state)
            .context(ExperimentContext.builder().seed(2).build())
            .build()
            .run();
    long given = pruned.candidates().stream().filter(TrialResult::pruned).count();
    assertThat(given).isPositive().isEqualTo(seen[0].pruned());
    assertThat(seen[0].failed()).isZero();
    html = SweepReport.html(seen[0]);
    assertThat(sections(html)).contains("Scores on the way").doesNotContain("Pareto front");
    assertThat(html).contains("0 failed, " + given + " pruned.", given + " points pruned");
  }

  @Test
  void theReportIsThereWhileTheSearchRuns() throws Exception {
    List<SweepState> seen = new ArrayList<>();
    List<String> pages = new ArrayList<>();
    Path page = folder.resolve("report.html");
    Thread reader =
        new Thread(
            () -> {
              try {
                while (pages.isEmpty()) {
                  if (Files.exists(page)) {
                    pages.add(Files.readString(page));
                  }
                  Thread.sleep(20);
                }
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    Sweep.builder()
        .experiment(new TroubledExperiment())
        .candidates(12)
        .watch(seen::add)
        .context(ExperimentContext.builder().seed(1).out(folder).option("sleep", "250").build())
        .build()
        .run();
    reader.join(10_000);
    assertThat(pages.get(0)).contains("Running: ", " of 12 candidates", "http-equiv");
    assertThat(Files.readString(page)).contains("12 candidates by").doesNotContain("http-equiv");
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).ended()).isTrue();
    assertThat(seen.get(0).results()).hasSize(12);
  }
}
