package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * Curves, bands and points over a pair of axes. Each named series gets the next colour; one that is
 * added with the name of an earlier one has its colour, and stands in the key once. Values that an
 * axis cannot show (NaN, infinite, 0 on a logarithmic one) are left out and break a line.
 */
public final class XyPlot implements Figure {
  private static final int HEIGHT = 400;
  private static final int KEY_MOST = 220;
  private static final int SERIES_IN_WORDS = 10;
  private static final String[] MARKERS = {
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "M-4 -4h8v8h-8z",
    "M0 -5.5L5.5 0L0 5.5L-5.5 0z",
    "M0 -5L5 4h-10z",
    "M0 5L5 -4h-10z",
    "M-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
    "M-5 0a5 3 0 1 0 10 0a5 3 0 1 0 -10 0",
  };

  private enum Kind {
    LINE,
    MARKED,
    TAPERED,
    THIN,
    DASHED,
    POINTS,
    DOTS,
    BAND
  }

  private record Series(
      Kind kind, String name, int colour, int order, double[] x, double[] y, double[] high) {}

  private final String title;
  private final Axis x;
  private final Axis y;
  private final List<Series> all = new ArrayList<>();
  private final List<String> colours = new ArrayList<>();
  private boolean square;
  private boolean plain;
  private Picture ground;
  private double[][] contours = {};
  private final List<double[][]> paths = new ArrayList<>();
  private double[] mark;
  private String words;

  /** An empty plot; an empty title shows none. */
  public XyPlot(String title, Axis x, Axis y) {
    this.title = title;
    this.x = x;
    this.y = y;
  }

  /** Adds a line, for many points. */
  public XyPlot line(String name, double[] x, double[] y) {
    return add(Kind.LINE, name, x, y, null);
  }

  /** Adds a line with a marker at each of a few points. */
  public XyPlot marked(String name, double[] x, double[] y) {
    return add(Kind.MARKED, name, x, y, null);
  }

  /** Adds a line that is thinner than the one before, so that lines that coincide can be seen. */
  public XyPlot tapered(String name, double[] x, double[] y) {
    return add(Kind.TAPERED, name, x, y, null);
  }

  /** Adds a thin grey line behind, such as one fold of several; no name: not in the key. */
  public XyPlot thin(String name, double[] x, double[] y) {
    return add(Kind.THIN, name, x, y, null);
  }

  /** Adds a dashed grey line of reference; no name: not in the key. */
  public XyPlot dashed(String name, double[] x, double[] y) {
    return add(Kind.DASHED, name, x, y, null);
  }

  /** Adds points without a line. */
  public XyPlot points(String name, double[] x, double[] y) {
    return add(Kind.POINTS, name, x, y, null);
  }

  /** Adds small points, for many of them; dark ones where a picture is behind. */
  public XyPlot dots(String name, double[] x, double[] y) {
    return add(Kind.DOTS, name, x, y, null);
  }

  /** Marks one place before all others, in a colour of its own; not in the key. */
  public XyPlot mark(double atX, double atY) {
    mark = new double[] {atX, atY};
    return this;
  }

  /**
   * Adds a band between two curves, such as an interval; with the name of a line it has the line's
   * colour.
   */
  public XyPlot band(String name, double[] x, double[] low, double[] high) {
    if (low.length != high.length) {
      throw new IllegalArgumentException(
          "expected as many lower as upper ends, found " + low.length + " and " + high.length);
    }
    return add(Kind.BAND, name, x, low, high);
  }

  /** Makes the plot as high as it is wide, as for an ROC curve or a map of the plane. */
  public XyPlot square() {
    square = true;
    return this;
  }

  /** Leaves out marks and titles of the axes, for a small panel. */
  public XyPlot plain() {
    plain = true;
    return this;
  }

  /** Puts a picture behind everything, from end to end of the axes. */
  public XyPlot ground(Picture picture) {
    ground = picture;
    return this;
  }

  /** Adds hairlines, each x1, y1, x2, y2: levels of a function of the plane ({@link Contours}). */
  public XyPlot contours(double[][] segments) {
    contours = segments.clone();
    return this;
  }

  /** Adds the way of a point through the plane: a dot where it starts, an arrow where it goes. */
  public XyPlot path(double[] x, double[] y) {
    paths.add(new double[][] {x.clone(), y.clone()});
    return this;
  }

  /** Says in words what the plot shows, where the list of its series doesn't. */
  public XyPlot describedAs(String description) {
    words = description;
    return this;
  }

