package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.DiffusedHopfieldMemory;
import io.github.dl4jhopfield.memory.PatternGraph;
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
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What diffusion changes in retrieval: keys smoothed over the graph of the stored images ({@link
 * DiffusedHopfieldMemory}), from not at all to a long way, asked with stored images half hidden and
 * with images that are not stored.
 */
public final class DiffusionExperiment extends MemoryExperiment {
  private static final List<String> SEPARATIONS = List.of("softmax", "1.5-entmax", "sparsemax");

  /** For the service loader. */
  public DiffusionExperiment() {
    super(
        "diffusion",
        "What diffusion over the graph of stored patterns changes in retrieval; MNIST");
  }

  @Override
  String title() {
    return "Retrieval with keys diffused over the graph of the stored images";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("stored", 1000, 2, 20_000, "stored images"),
        ExperimentOption.integer("queries", 500, 1, 20_000, "queries of each kind"),
        ExperimentOption.text(
            "etas",
            "0.05,0.1,0.2,0.4,0.7,1",
            "diffusion of each step, separated by commas; 0 is always run too"),
        ExperimentOption.choice(
            "diffusion",
            "heat-kernel",
            List.of("heat-kernel", "step"),
            "exp(-eta L), or the explicit step 1 - eta L, which takes eta up to 1"),
        ExperimentOption.integer("steps", 3, 1, 100, "updates in which the keys diffuse further"),
        ExperimentOption.integer("neighbours", 5, 1, 1000, "neighbours that each image chooses"),
        ExperimentOption.number("beta", 20, 1e-6, 1e6, "inverse temperature"),
        ExperimentOption.integer("updates", 10, 1, 1000, "most updates of a state"));
  }

  /** What is measured at one eta with one separation, shares from 0 to 100. */
  private record Measured(double exact, double itself, double label, double mixed) {}

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    double[] given = numbers(options, "etas");
    double[] etas = new double[given.length + 1];
    System.arraycopy(given, 0, etas, 1, given.length);
    LabelledImages.Split data = images(context);
    Random random = new Random(context.seed());
    LabelledImages stored = data.stored().draw(integer(options, "stored"), random);
    int asked = Math.min(integer(options, "queries"), stored.count());
    LabelledImages others =
        data.queries().draw(Math.min(integer(options, "queries"), data.queries().count()), random);
    INDArray patterns = stored.toArray();
    INDArray half = RetrievalExperiment.upperHalf(stored.range(0, asked).toArray(), stored);
    INDArray unseen = others.toArray();

    Findings findings = new Findings(stored.name());
    Map<String, Measured[]> measured = new LinkedHashMap<>();
    SEPARATIONS.forEach(name -> measured.put(name, new Measured[etas.length]));
    List<Picture[]> cells = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (String name : new String[] {"sparsemax", "softmax"}) {
      labels.add("half hidden, " + name);
      labels.add("not stored, " + name);
      cells.add(new Picture[etas.length + 1]);
      cells.add(new Picture[etas.length + 1]);
    }
    context.progress().begin("diffusion", (long) etas.length * SEPARATIONS.size());
    for (int e = 0; e < etas.length; e++) {
      for (String name : SEPARATIONS) {
        DiffusedHopfieldMemory memory = memory(patterns, separations().get(name), etas[e], options);
        Retrieval fromHalf = retrieve(memory, half, options);
        Retrieval fromUnseen = retrieve(memory, unseen, options);
        measured.get(name)[e] = measure(fromHalf, fromUnseen, patterns, stored, others);
        int row = name.equals("sparsemax") ? 0 : name.equals("softmax") ? 2 : -1;
        if (row >= 0) {
          cells.get(row)[0] = Pictures.of(stored, half.getRow(0));
          cells.get(row + 1)[0] = Pictures.of(stored, unseen.getRow(0));
          cells.get(row)[e + 1] = Pictures.of(stored, fromHalf.states().getRow(0));
          cells.get(row + 1)[e + 1] = Pictures.of(stored, fromUnseen.states().getRow(0));
        }
        context.progress().advance(1, "eta " + decimal(etas[e]) + ", " + name);
      }
    }
    report(findings, etas, measured);
    List<String> columns = new ArrayList<>(List.of("query"));
    for (double eta : etas) {
      columns.add("eta " + decimal(eta));
    }
    findings.figure(
        new Illustration(
            "states",
            new PictureGrid("", labels, columns, cells),
            "Final states from one stored image with its lower half hidden and one image that is not"
                + " stored, each picture stretched to full contrast. Without diffusion sparsemax gives"
                + " single images and softmax a blur. As eta grows both come to images with many"
                + " neighbours: other ones than the half-hidden image, and for softmax fewer of them."));
    findings.protocol(protocol(options, stored, asked, others));
    return findings;
  }

  private static DiffusedHopfieldMemory memory(
      INDArray patterns, Separation separation, double eta, Map<String, String> options) {
    return DiffusedHopfieldMemory.builder(patterns)
        .separation(separation)
        .stateMap(StateMap.L2)
        .beta(number(options, "beta"))
        .neighbours(integer(options, "neighbours"))
        .diffusion(
            options.get("diffusion").equals("step")
                ? PatternGraph.Diffusion.STEP
                : PatternGraph.Diffusion.HEAT_KERNEL,
            eta)
        .diffusionSteps(eta == 0 ? 0 : integer(options, "steps"))
        .build();
  }

  private static Retrieval retrieve(
      DiffusedHopfieldMemory memory, INDArray queries, Map<String, String> options) {
    return memory.retrieve(
        queries, RetrievalOptions.defaults().withMaxSteps(integer(options, "updates")).withTopK(1));
  }

  private static Measured measure(
      Retrieval fromHalf,
      Retrieval fromUnseen,
      INDArray patterns,
      LabelledImages stored,
      LabelledImages others) {
    double itself = 0;
    double mixed = 0;
    int n = fromHalf.results().size();
    for (int q = 0; q < n; q++) {
      itself += fromHalf.result(q).matches().get(0).pattern() == q ? 100.0 / n : 0;
      mixed += (double) fromHalf.result(q).fixedPoint().size() / n;
    }
    double label = 0;
    int m = fromUnseen.results().size();
    for (int q = 0; q < m; q++) {
      int found = (int) fromUnseen.result(q).matches().get(0).pattern();
      label += stored.label(found) == others.label(q) ? 100.0 / m : 0;
    }
    double exact = 100 * RetrievalExperiment.exact(fromHalf.states(), patterns, StateMap.L2);
    return new Measured(exact, itself, label, mixed);
  }

  private static void report(Findings findings, double[] etas, Map<String, Measured[]> measured) {
    List<List<String>> rows = new ArrayList<>();
    XyPlot itself = plot("Stored images, lower half hidden", share("image itself heaviest, %"));
    XyPlot label = plot("Images that are not stored", share("heaviest image has the label, %"));
    XyPlot mixed = plot("How many images the final state mixes", Axis.log("images (mean)").from(1));
    for (Map.Entry<String, Measured[]> entry : measured.entrySet()) {
      String name = entry.getKey();
      Measured[] all = entry.getValue();
      itself.marked(name, etas, values(all, Measured::itself));
      label.marked(name, etas, values(all, Measured::label));
      mixed.marked(name, etas, values(all, Measured::mixed));
      for (int e = 0; e < etas.length; e++) {
        Measured one = all[e];
        String suffix = "-" + name + "-eta-" + decimal(etas[e]);
        findings.metric("exact" + suffix, one.exact() / 100);
        findings.metric("itself" + suffix, one.itself() / 100);
        findings.metric("label" + suffix, one.label() / 100);
        findings.metric("mixed" + suffix, one.mixed());
        rows.add(
            List.of(
                name,
                decimal(etas[e]),
                percent(one.exact() / 100),
                percent(one.itself() / 100),
                percent(one.label() / 100),
                decimal(one.mixed())));
      }
    }
    findings.table(
        new ResultTable(
            "By separation and eta, percent of the queries",
            List.of(
                "separation",
                "eta",
                "half hidden: exact",
                "half hidden: itself heaviest",
                "not stored: label right",
                "images mixed"),
            rows));
    findings.figure(
        new Illustration(
            "itself",
            itself,
            "How often a half-hidden stored image is itself the heaviest in the final mixture."
                + " Diffusion makes an image and its neighbours alike as keys, and leaves longer"
                + " keys to images with many neighbours, so that these are found instead the"
                + " further it goes."));
    findings.figure(
        new Illustration(
            "label",
            label,
            "How often the heaviest stored image shows the same digit as a query that is not stored."
                + " At eta 0 retrieval is without diffusion; where a curve lies below its start,"
                + " the unsmoothed images answer this question better."));
    findings.figure(
        new Illustration(
            "mixed",
            mixed,
            "Mean number of stored images in the final states from half-hidden images: weights above"
                + " 0, for softmax the fewest with 90% of the weight. Where softmax mixes fewer with"
                + " diffused keys, it is since their lengths differ: under the normalised Laplacian keys"
                + " tend to the square root of their image's degree, and the longest win."));
  }

  private static Axis share(String title) {
    return Axis.linear(title).from(0).to(100);
  }

  private static XyPlot plot(String title, Axis y) {
    return new XyPlot(title, Axis.linear("eta of each diffusion step"), y);
  }

  private static double[] values(Measured[] all, ToDoubleFunction<Measured> value) {
    double[] y = new double[all.length];
    for (int e = 0; e < y.length; e++) {
      y[e] = value.applyAsDouble(all[e]);
    }
    return y;
  }

  private static String protocol(
      Map<String, String> options, LabelledImages stored, int asked, LabelledImages others) {
    return String.format(
        Locale.ROOT,
        "Protocol. %d images are stored; queries are the first %d of them with the lower half hidden"
            + " (0), and %d images that are not stored. Patterns and states are scaled to length 1"
            + " (l2), beta %s, up to %s updates. The graph joins each image to the %s most similar"
            + " ones (cosine), with the normalised Laplacian L; in each of the first %s updates the"
            + " keys are diffused further by %s, and what is mixed is always the stored images."
            + " Exact: every pixel within 1e-3 of the stored image.",
        stored.count(),
        asked,
        others.count(),
        options.get("beta"),
        options.get("updates"),
        options.get("neighbours"),
        options.get("steps"),
        options.get("diffusion").equals("step") ? "1 - eta L" : "exp(-eta L)");
  }
}
