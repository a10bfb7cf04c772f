package io.github.dl4jhopfield.zoo.mil;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.List;

/** The MIL CSV: bag label, bag id, features; see {@link BagFiles}. */
final class CsvBags {
  /** Columns before the features. */
  private static final int LEADING = 2;

  private final String file;
  private final BagCollector bags;
  private final long maxValues;
  private int columns = -1;
  private String columnsFrom;
  private long values;

  private CsvBags(String file, long maxValues) {
    this.file = file;
    this.maxValues = maxValues;
    bags = new BagCollector(file);
  }

  static BagDataset read(Reader source, String file, String name, boolean labelled, long maxValues)
      throws IOException {
    Reader reader = withoutMark(source);
    CsvBags csv = new CsvBags(file, maxValues);
    long line = 0;
    try (CsvReader<CsvRecord> records =
        CsvReader.builder().skipEmptyLines(true).detectBomHeader(false).ofCsvRecord(reader)) {
      Iterator<CsvRecord> rows = records.iterator();
      boolean first = true;
      while (rows.hasNext()) {
        CsvRecord row = rows.next();
        line = row.getStartingLineNumber();
        List<String> fields = row.getFields();
        if (!first || !csv.isHeader(fields, line)) {
          csv.add(fields, line);
        }
        first = false;
      }
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new DataFormatException(
            file, line + 1, "text in UTF-8", "other bytes in this line or a little after it", e);
      }
      throw e.getCause();
    } catch (CsvParseException e) {
      // fastcsv throws it for a field or a row over its limits, and wraps errors of the decoder
      Throwable cause = e.getCause();
      boolean coding = cause instanceof CharacterCodingException;
      throw new DataFormatException(
          file,
          line + 1,
          coding ? "text in UTF-8" : "rows of comma-separated numbers",
          coding
              ? "other bytes in this line or a little after it"
              : "text that is no CSV: " + (cause == null ? e : cause).getMessage(),
          e);
    }
    if (csv.values == 0) {
      throw new DataFormatException(file, 0, BagFiles.EXPECTED, "no rows of data");
    }
    return csv.bags.finish(name, labelled);
  }

  /** Leaves out the byte order mark that some programs begin UTF-8 with. */
  private static Reader withoutMark(Reader reader) throws IOException {
    BufferedReader text = new BufferedReader(reader);
    text.mark(1);
    try {
      if (text.read() != '\uFEFF') {
        text.reset();
      }
    } catch (CharacterCodingException e) {
      text.reset(); // is said with its line where the text is read
    }
    return text;
  }

  /**
   * A first row in which neither the label nor a feature is a number is a header. With some numbers
   * in it it counts as data, so that a slip in the first row is reported and not lost; except 0, 1,
   * 2, 3, ..., the numbers of the columns, which pandas writes for want of names. 0, 1, 2 alone may
   * be either, and is refused.
   */
  private boolean isHeader(List<String> fields, long line) {
    if (isNumbered(fields)) {
      if (fields.size() == LEADING + 1) {
        throw new DataFormatException(
            file,
            line,
            "a header of names or an instance",
            "0,1,2, which may be the numbers of the columns (then write names) or an instance (then"
                + " write 0.0,1,2)");
      }
      columns = fields.size();
      columnsFrom = "the header in line " + line;
      return true;
    }
    for (int i = 0; i < fields.size(); i++) {
      if (i != 1 && isNumber(fields.get(i).strip())) {
        return false;
      }
    }
    if (fields.size() <= LEADING || fields.stream().allMatch(String::isBlank)) {
      return false;
    }
    columns = fields.size();
    columnsFrom = "the header in line " + line;
    return true;
  }

  private static boolean isNumbered(List<String> fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (!fields.get(i).strip().equals(Integer.toString(i))) {
        return false;
      }
    }
    return fields.size() > LEADING;
  }

  private void add(List<String> fields, long line) {
    if (fields.size() < LEADING + 1) {
      boolean empty = fields.size() == LEADING && isLabel(fields.get(0).strip());
      throw new DataFormatException(
          file,
          line,
          columns < 0
              ? "bag label, bag id and at least one feature, separated by commas"
              : columns + " columns as in " + columnsFrom,
          fields.size()
              + (fields.size() == 1 ? " column" : " columns")
              + (empty ? ": the empty bag " + DataFormatException.quote(fields.get(1)) : ""));
    }
    if (columns < 0) {
      columns = fields.size();
      columnsFrom = "line " + line;
    }
    if (fields.size() != columns) {
      throw new DataFormatException(
          file, line, columns + " columns as in " + columnsFrom, fields.size() + " columns");
    }
    String id = fields.get(1).strip();
    if (id.isEmpty()) {
      throw new DataFormatException(file, line, "a bag id in column 2", "an empty field");
    }
    int label = label(fields.get(0).strip(), line);
    if (fields.subList(LEADING, columns).stream().allMatch(String::isBlank)) {
      throw new DataFormatException(
          file,
          line,
          (columns - LEADING) + " features",
          "none: the empty bag " + DataFormatException.quote(id));
    }
    values += columns - LEADING;
    if (values > maxValues) {
      throw new DataFormatException(
          file, line, "at most " + maxValues + " values, what this heap has room for", "more");
    }
    double[] instance = new double[columns - LEADING];
    for (int i = 0; i < instance.length; i++) {
      instance[i] = number(fields.get(i + LEADING).strip(), line, i + LEADING + 1);
    }
    bags.add(id, label, instance, line, "line " + line);
  }

  private static boolean isLabel(String field) {
    return isNumber(field)
        && (Double.parseDouble(field) == 1
            || Double.parseDouble(field) == 0
            || Double.parseDouble(field) == -1);
  }

  private int label(String field, long line) {
    if (!isLabel(field)) {
      throw new DataFormatException(
          file,
          line,
          "a bag label of 1, 0 or -1 in column 1",
          field.isEmpty() ? "an empty field" : DataFormatException.quote(field));
    }
    return Double.parseDouble(field) == 1 ? 1 : 0;
  }

  private double number(String field, long line, int column) {
    double value = isNumber(field) ? Double.parseDouble(field) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw new DataFormatException(
          file,
          line,
          "a finite number in column " + column,
          field.isEmpty() ? "an empty field" : DataFormatException.quote(field));
    }
    return value;
  }

  /** A decimal number; Java's own suffixes and hexadecimal forms are none. */
  private static boolean isNumber(String field) {
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    try {
      Double.parseDouble(field);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
