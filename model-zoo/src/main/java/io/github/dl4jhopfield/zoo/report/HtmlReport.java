package io.github.dl4jhopfield.zoo.report;

import java.util.List;

/**
 * A page of text, tables and figures in one HTML file that needs nothing else: styles and figures
 * are in it, there are no scripts. All text is escaped.
 */
public final class HtmlReport {
  private static final String STYLE =
      """
      body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
      h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
      table{border-collapse:collapse;margin:.5rem 0}
      td,th{padding:.2rem .7rem;border-bottom:1px solid #d0d7de;text-align:left}
      td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
      figure{margin:1rem 0}figcaption,caption{color:#57606a;font-size:.9rem;text-align:left}
      svg{max-width:100%;height:auto}
      """;

  private final StringBuilder body = new StringBuilder();
  private final String title;

  /** An empty page. */
  public HtmlReport(String title) {
    this.title = title;
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

  /** Adds a table; its title is the caption. */
  public HtmlReport table(ResultTable table) {
    body.append("<table><caption>").append(escape(table.title())).append("</caption>\n<tr>");
    for (int c = 0; c < table.columns().size(); c++) {
      cell("th", table, c, table.columns().get(c));
    }
    body.append("</tr>\n");
    for (List<String> row : table.rows()) {
      body.append("<tr>");
      for (int c = 0; c < row.size(); c++) {
        cell("td", table, c, row.get(c));
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
    return this;
  }

  private void cell(String tag, ResultTable table, int column, String text) {
    body.append('<').append(tag);
    if (table.isNumeric(column)) {
      body.append(" class=\"n\"");
    }
    body.append('>').append(escape(text)).append("</").append(tag).append('>');
  }

  /** Adds a figure with a caption below. */
  public HtmlReport figure(SvgFigure figure, String caption) {
    body.append("<figure>")
        .append(figure.toSvg())
        .append("<figcaption>")
        .append(escape(caption))
        .append("</figcaption></figure>\n");
    return this;
  }

  /** The page. */
  public String toHtml() {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        + "<meta name=\"viewport\" content=\"width=device-width\"><title>"
        + escape(title)
        + "</title>\n<style>\n"
        + STYLE
        + "</style></head>\n<body>\n<h1>"
        + escape(title)
        + "</h1>\n"
        + body
        + "</body></html>\n";
  }
}
