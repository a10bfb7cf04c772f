package io.github.dl4jhopfield.zoo.report;

import java.util.Arrays;
import java.util.List;

/**
 * A page of text, tables and figures in one HTML file that needs nothing else: styles and figures
 * are in it, there are no scripts. All text is escaped.
 */
public final class HtmlReport {
  /** Pixels that a table may need on a phone; wider ones are shown row by row. */
  private static final double PHONE = 352;

  /** Rows that may be kept on one printed page. */
  private static final int SHORT = 30;

  private final StringBuilder body = new StringBuilder();
  private final String title;
  private int refresh;

  /** An empty page. */
  public HtmlReport(String title) {
    this.title = title;
  }

  /** The browser reads the page again every so many seconds: for one that is still written. */
  public HtmlReport refreshEvery(int seconds) {
    if (seconds < 1) {
      throw new IllegalArgumentException("expected at least 1 second, found " + seconds);
    }
    refresh = seconds;
    return this;
  }

  /** The text with the characters that mean something in HTML escaped. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** Starts a section. */
  public HtmlReport section(String heading) {
    body.append("<h2>").append(escape(heading)).append("</h2>\n");
    return this;
  }

  /** Adds a paragraph. */
  public HtmlReport paragraph(String text) {
    body.append("<p>").append(escape(text)).append("</p>\n");
    return this;
  }

  /** Adds a paragraph in large letters that nobody should miss. */
  public HtmlReport warning(String text) {
    body.append("<p class=\"warning\" role=\"alert\">").append(escape(text)).append("</p>\n");
    return this;
  }

  /** Adds a table; its title is the caption. On a phone a wide one is shown row by row. */
  public HtmlReport table(ResultTable table) {
    boolean[] numeric = new boolean[table.columns().size()];
    for (int c = 0; c < numeric.length; c++) {
      numeric[c] = table.isNumeric(c);
    }
    body.append("<table class=\"")
        .append(onPhone(table, numeric) > PHONE ? "many" : "few")
        .append(table.rows().size() <= SHORT ? " short" : "")
        .append("\"><caption>")
        .append(escape(table.title()))
        .append("</caption>\n<thead><tr>");
    for (int c = 0; c < table.columns().size(); c++) {
      body.append("<th scope=\"col\" class=\"")
          .append((numeric[c] ? "n" : "text"))
          .append("\">")
          .append(escape(table.columns().get(c)))
          .append("</th>");
    }
    body.append("</tr></thead>\n<tbody>\n");
    for (List<String> row : table.rows()) {
      body.append("<tr>");
      for (int c = 0; c < row.size(); c++) {
        body.append("<td class=\"")
            .append((numeric[c] ? "n" : "text"))
            .append("\" data-label=\"")
            .append(escape(table.columns().get(c)))
            .append("\">")
            .append(escape(row.get(c)))
            .append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</tbody></table>\n");
    return this;
  }

  /** Pixels that a table needs on a phone: headings and long texts wrap between words. */
  private static double onPhone(ResultTable table, boolean[] numeric) {
    double sum = 0;
    for (int c = 0; c < table.columns().size(); c++) {
      int column = c;
      boolean number = numeric[c];
      int longest =
          table.rows().stream()
              .map(row -> row.get(column))
              .mapToInt(cell -> number ? cell.length() : longestWord(cell))
              .max()
              .orElse(0);
      sum += Math.max(longestWord(table.columns().get(c)), longest) * 7.6 + 11;
    }
    return sum;
  }

  private static int longestWord(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(String::length).max().orElse(0);
  }

  /** Adds a figure with a caption below: one layout for a screen and paper, one for a phone. */
  public HtmlReport figure(Figure figure, String caption) {
    Drawing wide = figure.draw(Figure.WIDE);
    Drawing narrow = figure.draw(Figure.NARROW);
    body.append("<figure>")
        .append(wide.svg("", figure.description()).replaceFirst("<svg ", "<svg class=\"wide\" "))
        .append(
            narrow.svg("", figure.description()).replaceFirst("<svg ", "<svg class=\"narrow\" "))
        .append("<figcaption>")
        .append(escape(caption))
        .append("</figcaption></figure>\n");
    return this;
  }

  /** Adds a figure with its caption. */
  public HtmlReport figure(Illustration illustration) {
    return figure(illustration.figure(), illustration.caption());
  }

  /** The page. */
  public String toHtml() {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        + (refresh > 0 ? "<meta http-equiv=\"refresh\" content=\"" + refresh + "\">" : "")
        + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>"
        + escape(title)
        + "</title>\n<style>\n"
        + Style.PAGE
        + "</style></head>\n<body>\n<h1>"
        + escape(title)
        + "</h1>\n"
        + body
        + "</body></html>\n";
  }
}