  private XyPlot add(Kind kind, String name, double[] xs, double[] ys, double[] high) {
    if (xs.length != ys.length) {
      throw new IllegalArgumentException(
          "series \""
              + name
              + "\": expected as many x as y, found "
              + xs.length
              + " and "
              + ys.length);
    }
    int colour = -1;
    if (kind != Kind.THIN && kind != Kind.DASHED) {
      colour = colours.indexOf(name);
      if (colour < 0) {
        colour = colours.size();
        colours.add(name);
      }
    }
    int order = (int) all.stream().filter(s -> s.kind() == kind).count();
    all.add(
        new Series(
            kind, name, colour, order, xs.clone(), ys.clone(), high == null ? null : high.clone()));
    return this;
  }

  private DoubleStream xs() {
    return all.stream().flatMapToDouble(s -> Arrays.stream(s.x())).filter(x::shows);
  }

  private DoubleStream ys() {
    return all.stream()
        .flatMapToDouble(
            s ->
                s.high() == null
                    ? Arrays.stream(s.y())
                    : DoubleStream.concat(Arrays.stream(s.y()), Arrays.stream(s.high())))
        .filter(y::shows);
  }

  /** The series that stand in the key, each name once, in the order in which they were added. */
  private List<Series> key() {
    List<Series> named = new ArrayList<>();
    for (Series one : all) {
      if (!one.name().isEmpty()
          && named.stream().noneMatch(other -> other.name().equals(one.name()))) {
        Series line =
            all.stream()
                .filter(s -> s.name().equals(one.name()) && s.kind() != Kind.BAND)
                .findFirst()
                .orElse(one);
        named.add(line);
      }
    }
    return named;
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    List<Series> key = key();
    double keyWidth = Svg.widest(key.stream().map(Series::name).toList()) + 42;
    boolean beside = !key.isEmpty() && width >= 500 && keyWidth <= KEY_MOST;
    int room = (int) (beside ? width - keyWidth - 16 : width);

    int plotHeight = square ? Math.min(room - 60, 420) : Math.min(HEIGHT, width * 3 / 4) - 60;
    double right = plain ? 1 : 14;
    List<Double> places = xs().distinct().sorted().boxed().toList();
    Axis.Scale down =
        y.scale(
            ys().min().orElse(Double.NaN),
            ys().max().orElse(Double.NaN),
            y.names().isEmpty() ? Math.max(3, plotHeight / 45) : Math.max(2, plotHeight / 16),
            ys().distinct().sorted().limit(99).boxed().toList());
    double left = plain ? 1 : Svg.widest(down.labels()) + 8;
    double plotWidth = room - left - right;
    if (square || plain) {
      plotWidth = Math.min(plotWidth, plain ? width - 2 : plotHeight * 1.15);
      plotHeight = (int) plotWidth;
    }
    Axis.Scale along = along(places, plotWidth);
    if (!plain && !y.title().isEmpty()) {
      top += Svg.LEADING;
      svg.quiet(0, top - 5, "start", Svg.fit(y.title(), width));
    }
    top += plain ? 1 : 6;
    double bottom = top + plotHeight;

    if (ground != null) {
      svg.raw(ground.image(left, top, plotWidth, plotHeight));
    }
    if (!plain) {
      for (int i = 0; i < down.ticks().size(); i++) {
        double at = bottom - down.share(down.ticks().get(i)) * plotHeight;
        if (ground == null) {
          svg.grid(left, at, left + plotWidth, at);
        }
        svg.text(left - 6, at + 4.5, "end", down.labels().get(i));
      }
      for (int i = 0; i < along.ticks().size(); i++) {
        double at = left + along.share(along.ticks().get(i)) * plotWidth;
        if (ground == null) {
          svg.grid(at, top, at, bottom);
        }
        String label = along.labels().get(i);
        double half = Svg.width(label) / 2;
        String anchor = at + half > width ? "end" : "middle";
        svg.text(anchor.equals("end") ? width : at, bottom + 18, anchor, label);
      }
    }
    svg.viewport(left - 6, top - 6, plotWidth + 12, plotHeight + 12);
    Place place = new Place(along, down, 6, 6, plotWidth, plotHeight);
    levels(svg, place);
    paths.forEach(path -> path(svg, path[0], path[1], place));
    all.stream().filter(s -> s.kind() == Kind.BAND).forEach(s -> band(svg, s, place));
    all.stream().filter(s -> s.kind() == Kind.THIN).forEach(s -> series(svg, s, place));
    all.stream().filter(s -> s.kind() == Kind.DASHED).forEach(s -> series(svg, s, place));
    all.stream()
        .filter(s -> s.kind() != Kind.BAND && s.kind() != Kind.THIN && s.kind() != Kind.DASHED)
        .forEach(s -> series(svg, s, place));
    if (mark != null && x.shows(mark[0]) && y.shows(mark[1])) {
      marker(svg, 1, at(place, mark[0], mark[1]));
    }
    svg.end();
    if (plain) {
      svg.element(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"axis\" fill=\"none\""
              + " stroke=\"#57606a\"/>",
          left, top, plotWidth, (double) plotHeight);
      return svg.drawing(width, bottom + 1);
    }
    svg.axis(left, bottom, left + plotWidth, bottom);
    double end = bottom + 24;
    if (!x.title().isEmpty()) {
      end += Svg.LEADING;
      svg.quiet(left + plotWidth / 2, end - 5, "middle", Svg.fit(x.title(), plotWidth + left));
    }
    if (beside) {
      double at = top + 4;
      for (Series one : key) {
        entry(svg, one, left + plotWidth + 22, at + 8);
        at += 22;
      }
      end = Math.max(end, at);
    } else {
      end = keyBelow(svg, key, width, end + 4);
    }
    return svg.drawing(width, end + 4);
  }

