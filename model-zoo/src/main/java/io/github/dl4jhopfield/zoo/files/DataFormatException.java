package io.github.dl4jhopfield.zoo.files;

/**
 * A data file that does not hold what its format promises. The message is one line, {@code
 * FILE:LINE: expected EXPECTED, found FOUND}, fit to be shown to the user as it is.
 */
public final class DataFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_QUOTE = 120;

  private final String file;
  private final long line;
  private final String expected;
  private final String found;

  /**
   * @param file the file's name as the user gave it
   * @param line line number from 1, or 0 where the format has no lines
   * @param expected what the format asks for here
   * @param found what is there
   */
  public DataFormatException(String file, long line, String expected, String found) {
    this(file, line, expected, found, null);
  }

  /** As {@link #DataFormatException(String, long, String, String)}, with the cause. */
  public DataFormatException(
      String file, long line, String expected, String found, Throwable cause) {
    super(
        oneLine(file)
            + (line > 0 ? ":" + line : "")
            + ": expected "
            + oneLine(expected)
            + ", found "
            + oneLine(found),
        cause);
    this.file = file;
    this.line = line;
    this.expected = expected;
    this.found = found;
  }

  /** The file's name as the user gave it. */
  public String file() {
    return file;
  }

  /** Line number from 1, or 0 where the format has no lines. */
  public long line() {
    return line;
  }

  /** What the format asks for at this place. */
  public String expected() {
    return expected;
  }

  /** What is there instead. */
  public String found() {
    return found;
  }

  /**
   * The text in double quotes, shortened and without control characters: what a message may safely
   * show of a file's content.
   */
  public static String quote(String text) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
