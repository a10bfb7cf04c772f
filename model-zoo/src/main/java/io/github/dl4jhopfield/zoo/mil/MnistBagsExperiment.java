package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.layers.Associations;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.JobPool;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.TrainingWatchers;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.Picture;
import io.github.dl4jhopfield.zoo.report.PictureGrid;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Bags of handwritten digits: which hold a nine? {@link MnistBags} with Hopfield pooling beside the
 * attention of Ilse et al., by the number of bags that were trained on; and whether the attention
 * finds the nines, which no label told. On the MNIST digits of the jar, or a folder with MNIST's
 * files.
 */
public final class MnistBagsExperiment extends ExperimentTemplate<LabelledImages.Split> {
  private static final int SHOWN_BAGS = 6;
  private static final int SHOWN_DIGITS = 10;
  private static final int SCORED_AT_ONCE = 50;

  /** A training that is done. */
  private record Trained(
      String method,
      int bags,
      int repeat,
      double auc,
      double found,
      double seconds,
      MultiLayerNetwork network) {}

  /** For the service loader. */
  public MnistBagsExperiment() {
    super(
        "mnist-bags",
        "Bags of digits: which hold a nine? Hopfield pooling beside attention; MNIST of the jar or a"
            + " folder of its files");
  }

  @Override
  public List<ExperimentOption> options() {
    MilParameters base = MnistBags.DEFAULT;
    return List.of(
        ExperimentOption.integer("digit", 9, 0, 9, "that is sought"),
        ExperimentOption.number("bag-size", 10, 1, 1000, "mean number of images of a bag"),
        ExperimentOption.number("size-deviation", 2, 0, 1000, "its standard deviation"),
        ExperimentOption.text(
            "bags", "200", "bags to train with, several numbers separated by commas"),
        ExperimentOption.integer("test-bags", 1000, 10, 100_000, "bags to test with"),
        ExperimentOption.text(
            "methods",
            "hopfield-pooling,gated-attention",
            "poolings to compare, as of run mil without the linear ones, or all"),
        ExperimentOption.integer("epochs", base.epochs(), 1, 100_000, "passes over the bags"),
        ExperimentOption.integer("batch-size", base.batchSize(), 1, 10_000, "bags of an update"),
        ExperimentOption.number("learning-rate", base.learningRate(), 1e-9, 10, "of Adam"),
        ExperimentOption.integer("heads", base.heads(), 1, 1024, "association heads"),
        ExperimentOption.integer(
            "hidden", base.hidden(), 1, 65_536, "width of each head, and of attention"),
        ExperimentOption.number("beta", 0, 0, 1e6, "inverse temperature; 0: 1/sqrt(hidden)"),
        ExperimentOption.integer("repeats", 1, 1, 1000, "draws of bags and initial weights"),
        ExperimentOption.integer("threads", 1, 1, 1024, "trainings at once"));
  }

  @Override
  protected LabelledImages.Split open(ExperimentRun run) throws IOException {
    counts(run);
    networks(run);
    LabelledImages.Split split =
        run.data().isPresent()
            ? LabelledImages.folder(run.data().get())
            : LabelledImages.mnistSubset();
    int digit = run.integer("digit");
    for (LabelledImages part : List.of(split.stored(), split.queries())) {
      long sought = IntStream.range(0, part.count()).filter(i -> part.label(i) == digit).count();
      if (sought == 0 || sought == part.count() || part.height() != part.width()) {
        throw new DataFormatException(
            part.name(),
            0,
            "square images, some of class " + digit + " and some of others",
            sought + " of " + part.count() + " of " + part.height() + " x " + part.width());
      }
    }
    return split;
  }

