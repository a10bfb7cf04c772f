package io.github.dl4jhopfield.zoo.experiment;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What an experiment is run with: data, seed, output folder, options and a progress listener. */
public final class ExperimentContext {
  private final Path data;
  private final Path out;
  private final long seed;
  private final Progress progress;
  private final Map<String, String> options;

  private ExperimentContext(Builder builder) {
    data = builder.data;
    out = builder.out;
    seed = builder.seed;
    progress = builder.progress;
    options = Map.copyOf(builder.options);
  }

  /** A context with seed 1, the data in the jar, no output folder and default options. */
  public static Builder builder() {
    return new Builder();
  }

  /** The user's data; empty for the data in the jar. */
  public Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  /** Folder for metrics.json, the model and report.html; empty to write nothing. */
  public Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  /** Seed of every random choice. */
  public long seed() {
    return seed;
  }

  /** Where progress goes; never null. */
  public Progress progress() {
    return progress;
  }

  /** The options as given, by name. */
  public Map<String, String> options() {
    return options;
  }

  /**
   * Every option of an experiment with its value here or its default, in declared order.
   *
   * @throws IllegalArgumentException if a value is illegal, or an option is given that the
   *     experiment does not have; the message lists those that it has
   */
  public Map<String, String> resolve(Experiment experiment) {
    return resolve("experiment " + experiment.name(), experiment.options());
  }

  /** As {@link #resolve(Experiment)} for anything that has options; {@code owner} is for errors. */
  public Map<String, String> resolve(String owner, List<ExperimentOption> declared) {
    List<String> names = declared.stream().map(ExperimentOption::name).toList();
    for (String name : options.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            owner
                + ": expected an option of "
                + String.join(", ", names)
                + ", found \""
                + name
                + '"');
      }
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (ExperimentOption option : declared) {
      values.put(
          option.name(),
          option.checked(options.getOrDefault(option.name(), option.defaultValue())));
    }
    return values;
  }

  /** As {@link #resolve(Experiment)}, each value as the number, boolean or text that it is. */
  public Map<String, Object> resolveTyped(Experiment experiment) {
    return resolveTyped("experiment " + experiment.name(), experiment.options());
  }

  /** As {@link #resolveTyped(Experiment)} for anything that has options. */
  public Map<String, Object> resolveTyped(String owner, List<ExperimentOption> declared) {
    Map<String, String> values = resolve(owner, declared);
    Map<String, Object> typed = new LinkedHashMap<>();
    for (ExperimentOption option : declared) {
      typed.put(option.name(), option.parse(values.get(option.name())));
    }
    return typed;
  }

  /** Builder of {@link ExperimentContext}. */
  public static final class Builder {
    private Path data;
    private Path out;
    private long seed = 1;
    private Progress progress = Progress.NONE;
    private final Map<String, String> options = new LinkedHashMap<>();

    private Builder() {}

    /** The user's data, or null for the data in the jar. */
    public Builder data(Path data) {
      this.data = data;
      return this;
    }

    /** Folder for the output, or null to write nothing. */
    public Builder out(Path out) {
      this.out = out;
      return this;
    }

    /** Seed of every random choice. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Where progress goes. */
    public Builder progress(Progress progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /** Sets one option. */
    public Builder option(String name, String value) {
      options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, name));
      return this;
    }

    /** Sets several options. */
    public Builder options(Map<String, String> values) {
      values.forEach(this::option);
      return this;
    }

    /** The context. */
    public ExperimentContext build() {
      return new ExperimentContext(this);
    }
  }
}
