package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Bars from 0, in groups side by side, with intervals where they are known. Bars stand where their
 * labels fit below, and lie where they don't, as on a phone.
 */
public final class BarPlot implements Figure {
  private static final int HEIGHT = 300;
  private static final int CATEGORIES_IN_WORDS = 16;

  private record Group(String name, double[] values, double[] low, double[] high) {}

  private final String title;
  private final String categoryTitle;
  private final List<String> categories;
  private final Axis axis;
  private final List<Group> groups = new ArrayList<>();
  private boolean lying;

  /**
   * @param title above; empty for none
   * @param categoryTitle what the categories are; may be empty
   * @param categories one label for each bar of a group
   * @param axis of the values, not logarithmic
   */
  public BarPlot(String title, String categoryTitle, List<String> categories, Axis axis) {
    if (axis.isLog()) {
      throw new IllegalArgumentException("bars begin at 0: expected a linear axis, found log");
    }
    this.title = title;
    this.categoryTitle = categoryTitle;
    this.categories = List.copyOf(categories);
    this.axis = axis;
  }

  /** Adds a bar for each category; NaN leaves a gap. An empty name is not in the key. */
  public BarPlot group(String name, double... values) {
    return add(new Group(name, values.clone(), null, null));
  }

  /** Adds a bar with an interval for each category. */
  public BarPlot group(String name, double[] values, double[] low, double[] high) {
    return add(new Group(name, values.clone(), low.clone(), high.clone()));
  }

  private BarPlot add(Group group) {
    if (group.values().length != categories.size()
        || group.low() != null
            && (group.low().length != categories.size()
                || group.high().length != categories.size())) {
      throw new IllegalArgumentException(
          "bars \""
              + group.name()
              + "\": expected a value for each of "
              + categories.size()
              + " categories, found "
              + group.values().length);
    }
    groups.add(group);
    return this;
  }

  /** Lays the bars at every width, each with its value behind it. */
  public BarPlot lying() {
    lying = true;
    return this;
  }

  private Axis.Scale scale(int most) {
    double low = 0;
    double high = 0;
    for (Group group : groups) {
      for (double[] values : new double[][] {group.values(), group.low(), group.high()}) {
        for (double value : values == null ? new double[0] : values) {
          if (Double.isFinite(value)) {
            low = Math.min(low, value);
            high = Math.max(high, value);
          }
        }
      }
    }
    return axis.scale(low, low == high ? 1 : high, most, List.of());
  }

  private boolean labelsFit(double slot) {
    return categories.stream().allMatch(label -> Svg.width(label) <= slot - 6);
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    top = key(svg, width, top);
    double slot = (width - 60.0) / Math.max(1, categories.size());
    boolean stand = !lying && labelsFit(slot) && slot >= 12 * groups.size() + 8;
    return stand ? standing(svg, width, top) : lying(svg, width, top);
  }

  private double key(Svg svg, int width, double top) {
    double left = 0;
    double at = top;
    boolean any = false;
    for (int g = 0; g < groups.size(); g++) {
      String name = groups.get(g).name();
      if (name.isEmpty()) {
        continue;
      }
      double needs = Svg.width(name) + 34;
      if (any && left + needs > width) {
        left = 0;
        at += 20;
      }
      svg.element(
          "<rect x=\"%s\" y=\"%s\" width=\"12\" height=\"12\" %s/>", left, at + 3, Style.fill(g));
      svg.text(left + 17, at + 13.5, "start", name);
      left += needs;
      any = true;
    }
    return any ? at + 26 : top;
  }

  private Drawing standing(Svg svg, int width, double start) {
    double top = start;
    if (!axis.title().isEmpty()) {
      top += Svg.LEADING;
      svg.quiet(0, top - 5, "start", axis.title());
    }
    top += 6;
    Axis.Scale scale = scale(HEIGHT / 45);
    double left = Svg.widest(scale.labels()) + 8;
    double slot = (width - left) / categories.size();
    double bottom = top + HEIGHT;
    for (int i = 0; i < scale.ticks().size(); i++) {
      double y = bottom - scale.share(scale.ticks().get(i)) * HEIGHT;
      svg.grid(left, y, width, y);
      svg.text(left - 6, y + 4.5, "end", scale.labels().get(i));
    }
    double zero = bottom - scale.share(0) * HEIGHT;
    double bar = Math.min(44, 0.8 * slot / groups.size());
    for (int c = 0; c < categories.size(); c++) {
      double middle = left + (c + 0.5) * slot;
      for (int g = 0; g < groups.size(); g++) {
        double value = groups.get(g).values()[c];
        if (!Double.isFinite(value)) {
          continue;
        }
        double x = middle + (g - groups.size() / 2.0) * bar;
        double y = bottom - scale.share(value) * HEIGHT;
        svg.element(
            "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" %s/>",
            x + 0.5, Math.min(y, zero), bar - 1, Math.abs(zero - y), Style.fill(g));
        if (groups.get(g).low() != null) {
          double low = bottom - scale.share(groups.get(g).low()[c]) * HEIGHT;
          double high = bottom - scale.share(groups.get(g).high()[c]) * HEIGHT;
          whisker(svg, x + bar / 2, low, x + bar / 2, high);
        }
      }
      svg.text(middle, bottom + 17, "middle", categories.get(c));
    }
    svg.axis(left, zero, width, zero);
    double end = bottom + 23;
    if (!categoryTitle.isEmpty()) {
      end += Svg.LEADING;
      svg.quiet(left + (width - left) / 2, end - 5, "middle", categoryTitle);
    }
    return svg.drawing(width, end + 4);
  }

