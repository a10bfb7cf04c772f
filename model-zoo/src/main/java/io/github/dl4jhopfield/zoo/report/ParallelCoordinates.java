package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Points of a space of many dimensions: an axis for each, side by side, and a line for each point
 * through its values, the darker the more it matters. On a narrow page the axes lie, one below the
 * other. A value that an axis cannot show breaks the line.
 */
public final class ParallelCoordinates implements Figure {
  private static final int HEIGHT = 340;
  private static final int ROW = 62;
  private static final int LIES_BELOW = 96;
  private static final int MARKS = 5;

  private record Line(double[] values, double weight) {}

  private final String title;
  private final List<Axis> axes;
  private final List<Line> lines = new ArrayList<>();
  private double[] marked;
  private String markedName = "";

  /** Without lines; an empty title shows none. */
  public ParallelCoordinates(String title, List<Axis> axes) {
    if (axes.isEmpty()) {
      throw new IllegalArgumentException("expected at least one axis, found none");
    }
    this.title = title;
    this.axes = List.copyOf(axes);
  }

  /**
   * Adds a point.
   *
   * @param values one for each axis
   * @param weight from 0 (pale) to 1 (dark)
   */
  public ParallelCoordinates line(double[] values, double weight) {
    lines.add(new Line(checked(values), Math.max(0, Math.min(1, weight))));
    return this;
  }

  /** Adds the point that is to be seen before all others, in a colour of its own. */
  public ParallelCoordinates marked(String name, double[] values) {
    marked = checked(values);
    markedName = name;
    return this;
  }

  private double[] checked(double[] values) {
    if (values.length != axes.size()) {
      throw new IllegalArgumentException(
          "expected a value for each of " + axes.size() + " axes, found " + values.length);
    }
    return values.clone();
  }

  private Axis.Scale scale(int axis, int most) {
    Axis shown = axes.get(axis);
    List<Double> all = new ArrayList<>();
    lines.stream().map(line -> line.values()[axis]).filter(shown::shows).forEach(all::add);
    if (marked != null && shown.shows(marked[axis])) {
      all.add(marked[axis]);
    }
    double low = all.stream().mapToDouble(v -> v).min().orElse(Double.NaN);
    double high = all.stream().mapToDouble(v -> v).max().orElse(Double.NaN);
    return shown.scale(low, high, most, all.stream().distinct().sorted().limit(99).toList());
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    if (marked != null && !markedName.isEmpty()) {
      svg.element("<path d=\"M0 %sh24\" %s/>", top + 9, Style.line(1, 2.6));
      svg.text(30, top + 13.5, "start", Svg.fit(markedName, width - 30.0));
      top += 26;
    }
    double slot = (width - 40.0) / Math.max(1, axes.size() - 1);
    return slot < LIES_BELOW || width <= NARROW
        ? lying(svg, width, top)
        : standing(svg, width, top);
  }

  private Drawing standing(Svg svg, int width, double start) {
    double top = start + Svg.LEADING + 10;
    double bottom = top + HEIGHT;
    double left = Svg.widest(scale(0, MARKS).labels()) + 12;
    double slot = axes.size() == 1 ? 0 : (width - left - 16) / (axes.size() - 1);
    double[][] place = new double[axes.size()][];
    for (int a = 0; a < axes.size(); a++) {
      double x = left + a * slot;
      place[a] = new double[] {x, bottom, x, top};
    }
    lines(svg, place, MARKS);
    for (int a = 0; a < axes.size(); a++) {
      Axis.Scale scale = scale(a, MARKS);
      double x = place[a][0];
      svg.axis(x, top, x, bottom);
      for (int i = 0; i < scale.ticks().size(); i++) {
        double y = bottom - scale.share(scale.ticks().get(i)) * HEIGHT;
        svg.element("<path d=\"M%s %sh-5\" class=\"axis\" stroke=\"#57606a\"/>", x, y);
        svg.text(x - 8, y + 4.5, "end", halo(), Svg.fit(scale.labels().get(i), slot * 0.6 + 30));
      }
      boolean last = a == axes.size() - 1 && a > 0;
      double room = last || a == 0 ? slot * 0.5 + left - 12 : slot - 8;
      String name = Svg.fit(axes.get(a).title(), axes.size() == 1 ? width : room);
      svg.text(
          last ? width : a == 0 ? 0 : x,
          start + 14,
          last ? "end" : a == 0 ? "start" : "middle",
          name);
    }
    return svg.drawing(width, bottom + 10);
  }