  private Axis.Scale along(List<Double> places, double plotWidth) {
    double low = places.isEmpty() ? Double.NaN : places.get(0);
    double high = places.isEmpty() ? Double.NaN : places.get(places.size() - 1);
    int most = Math.max(2, x.names().isEmpty() ? (int) (plotWidth / 60) : x.names().size());
    Axis.Scale scale = x.scale(low, high, most, places);
    boolean counts =
        x.names().isEmpty() && places.stream().allMatch(value -> value == Math.rint(value));
    while (most > 2
        && (overlap(scale, plotWidth)
            || counts && scale.labels().stream().anyMatch(label -> label.contains(".")))) {
      scale = x.scale(low, high, --most, places);
    }
    return scale;
  }

  private static boolean overlap(Axis.Scale scale, double width) {
    for (int i = 1; i < scale.ticks().size(); i++) {
      double gap = scale.share(scale.ticks().get(i)) - scale.share(scale.ticks().get(i - 1));
      double need = (Svg.width(scale.labels().get(i)) + Svg.width(scale.labels().get(i - 1))) / 2;
      if (gap * width < need + 8) {
        return true;
      }
    }
    return false;
  }

  /** Where values are in the viewport. */
  private record Place(
      Axis.Scale along, Axis.Scale down, double left, double top, double width, double height) {
    double x(double value) {
      return left + along.share(value) * width;
    }

    double y(double value) {
      return top + (1 - down.share(value)) * height;
    }
  }

  private void levels(Svg svg, Place place) {
    if (contours.length == 0) {
      return;
    }
    Deque<double[]> left = new ArrayDeque<>();
    Map<String, List<double[]>> byEnd = new HashMap<>();
    for (double[] segment : contours) {
      double[] shown = {
        place.x(segment[0]), place.y(segment[1]), place.x(segment[2]), place.y(segment[3])
      };
      left.add(shown);
      byEnd.computeIfAbsent(end(shown[0], shown[1]), k -> new ArrayList<>()).add(shown);
      byEnd.computeIfAbsent(end(shown[2], shown[3]), k -> new ArrayList<>()).add(shown);
    }
    Set<double[]> drawn = Collections.newSetFromMap(new IdentityHashMap<>());
    StringBuilder path = new StringBuilder();
    for (double[] first : left) {
      if (drawn.add(first)) {
        chain(path, first, byEnd, drawn);
      }
    }
    svg.element(
        "<path d=\"%s\" fill=\"none\" stroke=\"#1b1f24\" stroke-width=\".7\""
            + " stroke-opacity=\".45\"/>",
        path);
  }

  private static String end(double x, double y) {
    return Math.round(x * 100) + " " + Math.round(y * 100);
  }