  private Drawing lying(Svg svg, int width, double start) {
    double bar = groups.size() == 1 ? 15 : 11;
    double row = bar * groups.size() + 7;
    double left = Math.min(Svg.widest(categories) + 10, width * 0.42);
    double right = values() ? 52 : 14;
    double room = width - left - right;
    Axis.Scale scale = scale((int) (room / 70) + 1);
    double top = start;
    if (!categoryTitle.isEmpty()) {
      top += Svg.LEADING;
      svg.quiet(0, top - 5, "start", Svg.fit(categoryTitle, width));
    }
    double bottom = top + row * categories.size() + 4;
    for (int i = 0; i < scale.ticks().size() && !values(); i++) {
      double x = left + scale.share(scale.ticks().get(i)) * room;
      svg.grid(x, top, x, bottom);
      svg.text(x, bottom + 17, "middle", scale.labels().get(i));
    }
    double zero = left + scale.share(0) * room;
    for (int c = 0; c < categories.size(); c++) {
      double y = top + 4 + c * row;
      svg.text(left - 8, y + (row - 7) / 2 + 4.5, "end", Svg.fit(categories.get(c), left - 10));
      for (int g = 0; g < groups.size(); g++) {
        double value = groups.get(g).values()[c];
        if (!Double.isFinite(value)) {
          continue;
        }
        double x = left + scale.share(value) * room;
        double at = y + g * bar;
        svg.element(
            "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" %s/>",
            Math.min(x, zero), at + 0.5, Math.abs(x - zero), bar - 1, Style.fill(g));
        if (groups.get(g).low() != null) {
          double low = left + scale.share(groups.get(g).low()[c]) * room;
          double high = left + scale.share(groups.get(g).high()[c]) * room;
          whisker(svg, low, at + bar / 2, high, at + bar / 2);
          x = Math.max(x, high);
        }
        if (values()) {
          svg.text(x + 6, at + bar / 2 + 4.5, "start", Numbers.of(rounded(value)));
        }
      }
    }
    svg.axis(zero, top, zero, bottom);
    double end = values() ? bottom : bottom + 22;
    if (!axis.title().isEmpty()) {
      end += Svg.LEADING;
      svg.quiet(left, end - 5, "start", Svg.fit(axis.title(), width - left));
    }
    return svg.drawing(width, end + 4);
  }

  /** Whether each bar has its value behind it, in place of an axis with marks. */
  private boolean values() {
    return groups.size() == 1;
  }

  private static double rounded(double value) {
    return Math.abs(value) < 10 ? Math.rint(value * 1000) / 1000 : value;
  }

  private static void whisker(Svg svg, double x1, double y1, double x2, double y2) {
    double dx = x1 == x2 ? 4 : 0;
    double dy = x1 == x2 ? 0 : 3;
    svg.element(
        "<path d=\"M%s %sL%s %sM%s %sL%s %sM%s %sL%s %s\" class=\"over\" fill=\"none\""
            + " stroke=\"#1b1f24\"/>",
        x1, y1, x2, y2, x1 - dx, y1 - dy, x1 + dx, y1 + dy, x2 - dx, y2 - dy, x2 + dx, y2 + dy);
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder(title.isEmpty() ? "Bars" : title);
    text.append(": ").append(axis.title().isEmpty() ? "values" : axis.title());
    text.append(categoryTitle.isEmpty() ? ". " : " by " + categoryTitle + ". ");
    return text.append(groups.stream().map(this::words).collect(Collectors.joining("; ")))
        .append('.')
        .toString();
  }

  private String words(Group group) {
    StringBuilder text = new StringBuilder();
    text.append(group.name().isEmpty() ? "" : group.name() + ": ");
    int told = Math.min(categories.size(), CATEGORIES_IN_WORDS);
    for (int c = 0; c < told; c++) {
      text.append(c == 0 ? "" : ", ")
          .append(categories.get(c))
          .append(' ')
          .append(
              group.low() == null
                  ? Numbers.of(rounded(group.values()[c]))
                  : Numbers.interval(group.values()[c], group.low()[c], group.high()[c]));
    }
    if (told < categories.size()) {
      text.append(", and ")
          .append(categories.size() - told)
          .append(" more, at most ")
          .append(Numbers.of(rounded(Arrays.stream(group.values()).max().orElse(0))));
    }
    return text.toString();
  }
}
