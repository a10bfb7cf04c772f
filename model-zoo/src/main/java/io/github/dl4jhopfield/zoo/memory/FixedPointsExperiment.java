package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.FixedPoint;
import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.memory.StateMap;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The three regimes of a Hopfield network: as beta grows, its fixed points go from the average of
 * all patterns through mixtures of some to single patterns.
 */
public final class FixedPointsExperiment extends MemoryExperiment {

  /** For the service loader. */
  public FixedPointsExperiment() {
    super(
        "fixed-points",
        "Sweep beta: from the global average through metastable mixtures to single patterns;"
            + " MNIST");
  }

  @Override
  String title() {
    return "Fixed points as the inverse temperature grows";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("stored", 100, 2, 100_000, "stored images"),
        ExperimentOption.number("beta-min", 0.1, 1e-6, 1e6, "smallest beta"),
        ExperimentOption.number("beta-max", 1000, 1e-6, 1e6, "largest beta"),
        ExperimentOption.integer(
            "betas", 13, 2, 200, "betas, evenly spaced on a logarithmic scale"),
        ExperimentOption.integer("updates", 200, 1, 100_000, "most updates of a state"));
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    LabelledImages drawn =
        images(context).stored().draw(integer(options, "stored"), new Random(context.seed()));
    INDArray stored = drawn.toArray();
    int count = integer(options, "betas");
    double min = number(options, "beta-min");
    double max = number(options, "beta-max");
    if (!(min < max)) {
      throw new IllegalArgumentException(
          "option beta-max: expected more than beta-min, " + min + ", found " + max);
    }
    double[] betas = new double[count];
    for (int b = 0; b < count; b++) {
      betas[b] = min * Math.pow(max / min, (double) b / (count - 1));
    }
    Findings findings = new Findings(drawn.name());
    context.progress().begin("fixed points", (long) separations().size() * count);
    XyPlot sizes =
        new XyPlot(
            "How many stored images a fixed point mixes",
            Axis.log("beta"),
            Axis.log("images mixed (mean)").from(1));
    for (Map.Entry<String, Separation> separation : separations().entrySet()) {
      double[] single = new double[count];
      double[] some = new double[count];
      double[] average = new double[count];
      double[] size = new double[count];
      List<List<String>> rows = new ArrayList<>();
      for (int b = 0; b < count; b++) {
        Retrieval retrieval =
            HopfieldMemory.builder(stored)
                .separation(separation.getValue())
                .stateMap(StateMap.L2)
                .beta(betas[b])
                .build()
                .retrieve(
                    stored,
                    RetrievalOptions.defaults()
                        .withMaxSteps(integer(options, "updates"))
                        .withTopK(1));
        int steps = 0;
        for (Retrieval.Result result : retrieval.results()) {
          FixedPoint point = result.fixedPoint();
          double one = 100.0 / retrieval.results().size();
          switch (point.kind()) {
            case SINGLE_PATTERN -> single[b] += one;
            case GLOBAL_AVERAGE -> average[b] += one;
            default -> some[b] += one;
          }
          size[b] += (double) point.size() / retrieval.results().size();
          steps = Math.max(steps, result.steps());
        }
        rows.add(
            List.of(
                decimal(betas[b]),
                decimal(single[b]),
                decimal(some[b]),
                decimal(average[b]),
                decimal(size[b]),
                Integer.toString(steps)));
        context.progress().advance(1, separation.getKey() + ", beta " + decimal(betas[b]));
      }
      sizes.marked(separation.getKey(), betas, size);
      findings.table(
          new ResultTable(
              separation.getKey() + ": kinds of fixed points, percent of the queries",
              List.of(
                  "beta",
                  "single pattern",
                  "metastable",
                  "global average",
                  "mean patterns mixed",
                  "most updates"),
              rows));
      String key = separation.getKey();
      findings.metric(key + "-single-at-largest-beta", single[count - 1] / 100);
      if (key.equals("softmax") || key.equals("sparsemax")) {
        findings.figure(
            new Illustration(
                "kinds-" + key,
                new XyPlot(
                        "Kinds of fixed points, " + key,
                        Axis.log("beta"),
                        Axis.linear("queries, %").from(0).to(100))
                    .marked("global average", betas, average)
                    .marked("metastable", betas, some)
                    .marked("single pattern", betas, single),
                key.equals("softmax")
                    ? "Softmax: with a small beta every query ends in the average of all images;"
                        + " then come mixtures of some, and only a large beta separates single"
                        + " images (weight at least 0.99)."
                    : "Sparsemax mixes few images already at a small beta, and separates single"
                        + " images at a far smaller one than softmax does, exactly: all other"
                        + " weights are 0."));
      }
    }
    findings
        .figures()
        .add(
            0,
            new Illustration(
                "patterns-mixed",
                sizes,
                "Mean number of images in the mixture against beta: weights above 0 for the sparse"
                    + " separations, the fewest with 90% of the weight for softmax. Every separation"
                    + " goes from all images to one; the sparse ones are there first."));
    findings.protocol(
        String.format(
            Locale.ROOT,
            "Protocol. %d images are stored and each is a query; patterns and states are scaled to"
                + " length 1 (l2); updates until a state moves by less than 1e-6, at most %s. A"
                + " fixed point is a single pattern if one image has all the weight (softmax: 0.99),"
                + " the global average if no image has more than 1.5 times the uniform weight, else"
                + " metastable.",
            stored.size(0),
            options.get("updates")));
    return findings;
  }
}
