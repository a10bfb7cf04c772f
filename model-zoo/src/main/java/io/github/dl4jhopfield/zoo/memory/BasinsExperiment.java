package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.FixedPoint;
import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.report.Figure;
import io.github.dl4jhopfield.zoo.report.Plots;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
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
  private static final int PANEL = 380;
  private static final Color MIXED = new Color(0xe4e7eb);

  /** For the service loader. */
  public BasinsExperiment() {
    super(
        "basins",
        "2-D patterns: energy contours, trajectories and basins of attraction of each separation");
  }

  @Override
  String title() {
    return "Basins of attraction in the plane";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("patterns", 6, 2, 7, "stored patterns"),
        new ExperimentOption(
            "betas",
            ExperimentOption.Type.TEXT,
            "inverse temperatures, separated by commas, a column each",
            "1,4,16",
            Double.NaN,
            Double.NaN,
            List.of()),
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
    int left = 190;
    int top = 70;
    int gap = 24;
    BufferedImage image =
        new BufferedImage(
            left + betas.length * (PANEL + gap),
            top + separations.size() * (PANEL + gap) + 60,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Plots.canvas(image);
    g.setFont(Plots.font(Font.BOLD, 12));
    List<List<String>> rows = new ArrayList<>();
    context.progress().begin("basins", (long) separations.size() * betas.length);
    int y = top;
    for (Map.Entry<String, Separation> separation : separations.entrySet()) {
      g.setColor(Plots.INK);
      g.setFont(Plots.font(Font.BOLD, 12));
      g.drawString(separation.getKey(), 8, y + PANEL / 2);
      List<String> row = new ArrayList<>(List.of(separation.getKey()));
      for (int b = 0; b < betas.length; b++) {
        int x = left + b * (PANEL + gap);
        if (y == top) {
          g.setColor(Plots.INK);
          g.setFont(Plots.font(Font.BOLD, 12));
          g.drawString("beta " + decimal(betas[b]), x + PANEL / 2 - 60, top - 24);
        }
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
        panel(
            g,
            x,
            y,
            grid,
            retrieval,
            memory.energies(queries),
            memory.retrieve(
                trajectories, RetrievalOptions.defaults().withTrace(true).withMaxSteps(60)),
            patterns);
        context.progress().advance(1, separation.getKey() + ", beta " + decimal(betas[b]));
      }
      rows.add(row);
      y += PANEL + gap;
    }
    g.setColor(Plots.INK);
    g.setFont(Plots.font(Font.PLAIN, 11));
    g.drawString(
        "Colour: pattern reached. Grey: a mixture. Lines: energy. Arrows: trajectories. Discs:"
            + " stored patterns.",
        left,
        y + 20);
    g.dispose();
    findings.figure(
        new Figure(
            "basins",
            image,
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

  private static double coordinate(int i, int grid) {
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

  private static void panel(
      Graphics2D g,
      int left,
      int top,
      int grid,
      Retrieval retrieval,
      double[] energies,
      Retrieval trajectories,
      INDArray patterns) {
    double cell = (double) PANEL / grid;
    for (int i = 0; i < grid * grid; i++) {
      FixedPoint point = retrieval.result(i).fixedPoint();
      g.setColor(
          point.kind() == FixedPoint.Kind.SINGLE_PATTERN
              ? pale(Plots.colour((int) point.pattern()))
              : MIXED);
      int x0 = left + (int) Math.round((i % grid) * cell);
      int y0 = top + (int) Math.round((i / grid) * cell);
      g.fillRect(
          x0,
          y0,
          left + (int) Math.round((i % grid + 1) * cell) - x0,
          top + (int) Math.round((i / grid + 1) * cell) - y0);
    }
    java.awt.Shape clip = g.getClip();
    g.setClip(left, top, PANEL, PANEL);
    contours(g, left, top, grid, energies);
    g.setStroke(new BasicStroke(3));
    g.setColor(Plots.INK);
    for (Retrieval.Result result : trajectories.results()) {
      INDArray states = result.trace().orElseThrow().states();
      Path2D path = new Path2D.Double();
      double[] last = null;
      for (int s = 0; s < states.size(0); s++) {
        double[] at = pixel(states.getRow(s).toDoubleVector(), left, top);
        if (s == 0) {
          path.moveTo(at[0], at[1]);
          g.fill(new Ellipse2D.Double(at[0] - 5, at[1] - 5, 10, 10));
        } else {
          path.lineTo(at[0], at[1]);
          if (s == 1) {
            arrow(g, last, at);
          }
        }
        last = at;
      }
      g.draw(path);
    }
    for (int p = 0; p < patterns.size(0); p++) {
      double[] at = pixel(patterns.getRow(p).toDoubleVector(), left, top);
      Ellipse2D disc = new Ellipse2D.Double(at[0] - 11, at[1] - 11, 22, 22);
      g.setColor(Plots.colour(p));
      g.fill(disc);
      g.setColor(Color.WHITE);
      g.draw(disc);
    }
    g.setClip(clip);
    g.setColor(Color.GRAY);
    g.setStroke(new BasicStroke(2));
    g.drawRect(left, top, PANEL, PANEL);
  }

  private static void arrow(Graphics2D g, double[] from, double[] to) {
    double dx = to[0] - from[0];
    double dy = to[1] - from[1];
    double length = Math.hypot(dx, dy);
    if (length < 24) {
      return;
    }
    double mx = from[0] + 0.6 * dx;
    double my = from[1] + 0.6 * dy;
    dx *= 12 / length;
    dy *= 12 / length;
    Path2D head = new Path2D.Double();
    head.moveTo(mx + dx, my + dy);
    head.lineTo(mx - dx - 0.7 * dy, my - dy + 0.7 * dx);
    head.lineTo(mx - dx + 0.7 * dy, my - dy - 0.7 * dx);
    head.closePath();
    g.fill(head);
  }

  private static double[] pixel(double[] point, int left, int top) {
    return new double[] {
      left + (point[0] + RANGE) / (2 * RANGE) * PANEL,
      top + (RANGE - point[1]) / (2 * RANGE) * PANEL
    };
  }

  /** Marching squares between the centres of the cells, levels at equal shares of the points. */
  private static void contours(Graphics2D g, int left, int top, int grid, double[] energies) {
    double[] sorted = energies.clone();
    java.util.Arrays.sort(sorted);
    g.setColor(new Color(0, 0, 0, 90));
    g.setStroke(new BasicStroke(1.5f));
    double cell = (double) PANEL / grid;
    for (int level = 1; level < 12; level++) {
      double e = sorted[(int) ((long) sorted.length * level / 12)];
      for (int r = 0; r + 1 < grid; r++) {
        for (int c = 0; c + 1 < grid; c++) {
          double[] v = {
            energies[r * grid + c],
            energies[r * grid + c + 1],
            energies[(r + 1) * grid + c + 1],
            energies[(r + 1) * grid + c]
          };
          double[][] corner = {{c, r}, {c + 1, r}, {c + 1, r + 1}, {c, r + 1}};
          double[] first = null;
          for (int k = 0; k < 4; k++) {
            int next = (k + 1) % 4;
            if (v[k] < e != v[next] < e) {
              double t = (e - v[k]) / (v[next] - v[k]);
              double[] at = {
                left + (corner[k][0] + t * (corner[next][0] - corner[k][0]) + 0.5) * cell,
                top + (corner[k][1] + t * (corner[next][1] - corner[k][1]) + 0.5) * cell
              };
              if (first == null) {
                first = at;
              } else {
                g.draw(new Line2D.Double(first[0], first[1], at[0], at[1]));
                first = null;
              }
            }
          }
        }
      }
    }
  }

  private static Color pale(Color colour) {
    return new Color(
        (colour.getRed() + 2 * 255) / 3,
        (colour.getGreen() + 2 * 255) / 3,
        (colour.getBlue() + 2 * 255) / 3);
  }
}
