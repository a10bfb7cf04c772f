package io.github.dl4jhopfield.zoo.experiment;

import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.report.Illustration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run, of whatever: checks the options, opens the data, makes the output folder, does the work,
 * and writes {@code model.zip} and other files, {@code report.html} and, last, {@code
 * metrics.json}. A folder with {@code metrics.json} is therefore a run that ended.
 *
 * <p>What is wrong with options or data is found before the folder is made, and a folder that can't
 * be written to before the work.
 */
public final class ExperimentRun {
  /** Reads and checks the data: cheap beside the work. */
  @FunctionalInterface
  public interface Opening<D> {
    /** The data; options have been checked. */
    D open(ExperimentRun run) throws IOException;
  }

  /** The work. */
  @FunctionalInterface
  public interface Body<D> {
    /** What was found. The run ends the context's progress. */
    Findings run(ExperimentRun run, D data) throws IOException;
  }

  private final String what;
  private final ExperimentContext context;
  private final Map<String, String> options;

  private ExperimentRun(String what, ExperimentContext context, Map<String, String> options) {
    this.what = what;
    this.context = context;
    this.options = options;
  }

  /**
   * The options of an experiment, checked, for what is done with it besides running it.
   *
   * @throws IllegalArgumentException for bad options
   */
  public static ExperimentRun of(Experiment experiment, ExperimentContext context) {
    return new ExperimentRun(
        "experiment " + experiment.name(), context, context.resolve(experiment));
  }

  /**
   * As {@link #of(Experiment, ExperimentContext)}, in which options have the values of the
   * hyperparameters that are called as they are in camel case.
   *
   * @throws IllegalArgumentException for bad options or values
   */
  public static ExperimentRun of(
      Experiment experiment, ExperimentContext context, Map<String, Object> hyperparameters) {
    Map<String, String> options = new LinkedHashMap<>(context.options());
    for (ExperimentOption option : experiment.options()) {
      Object value = hyperparameters.get(option.camelCase());
      if (value != null) {
        options.put(option.name(), ExperimentOption.written(value));
      }
    }
    return of(
        experiment,
        ExperimentContext.builder()
            .data(context.data().orElse(null))
            .seed(context.seed())
            .options(options)
            .build());
  }

  /**
   * Runs.
   *
   * @param name what runs, as in the result
   * @param owner what runs, for errors about options: {@code experiment mil}
   * @param declared its options
   * @throws IllegalArgumentException for bad options or data
   * @throws UnsavedResultException if the work ended and a file of it could not be written
   * @throws IOException if a file cannot be read or the folder not be made
   */
  public static <D> ExperimentResult execute(
      String name,
      String owner,
      List<ExperimentOption> declared,
      ExperimentContext context,
      Opening<D> opening,
      Body<D> body)
      throws IOException {
    long start = System.nanoTime();
    ExperimentRun run = new ExperimentRun(owner, context, context.resolve(owner, declared));
    D data = opening.open(run);
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    Findings findings;
    try {
      findings = body.run(run, data);
    } finally {
      context.progress().end();
    }
    ExperimentResult result =
        new ExperimentResult(
            name,
            findings.dataset(),
            context.seed(),
            (System.nanoTime() - start) / 1e9,
            findings.metrics(),
            context.resolveTyped(owner, declared),
            findings.details(),
            findings.tables(),
            List.of());
    return out == null ? result : write(out, findings, result);
  }

  private static ExperimentResult write(Path out, Findings findings, ExperimentResult result)
      throws IOException {
    Map<String, Findings.FileWriter> writers = new LinkedHashMap<>();
    // in the order in which they are named to the user
    writers.put("metrics.json", file -> AtomicFiles.writeText(file, result.toJson() + "\n"));
    if (findings.report() != null) {
      String html = findings.report().apply(result);
      writers.put("report.html", file -> AtomicFiles.writeText(file, html));
    }
    for (Illustration one : findings.figures()) {
      String svg = one.figure().toSvgFile();
      writers.put(one.name() + ".svg", file -> AtomicFiles.writeText(file, svg));
    }
    writers.putAll(findings.files());
    List<Path> written = new ArrayList<>();
    List<String> names = new ArrayList<>(writers.keySet());
    try {
      // metrics.json last: it says that the run is whole
      for (int i = names.size() - 1; i >= 0; i--) {
        Path file = out.resolve(names.get(i));
        writers.get(names.get(i)).write(file);
        written.add(0, file);
      }
    } catch (IOException e) {
      throw new UnsavedResultException(result.withFiles(written), e);
    }
    return result.withFiles(written);
  }

  /** What it runs with. */
  public ExperimentContext context() {
    return context;
  }

  /** The user's data; empty for data of its own. */
  public Optional<Path> data() {
    return context.data();
  }

  /**
   * For what makes its data by itself.
   *
   * @throws IllegalArgumentException if data were given, which would be ignored
   */
  public void takesNoData(String experiment) {
    if (context.data().isPresent()) {
      throw new IllegalArgumentException(
          "experiment "
              + experiment
              + " makes its data by a rule: expected no --data, found "
              + context.data().get());
    }
  }

  /** Seed of every random choice. */
  public long seed() {
    return context.seed();
  }

  /** Where progress goes. */
  public Progress progress() {
    return context.progress();
  }

  /** Whether files will be written. */
  public boolean writes() {
    return context.out().isPresent();
  }

  /**
   * Where a model that this run makes comes from.
   *
   * @param dataset name of the data
   * @param fingerprint hash of the data, empty if unknown
   */
  public Provenance provenance(String dataset, String fingerprint) {
    return Provenance.of(what, dataset, fingerprint, seed(), options);
  }

  /** Every option with its value, in declared order. */
  public Map<String, String> options() {
    return options;
  }

  /** An option as text. */
  public String text(String option) {
    String value = options.get(option);
    if (value == null) {
      throw new IllegalStateException("no option " + option + " was declared");
    }
    return value;
  }

  /** An option that is a whole number and fits into an int. */
  public int integer(String option) {
    return Math.toIntExact(Long.parseLong(text(option)));
  }

  /** An option that is a number. */
  public double number(String option) {
    return Double.parseDouble(text(option));
  }

  /** An option that is true or false. */
  public boolean flag(String option) {
    return Boolean.parseBoolean(text(option));
  }
}
