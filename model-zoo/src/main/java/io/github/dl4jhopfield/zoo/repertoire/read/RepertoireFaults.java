package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.io.Faults;
import java.util.List;

/**
 * What is wrong with a repertoire file or a table of them: all of it, each fault a line that names
 * the file, the line where there is one, what was expected and what was found. Nothing of such a
 * file is used.
 */
public final class RepertoireFaults extends IllegalArgumentException implements Faults {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_QUOTE = 120;

  /** Kinds of faults. */
  public enum Kind {
    MISSING_FILE,
    NO_PERMISSION,
    NOT_A_FILE,
    EMPTY_FILE,
    WRONG_ENCODING,
    WRONG_FORMAT,
    TRUNCATED_GZIP,
    CORRUPT_GZIP,
    MISSING_COLUMN,
    DUPLICATE_COLUMN,
    EXTRA_FIELD,
    LONG_LINE,
    NO_USABLE_SEQUENCES,
    SEVERAL_REPERTOIRES,
    LOOKS_LIKE_NUCLEOTIDES,
    NOT_FASTA,
    CHANGED_WHILE_READ,
    TOO_LARGE,
    NO_SUCH_VALUE,
    AMBIGUOUS_ID,
    MISSING_VALUE,
    ONE_CLASS,
    SAME_ROW,
    LEAK_SAME_FILE,
    LEAK_SAME_CONTENT,
    LEAK_SAME_GROUP
  }

  /**
   * One fault.
   *
   * @param kind what sort of fault it is
   * @param message one line for the user
   */
  public record Fault(Kind kind, String message) {
    /** Control characters, which could come from a stranger's file, become blanks. */
    public Fault {
      message = message.replaceAll("\\p{Cntrl}", " ");
    }
  }

  private final transient List<Fault> faults;

  /** All faults of a file or table, at least one. */
  public RepertoireFaults(List<Fault> faults) {
    this(faults, null);
  }

  RepertoireFaults(List<Fault> faults, Throwable cause) {
    super(message(faults), cause);
    this.faults = List.copyOf(faults);
  }

  RepertoireFaults(Kind kind, String message) {
    this(List.of(new Fault(kind, message)));
  }

  RepertoireFaults(Kind kind, String message, Throwable cause) {
    this(List.of(new Fault(kind, message)), cause);
  }

  /** A fault at a place in a file. */
  static RepertoireFaults at(Kind kind, Object file, long line, String expected, String found) {
    return new RepertoireFaults(kind, describe(file, line, expected, found));
  }

  static String describe(Object file, long line, String expected, String found) {
    return file + (line > 0 ? ":" + line : "") + ": expected " + expected + ", found " + found;
  }

  /** The faults with their kinds, in the order of the file. */
  public List<Fault> details() {
    return faults;
  }

  @Override
  public List<String> faults() {
    return faults.stream().map(Fault::message).toList();
  }

  /** Text of a stranger's file in quotes, shortened, without control characters. */
  static String quote(String text) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private static String message(List<Fault> faults) {
    String first = faults.get(0).message();
    return faults.size() == 1 ? first : first + " (and " + (faults.size() - 1) + " more faults)";
  }
}
