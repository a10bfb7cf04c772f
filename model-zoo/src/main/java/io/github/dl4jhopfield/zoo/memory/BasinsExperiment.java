package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.FixedPoint;
import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.Contours;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.Panels;
import io.github.dl4jhopfield.zoo.report.Picture;
import io.github.dl4jhopfield.zoo.report.Plots;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The plane as a Hopfield network sees it: energy, trajectories and basins of attraction. */
public final class BasinsExperiment extends MemoryExperiment {
  private static final double RANGE = 1.6;
  private static final int MIXED = 0xe4e7eb;

  /** For the service loader. */
  public BasinsExperiment() {
    super(
        "basins",
        "2-D patterns: energy contours, trajectories and basins of attraction of each separation");
  }

  @Override
  boolean readsData() {
    return false;
  }

  @Override
  String title() {
    return "Basins of attraction in the plane";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("patterns", 6, 2, 7, "stored patterns"),
        ExperimentOption.text(
            "betas", "1,4,16", "inverse temperatures, separated by commas, a column each"),
        ExperimentOption.integer("grid", 96, 16, 400, "starting points along each side"));
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) {
    int n = integer(options, "patterns");
    double[] betas = numbers(options, "betas");
    int grid = integer(options, "grid");
    INDArray patterns = patterns(n, new Random(context.seed()));
    double[][] starts = new double[grid * grid][];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = new double[] {coordinate(i % grid, grid), -coordinate(i / grid, grid)};
    }
    INDArray queries = Nd4j.createFromArray(starts);
    Random random = new Random(context.seed() + 1);
    double[][] shown = new double[14][];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = new double[] {random(random), random(random)};
    }
    INDArray trajectories = Nd4j.createFromArray(shown);

    Findings findings = new Findings(n + " random patterns in the plane");
    Map<String, Separation> separations = separations();
    Panels panels = new Panels("", betas.length, 160);
    List<List<String>> rows = new ArrayList<>();
    context.progress().begin("basins", (long) separations.size() * betas.length);
    for (Map.Entry<String, Separation> separation : separations.entrySet()) {
      List<String> row = new ArrayList<>(List.of(separation.getKey()));
      for (int b = 0; b < betas.length; b++) {
        HopfieldMemory memory =
            HopfieldMemory.builder(patterns)
                .separation(separation.getValue())
                .beta(betas[b])
                .build();
        Retrieval retrieval =
            memory.retrieve(queries, RetrievalOptions.defaults().withMaxSteps(200).withTopK(1));
        int single = 0;
        for (Retrieval.Result result : retrieval.results()) {
          single += result.fixedPoint().kind() == FixedPoint.Kind.SINGLE_PATTERN ? 1 : 0;
        }
        double share = (double) single / retrieval.results().size();
        row.add(percent(share));
        findings.metric("single-" + separation.getKey() + "-beta-" + decimal(betas[b]), share);
        panels.add(
            separation.getKey() + ", beta " + decimal(betas[b]),
            panel(
                grid,
                retrieval,
                memory.energies(queries),
                memory.retrieve(
                    trajectories, RetrievalOptions.defaults().withTrace(true).withMaxSteps(60)),
                patterns,
                share));
        context.progress().advance(1, separation.getKey() + ", beta " + decimal(betas[b]));
      }
      rows.add(row);
    }
    findings.figure(
        new Illustration(
            "basins",
            panels,
            "Where retrieval ends from each point of the plane (both axes from -1.6 to 1.6). A"
                + " coloured region ends in the stored pattern of its colour alone, grey in a"
                + " mixture; lines are levels of the energy, dots with lines are trajectories. With"
                + " a small beta everything ends in one mixture; with a larger one each pattern on"
                + " the outside gets a basin of its own, far earlier under the sparse separations;"
                + " a pattern inside the hull of the others never does."));
    List<String> columns = new ArrayList<>(List.of("separation"));
    for (double beta : betas) {
      columns.add("beta " + decimal(beta));
    }
    findings.table(
        new ResultTable("Starting points that end in a single pattern, percent", columns, rows));
    findings.protocol(
        String.format(
            Locale.ROOT,
            "Protocol. %d patterns of length 0.7 to 1.4 at random angles, one of them inside the"
                + " hull of the others from 4 on; no post-transform; %d x %d starting points, up to"
                + " 200 updates each; under softmax a weight of 0.99 counts as single.",
            n,
            grid,
            grid));
    return findings;
  }

  private static double coordinate(double i, int grid) {
    return -RANGE + 2 * RANGE * (i + 0.5) / grid;
  }

  private static double random(Random random) {
    return RANGE * 0.95 * (2 * random.nextDouble() - 1);
  }

  /** Patterns around the origin, and from four on one near it. */
  private static INDArray patterns(int n, Random random) {
    double[][] rows = new double[n][];
    int around = n >= 4 ? n - 1 : n;
    double turn = random.nextDouble() * 2 * Math.PI;
    for (int i = 0; i < around; i++) {
      double angle = turn + (i + 0.5 * (random.nextDouble() - 0.5)) * 2 * Math.PI / around;
      double length = 0.9 + 0.45 * random.nextDouble();
      rows[i] = new double[] {length * Math.cos(angle), length * Math.sin(angle)};
    }
    if (around < n) {
      rows[around] = new double[] {0.25, -0.15};
    }
    return Nd4j.createFromArray(rows);
  }

  private static XyPlot panel(
      int grid,
      Retrieval retrieval,
      double[] energies,
      Retrieval trajectories,
      INDArray patterns,
      double single) {
    int[] colours = new int[grid * grid];
    for (int i = 0; i < colours.length; i++) {
      FixedPoint point = retrieval.result(i).fixedPoint();
      colours[i] =
          point.kind() == FixedPoint.Kind.SINGLE_PATTERN
              ? pale(Plots.colour((int) point.pattern()))
              : MIXED;
    }
    Axis axis = Axis.linear("").from(-RANGE).to(RANGE);
    XyPlot plot =
        new XyPlot("", axis, axis)
            .plain()
            .ground(Picture.colours(colours, grid, grid))
            .contours(contours(grid, energies))
            .describedAs(percent(single) + "% of the plane ends in a single pattern.");
    for (Retrieval.Result result : trajectories.results()) {
      INDArray states = result.trace().orElseThrow().states();
      double[] x = states.getColumn(0).toDoubleVector();
      double[] y = states.getColumn(1).toDoubleVector();
      plot.path(x, y);
    }
    for (int p = 0; p < patterns.size(0); p++) {
      plot.points(
          "pattern " + (p + 1),
          new double[] {patterns.getDouble(p, 0)},
          new double[] {patterns.getDouble(p, 1)});
    }
    return plot;
  }

  /** Levels of the energy at equal shares of the points. */
  private static double[][] contours(int grid, double[] energies) {
    return Contours.of(energies, grid, 11).stream()
        .map(
            s ->
                new double[] {
                  coordinate(s[0], grid),
                  -coordinate(s[1], grid),
                  coordinate(s[2], grid),
                  -coordinate(s[3], grid)
                })
        .toArray(double[][]::new);
  }

  /** A third of a colour on white. */
  private static int pale(int rgb) {
    int result = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      result |= ((rgb >> shift & 255) + 2 * 255) / 3 << shift;
    }
    return result;
  }
}
