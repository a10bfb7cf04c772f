package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.Faults;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.deeplearning4j.exception.DL4JException;
import org.nd4j.linalg.exception.ND4JException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry of the {@code hopfield} command line: parses, runs one command, turns what went wrong into
 * one line and an exit status.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments, System.out, System.err));
  }

  /**
   * Runs one command line.
   *
   * @param arguments as typed
   * @param out receives results and nothing else
   * @param err receives what is being done, warnings and errors
   * @return the exit status: 0 done, 1 failed, 2 wrong arguments
   */
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    logging(debugging(arguments));
    HopfieldCommand root = new HopfieldCommand(out, err);
    CommandLine line =
        new CommandLine(root, new Factory(root))
            .setOut(new java.io.PrintWriter(out, true))
            .setErr(new java.io.PrintWriter(err, true))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .registerConverter(Double.class, Main::finite)
            .setParameterExceptionHandler((e, typed) -> usageError(e, root.debug, err))
            .setExecutionExceptionHandler((e, command, parsed) -> failure(e, root.debug, err));
    line.setExecutionStrategy(
        parsed -> {
          prepare(root);
          return new CommandLine.RunLast().execute(parsed);
        });
    PrintStream previous = System.out;
    // Libraries that print to stdout must not get between a result's lines.
    System.setOut(debugging(arguments) ? err : new PrintStream(OutputStream.nullOutputStream()));
    try {
      ExperimentArguments.declare(line, arguments);
      return line.execute(arguments);
    } catch (ParameterException e) {
      return usageError(e, debugging(arguments), err);
    } catch (Error e) { // of the JVM: no memory, no temporary folder, no native library
      return failure(e, debugging(arguments), err);
    } finally {
      System.setOut(previous);
      out.flush();
    }
  }

  private static Double finite(String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!Double.isFinite(value)) {
      throw new CommandLine.TypeConversionException(
          "expected a finite number, found '" + text + "'");
    }
    return value;
  }

  private static boolean debugging(String[] arguments) {
    return List.of(arguments).contains("--debug");
  }

  /** Logs go to stderr: decided before any class that has a logger is touched. */
  private static void logging(boolean debug) {
    setDefault("org.slf4j.simpleLogger.logFile", "System.err");
    setDefault("org.slf4j.simpleLogger.defaultLogLevel", debug ? "info" : "error");
    setDefault("org.slf4j.simpleLogger.log.io.github.dl4jhopfield", debug ? "info" : "warn");
    setDefault("org.slf4j.simpleLogger.showThreadName", "false");
    setDefault("org.slf4j.simpleLogger.showShortLogName", "true");
  }

  /** What must be decided before ND4J starts. */
  private static void prepare(HopfieldCommand root) {
    if (root.nativeOps != null) {
      System.setProperty("dl4jhopfield.native", root.nativeOps.name());
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static int usageError(ParameterException e, boolean debug, PrintStream err) {
    if (debug) {
      e.printStackTrace(err);
    }
    CommandSpec command = e.getCommandLine().getCommandSpec();
    err.println(command.qualifiedName() + ": " + oneLine(usageMessage(e, command)));
    return ExitCode.USAGE;
  }

  private static String usageMessage(ParameterException e, CommandSpec command) {
    List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
    if (e instanceof UnmatchedArgumentException only) {
      unmatched = only.getUnmatched();
    } else if (!(e instanceof CommandLine.MissingParameterException)
        || unmatched.stream().noneMatch(argument -> argument.startsWith("-"))) {
      return e.getMessage();
    }
    // Where an option is missing and another unknown, the unknown one is its misspelling.
    String typed =
        unmatched.stream()
            .filter(argument -> argument.startsWith("-"))
            .findFirst()
            .orElse(unmatched.get(0));
    if (typed.startsWith("-")) {
      String name = typed.contains("=") ? typed.substring(0, typed.indexOf('=')) : typed;
      return "unknown option '"
          + name
          + "'"
          + Suggestions.hint(name, command.optionsMap().keySet());
    }
    List<String> known = new ArrayList<>();
    command
        .subcommands()
        .forEach(
            (name, sub) -> {
              if (!sub.getCommandSpec().usageMessage().hidden()) {
                known.add(name);
              }
            });
    if (known.isEmpty()) {
      return "unexpected argument '" + typed + "'";
    }
    String hint = Suggestions.hint(typed, known);
    return "unknown command '"
        + typed
        + "'"
        + (hint.isEmpty() ? " (hopfield --help lists the commands)" : hint);
  }

  private static int failure(Throwable e, boolean debug, PrintStream err) {
    if (debug) {
      e.printStackTrace(err);
    }
    if (e instanceof Faults faulty) {
      faulty.faults().forEach(fault -> err.println("hopfield: " + oneLine(fault)));
    } else {
      err.println("hopfield: " + oneLine(failureMessage(e)));
    }
    return e instanceof UsageException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  /**
   * What the user needs to know of an exception, without its type where the message says it all.
   */
  static String failureMessage(Throwable e) {
    if (e instanceof UncheckedIOException && e.getCause() != null) {
      return failureMessage(e.getCause());
    }
    String ofJvm = JvmErrors.message(e);
    if (ofJvm != null) {
      return ofJvm;
    }
    if (e instanceof NoSuchFileException) {
      return e.getMessage() + ": no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return e.getMessage() + ": permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + ": already exists and is not a directory";
    }
    if (e instanceof NotDirectoryException) {
      return e.getMessage() + ": not a directory";
    }
    boolean forUser =
        e instanceof UsageException
            || e instanceof IOException
            || e instanceof IllegalArgumentException
            || e instanceof IllegalStateException
            || e instanceof UnsupportedOperationException
            || e instanceof DL4JException
            || e instanceof ND4JException;
    if (forUser && e.getMessage() != null) {
      return e.getMessage();
    }
    return "internal error: " + e + " (--debug shows where)";
  }

  private static String oneLine(String message) {
    return message
        .lines()
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** Makes the root from the one that {@link #run} prepared, everything else as picocli does. */
  private static final class Factory implements CommandLine.IFactory {
    private final HopfieldCommand root;

    Factory(HopfieldCommand root) {
      this.root = root;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type == HopfieldCommand.class
          ? type.cast(root)
          : CommandLine.defaultFactory().create(type);
    }
  }
}