  /** Draws a hairline and those that go on from its end, without points too near to be seen. */
  private static void chain(
      StringBuilder path, double[] first, Map<String, List<double[]>> byEnd, Set<double[]> drawn) {
    long x = Math.round(first[0] * 10);
    long y = Math.round(first[1] * 10);
    path.append('M').append(tenths(x)).append(' ').append(tenths(y));
    double[] at = {first[2], first[3]};
    while (true) {
      double[] next = null;
      for (double[] other : byEnd.get(end(at[0], at[1]))) {
        if (!drawn.contains(other)) {
          next = other;
          break;
        }
      }
      long dx = Math.round(at[0] * 10) - x;
      long dy = Math.round(at[1] * 10) - y;
      if (next == null || dx * dx + dy * dy >= 900) {
        path.append('l').append(tenths(dx)).append(' ').append(tenths(dy));
        x += dx;
        y += dy;
      }
      if (next == null) {
        return;
      }
      drawn.add(next);
      boolean forwards = end(next[0], next[1]).equals(end(at[0], at[1]));
      at = forwards ? new double[] {next[2], next[3]} : new double[] {next[0], next[1]};
    }
  }

  private static String tenths(long value) {
    return value % 10 == 0
        ? Long.toString(value / 10)
        : (value < 0 ? "-" : "") + Math.abs(value) / 10 + "." + Math.abs(value) % 10;
  }

