package io.github.dl4jhopfield.zoo.memory;

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
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How many stored images the state mixes after retrieval with new images, by separation. */
public final class MetastableExperiment extends MemoryExperiment {
  private static final int[] EDGES = {1, 2, 3, 4, 6, 11, 51, 501};
  private static final List<String> BINS =
      List.of("1", "2", "3", "4-5", "6-10", "11-50", "51-500", "more");

  /** For the service loader. */
  public MetastableExperiment() {
    super(
        "metastable",
        "Histogram of how many stored patterns mix in a fixed point, per separation; MNIST");
  }

  @Override
  String title() {
    return "Sizes of metastable states";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("stored", 1000, 2, 100_000, "stored images"),
        ExperimentOption.integer("queries", 500, 1, 100_000, "images to ask with, not stored"),
        ExperimentOption.text("betas", "5,20,80", "inverse temperatures, separated by commas"),
        ExperimentOption.integer("updates", 50, 1, 100_000, "most updates of a state"));
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    LabelledImages.Split data = images(context);
    Random random = new Random(context.seed());
    INDArray stored = data.stored().draw(integer(options, "stored"), random).toArray();
    INDArray queries =
        data.queries()
            .draw(Math.min(integer(options, "queries"), data.queries().count()), random)
            .toArray();
    double[] betas = numbers(options, "betas");
    Map<String, Separation> separations = separations();
    separations.put("4-subsets", Separation.kSubsets(4, false));
    Findings findings = new Findings(data.stored().name());
    context.progress().begin("metastable states", (long) betas.length * separations.size());
    for (double beta : betas) {
      Map<String, double[]> histograms = new LinkedHashMap<>();
      List<List<String>> rows = new ArrayList<>();
      for (Map.Entry<String, Separation> separation : separations.entrySet()) {
        Retrieval retrieval =
            HopfieldMemory.builder(stored)
                .separation(separation.getValue())
                .stateMap(StateMap.L2)
                .beta(beta)
                .build()
                .retrieve(
                    queries,
                    RetrievalOptions.defaults()
                        .withMaxSteps(integer(options, "updates"))
                        .withTopK(1));
        double[] histogram = new double[BINS.size()];
        double mean = 0;
        for (Retrieval.Result result : retrieval.results()) {
          long size = result.fixedPoint().size();
          int bin = EDGES.length - 1;
          while (EDGES[bin] > size) {
            bin--;
          }
          histogram[bin] += 100.0 / retrieval.results().size();
          mean += (double) size / retrieval.results().size();
        }
        histograms.put(separation.getKey(), histogram);
        List<String> row = new ArrayList<>(List.of(separation.getKey(), decimal(mean)));
        for (double share : histogram) {
          row.add(String.format(Locale.ROOT, "%.1f", share));
        }
        rows.add(row);
        findings.metric("mixed-" + separation.getKey() + "-beta-" + decimal(beta), mean);
        context.progress().advance(1, separation.getKey() + ", beta " + decimal(beta));
      }
      List<String> columns = new ArrayList<>(List.of("separation", "mean"));
      columns.addAll(BINS);
      findings.table(
          new ResultTable(
              "beta " + decimal(beta) + ": queries by number of images mixed, percent",
              columns,
              rows));
      BarPlot plot =
          new BarPlot(
              "Images mixed in the final state, beta " + decimal(beta),
              "images mixed",
              BINS,
              Axis.linear("queries, %"));
      histograms.forEach(plot::group);
      findings.figure(
          new Illustration(
              "mixed-beta-" + decimal(beta),
              plot,
              "How many stored images have a share in the final state, beta "
                  + decimal(beta)
                  + ": weights above 0, for softmax the fewest with 90% of the weight. The sparser"
                  + " the separation, the fewer; 4-subsets spreads a weight of 4 over at least 4"
                  + " images."));
    }
    findings.protocol(
        String.format(
            Locale.ROOT,
            "Protocol. %d images stored, %d other images as queries, patterns and states scaled to"
                + " length 1 (l2), up to %s updates.",
            stored.size(0),
            queries.size(0),
            options.get("updates")));
    return findings;
  }
}
