package io.github.dl4jhopfield.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: what every command shares. */
@Command(
    name = "hopfield",
    description = "Modern Hopfield networks for Deeplearning4j.",
    mixinStandardHelpOptions = true,
    versionProvider = HopfieldCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      SweepCommand.class,
      TrainCommand.class,
      PredictCommand.class,
      EvaluateCommand.class,
      InspectCommand.class,
      VerifyCommand.class,
      OpCommand.class,
      ImportKerasCommand.class,
      ExplainCommand.class,
      ImportWeightsCommand.class,
      ExportWeightsCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      TestCommand.class,
      PublishLocalCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class,
      WarmUpCommand.class,
    },
    footer = {
      "",
      "Exit status: 0 done, 1 failed, 2 wrong arguments (before any file was opened).",
      "'hopfield COMMAND --help' says more about a command."
    })
final class HopfieldCommand implements Callable<Integer> {
  /**
   * Which path the ops take; ND4J is told through the system property {@code dl4jhopfield.native}.
   */
  enum Native {
    auto,
    require,
    off
  }

  private final PrintStream out;
  private final PrintStream err;

  @Spec CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and the libraries' log.")
  boolean debug;

  @Option(names = "--quiet", scope = ScopeType.INHERIT, description = "Show only results.")
  boolean quiet;

  @Option(
      names = "--native",
      scope = ScopeType.INHERIT,
      paramLabel = "auto|require|off",
      description = "Native ops where they can load (auto), or fail without them, or plain Java.")
  Native nativeOps;

  HopfieldCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  Console console() {
    return new Console(out, err, quiet);
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(out);
    return ExitCode.OK;
  }

  /** Name and version of the build, from the jar's manifest. */
  static final class Version implements IVersionProvider {
    static String ours() {
      String version = Version.class.getPackage().getImplementationVersion();
      return version == null ? "(not from a jar)" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"hopfield " + ours() + ", Java " + Runtime.version()};
    }
  }
}