  private static List<Integer> counts(ExperimentRun run) {
    List<Integer> counts = new ArrayList<>();
    for (String text : run.text("bags").split(",", -1)) {
      int count;
      try {
        count = Integer.parseInt(text.strip());
      } catch (NumberFormatException e) {
        count = -1;
      }
      if (count < 2 || count > 1_000_000) {
        throw new IllegalArgumentException(
            "option bags: expected whole numbers from 2 to 1000000 separated by commas, found \""
                + run.text("bags")
                + '"');
      }
      counts.add(count);
    }
    return counts;
  }

  private static List<MilParameters> networks(ExperimentRun run) {
    MilParameters parameters =
        new MilParameters(
            MnistBags.DEFAULT.embedding(),
            run.integer("heads"),
            run.integer("hidden"),
            run.number("beta"),
            0,
            run.number("learning-rate"),
            run.integer("epochs"),
            run.integer("batch-size"));
    List<MilParameters> all = new ArrayList<>();
    for (MilMethod<?, ?> method :
        MilMethod.parse(run.text("methods"), new MilSettings(2, false, parameters, 1))) {
      if (method.network() != null) {
        all.add(method.network());
      } else if (!run.text("methods").equals("all")) {
        throw new IllegalArgumentException(
            "option methods: " + method.label() + " has no images: expected poolings of networks");
      }
    }
    return all;
  }

  @Override
  protected Findings run(ExperimentRun run, LabelledImages.Split data) throws IOException {
    Progress progress = Progress.oneAtATime(run.progress());
    List<MilParameters> networks = networks(run);
    List<Integer> counts = counts(run);
    int repeats = run.integer("repeats");
    progress.begin(
        networks.size() + " networks on bags of digits",
        (long) networks.size() * counts.size() * repeats * run.integer("epochs"));
    List<Callable<Trained>> jobs = new ArrayList<>();
    for (int count : counts) {
      for (int r = 0; r < repeats; r++) {
        int repeat = r;
        for (MilParameters network : networks) {
          jobs.add(() -> Work.train(run, data, network, count, repeat, progress));
        }
      }
    }
    List<Trained> trained = JobPool.run(name(), run.integer("threads"), jobs);
    return findings(run, data, trained, counts, networks);
  }

  private static DigitBags bags(ExperimentRun run, LabelledImages images, int count, long seed) {
    return new DigitBags(
        images,
        run.integer("digit"),
        count,
        run.number("bag-size"),
        run.number("size-deviation"),
        seed);
  }

  private static DigitBags testBags(ExperimentRun run, LabelledImages.Split data, int repeat) {
    return bags(run, data.queries(), run.integer("test-bags"), Seeds.mix(run.seed() + repeat, 2));
  }

  /** What needs ND4J: a class of its own, so that the help of the command line does not load it. */
  private static final class Work {
    private Work() {}

    static Trained train(
        ExperimentRun run,
        LabelledImages.Split data,
        MilParameters parameters,
        int count,
        int repeat,
        Progress progress)
        throws IOException {
      long start = System.nanoTime();
      long seed = Seeds.mix(run.seed() + repeat, 1);
      DigitBags training = bags(run, data.stored(), count, seed);
      MultiLayerNetwork network = new MnistBags(training.side(), parameters, seed).init();
      TrainingWatchers.begins(network);
      Nd4j.getRandom().setSeed(seed);
      Random random = new Random(seed);
      String what = parameters.network().label() + ", " + count + " bags";
      for (int epoch = 0; epoch < parameters.epochs(); epoch++) {
        List<DigitBags.DigitBag> order = new ArrayList<>(training.bags());
        Collections.shuffle(order, random);
        for (int from = 0; from < order.size(); from += parameters.batchSize()) {
          int to = Math.min(order.size(), from + parameters.batchSize());
          network.fit(training.tensors(order.subList(from, to)));
        }
        progress.advance(1, what);
      }
      DigitBags test = testBags(run, data, repeat);
      double auc = RocCurve.of(test.labels(), scores(network, test)).area();
      return new Trained(
          parameters.network().label(),
          count,
          repeat,
          auc,
          parameters.network().pooling().weighs() ? found(network, test) : Double.NaN,
          (System.nanoTime() - start) / 1e9,
          network);
    }

