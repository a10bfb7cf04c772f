package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.FixedPoint;
import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.memory.StateMap;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.Picture;
import io.github.dl4jhopfield.zoo.report.PictureGrid;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Retrieval of stored images: are they fixed points, and which come back from queries that are half
 * hidden, noisy, random, or no stored image at all.
 */
public final class RetrievalExperiment extends MemoryExperiment {
  private static final double PIXEL_TOLERANCE = 1e-3;

  private static final String HALF = "lower half hidden";

  /** Queries of the kinds that need no full count. */
  private static final int SOME = 200;

  /** For the service loader. */
  public RetrievalExperiment() {
    super(
        "retrieval",
        "Which stored images come back from whole, half-hidden, noisy, random and wrong queries;"
            + " MNIST");
  }

  @Override
  String title() {
    return "Retrieval of stored images";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.text(
            "stored", "10,100,300,1000", "numbers of stored images, separated by commas"),
        ExperimentOption.integer(
            "draws", 5, 1, 100, "draws of the stored set; the first alone for all but half images"),
        ExperimentOption.number("beta", 20, 1e-6, 1e6, "inverse temperature"),
        ExperimentOption.integer("updates", 10, 1, 1000, "most updates of a state"),
        ExperimentOption.integer(
            "queries", 1000, 1, 100_000, "stored images to ask for, at most all"));
  }

  /**
   * A way to ask.
   *
   * @param known whether query i asks for stored image i
   */
  private record Query(String name, INDArray rows, boolean known) {}

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    LabelledImages.Split data = images(context);
    double[] sizes = numbers(options, "stored");
    double beta = number(options, "beta");
    int updates = integer(options, "updates");
    int draws = integer(options, "draws");
    Random random = new Random(context.seed());
    Findings findings = new Findings(data.stored().name());
    Map<String, Separation> separations = separations();

    Map<String, double[]> hidden = new LinkedHashMap<>();
    Map<String, double[]> hiddenRaw = new LinkedHashMap<>();
    for (String name : separations.keySet()) {
      hidden.put(name, new double[sizes.length]);
      hiddenRaw.put(name, new double[sizes.length]);
    }
    context.progress().begin("retrieval", 2L * sizes.length * separations.size());
    for (int s = 0; s < sizes.length; s++) {
      int size = (int) sizes[s];
      int asked = Math.min(size, integer(options, "queries"));
      List<LabelledImages> drawn = new ArrayList<>();
      for (int d = 0; d < draws; d++) {
        drawn.add(data.stored().draw(size, random));
      }
      INDArray stored = drawn.get(0).toArray();
      LabelledImages others =
          data.queries().draw(Math.min(Math.min(asked, SOME), data.queries().count()), random);
      List<Query> queries = queries(stored, asked, drawn.get(0), others, random.nextLong());
      for (StateMap map : new StateMap[] {StateMap.L2, StateMap.NONE}) {
        List<List<String>> rows = new ArrayList<>();
        for (Map.Entry<String, Separation> separation : separations.entrySet()) {
          String name = separation.getKey();
          List<String> row = new ArrayList<>(List.of(name));
          for (Query query : queries) {
            boolean half = query.name().equals(HALF);
            double[] shares = new double[half ? draws : 1];
            for (int d = 0; d < shares.length; d++) {
              INDArray patterns = d == 0 ? stored : drawn.get(d).toArray();
              INDArray asking =
                  d == 0 ? query.rows() : upperHalf(first(patterns, asked), drawn.get(d));
              Retrieval retrieval =
                  HopfieldMemory.builder(patterns)
                      .separation(separation.getValue())
                      .stateMap(map)
                      .beta(beta)
                      .build()
                      .retrieve(
                          asking,
                          RetrievalOptions.defaults()
                              .withMaxSteps(updates)
                              .withTolerance(1e-7)
                              .withTopK(1));
              shares[d] =
                  query.known()
                      ? exact(retrieval.states(), patterns, map)
                      : someExact(retrieval, patterns, map);
            }
            ExperimentResult.Metric metric = ExperimentResult.Metric.of(shares);
            row.add(
                percent(metric.mean())
                    + (shares.length > 1
                        ? String.format(Locale.ROOT, " ± %.1f", 100 * metric.std())
                        : ""));
            if (half) {
              (map == StateMap.L2 ? hidden : hiddenRaw).get(name)[s] = 100 * metric.mean();
              findings.metric(
                  "retrieved-" + (map == StateMap.L2 ? "" : "raw-") + name + "-" + size, metric);
            }
          }
          rows.add(row);
          context.progress().advance(1, size + " stored, " + map + ", " + name);
        }
        List<String> columns = new ArrayList<>(List.of("separation"));
        queries.forEach(query -> columns.add(query.name()));
        findings.table(
            new ResultTable(
                String.format(
                    Locale.ROOT,
                    "%d stored, %s: queries answered exactly, percent",
                    size,
                    map == StateMap.L2 ? "l2 post-transform" : "raw pixels, no post-transform"),
                columns,
                rows));
      }
      if (s == Math.min(1, sizes.length - 1)) {
        findings.figure(grid(stored, queries, drawn.get(0), beta, updates));
      }
    }
    findings
        .figures()
        .add(
            0,
            curves(
                sizes,
                hidden,
                "",
                "l2 post-transform",
                beta,
                "A sparse separation gives a stored image back exactly as soon as it leads by its margin;"
                    + " softmax always mixes in the others, and at this beta visibly."));
    findings.figure(
        curves(
            sizes,
            hiddenRaw,
            "-raw",
            "raw pixels, no post-transform",
            beta,
            "The curves nearly coincide: without l2 the products lie so far apart that every"
                + " separation ends in one image alone, but often in a brighter one than was asked"
                + " for, whose product with half an image is larger."));
    findings.protocol(
        String.format(
            Locale.ROOT,
            "Protocol. Pixels run from 0 to 1. With the l2 post-transform stored images, queries and"
                + " states are scaled to length 1, and a state is scaled back by the length of the"
                + " image that it is compared with. Beta %s, up to %d updates. A query is answered"
                + " exactly if every pixel of the final state is within %s of the stored image that"
                + " was asked for; for random states and wrong queries, of any stored image. Hidden"
                + " pixels are 0. Noise is normal with the given standard deviation, added to every"
                + " pixel, not clipped. Random states are uniform from 0 to 1. Wrong queries are"
                + " images that are not stored. Half-hidden queries: mean ± standard deviation of %d"
                + " draws of the stored images; the others: the first draw.",
            beta,
            updates,
            PIXEL_TOLERANCE,
            draws));
    return findings;
  }

  private static List<Query> queries(
      INDArray stored, int asked, LabelledImages drawn, LabelledImages others, long seed) {
    INDArray whole = first(stored, asked);
    List<Query> queries = new ArrayList<>();
    queries.add(new Query("stored image", whole, true));
    queries.add(new Query(HALF, upperHalf(whole, drawn), true));
    INDArray some = first(whole, Math.min(asked, SOME));
    Random random = new Random(seed);
    for (double sigma : new double[] {0.2, 0.5, 1}) {
      queries.add(new Query("noise " + sigma, some.add(normal(some, random).muli(sigma)), true));
    }
    float[] uniform = new float[(int) some.length()];
    for (int i = 0; i < uniform.length; i++) {
      uniform[i] = random.nextFloat();
    }
    queries.add(new Query("random state", Nd4j.create(uniform, some.shape(), 'c'), false));
    queries.add(new Query("wrong query", others.toArray(), false));
    return queries;
  }

  private static INDArray first(INDArray rows, int count) {
    return rows.get(NDArrayIndex.interval(0, count), NDArrayIndex.all()).dup('c');
  }

  static INDArray upperHalf(INDArray images, LabelledImages shape) {
    INDArray half = images.dup('c');
    half.get(
            NDArrayIndex.all(),
            NDArrayIndex.interval(
                (long) (shape.height() / 2) * shape.width(), (long) shape.height() * shape.width()))
        .assign(0);
    return half;
  }

  private static INDArray normal(INDArray like, Random random) {
    float[] values = new float[(int) like.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, like.shape(), 'c');
  }

  /** Share of queries whose final state is the stored image with the query's number. */
  static double exact(INDArray states, INDArray stored, StateMap map) {
    long asked = states.size(0);
    INDArray wanted = stored.get(NDArrayIndex.interval(0, asked), NDArrayIndex.all());
    INDArray found = map == StateMap.L2 ? states.mul(wanted.norm2(true, 1)) : states;
    double[] worst = found.sub(wanted).amax(1).toDoubleVector();
    int right = 0;
    for (double w : worst) {
      right += w <= PIXEL_TOLERANCE ? 1 : 0;
    }
    return (double) right / asked;
  }

  /** Share of queries whose final state is any stored image. */
  private static double someExact(Retrieval retrieval, INDArray stored, StateMap map) {
    int right = 0;
    for (int q = 0; q < retrieval.results().size(); q++) {
      FixedPoint point = retrieval.result(q).fixedPoint();
      if (point.pattern() >= 0) {
        INDArray wanted = stored.getRow(point.pattern());
        INDArray found = retrieval.states().getRow(q);
        INDArray scaled = map == StateMap.L2 ? found.mul(wanted.norm2Number()) : found;
        right += scaled.sub(wanted).amaxNumber().doubleValue() <= PIXEL_TOLERANCE ? 1 : 0;
      }
    }
    return (double) right / retrieval.results().size();
  }

  private static Illustration curves(
      double[] sizes,
      Map<String, double[]> shares,
      String suffix,
      String map,
      double beta,
      String seen) {
    XyPlot plot =
        new XyPlot(
            "Lower half hidden, " + map,
            Axis.log("images stored"),
            Axis.linear("retrieved exactly, %").from(0).to(100));
    shares.forEach((name, y) -> plot.marked(name, sizes, y));
    return new Illustration(
        "retrieved-half-hidden" + suffix,
        plot,
        String.format(
            Locale.ROOT,
            "Stored images that come back exactly from their upper half, %s, beta %s. %s",
            map,
            beta,
            seen));
  }

  /** One image per way of asking: query, states, result, for sparsemax and softmax. */
  private static Illustration grid(
      INDArray stored, List<Query> queries, LabelledImages drawn, double beta, int updates) {
    List<String> labels = new ArrayList<>();
    List<Picture[]> cells = new ArrayList<>();
    int example = 3;
    for (Query query : queries) {
      for (String name : new String[] {"sparsemax", "softmax"}) {
        Retrieval retrieval =
            HopfieldMemory.builder(stored)
                .separation(separations().get(name))
                .stateMap(StateMap.L2)
                .beta(beta)
                .build()
                .retrieve(
                    query.rows().getRow(example),
                    RetrievalOptions.defaults()
                        .withTrace(true)
                        .withMaxSteps(updates)
                        .withTolerance(1e-7));
        INDArray trace = retrieval.result(0).trace().orElseThrow().states();
        long nearest = retrieval.result(0).fixedPoint().pattern();
        int steps = (int) trace.size(0) - 1;
        Picture[] row = new Picture[6];
        row[0] = Pictures.of(drawn, query.rows().getRow(example));
        for (int step = 1; step <= 3; step++) {
          row[step] = Pictures.of(drawn, trace.getRow(Math.min(step, steps)));
        }
        row[4] = Pictures.of(drawn, trace.getRow(steps));
        row[5] = nearest < 0 ? null : Pictures.of(drawn, stored.getRow(nearest));
        cells.add(row);
        labels.add(query.name() + ", " + name);
      }
    }
    return new Illustration(
        "retrieval-grid",
        new PictureGrid(
            "",
            labels,
            List.of("query", "1 update", "2 updates", "3 updates", "result", "nearest stored"),
            cells),
        String.format(
            Locale.ROOT,
            "One image in every way of asking: the query, the states after 1, 2 and 3 updates, the"
                + " result, and the stored image with the largest weight (l2, beta %s, %d stored;"
                + " each picture stretched to full contrast). Sparsemax ends in a stored image within"
                + " an update or two, also for random and wrong queries, which end in some other"
                + " one; softmax goes through blurred mixtures and may end in another image.",
            beta,
            stored.size(0)));
  }
}
