package io.github.dl4jhopfield.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * Goes once through what every start needs, so that the launcher can archive the parsed classes:
 * help of every command, and ND4J's start, which also unpacks its native libraries.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Override
  public Integer call() {
    CommandLine top = root.spec.commandLine();
    try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
      top.usage(nowhere);
      top.getSubcommands().values().forEach(command -> command.usage(nowhere));
      Main.run(new String[] {"--no-such-option"}, nowhere, nowhere);
      return Main.run(new String[] {"doctor", "--json"}, nowhere, nowhere);
    }
  }
}