    static double[] scores(MultiLayerNetwork network, DigitBags test) {
      double[] scores = new double[test.bags().size()];
      for (int from = 0; from < scores.length; from += SCORED_AT_ONCE) {
        int to = Math.min(scores.length, from + SCORED_AT_ONCE);
        DataSet some = test.tensors(test.bags().subList(from, to));
        INDArray out = network.output(some.getFeatures(), false, some.getFeaturesMaskArray(), null);
        for (int i = from; i < to; i++) {
          scores[i] = out.getDouble(i - from, 0);
        }
      }
      return scores;
    }

    /** The weight of each image of a bag, averaged over heads. */
    static double[] weights(MultiLayerNetwork network, DigitBags bags, DigitBags.DigitBag bag) {
      DataSet one = bags.tensors(List.of(bag));
      return Associations.of(
              network, network.getnLayers() - 2, one.getFeatures(), one.getFeaturesMaskArray())
          .mean(1)
          .reshape(bag.images().length)
          .toDoubleVector();
    }

    /**
     * Mean over positive bags: how likely a sought digit weighs more than another one of its bag.
     */
    static double found(MultiLayerNetwork network, DigitBags test) {
      double sum = 0;
      int counted = 0;
      for (DigitBags.DigitBag bag : test.bags()) {
        int[] sought = Arrays.stream(bag.images()).map(i -> test.isSought(i) ? 1 : 0).toArray();
        int of = Arrays.stream(sought).sum();
        if (bag.label() == 1 && of < sought.length) {
          sum += RocCurve.of(sought, weights(network, test, bag)).area();
          counted++;
        }
      }
      return sum / counted;
    }
  }

  private Findings findings(
      ExperimentRun run,
      LabelledImages.Split data,
      List<Trained> trained,
      List<Integer> counts,
      List<MilParameters> networks) {
    List<String> methods = networks.stream().map(n -> n.network().label()).toList();
    int most = Collections.max(counts);
    String first = methods.get(0);
    Findings findings =
        new Findings(data.stored().name())
            .metric("auc", values(trained, first, most, Trained::auc));
    Map<String, Object> details = new LinkedHashMap<>();
    List<List<String>> rows = new ArrayList<>();
    for (int count : counts) {
      Map<String, Object> ofCount = new LinkedHashMap<>();
      for (String method : methods) {
        double[] auc = values(trained, method, count, Trained::auc);
        double[] found = values(trained, method, count, Trained::found);
        double seconds = mean(values(trained, method, count, Trained::seconds));
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("auc", Arrays.stream(auc).boxed().toList());
        if (!Double.isNaN(found[0])) {
          one.put("attentionAuc", Arrays.stream(found).boxed().toList());
        }
        one.put("seconds", seconds);
        ofCount.put(method, one);
        ExperimentResult.Metric metric = ExperimentResult.Metric.of(auc);
        rows.add(
            List.of(
                Integer.toString(count),
                method,
                Numbers.spread(metric.mean(), metric.std()),
                Double.isNaN(found[0]) ? "-" : Numbers.fixed(mean(found), 3),
                Numbers.fixed(seconds, 1)));
      }
      details.put(Integer.toString(count), ofCount);
    }
    ResultTable table =
        new ResultTable(
            String.format(
                Locale.ROOT,
                "%s: which of %d bags of %s images hold a %d",
                data.stored().name(),
                run.integer("test-bags"),
                Numbers.of(run.number("bag-size")),
                run.integer("digit")),
            List.of("training bags", "pooling", "AUC", "attention finds it", "seconds"),
            rows);
    findings.detail("methods", details).table(table);
    Trained shown =
        trained.stream()
            .filter(t -> t.method().equals(first) && t.bags() == most && t.repeat() == 0)
            .findFirst()
            .orElseThrow();
    findings
        .file("model.zip", file -> NetworkFile.write(file, shown.network(), true))
        .report(result -> html(run, data, trained, counts, methods, shown, table, result));
    return findings;
  }

