package io.github.dl4jhopfield.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish, which picocli doesn't write. */
final class FishCompletion {
  private FishCompletion() {}

  static String script(CommandLine root) {
    StringBuilder text = new StringBuilder("# Completion of hopfield for fish.\n");
    text.append("complete -c hopfield -f\n");
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, CommandLine> command : root.getSubcommands().entrySet()) {
      CommandSpec spec = command.getValue().getCommandSpec();
      if (spec.usageMessage().hidden()) {
        continue;
      }
      names.add(command.getKey());
      text.append("complete -c hopfield -n __fish_use_subcommand -a ")
          .append(command.getKey())
          .append(" -d ")
          .append(quoted(first(spec.usageMessage().description())))
          .append('\n');
    }
    options(text, root.getCommandSpec(), "__fish_use_subcommand");
    for (String name : names) {
      CommandSpec spec = root.getSubcommands().get(name).getCommandSpec();
      String when = quoted("__fish_seen_subcommand_from " + name);
      options(text, spec, when);
      Set<String> candidates = new LinkedHashSet<>();
      boolean files = false;
      for (ArgSpec parameter : spec.positionalParameters()) {
        candidates.addAll(candidates(parameter));
        files |= isFile(parameter);
      }
      if (!candidates.isEmpty()) {
        text.append("complete -c hopfield -n ").append(when).append(" -a ");
        text.append(quoted(String.join(" ", candidates))).append('\n');
      }
      if (files) {
        text.append("complete -c hopfield -n ").append(when).append(" -F\n");
      }
    }
    return text.toString().stripTrailing();
  }

  private static void options(StringBuilder text, CommandSpec spec, String when) {
    for (OptionSpec option : spec.options()) {
      if (option.hidden()) {
        continue;
      }
      text.append("complete -c hopfield -n ").append(when);
      for (String name : option.names()) {
        text.append(
            name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
      }
      if (option.arity().max() > 0) {
        List<String> candidates = candidates(option);
        text.append(isFile(option) ? " -r -F" : " -x");
        if (!candidates.isEmpty()) {
          text.append(" -a ").append(quoted(String.join(" ", candidates)));
        }
      }
      text.append(" -d ").append(quoted(first(option.description()))).append('\n');
    }
  }

  private static boolean isFile(ArgSpec argument) {
    return argument.type() == Path.class
        || argument.auxiliaryTypes().length > 0 && argument.auxiliaryTypes()[0] == Path.class;
  }

  private static List<String> candidates(ArgSpec argument) {
    List<String> all = new ArrayList<>();
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(all::add);
    }
    return all;
  }

  private static String first(String[] description) {
    return description.length == 0 ? "" : description[0].replace("%%", "%");
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
