package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes SVG elements, and knows about how wide a text will be. */
final class Svg {
  /** Size of text, in CSS pixels. */
  static final int FONT = 13;

  /** Height of a line of text. */
  static final int LEADING = 18;

  private final StringBuilder text = new StringBuilder();

  /** At most two decimals. */
  static String number(double value) {
    double rounded = Math.rint(value * 100) / 100;
    if (rounded == Math.rint(rounded)) {
      return Long.toString((long) rounded);
    }
    return String.format(Locale.ROOT, "%.2f", rounded).replaceAll("0+$", "");
  }

  /**
   * About the width of a text in a sans-serif font, on the wide side: fonts differ from reader to
   * reader.
   */
  static double width(String string) {
    double em = 0;
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if ("iljtfI.,:;'|!() -".indexOf(c) >= 0) {
        em += 0.36;
      } else if ("mwMW@%±".indexOf(c) >= 0) {
        em += 0.92;
      } else if (Character.isUpperCase(c)) {
        em += 0.7;
      } else {
        em += c < 0x2E80 ? 0.6 : 1;
      }
    }
    return em * FONT;
  }

  static double widest(List<String> strings) {
    return strings.stream().mapToDouble(Svg::width).max().orElse(0);
  }

  /** The text with its end cut off where it would be wider. */
  static String fit(String string, double width) {
    if (width(string) <= width) {
      return string;
    }
    int end = string.length();
    while (end > 1 && width(string.substring(0, end) + "…") > width) {
      end--;
    }
    return string.substring(0, end).stripTrailing() + "…";
  }

  /** The text in lines of at most that width, broken at blanks. */
  static List<String> wrap(String string, double width) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : string.split(" ")) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && width(longer) > width) {
        lines.add(line);
        line = word;
      } else {
        line = longer;
      }
    }
    if (!line.isEmpty()) {
      lines.add(line);
    }
    return lines;
  }

  Svg raw(String svg) {
    text.append(svg);
    return this;
  }

  Svg element(String format, Object... arguments) {
    Object[] written = new Object[arguments.length];
    for (int i = 0; i < written.length; i++) {
      written[i] = arguments[i] instanceof Double d ? number(d) : arguments[i];
    }
    text.append(String.format(Locale.ROOT, format, written));
    return this;
  }

  Svg grid(double x1, double y1, double x2, double y2) {
    return element("<path d=\"M%s %sL%s %s\" class=\"grid\" stroke=\"#e4e8ec\"/>", x1, y1, x2, y2);
  }

  Svg axis(double x1, double y1, double x2, double y2) {
    return element("<path d=\"M%s %sL%s %s\" class=\"axis\" stroke=\"#57606a\"/>", x1, y1, x2, y2);
  }

  Svg text(double x, double y, String anchor, String string) {
    return text(x, y, anchor, "", string);
  }

  /** A text with further attributes; {@code anchor} is start, middle or end. */
  Svg text(double x, double y, String anchor, String attributes, String string) {
    return element(
        "<text x=\"%s\" y=\"%s\"%s%s>%s</text>",
        x,
        y,
        anchor.equals("start") ? "" : " text-anchor=\"" + anchor + "\"",
        attributes.isEmpty() ? "" : " " + attributes,
        HtmlReport.escape(string));
  }

  Svg quiet(double x, double y, String anchor, String string) {
    return text(x, y, anchor, "class=\"quiet\" fill=\"#57606a\"", string);
  }

  /** The title in bold, in as many lines as it needs; returns the height used. */
  double title(String title, double width) {
    double y = 0;
    for (String line : wrap(title, width * 0.92)) {
      y += LEADING;
      text(0, y - 4, "start", "font-weight=\"bold\"", line);
    }
    return y == 0 ? 0 : y + 6;
  }

  /** A drawing at a place. */
  Svg place(double x, double y, Drawing drawing) {
    return element("<g transform=\"translate(%s %s)\">%s</g>", x, y, drawing.content());
  }

  /** Starts a viewport: what is outside is cut off. */
  Svg viewport(double x, double y, double width, double height) {
    return element("<svg x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\">", x, y, width, height);
  }

  Svg end() {
    return raw("</svg>");
  }

  Drawing drawing(int width, double height) {
    return new Drawing(width, (int) Math.ceil(height), text.toString());
  }
}