  private interface Figure {
    double of(Trained trained);
  }

  private static double[] values(List<Trained> all, String method, int count, Figure figure) {
    return all.stream()
        .filter(t -> t.method().equals(method) && t.bags() == count)
        .mapToDouble(figure::of)
        .toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  private static String html(
      ExperimentRun run,
      LabelledImages.Split data,
      List<Trained> trained,
      List<Integer> counts,
      List<String> methods,
      Trained shown,
      ResultTable table,
      ExperimentResult result) {
    HtmlReport page = new HtmlReport("Bags of digits");
    page.paragraph(
        String.format(
            Locale.ROOT,
            "A bag is positive if one of its images is a %d. Sizes are normal with mean %s and"
                + " deviation %s; half of the bags are positive; training bags are drawn from %,d"
                + " images, test bags from %,d others. Every network is trained for %d epochs, with no"
                + " choice of the best. Seed %d, %d draw%s.",
            run.integer("digit"),
            Numbers.of(run.number("bag-size")),
            Numbers.of(run.number("size-deviation")),
            data.stored().count(),
            data.queries().count(),
            run.integer("epochs"),
            run.seed(),
            run.integer("repeats"),
            run.integer("repeats") > 1 ? "s" : ""));
    if (counts.size() > 1) {
      XyPlot plot = new XyPlot("", Axis.linear("training bags").from(0), Axis.linear("AUC").to(1));
      double[] x = counts.stream().mapToDouble(Integer::doubleValue).toArray();
      for (String method : methods) {
        plot.marked(
            method,
            x,
            counts.stream()
                .mapToDouble(count -> mean(values(trained, method, count, Trained::auc)))
                .toArray());
      }
      page.section("By the number of bags").figure(plot, "Mean AUC of the test bags.");
    }
    page.table(table)
        .paragraph(
            "Attention finds it: how likely the digit that is sought has a higher weight than another"
                + " digit of its bag, the mean over positive test bags. No label said which it is.");
    DigitBags test = testBags(run, data, 0);
    if (test.bags().stream().anyMatch(b -> b.label() == 1) && !Double.isNaN(shown.found())) {
      pictures(page, shown, test);
    }
    page.section("Options")
        .table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    return page.toHtml();
  }

  private static void pictures(HtmlReport page, Trained shown, DigitBags test) {
    List<String> labels = new ArrayList<>();
    List<Picture[]> rows = new ArrayList<>();
    for (DigitBags.DigitBag bag : test.bags()) {
      if (bag.label() == 1 && rows.size() < SHOWN_BAGS) {
        double[] weights = Work.weights(shown.network(), test, bag);
        int[] order =
            IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -weights[i]))
                .limit(SHOWN_DIGITS)
                .mapToInt(Integer::intValue)
                .toArray();
        labels.add(
            String.format(
                Locale.ROOT,
                "%.2f, %.2f ...",
                weights[order[0]],
                order.length > 1 ? weights[order[1]] : 0));
        rows.add(
            Arrays.stream(order)
                .mapToObj(i -> Picture.ink(test.values(bag.images()[i]), test.side(), test.side()))
                .toArray(Picture[]::new));
      }
    }
    List<String> columns =
        IntStream.rangeClosed(1, rows.stream().mapToInt(r -> r.length).max().orElse(1))
            .mapToObj(Integer::toString)
            .toList();
    page.section("What was attended to")
        .figure(
            new PictureGrid("", labels, columns, rows),
            "Positive test bags, a row each: their images by weight, the highest first, with the two"
                + " highest weights ("
                + shown.method()
                + ", "
                + shown.bags()
                + " training bags).");
  }
}
