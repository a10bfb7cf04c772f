package io.github.dl4jhopfield.zoo.memory;

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
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Label recall: images are stored together with their labels; the label of a new image is completed
 * from the image alone. The label part of the query is blank (zeros).
 */
public final class LabelRecallExperiment extends MemoryExperiment {
  private static final int CLASSES = 10;
  private static final int QUERY_BATCH = 1000;

  /** For the service loader. */
  public LabelRecallExperiment() {
    super(
        "label-recall",
        "Store digits with their labels, complete the label of a new digit from its image; MNIST");
  }

  @Override
  String title() {
    return "Label recall by associative memories";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.text(
            "stored",
            "128,1024,4096,all",
            "numbers of stored digits, separated by commas; all = every digit there is"),
        ExperimentOption.integer("draws", 5, 1, 100, "draws of the stored set, which are averaged"),
        ExperimentOption.integer(
            "queries", 10_000, 1, 1_000_000, "digits to ask with, at most as many as there are"),
        ExperimentOption.number("beta", 8, 1e-6, 1e6, "inverse temperature"),
        ExperimentOption.integer("updates", 1, 1, 100, "updates of the state"));
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    LabelledImages.Split data = images(context);
    int[] sizes = sizes(options.get("stored"), data.stored().count());
    int draws = integer(options, "draws");
    double beta = number(options, "beta");
    int updates = integer(options, "updates");
    LabelledImages asked =
        data.queries().range(0, Math.min(integer(options, "queries"), data.queries().count()));
    INDArray queries = withLabels(asked, false);

    Findings findings = new Findings(data.stored().name());
    Map<String, Separation> separations = separations();
    Map<String, double[]> curves = new LinkedHashMap<>();
    separations.keySet().forEach(s -> curves.put(s, new double[sizes.length]));
    List<List<String>> rows = new ArrayList<>();
    Random random = new Random(context.seed());
    int work = 0;
    for (int size : sizes) {
      work += (size == data.stored().count() ? 1 : draws) * separations.size();
    }
    context.progress().begin("label recall", work);
    for (int s = 0; s < sizes.length; s++) {
      int repeats = sizes[s] == data.stored().count() ? 1 : draws;
      Map<String, double[]> accuracies = new LinkedHashMap<>();
      separations.keySet().forEach(name -> accuracies.put(name, new double[repeats]));
      for (int d = 0; d < repeats; d++) {
        INDArray stored = withLabels(data.stored().draw(sizes[s], random), true);
        HopfieldMemory memory =
            HopfieldMemory.builder(stored).beta(beta).stateMap(StateMap.L2).build();
        for (Map.Entry<String, Separation> separation : separations.entrySet()) {
          double accuracy =
              accuracy(memory.withSeparation(separation.getValue()), queries, asked, updates);
          accuracies.get(separation.getKey())[d] = accuracy;
          context
              .progress()
              .advance(
                  1, sizes[s] + " stored, " + separation.getKey() + ": " + percent(accuracy) + "%");
        }
      }
      List<String> row = new ArrayList<>(List.of(Integer.toString(sizes[s])));
      for (String name : separations.keySet()) {
        ExperimentResult.Metric metric = ExperimentResult.Metric.of(accuracies.get(name));
        curves.get(name)[s] = 100 * metric.mean();
        row.add(
            percent(metric.mean())
                + (repeats > 1 ? String.format(Locale.ROOT, " ± %.1f", 100 * metric.std()) : ""));
        String key = name.equals("sparsemax") ? "accuracy" : "accuracy-" + name;
        findings.metric(key + "-" + sizes[s], metric);
      }
      rows.add(row);
    }
    List<String> columns = new ArrayList<>(List.of("stored"));
    columns.addAll(separations.keySet());
    findings.table(
        new ResultTable(
            "Labels recalled, percent (mean ± standard deviation of the draws)", columns, rows));
    findings.detail("queries", asked.count());
    findings.protocol(
        String.format(
            Locale.ROOT,
            "Protocol. A stored pattern is the %d pixels of a digit (0 to 1) followed by its label"
                + " as %d numbers, 1 at its class and 0 elsewhere. A query is the pixels of a digit"
                + " that is not stored, followed by zeros: its label part is blank. Patterns,"
                + " queries and states are scaled to length 1 (l2). %d update(s), beta %s; the"
                + " answer is the class with the largest number in the label part of the state."
                + " %,d queries; stored digits are drawn anew %d times from %,d (all of them: once).",
            asked.height() * asked.width(),
            CLASSES,
            updates,
            beta,
            asked.count(),
            draws,
            data.stored().count()));
    XyPlot plot =
        new XyPlot(
            "Labels recalled from images",
            Axis.log("digits stored"),
            Axis.linear("labels recalled, %").to(100));
    double[] x = new double[sizes.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = sizes[i];
    }
    curves.forEach((name, y) -> plot.marked(name, x, y));
    findings.figure(
        new Illustration(
            "label-recall",
            plot,
            "The more digits are stored, the more labels come back. The sparse separations mix only"
                + " the few stored digits that are nearest to the query; softmax at this beta"
                + " averages over many digits of other classes, and levels off sooner."));
    return findings;
  }

  private static int[] sizes(String text, int all) {
    List<Integer> sizes = new ArrayList<>();
    for (String part : text.split(",")) {
      int size;
      try {
        size = part.trim().equals("all") ? all : Integer.parseInt(part.trim());
      } catch (NumberFormatException e) {
        size = 0;
      }
      if (size < 1) {
        throw new IllegalArgumentException(
            "option stored: expected whole numbers of at least 1, or all, separated by commas, found"
                + " \""
                + text
                + '"');
      }
      if (!sizes.contains(Math.min(size, all))) {
        sizes.add(Math.min(size, all));
      }
    }
    return sizes.stream().mapToInt(size -> size).toArray();
  }

  private static INDArray withLabels(LabelledImages images, boolean known) {
    INDArray pixels = images.toArray();
    INDArray rows = Nd4j.zeros(DataType.FLOAT, pixels.size(0), pixels.size(1) + CLASSES);
    rows.get(NDArrayIndex.all(), NDArrayIndex.interval(0, pixels.size(1))).assign(pixels);
    if (known) {
      for (int i = 0; i < images.count(); i++) {
        rows.putScalar(i, pixels.size(1) + images.label(i), 1);
      }
    }
    return rows;
  }

  private static double accuracy(
      HopfieldMemory memory, INDArray queries, LabelledImages asked, int updates) {
    long pixels = queries.size(1) - CLASSES;
    int right = 0;
    for (int from = 0; from < asked.count(); from += QUERY_BATCH) {
      int to = Math.min(asked.count(), from + QUERY_BATCH);
      Retrieval retrieval =
          memory.retrieve(
              queries.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()),
              RetrievalOptions.steps(updates).withTopK(1));
      INDArray labels =
          retrieval
              .states()
              .get(NDArrayIndex.all(), NDArrayIndex.interval(pixels, pixels + CLASSES))
              .dup('c');
      int[] answers = labels.argMax(1).toIntVector();
      for (int i = 0; i < answers.length; i++) {
        right += answers[i] == asked.label(from + i) ? 1 : 0;
      }
    }
    return (double) right / asked.count();
  }
}