  private static void path(Svg svg, double[] xs, double[] ys, Place place) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      line.append(i == 0 ? 'M' : 'L').append(at(place, xs[i], ys[i]));
    }
    svg.element(
        "<path d=\"%s\" fill=\"none\" stroke=\"#1b1f24\"/><circle cx=\"%s\" cy=\"%s\" r=\"1.8\""
            + " fill=\"#1b1f24\"/>",
        line, place.x(xs[0]), place.y(ys[0]));
    if (xs.length < 2) {
      return;
    }
    double x0 = place.x(xs[0]);
    double y0 = place.y(ys[0]);
    double dx = place.x(xs[1]) - x0;
    double dy = place.y(ys[1]) - y0;
    double length = Math.hypot(dx, dy);
    if (length >= 12) {
      svg.element(
          "<path transform=\"translate(%s %s) rotate(%s)\" d=\"M5 0L-4 3.2L-4 -3.2z\""
              + " fill=\"#1b1f24\"/>",
          x0 + 0.6 * dx, y0 + 0.6 * dy, Math.toDegrees(Math.atan2(dy, dx)));
    }
  }

  private static String at(Place place, double x, double y) {
    return String.format(Locale.ROOT, "%.1f %.1f", near(place.x(x)), near(place.y(y)));
  }

  /** What is far outside needs no exact place. */
  private static double near(double pixel) {
    return Math.max(-1e5, Math.min(1e5, pixel));
  }

  private void band(Svg svg, Series one, Place place) {
    StringBuilder path = new StringBuilder();
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < one.x().length; i++) {
      if (x.shows(one.x()[i]) && y.shows(one.y()[i]) && y.shows(one.high()[i])) {
        shown.add(i);
      }
    }
    for (int i : shown) {
      path.append(path.isEmpty() ? 'M' : 'L').append(at(place, one.x()[i], one.high()[i]));
    }
    for (int k = shown.size() - 1; k >= 0; k--) {
      int i = shown.get(k);
      path.append('L').append(at(place, one.x()[i], one.y()[i]));
    }
    if (!shown.isEmpty()) {
      svg.element("<path d=\"%sz\" %s fill-opacity=\".2\"/>", path, Style.fill(one.colour()));
    }
  }

  private void series(Svg svg, Series one, Place place) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    List<String> markers = new ArrayList<>();
    for (int i = 0; i < one.x().length; i++) {
      if (!x.shows(one.x()[i]) || !y.shows(one.y()[i])) {
        pen = false;
        continue;
      }
      String at = at(place, one.x()[i], one.y()[i]);
      path.append(pen ? 'L' : 'M').append(at);
      pen = true;
      markers.add(at);
    }
    if (one.kind() == Kind.DOTS) {
      String dots = markers.stream().map(at -> "M" + at + "h0").collect(Collectors.joining());
      svg.element("<path d=\"%s\" %s/>", dots.isEmpty() ? "M0 0" : dots, dot(one));
      return;
    }
    if (one.kind() != Kind.POINTS && !path.isEmpty()) {
      svg.element("<path d=\"%s\" %s/>", path, stroke(one));
    }
    if (one.kind() == Kind.MARKED || one.kind() == Kind.POINTS) {
      for (String at : markers) {
        marker(svg, one.colour(), at);
      }
    }
  }

  private static void marker(Svg svg, int colour, String at) {
    svg.element(
        "<path transform=\"translate(%s)\" d=\"%s\" %s/>",
        at, MARKERS[colour % MARKERS.length], Style.dot(colour));
  }

  /** A line of no length has round ends. */
  private String dot(Series one) {
    return (ground == null
            ? Style.line(one.colour(), 4.6)
            : "fill=\"none\" stroke=\"#1b1f24\" stroke-width=\"3\" stroke-opacity=\".55\"")
        + " stroke-linecap=\"round\"";
  }

  private static String stroke(Series one) {
    return switch (one.kind()) {
      case THIN ->
          "class=\"axis\" fill=\"none\" stroke=\"#57606a\" stroke-width=\"1\""
              + " stroke-opacity=\".45\"";
      case DASHED ->
          "class=\"axis\" fill=\"none\" stroke=\"#57606a\" stroke-width=\"1\""
              + " stroke-dasharray=\"5 4\"";
      case TAPERED -> Style.line(one.colour(), Math.max(1.5, 5 - one.order()));
      default ->
          Style.line(one.colour(), 2.2)
              + (one.colour() < Style.COLOURS ? "" : " stroke-dasharray=\"8 4\"");
    };
  }

  private void entry(Svg svg, Series one, double left, double middle) {
    if (one.kind() == Kind.BAND) {
      svg.element(
          "<rect x=\"%s\" y=\"%s\" width=\"24\" height=\"10\" %s fill-opacity=\".3\"/>",
          left, middle - 5, Style.fill(one.colour()));
    } else if (one.kind() == Kind.DOTS) {
      svg.element("<path d=\"M%s %sh0\" %s/>", left + 12, middle, dot(one));
    } else if (one.kind() != Kind.POINTS) {
      svg.element("<path d=\"M%s %sh24\" %s/>", left, middle, stroke(one));
    }
    if (one.kind() == Kind.MARKED || one.kind() == Kind.POINTS) {
      marker(svg, one.colour(), Svg.number(left + 12) + " " + Svg.number(middle));
    }
    svg.text(left + 30, middle + 4.5, "start", one.name());
  }

  private double keyBelow(Svg svg, List<Series> key, int width, double top) {
    double left = 0;
    double at = top + 10;
    for (Series one : key) {
      double needs = Svg.width(one.name()) + 46;
      if (left > 0 && left + needs - 16 > width) {
        left = 0;
        at += 22;
      }
      entry(svg, one, left, at);
      left += needs;
    }
    return key.isEmpty() ? top : at + 12;
  }

  @Override
  public String description() {
    if (words != null) {
      return words;
    }
    StringBuilder text = new StringBuilder(title.isEmpty() ? "Plot" : title);
    text.append(": ").append(y.title()).append(" against ").append(x.title());
    text.append(x.isLog() ? " (logarithmic). " : ". ");
    List<Series> told =
        all.stream().filter(s -> s.kind() != Kind.THIN && s.kind() != Kind.DASHED).toList();
    text.append(
        told.stream()
            .limit(SERIES_IN_WORDS)
            .map(this::words)
            .filter(s -> !s.isEmpty())
            .collect(Collectors.joining("; ")));
    if (told.size() > SERIES_IN_WORDS) {
      text.append("; and ").append(told.size() - SERIES_IN_WORDS).append(" more");
    }
    long thin = all.stream().filter(s -> s.kind() == Kind.THIN).count();
    if (thin > 0) {
      text.append(told.isEmpty() ? "" : "; ").append(thin).append(" thin lines behind");
    }
    return text.append('.').toString();
  }

  private String words(Series one) {
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < one.x().length; i++) {
      if (x.shows(one.x()[i]) && y.shows(one.y()[i])) {
        shown.add(i);
      }
    }
    if (shown.isEmpty()) {
      return "";
    }
    int first = shown.get(0);
    int last = shown.get(shown.size() - 1);
    String name = one.name().isEmpty() ? "a line" : one.name();
    if (one.kind() == Kind.POINTS || one.kind() == Kind.DOTS) {
      return shown.size() + " points " + name;
    }
    if (one.kind() == Kind.BAND) {
      return "a band around "
          + name
          + " from "
          + Numbers.of(one.y()[last])
          + " to "
          + Numbers.of(one.high()[last])
          + " at the end";
    }
    return name
        + " from "
        + Numbers.of(one.y()[first])
        + " at "
        + Numbers.of(one.x()[first])
        + " to "
        + Numbers.of(one.y()[last])
        + " at "
        + Numbers.of(one.x()[last]);
  }
}
