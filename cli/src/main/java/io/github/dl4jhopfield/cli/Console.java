package io.github.dl4jhopfield.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Where a command writes. Results go to stdout; what is being done goes to stderr, and nowhere with
 * {@code --quiet}. With {@code --json} stdout carries the one object and nothing else.
 */
final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean quiet;

  Console(PrintStream out, PrintStream err, boolean quiet) {
    this.out = out;
    this.err = err;
    this.quiet = quiet;
  }

  /** A line of the result. */
  void result(String format, Object... arguments) {
    out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
  }

  /** Text of the result as it is. */
  void raw(String text) {
    out.println(text);
  }

  /** The one JSON object of {@code --json}. */
  void json(Object value) {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    try {
      out.println(mapper.writeValueAsString(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line that says what is being done. */
  void note(String format, Object... arguments) {
    if (!quiet) {
      err.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    }
  }

  /** A warning, shown even with {@code --quiet}. */
  void warn(String format, Object... arguments) {
    err.println("hopfield: " + String.format(Locale.ROOT, format, arguments));
  }

  boolean quiet() {
    return quiet;
  }

  PrintStream err() {
    return err;
  }
}
