package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.util.ModelSerializer;

/** What the two example tasks share: training every network over several seeds, and the report. */
abstract class TaskExperiment implements Experiment {
  private static final String ALL = "all";

  private final String name;
  private final String description;
  private final List<TaskNetwork> known;
  private final int epochs;

  TaskExperiment(String name, String description, List<TaskNetwork> known, int epochs) {
    this.name = name;
    this.description = description;
    this.known = known;
    this.epochs = epochs;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return description;
  }

  /** The options that say what the data are. */
  abstract List<ExperimentOption> dataOptions();

  /** The data of a seed. */
  abstract SequenceSet data(Map<String, String> options, long seed);

  /** What the task is, for the report. */
  abstract String task(SequenceSet data);

  @Override
  public final List<ExperimentOption> options() {
    List<ExperimentOption> all = new ArrayList<>(dataOptions());
    all.add(
        new ExperimentOption(
            "networks",
            ExperimentOption.Type.TEXT,
            "all, or some of "
                + String.join(", ", known.stream().map(TaskNetwork::label).toList())
                + " separated by commas",
            ALL,
            Double.NaN,
            Double.NaN,
            List.of()));
    all.add(ExperimentOption.integer("epochs", epochs, 1, 100_000, "passes over the data"));
    all.add(
        ExperimentOption.integer(
            "repeats",
            1,
            1,
            1000,
            "seeds: the given one and those after it; the mean is reported"));
    all.add(ExperimentOption.integer("threads", 1, 1, 256, "networks trained at the same time"));
    return all;
  }

  @Override
  public final ExperimentResult run(ExperimentContext context) throws IOException {
    long start = System.nanoTime();
    Map<String, String> options = context.resolve(this);
    if (context.data().isPresent()) {
      throw new IllegalArgumentException(
          "experiment "
              + name
              + " makes its data by a rule: expected no --data, found "
              + context.data().get());
    }
    List<TaskNetwork> networks = networks(options.get("networks"));
    List<SequenceSet> data = new ArrayList<>();
    for (int repeat = 0; repeat < count(options, "repeats"); repeat++) {
      data.add(data(options, context.seed() + repeat));
    }
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    List<TaskTraining> trainings = train(networks, data, options, context);
    ExperimentResult result = result(context, data, networks, trainings, start);
    return out == null ? result : write(out, data.get(0), trainings, result);
  }

  private List<TaskNetwork> networks(String option) {
    if (option.equals(ALL)) {
      return known;
    }
    return Arrays.stream(option.split(","))
        .map(label -> TaskNetwork.of(label.strip(), known))
        .distinct()
        .toList();
  }

  private List<TaskTraining> train(
      List<TaskNetwork> networks,
      List<SequenceSet> data,
      Map<String, String> options,
      ExperimentContext context) {
    int passes = count(options, "epochs");
    Progress progress = context.progress();
    progress.begin(
        networks.size() + " networks on " + name, (long) networks.size() * data.size() * passes);
    ExecutorService pool = Executors.newFixedThreadPool(count(options, "threads"), this::thread);
    try {
      List<Future<TaskTraining>> running = new ArrayList<>();
      for (TaskNetwork network : networks) {
        for (int repeat = 0; repeat < data.size(); repeat++) {
          SequenceSet set = data.get(repeat);
          long seed = context.seed() + repeat;
          String detail = network.label() + ", seed " + seed;
          running.add(
              pool.submit(
                  () ->
                      TaskTraining.run(
                          network,
                          set,
                          seed,
                          passes,
                          epoch -> {
                            synchronized (progress) {
                              progress.advance(1, detail);
                            }
                          })));
        }
      }
      List<TaskTraining> done = new ArrayList<>();
      for (Future<TaskTraining> training : running) {
        done.add(training.get());
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("experiment " + name + " was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("experiment " + name + " failed", e.getCause());
    } finally {
      pool.shutdownNow();
      progress.end();
    }
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private ExperimentResult result(
      ExperimentContext context,
      List<SequenceSet> data,
      List<TaskNetwork> networks,
      List<TaskTraining> trainings,
      long start) {
    Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    Map<String, Object> curves = new LinkedHashMap<>();
    Map<String, Object> losses = new LinkedHashMap<>();
    List<List<String>> rows = new ArrayList<>();
    for (TaskNetwork network : networks) {
      List<TaskTraining> own = of(network, trainings);
      ExperimentResult.Metric accuracy =
          ExperimentResult.Metric.of(
              own.stream().mapToDouble(TaskTraining::finalAccuracy).toArray());
      metrics.put("accuracy-" + network.label(), accuracy);
      curves.put(network.label(), own.stream().map(TaskTraining::accuracy).toList());
      losses.put(network.label(), own.stream().map(TaskTraining::loss).toList());
      rows.add(
          List.of(
              network.label(),
              Long.toString(own.get(0).network().numParams()),
              number("%.1f", 100 * accuracy.mean()),
              number("%.1f", 100 * accuracy.std()),
              number("%.1f", own.stream().mapToDouble(TaskTraining::seconds).average().orElse(0))));
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("trainingSequences", data.get(0).training().length);
    details.put("heldOutSequences", data.get(0).heldOut().length);
    details.put("accuracyCurves", curves);
    details.put("lossCurves", losses);
    ResultTable table =
        new ResultTable(
            String.format(
                Locale.ROOT,
                "%s: accuracy on %d held-out sequences after the last epoch, %s",
                name,
                data.get(0).heldOut().length,
                data.size() == 1
                    ? "seed " + context.seed()
                    : "mean of seeds "
                        + context.seed()
                        + " to "
                        + (context.seed() + data.size() - 1)),
            List.of("network", "parameters", "accuracy, %", "std", "seconds"),
            rows);
    return new ExperimentResult(
        name,
        name,
        context.seed(),
        (System.nanoTime() - start) / 1e9,
        metrics,
        context.resolveTyped(this),
        details,
        List.of(table),
        List.of());
  }

  static List<TaskTraining> of(TaskNetwork network, List<TaskTraining> trainings) {
    return trainings.stream().filter(training -> training.which() == network).toList();
  }

  private ExperimentResult write(
      Path out, SequenceSet data, List<TaskTraining> trainings, ExperimentResult result)
      throws IOException {
    List<Path> files = new ArrayList<>();
    files.add(out.resolve("metrics.json"));
    files.add(out.resolve("report.html"));
    for (TaskTraining training : trainings) {
      if (training.seed() == result.seed()) {
        Path model = out.resolve(training.which().label() + ".zip");
        AtomicFiles.write(
            model, stream -> ModelSerializer.writeModel(training.network(), stream, true));
        files.add(model);
      }
    }
    AtomicFiles.writeText(files.get(1), TaskReport.html(task(data), trainings, result));
    AtomicFiles.writeText(files.get(0), result.toJson() + "\n");
    return result.withFiles(files);
  }

  /** An option that is a whole number. */
  static int count(Map<String, String> options, String option) {
    return Integer.parseInt(options.get(option));
  }

  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
