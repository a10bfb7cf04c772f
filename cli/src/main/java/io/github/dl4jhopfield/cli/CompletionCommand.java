package io.github.dl4jhopfield.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints what makes a shell complete commands, options, names and files. */
@Command(
    name = "completion",
    description = {
      "Print the completion of a shell. For this session:",
      "  bash: source <(./hopfield completion bash)",
      "  zsh:  source <(./hopfield completion zsh)",
      "  fish: ./hopfield completion fish | source"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  /** The shells. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  @ParentCommand HopfieldCommand root;

  @Parameters(paramLabel = "bash|zsh|fish", description = "The shell.")
  Shell shell;

  @Override
  public Integer call() {
    CommandLine line = root.spec.commandLine();
    root.console()
        .raw(
            shell == Shell.fish
                ? FishCompletion.script(line)
                : AutoComplete.bash("hopfield", line).stripTrailing());
    return ExitCode.OK;
  }
}