  private Drawing lying(Svg svg, int width, double start) {
    double[][] place = new double[axes.size()][];
    for (int a = 0; a < axes.size(); a++) {
      double y = start + Svg.LEADING + 4 + a * ROW;
      place[a] = new double[] {14, y, width - 14.0, y};
    }
    int marks = Math.max(2, width / 90);
    lines(svg, place, marks);
    for (int a = 0; a < axes.size(); a++) {
      Axis.Scale scale = scale(a, marks);
      double[] at = place[a];
      svg.axis(at[0], at[1], at[2], at[1]);
      svg.text(0, at[1] - 8, "start", halo(), Svg.fit(axes.get(a).title(), width));
      double taken = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < scale.ticks().size(); i++) {
        String label = Svg.fit(scale.labels().get(i), 80);
        double half = Svg.width(label) / 2;
        double x = at[0] + scale.share(scale.ticks().get(i)) * (at[2] - at[0]);
        double middle = Math.max(half, Math.min(width - half, x));
        svg.element("<path d=\"M%s %sv5\" class=\"axis\" stroke=\"#57606a\"/>", x, at[1]);
        if (middle - half > taken + 6) {
          svg.text(middle, at[1] + 17, "middle", halo(), label);
          taken = middle + half;
        }
      }
    }
    return svg.drawing(width, place[axes.size() - 1][1] + 24);
  }

  /** Text that lines run behind stays readable. */
  private static String halo() {
    return "class=\"halo\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\"";
  }

  /** Each axis from its low to its high end: x1, y1, x2, y2. */
  private void lines(Svg svg, double[][] place, int marks) {
    Axis.Scale[] scales = new Axis.Scale[axes.size()];
    for (int a = 0; a < scales.length; a++) {
      scales[a] = scale(a, marks);
    }
    lines.stream()
        .sorted(Comparator.comparingDouble(Line::weight))
        .forEach(
            line ->
                svg.element(
                    "<path d=\"%s\" %s stroke-opacity=\"%s\"/>",
                    path(line.values(), scales, place),
                    Style.line(0, 1.2),
                    0.05 + 0.7 * line.weight() * line.weight()));
    if (marked != null) {
      svg.element("<path d=\"%s\" %s/>", path(marked, scales, place), Style.line(1, 2.6));
    }
  }

  private String path(double[] values, Axis.Scale[] scales, double[][] place) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int a = 0; a < values.length; a++) {
      if (!axes.get(a).shows(values[a])) {
        pen = false;
        continue;
      }
      double share = Math.max(0, Math.min(1, scales[a].share(values[a])));
      double[] at = place[a];
      path.append(pen ? 'L' : 'M')
          .append(
              String.format(
                  Locale.ROOT,
                  "%.1f %.1f",
                  at[0] + share * (at[2] - at[0]),
                  at[1] + share * (at[3] - at[1])));
      pen = true;
    }
    return path.isEmpty() ? "M0 0" : path.toString();
  }

  @Override
  public String description() {
    String names = axes.stream().map(Axis::title).collect(Collectors.joining(", "));
    StringBuilder text = new StringBuilder(title.isEmpty() ? "Parallel coordinates" : title);
    text.append(": ").append(lines.size()).append(" lines through ").append(names);
    if (marked != null) {
      text.append("; ").append(markedName).append(": ");
      for (int a = 0; a < axes.size(); a++) {
        Axis axis = axes.get(a);
        String value = axis.shows(marked[a]) ? Numbers.of(marked[a]) : "none";
        if (!axis.names().isEmpty() && axis.shows(marked[a])) {
          int at = (int) Math.max(0, Math.min(axis.names().size() - 1, Math.rint(marked[a])));
          value = axis.names().get(at);
        }
        text.append(a == 0 ? "" : ", ").append(axis.title()).append(' ').append(value);
      }
    }
    return text.append('.').toString();
  }
}
