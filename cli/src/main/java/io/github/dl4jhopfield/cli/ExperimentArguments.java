package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * An experiment's own options as options of the command that runs it: looked up before the command
 * line is parsed, so that they are checked, suggested and shown by {@code --help} like any other.
 */
final class ExperimentArguments {
  private ExperimentArguments() {}

  /**
   * Adds the options of the experiment that the arguments name to the command that they name, if
   * that command takes an experiment.
   *
   * @throws ParameterException if there is no such experiment
   */
  static void declare(CommandLine root, String[] arguments) {
    int at = 0;
    while (at < arguments.length && arguments[at].startsWith("-")) {
      at += takesNext(root.getCommandSpec(), arguments[at]) ? 2 : 1;
    }
    if (at < arguments.length && arguments[at].equals("help")) {
      at++; // 'help run mil' as 'run mil --help'
    }
    CommandLine command = at < arguments.length ? root.getSubcommands().get(arguments[at]) : null;
    if (command == null) {
      return;
    }
    CommandSpec spec = command.getCommandSpec();
    if (spec.userObject() instanceof OpCommand) {
      CommandLineOps.describe(spec, Arrays.copyOfRange(arguments, at, arguments.length));
    }
    if (spec.userObject() instanceof TrainCommand) {
      declareModel(command, arguments, ModelWorkflow::options);
    }
    if (spec.userObject() instanceof PredictCommand) {
      declareModel(command, arguments, ModelWorkflow::predictOptions);
    }
    if (!(spec.userObject() instanceof TakesExperiment)) {
      return;
    }
    for (int i = at + 1; i < arguments.length; i++) {
      if (!arguments[i].startsWith("-")) {
        Experiment experiment = byName(command, arguments[i]);
        declareOptions(spec, "experiment", experiment.name(), experiment.options());
        return;
      }
      if (takesNext(spec, arguments[i])) {
        i++;
      }
    }
  }

  /** A command whose first positional parameter is an experiment's name. */
  interface TakesExperiment {}

  private static boolean takesNext(CommandSpec spec, String argument) {
    OptionSpec option = spec.optionsMap().get(argument);
    return option != null && option.arity().max() > 0;
  }

  private static Experiment byName(CommandLine command, String name) {
    List<Experiment> all = Experiments.all();
    Optional<Experiment> found = all.stream().filter(e -> e.name().equals(name)).findFirst();
    List<String> names = all.stream().map(Experiment::name).toList();
    return found.orElseThrow(
        () ->
            new ParameterException(
                command,
                "unknown experiment '"
                    + name
                    + "'"
                    + Suggestions.hint(name, names)
                    + "; there are: "
                    + String.join(", ", names)));
  }

  private static void declareOptions(
      CommandSpec spec, String kind, String owner, List<ExperimentOption> options) {
    for (ExperimentOption option : options) {
      String name = "--" + option.name();
      if (spec.optionsMap().containsKey(name)) {
        // Of sweep and an experiment that both have --threads, sweep's is meant.
        continue;
      }
      spec.addOption(
          OptionSpec.builder(name)
              .type(String.class)
              // a flag alone is true
              .arity(option.type() == ExperimentOption.Type.BOOLEAN ? "0..1" : "1")
              .fallbackValue("true")
              .paramLabel(label(option))
              .description(
                  option.description().replace("%", "%%")
                      + " ("
                      + option.expects().replace("%", "%%")
                      + "; default: "
                      + option.defaultValue().replace("%", "%%")
                      + ")")
              .converters(value -> checked(option, value))
              .build());
    }
    spec.usageMessage()
        .optionListHeading("%nOptions, with those of the " + kind + " '" + owner + "':%n");
  }

  private static String label(ExperimentOption option) {
    return switch (option.type()) {
      case INTEGER -> "N";
      case NUMBER -> "X";
      case BOOLEAN -> "true|false";
      case CHOICE -> String.join("|", option.choices());
      case CHOICES -> String.join("|", option.choices()) + ",...";
      case TEXT -> "TEXT";
    };
  }

  private static String checked(ExperimentOption option, String value) {
    try {
      return option.checked(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "expected " + option.expects() + ", found \"" + value + '"');
    }
  }

  private static void declareModel(
      CommandLine command,
      String[] arguments,
      Function<ModelWorkflow, List<ExperimentOption>> options) {
    for (int i = 0; i < arguments.length; i++) {
      String name = null;
      if (arguments[i].startsWith("--model=")) {
        name = arguments[i].substring("--model=".length());
      } else if (arguments[i].equals("--model") && i + 1 < arguments.length) {
        name = arguments[i + 1];
      }
      if (name != null) {
        ModelWorkflow model = model(command, name);
        declareOptions(command.getCommandSpec(), "model", model.name(), options.apply(model));
        return;
      }
    }
  }

  /**
   * The zoo model of that name.
   *
   * @throws ParameterException if there is none
   */
  static ModelWorkflow model(CommandLine command, String name) {
    List<ModelWorkflow> all = ModelWorkflows.all();
    List<String> names = all.stream().map(ModelWorkflow::name).toList();
    return all.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    command,
                    "unknown model '"
                        + name
                        + "'"
                        + Suggestions.hint(name, names)
                        + "; there are: "
                        + String.join(", ", names)));
  }

  /** The experiment's options that were given, by their names without dashes. */
  static Map<String, String> given(CommandSpec spec, List<ExperimentOption> options) {
    Map<String, String> values = new LinkedHashMap<>();
    for (ExperimentOption option : options) {
      OptionSpec declared = spec.optionsMap().get("--" + option.name());
      // The command's own options are fields of it, those of the experiment are not.
      if (declared == null || declared.userObject() != null) {
        continue;
      }
      String value = declared.getValue();
      if (value != null) {
        values.put(option.name(), value);
      }
    }
    return values;
  }
}
