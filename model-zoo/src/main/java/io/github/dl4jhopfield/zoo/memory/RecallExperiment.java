package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.ListRecall;
import io.github.dl4jhopfield.memory.Match;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lists recalled from memory as people are asked to in the laboratory: in any order (free recall),
 * with and without a penalty on what was recalled before, and in the order of storing (sequential
 * recall); see {@link ListRecall}.
 */
public final class RecallExperiment extends MemoryExperiment {
  private static final String CONSTRAINED = "constrained sparsemax";
  private static final String UNPENALISED = "sparsemax, no penalty";
  private static final int SHOWN = 12;

  /** For the service loader. */
  public RecallExperiment() {
    super(
        "recall",
        "Recall lists of images or words: free, with and without penalising what was recalled, and"
            + " in order by sequential 2-subsets");
  }

  @Override
  String title() {
    return "Lists recalled from memory";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.choice(
            "items",
            "images",
            List.of("images", "words"),
            "what the lists are made of; for words --data is a text file, one word a line"),
        ExperimentOption.text(
            "stored", "8,16,32,64,128", "lengths of the lists, separated by commas"),
        ExperimentOption.integer("draws", 5, 1, 100, "lists of each length"),
        ExperimentOption.number("beta", 20, 1e-6, 1e6, "inverse temperature"),
        ExperimentOption.number(
            "penalty", 10, 0, 1e6, "what an item's score loses each time it was recalled"),
        ExperimentOption.number(
            "decay", 0, 0, 1, "share of the penalties that is forgotten with each retrieval"),
        ExperimentOption.integer("updates", 20, 1, 1000, "most updates of each retrieval"));
  }

  /**
   * One list.
   *
   * @param patterns an item a row
   * @param item text of an item, for tables
   */
  private record Items(INDArray patterns, IntFunction<String> item, LabelledImages images) {}

  private interface Source {
    Items draw(int count, Random random);
  }

  /** Of the lists of one length and one way of recall. */
  private static final class Tally {
    private final double[] distinct;
    private final double[] shares;
    private List<Match> example;

    Tally(int length, int draws) {
      distinct = new double[length];
      shares = new double[draws];
    }

    void add(List<Match> recalled, int draw) {
      Set<Long> seen = new HashSet<>();
      for (int t = 0; t < recalled.size(); t++) {
        seen.add(recalled.get(t).pattern());
        distinct[t] += (double) seen.size() / shares.length;
      }
      shares[draw] = (double) seen.size() / recalled.size();
      if (draw == 0) {
        example = recalled;
      }
    }
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    double[] sizes = numbers(options, "stored");
    for (double size : sizes) {
      if (size < 2 || size != Math.rint(size)) {
        throw new IllegalArgumentException(
            "option stored: expected whole numbers of at least 2, found \""
                + options.get("stored")
                + '"');
      }
    }
    boolean words = options.get("items").equals("words");
    WordList list =
        !words
            ? null
            : context.data().isPresent() ? WordList.file(context.data().get()) : WordList.nouns();
    LabelledImages images = words ? null : images(context).stored();
    Findings findings = new Findings(words ? list.name() : images.name());
    Source source =
        (count, random) -> {
          if (words) {
            WordList drawn = list.draw(count, random);
            return new Items(drawn.toArray(), drawn::word, null);
          }
          LabelledImages drawn = images.draw(count, random);
          return new Items(
              drawn.toArray(), i -> "digit " + drawn.label(i) + " (item " + i + ")", drawn);
        };

    Map<String, Separation> separations = separations();
    separations.keySet().retainAll(List.of("softmax", "1.5-entmax", "sparsemax"));
    Map<String, double[]> free = new LinkedHashMap<>();
    Map<String, double[]> ordered = new LinkedHashMap<>();
    separations.keySet().forEach(name -> free.put(name, new double[sizes.length]));
    separations.keySet().forEach(name -> ordered.put(name, new double[sizes.length]));
    free.put(CONSTRAINED, new double[sizes.length]);
    free.put(UNPENALISED, new double[sizes.length]);
    int draws = integer(options, "draws");
    Random random = new Random(context.seed());
    context.progress().begin("lists", (long) sizes.length * draws);
    Map<String, Tally> longest = null;
    Items first = null;
    List<List<String>> rows = new ArrayList<>();
    for (int s = 0; s < sizes.length; s++) {
      int size = (int) sizes[s];
      Map<String, Tally> tallies = new LinkedHashMap<>();
      free.keySet().forEach(name -> tallies.put(name, new Tally(size, draws)));
      Map<String, double[]> order = new LinkedHashMap<>();
      separations.keySet().forEach(name -> order.put(name, new double[draws]));
      for (int d = 0; d < draws; d++) {
        Items items = source.draw(size, random);
        if (d == 0) {
          first = items;
        }
        recallAll(items, separations, options, d, tallies, order);
        context.progress().advance(1, size + " items, list " + (d + 1));
      }
      for (Map.Entry<String, Tally> tally : tallies.entrySet()) {
        ExperimentResult.Metric metric = ExperimentResult.Metric.of(tally.getValue().shares);
        free.get(tally.getKey())[s] = 100 * metric.mean();
        findings.metric("distinct-" + key(tally.getKey()) + "-" + size, metric);
        double[] inOrder = order.get(tally.getKey());
        String orderText = "-";
        if (inOrder != null) {
          ExperimentResult.Metric orderMetric = ExperimentResult.Metric.of(inOrder);
          ordered.get(tally.getKey())[s] = 100 * orderMetric.mean();
          findings.metric("in-order-" + key(tally.getKey()) + "-" + size, orderMetric);
          orderText = percent(orderMetric.mean());
        }
        rows.add(
            List.of(
                Integer.toString(size),
                tally.getKey(),
                percent(metric.mean()) + " ± " + percent(metric.std()),
                orderText));
      }
      longest = tallies;
    }
    findings.table(
        new ResultTable(
            "Distinct items of the list in as many free retrievals, and similarity to the list in"
                + " sequential recall, percent",
            List.of("items", "separation", "free: distinct", "sequential: similarity"),
            rows));
    int size = (int) sizes[sizes.length - 1];
    findings.figure(recallCurves(longest, size, options));
    findings.figure(
        new Illustration(
            "distinct-by-length",
            byLength("Free recall: distinct items", "distinct items, % of the list", sizes, free),
            "Share of the list that comes up in as many retrievals as the list is long. Without a"
                + " penalty only the first item does; with it, in long lists, the sparser the"
                + " separation the more of the list, since denser ones settle in mixtures that"
                + " several items lead to."));
    findings.figure(
        new Illustration(
            "sequential-by-length",
            byLength("Sequential recall: similarity to the list", "similarity, %", sizes, ordered),
            "Recall in the order of storing by sequential 2-subsets: 1 - Levenshtein distance to"
                + " the list / its length, in percent. The pair holds the item left and the next; an"
                + " error comes when the updates that follow settle in a mixture or another item."));
    if (!words) {
      findings.figure(strip(first, longest));
    }
    findings.table(example(first, longest));
    findings.protocol(protocol(options, words));
    return findings;
  }

  private static void recallAll(
      Items items,
      Map<String, Separation> separations,
      Map<String, String> options,
      int draw,
      Map<String, Tally> tallies,
      Map<String, double[]> order) {
    INDArray cue = items.patterns().getRow(0);
    int length = (int) items.patterns().size(0);
    HopfieldMemory memory =
        HopfieldMemory.builder(items.patterns())
            .stateMap(StateMap.L2)
            .beta(number(options, "beta"))
            .build();
    for (Map.Entry<String, Separation> separation : separations.entrySet()) {
      ListRecall recall =
          recall(memory.withSeparation(separation.getValue()), options)
              .penalty(number(options, "penalty"))
              .build();
      tallies.get(separation.getKey()).add(recall.free(cue, length), draw);
      List<Match> inOrder = recall.sequential(cue, length - 1);
      order.get(separation.getKey())[draw] =
          1 - (double) distance(inOrder) / Math.max(1, length - 1);
    }
    HopfieldMemory sparse = memory.withSeparation(Separation.sparsemax());
    tallies.get(CONSTRAINED).add(recall(sparse, options).build().constrained(cue, length), draw);
    tallies
        .get(UNPENALISED)
        .add(recall(sparse, options).penalty(0).build().free(cue, length), draw);
  }

  private static ListRecall.Builder recall(HopfieldMemory memory, Map<String, String> options) {
    return ListRecall.builder(memory)
        .decay(number(options, "decay"))
        .updates(integer(options, "updates"));
  }

  /** Levenshtein distance of the recalled items to 1, 2, 3, ... */
  static int distance(List<Match> recalled) {
    int n = recalled.size();
    int[] above = new int[n + 1];
    Arrays.setAll(above, j -> j);
    for (int i = 1; i <= n; i++) {
      int[] row = new int[n + 1];
      row[0] = i;
      for (int j = 1; j <= n; j++) {
        int replaced = above[j - 1] + (recalled.get(i - 1).pattern() == j ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[n];
  }

  private static String key(String name) {
    return name.replace(", ", "-").replace(' ', '-');
  }

  private static XyPlot byLength(
      String title, String yTitle, double[] sizes, Map<String, double[]> y) {
    XyPlot plot =
        new XyPlot(title, Axis.log("items in the list"), Axis.linear(yTitle).from(0).to(100));
    y.forEach((name, values) -> plot.marked(name, sizes, values));
    return plot;
  }

  private static Illustration recallCurves(
      Map<String, Tally> tallies, int size, Map<String, String> options) {
    double[] x = new double[size];
    Arrays.setAll(x, t -> t + 1);
    XyPlot plot =
        new XyPlot(
            "Free recall of " + size + " items",
            Axis.linear("retrievals").from(0),
            Axis.linear("distinct items so far").from(0));
    tallies.forEach((name, tally) -> plot.tapered(name, x, tally.distinct));
    return new Illustration(
        "recall-curves",
        plot,
        String.format(
            Locale.ROOT,
            "Distinct items after each retrieval, mean of %s lists of %d, beta %s, penalty %s. The"
                + " diagonal would be a new item every time; a curve levels off where recall comes"
                + " back to what it has already given.",
            options.get("draws"),
            size,
            options.get("beta"),
            options.get("penalty")));
  }

  private static Illustration strip(Items items, Map<String, Tally> tallies) {
    List<String> columns = new ArrayList<>();
    for (int t = 1; t <= SHOWN; t++) {
      columns.add(Integer.toString(t));
    }
    int height = items.images().height();
    int width = items.images().width();
    List<Picture[]> cells = new ArrayList<>();
    for (Tally tally : tallies.values()) {
      Picture[] row = new Picture[SHOWN];
      for (int t = 0; t < Math.min(SHOWN, tally.example.size()); t++) {
        row[t] =
            Picture.ink(
                items.patterns().getRow(tally.example.get(t).pattern()).toDoubleVector(),
                height,
                width);
      }
      cells.add(row);
    }
    return new Illustration(
        "recalled",
        new PictureGrid("", new ArrayList<>(tallies.keySet()), columns, cells),
        "The first 12 items recalled from one list, the heaviest in each final state: with a penalty"
            + " recall goes from image to similar image, unless it falls into a mixture; without"
            + " one it stays where it is.");
  }

  private static ResultTable example(Items items, Map<String, Tally> tallies) {
    List<List<String>> rows = new ArrayList<>();
    int shown = Math.min(SHOWN, items.patterns().rows());
    for (int t = 0; t < shown; t++) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(t + 1)));
      for (Tally tally : tallies.values()) {
        row.add(items.item().apply((int) tally.example.get(t).pattern()));
      }
      rows.add(row);
    }
    List<String> columns = new ArrayList<>(List.of("retrieval"));
    columns.addAll(tallies.keySet());
    return new ResultTable("The first items recalled from one list", columns, rows);
  }

  private static String protocol(Map<String, String> options, boolean words) {
    return String.format(
        Locale.ROOT,
        "Protocol. Lists of distinct %s are drawn (%s of each length); %spatterns and states are"
            + " scaled to length 1 (l2), beta %s. The first item is the cue. Free recall: each"
            + " retrieval starts at the last state; an item's score is lowered by %s times the"
            + " weight that it had in the first updates of earlier retrievals, then up to %s plain"
            + " updates follow, and the heaviest item counts as recalled; as many retrievals as"
            + " items. The constrained sparsemax instead bounds an item's total weight by 1."
            + " Sequential recall: the same penalties, but the first update chooses a pair of"
            + " neighbours in the list, of which the item left is taken away; one retrieval fewer.",
        words ? "words" : "images",
        options.get("draws"),
        words ? "a word's features are its runs of three letters; " : "",
        options.get("beta"),
        options.get("penalty"),
        options.get("updates"));
  }
}
