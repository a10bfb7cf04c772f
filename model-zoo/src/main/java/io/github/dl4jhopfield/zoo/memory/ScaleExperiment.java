package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.memory.HopfieldMemory;
import io.github.dl4jhopfield.memory.MappedPatterns;
import io.github.dl4jhopfield.memory.PatternFile;
import io.github.dl4jhopfield.memory.Retrieval;
import io.github.dl4jhopfield.memory.RetrievalOptions;
import io.github.dl4jhopfield.ops.NativeOps;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The benchmark of retrieval from a mapped file: time of one update of a batch and of one query
 * beside what bounds them, a plain read of the file and the two bare matrix products; and the
 * memory taken beside the mapping.
 */
public final class ScaleExperiment extends MemoryExperiment {
  private static final int BLOCK = 8192;
  private static final double BETA = 50;

  /** For the service loader. */
  public ScaleExperiment() {
    super(
        "scale",
        "Time and memory of retrieval from a mapped file of a million patterns, beside a plain read"
            + " and bare matrix products");
  }

  @Override
  boolean readsData() {
    return false;
  }

  @Override
  String title() {
    return "Retrieval from a mapped file";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.integer("patterns", 1_000_000, 1, 100_000_000, "patterns in the file"),
        ExperimentOption.integer("width", 768, 1, 100_000, "features of a pattern"),
        ExperimentOption.integer("queries", 64, 1, 10_000, "queries of the batch"),
        ExperimentOption.choice(
            "storage", "float32", List.of("float32", "float16"), "numbers in the file"),
        ExperimentOption.integer("runs", 3, 1, 100, "timed runs of each; the median counts"));
  }

  @Override
  Findings work(ExperimentContext context, Map<String, String> options) throws IOException {
    int runs = integer(options, "runs");
    int count = integer(options, "queries");
    boolean half = options.get("storage").equals("float16");
    Findings findings =
        new Findings(options.get("patterns") + " x " + options.get("width") + " random numbers");
    try (ScratchFolder folder = ScratchFolder.create("hopfield-scale")) {
      Path file = folder.resolve("patterns.npy");
      context.progress().begin("file", integer(options, "patterns"));
      write(file, context, options, half);
      MappedPatterns store = MappedPatterns.open(file);
      long[] sources = new long[count];
      INDArray queries = queries(store, sources, context.seed());
      INDArray one = queries.getRow(0).dup().reshape(1, queries.size(1));
      HopfieldMemory softmax = HopfieldMemory.builder(store).beta(BETA).build();
      HopfieldMemory sparsemax = softmax.withSeparation(Separation.sparsemax());

      Map<String, double[]> seconds = new LinkedHashMap<>();
      context.progress().begin("timing", 6L * (runs + 1));
      Map<String, Supplier<Object>> tasks = new LinkedHashMap<>();
      tasks.put("plain read", () -> read(file));
      tasks.put("bare products", () -> products(store, half, queries));
      tasks.put("softmax", () -> retrieve(softmax, queries));
      tasks.put("sparsemax", () -> retrieve(sparsemax, queries));
      tasks.put("softmax, one query", () -> retrieve(softmax, one));
      tasks.put("sparsemax, one query", () -> retrieve(sparsemax, one));
      tasks.keySet().forEach(name -> seconds.put(name, new double[runs]));
      double[] beside = {Double.NaN};
      // run 0 warms up and is not counted
      for (int run = 0; run <= runs; run++) {
        for (Map.Entry<String, Supplier<Object>> task : tasks.entrySet()) {
          MemoryWatch watch = new MemoryWatch();
          long start = System.nanoTime();
          task.getValue().get();
          double taken = (System.nanoTime() - start) / 1e9;
          double grown = watch.stop();
          if (run > 0) {
            seconds.get(task.getKey())[run - 1] = taken;
            if (!task.getKey().startsWith("plain") && !task.getKey().startsWith("bare")) {
              beside[0] = Double.isNaN(beside[0]) ? grown : Math.max(beside[0], grown);
            }
          }
          context.progress().advance(1, task.getKey());
        }
      }
      report(findings, seconds, count, beside[0], Files.size(file));
      findings.metric("found", found(retrieve(softmax, queries), sources));
      findings.protocol(protocol(options));
      return findings;
    }
  }

  private static void write(
      Path file, ExperimentContext context, Map<String, String> options, boolean half)
      throws IOException {
    int width = integer(options, "width");
    int patterns = integer(options, "patterns");
    SplittableRandom random = new SplittableRandom(context.seed());
    // uniform, of variance 1 / width: patterns of length about 1
    float scale = (float) Math.sqrt(12.0 / width);
    try (PatternFile out = PatternFile.create(file, width, half ? DataType.HALF : DataType.FLOAT)) {
      for (int from = 0; from < patterns; from += BLOCK) {
        int rows = Math.min(BLOCK, patterns - from);
        float[] block = new float[rows * width];
        for (int i = 0; i < block.length; i++) {
          block[i] = ((random.nextInt() >>> 8) * 0x1p-24f - 0.5f) * scale;
        }
        out.append(Nd4j.create(block, new long[] {rows, width}, 'c'));
        context.progress().advance(rows, "writing " + file.getFileName());
      }
      out.commit();
    }
  }

  /** Stored patterns from all over the file, with noise of half their length. */
  private static INDArray queries(MappedPatterns store, long[] sources, long seed) {
    SplittableRandom random = new SplittableRandom(seed + 1);
    for (int q = 0; q < sources.length; q++) {
      sources[q] = random.nextLong(store.size());
    }
    INDArray rows = store.rows(sources);
    float[] noise = new float[(int) rows.length()];
    float scale = (float) Math.sqrt(3.0 / store.width());
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (random.nextDouble() - 0.5) * scale;
    }
    return rows.addi(Nd4j.create(noise, rows.shape(), 'c'));
  }

  private static Retrieval retrieve(HopfieldMemory memory, INDArray queries) {
    return memory.retrieve(queries, RetrievalOptions.steps(1));
  }

  private static double found(Retrieval retrieval, long[] sources) {
    int right = 0;
    for (int q = 0; q < sources.length; q++) {
      right += retrieval.result(q).matches().get(0).pattern() == sources[q] ? 1 : 0;
    }
    return (double) right / sources.length;
  }

  private static Object read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 22);
      long total = 0;
      for (int got = 0; got >= 0; got = channel.read(buffer.clear())) {
        total += got;
      }
      return total;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Scores of all patterns and a mixture with weights, by matrix products and nothing else: of a
   * float16 file the first block stands for all, so that the time is that of the products alone.
   */
  private static Object products(MappedPatterns store, boolean half, INDArray queries) {
    long n = queries.size(0);
    INDArray first = store.block(0, BLOCK);
    INDArray mixed = Nd4j.create(store.dataType(), new long[] {store.width(), n}, 'f');
    INDArray buffer = Nd4j.createUninitialized(store.dataType(), new long[] {BLOCK, n}, 'f');
    for (long from = 0; from < store.size(); ) {
      INDArray block =
          half
              ? first.get(
                  NDArrayIndex.interval(0, Math.min(BLOCK, store.size() - from)),
                  NDArrayIndex.all())
              : store.block(from, BLOCK);
      INDArray scores =
          block.size(0) == BLOCK
              ? buffer
              : Nd4j.createUninitialized(store.dataType(), new long[] {block.size(0), n}, 'f');
      Nd4j.gemm(block, queries, scores, false, true, 1, 0);
      Nd4j.gemm(block, scores, mixed, true, false, 1, 1);
      from += block.size(0);
    }
    return mixed.get(NDArrayIndex.point(0), NDArrayIndex.all()).getDouble(0);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length % 2 == 1
        ? sorted[sorted.length / 2]
        : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  }

  private static void report(
      Findings findings, Map<String, double[]> seconds, int count, double beside, long bytes) {
    double read = median(seconds.get("plain read"));
    double products = median(seconds.get("bare products"));
    List<List<String>> rows = new ArrayList<>();
    Map<String, Double> bars = new LinkedHashMap<>();
    seconds.forEach(
        (name, all) -> {
          double bound = name.endsWith("one query") ? read : Math.max(read, products);
          boolean ours = name.startsWith("softmax") || name.startsWith("sparsemax");
          double taken = median(all);
          String key = name.replace(", ", "-").replace(' ', '-');
          findings.metric(key + "-seconds", all);
          if (ours) {
            findings.metric(key + "-ratio", taken / bound);
          }
          rows.add(
              List.of(
                  name,
                  String.format(Locale.ROOT, "%.3f", taken),
                  ours ? String.format(Locale.ROOT, "%.2f", taken / bound) : "-"));
          bars.put(name, taken);
        });
    findings.metric("file-mb", bytes / 1e6);
    if (!Double.isNaN(beside)) {
      findings.metric("memory-beside-file-mb", beside);
    }
    findings.table(
        new ResultTable(
            "One update of "
                + count
                + " queries, or of one: median seconds, and their ratio to the larger of read and"
                + " products (one query: to the read)",
            List.of("what", "seconds", "ratio"),
            rows));
    findings.figure(
        new Illustration(
            "seconds",
            new BarPlot(
                    "Time of one update, " + count + " queries or one",
                    "",
                    List.copyOf(bars.keySet()),
                    Axis.linear("seconds"))
                .lying()
                .group("", bars.values().stream().mapToDouble(v -> v).toArray()),
            "Median time of each. An update is measured against the larger of the read and the bare"
                + " products, that of one query against the read: a mapped file is read without the"
                + " copy into a buffer, and sparsemax has nothing to multiply where weights are 0."));
  }

  private static String protocol(Map<String, String> options) {
    return String.format(
        Locale.ROOT,
        "Protocol. A file of %s x %s numbers (%s) is written, mapped, and asked with stored patterns"
            + " plus noise of half their length, beta %s. In turn, %s times after one warm-up: the"
            + " file is read through a buffer of 4 MiB; the two matrix products of an update are done"
            + " by BLAS alone, block by block (of a float16 file the first block, as floats, again"
            + " and again); one update of all queries; one update of one query,"
            + " each with the 10 heaviest patterns. Memory is the growth of the process's anonymous"
            + " resident memory (Linux) during an update. Native ops: %s.",
        options.get("patterns"),
        options.get("width"),
        options.get("storage"),
        BETA,
        options.get("runs"),
        NativeOps.status().nativeLoaded() ? "loaded" : "not loaded");
  }

  /** Watches how far the anonymous resident memory of this process grows, in megabytes. */
  private static final class MemoryWatch implements Runnable {
    private final double before = resident();
    private volatile double most = before;
    private volatile boolean ended;
    private final Thread thread = new Thread(this, "memory-watch");

    MemoryWatch() {
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void run() {
      while (!ended) {
        most = Math.max(most, resident());
        try {
          Thread.sleep(20);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    double stop() {
      ended = true;
      thread.interrupt();
      most = Math.max(most, resident());
      return most - before;
    }

    private static double resident() {
      try {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
          if (line.startsWith("RssAnon:")) {
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
          }
        }
      } catch (IOException e) {
        return Double.NaN; // not Linux
      }
      return Double.NaN;
    }
  }
}
