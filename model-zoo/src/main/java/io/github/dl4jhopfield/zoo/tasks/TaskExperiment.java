package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.JobPool;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** What the two example tasks share: training every network over several seeds, and the report. */
abstract class TaskExperiment extends ExperimentTemplate<List<SequenceSet>> {
  private static final String ALL = "all";

  private final List<TaskNetwork> known;
  private final int epochs;

  TaskExperiment(String name, String description, List<TaskNetwork> known, int epochs) {
    super(name, description);
    this.known = known;
    this.epochs = epochs;
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
        ExperimentOption.text(
            "networks",
            ALL,
            "all, or some of "
                + String.join(", ", known.stream().map(TaskNetwork::label).toList())
                + " separated by commas"));
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
  protected final List<SequenceSet> open(ExperimentRun run) {
    run.takesNoData(name());
    networks(run.text("networks"));
    List<SequenceSet> data = new ArrayList<>();
    for (int repeat = 0; repeat < run.integer("repeats"); repeat++) {
      data.add(data(run.options(), run.seed() + repeat));
    }
    return data;
  }

  @Override
  protected final Findings run(ExperimentRun run, List<SequenceSet> data) throws IOException {
    List<TaskNetwork> networks = networks(run.text("networks"));
    List<TaskTraining> trainings = train(networks, data, run);
    Findings findings = findings(run, data, networks, trainings);
    String task = task(data.get(0));
    findings.report(result -> TaskReport.html(task, trainings, result));
    for (TaskTraining training : trainings) {
      if (training.seed() == run.seed()) {
        findings.file(
            training.which().label() + ".zip",
            file -> NetworkFile.write(file, training.network(), true));
      }
    }
    return findings;
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
      List<TaskNetwork> networks, List<SequenceSet> data, ExperimentRun run) throws IOException {
    int passes = run.integer("epochs");
    Progress progress = Progress.oneAtATime(run.progress());
    progress.begin(
        networks.size() + " networks on " + name(), (long) networks.size() * data.size() * passes);
    List<Callable<TaskTraining>> jobs = new ArrayList<>();
    for (TaskNetwork network : networks) {
      for (int repeat = 0; repeat < data.size(); repeat++) {
        SequenceSet set = data.get(repeat);
        long seed = run.seed() + repeat;
        String detail = network.label() + ", seed " + seed;
        jobs.add(
            () ->
                TaskTraining.run(network, set, seed, passes, epoch -> progress.advance(1, detail)));
      }
    }
    return JobPool.run(name(), run.integer("threads"), jobs);
  }

  private Findings findings(
      ExperimentRun run,
      List<SequenceSet> data,
      List<TaskNetwork> networks,
      List<TaskTraining> trainings) {
    Findings findings = new Findings(name());
    Map<String, Object> curves = new LinkedHashMap<>();
    Map<String, Object> losses = new LinkedHashMap<>();
    List<List<String>> rows = new ArrayList<>();
    for (TaskNetwork network : networks) {
      List<TaskTraining> own = of(network, trainings);
      ExperimentResult.Metric accuracy =
          ExperimentResult.Metric.of(
              own.stream().mapToDouble(TaskTraining::finalAccuracy).toArray());
      findings.metric("accuracy-" + network.label(), accuracy);
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
    findings
        .detail("trainingSequences", data.get(0).training().length)
        .detail("heldOutSequences", data.get(0).heldOut().length)
        .detail("accuracyCurves", curves)
        .detail("lossCurves", losses);
    ResultTable table =
        new ResultTable(
            String.format(
                Locale.ROOT,
                "%s: accuracy on %d held-out sequences after the last epoch, %s",
                name(),
                data.get(0).heldOut().length,
                data.size() == 1
                    ? "seed " + run.seed()
                    : "mean of seeds " + run.seed() + " to " + (run.seed() + data.size() - 1)),
            List.of("network", "parameters", "accuracy, %", "std", "seconds"),
            rows);
    return findings.table(table);
  }

  static List<TaskTraining> of(TaskNetwork network, List<TaskTraining> trainings) {
    return trainings.stream().filter(training -> training.which() == network).toList();
  }

  /** An option that is a whole number. */
  static int count(Map<String, String> options, String option) {
    return Integer.parseInt(options.get(option));
  }

  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
