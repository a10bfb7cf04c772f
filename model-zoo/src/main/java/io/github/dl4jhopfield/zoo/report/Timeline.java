package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What ran when: a lane for each worker, a bar from the start of each piece of work to its end, in
 * the colour of what became of it. Bars too narrow to be seen become one; of states that share a
 * pixel the one that was declared last is seen.
 */
public final class Timeline implements Figure {
  private static final int MOST_LANES = 40;
  private static final int TALLEST = 22;

  private record Span(int lane, double from, double to, int state) {}

  private final String title;
  private final Axis time;
  private final List<String> lanes;
  private final Map<String, Integer> states = new LinkedHashMap<>();
  private final List<Span> spans = new ArrayList<>();
  private final List<Double> breaks = new ArrayList<>();

  /**
   * @param time axis of the time, not logarithmic
   * @param lanes a label for each lane
   */
  public Timeline(String title, Axis time, List<String> lanes) {
    if (time.isLog() || lanes.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a linear axis and at least one lane, found " + time + " and " + lanes.size());
    }
    this.title = title;
    this.time = time;
    this.lanes = List.copyOf(lanes);
  }

  /**
   * Declares a state of work and the number of its colour; states of no span are not in the key.
   */
  public Timeline state(String name, int colour) {
    states.put(name, colour);
    return this;
  }

  /** Adds a piece of work in a lane. */
  public Timeline span(int lane, double from, double to, String state) {
    if (lane < 0 || lane >= lanes.size() || !(from <= to) || !states.containsKey(state)) {
      throw new IllegalArgumentException(
          String.format(
              "expected a lane below %d, a start before the end and one of the states %s, found"
                  + " lane %d, %s to %s and \"%s\"",
              lanes.size(), states.keySet(), lane, from, to, state));
    }
    spans.add(new Span(lane, from, to, List.copyOf(states.keySet()).indexOf(state)));
    return this;
  }

  /** Marks a moment at which time was left out. */
  public Timeline gap(double at) {
    breaks.add(at);
    return this;
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = key(svg, width, svg.title(title, width));
    int shown = Math.min(MOST_LANES, lanes.size());
    double tall = Math.max(8, Math.min(TALLEST, 360.0 / shown));
    boolean named = tall >= 13;
    double left = named ? Math.min(Svg.widest(lanes) + 8, width * 0.3) : 2;
    double right = width - 14.0;
    double low = spans.stream().mapToDouble(Span::from).min().orElse(0);
    double high = spans.stream().mapToDouble(Span::to).max().orElse(1);
    Axis.Scale scale = time.scale(low, high, Math.max(2, (int) ((right - left) / 70)), List.of());
    double bottom = top + shown * tall;
    for (int i = 0; i < scale.ticks().size(); i++) {
      double x = left + scale.share(scale.ticks().get(i)) * (right - left);
      String label = scale.labels().get(i);
      double half = Svg.width(label) / 2;
      svg.grid(x, top, x, bottom);
      svg.text(Math.max(half, Math.min(width - half, x)), bottom + 18, "middle", label);
    }
    int pixels = (int) (right - left);
    for (int lane = 0; lane < shown; lane++) {
      double y = top + lane * tall;
      if (named) {
        svg.text(left - 6, y + tall / 2 + 4.5, "end", Svg.fit(lanes.get(lane), left - 8));
      }
      lane(svg, lane, scale, left, pixels, y + 1, tall - 2);
    }
    for (double at : breaks) {
      double x = left + scale.share(at) * (right - left);
      svg.element(
          "<path d=\"M%s %sV%s\" class=\"axis\" stroke=\"#57606a\" stroke-dasharray=\"2 3\"/>",
          x, top, bottom);
    }
    svg.axis(left, bottom, right, bottom);
    double end = bottom + 24 + Svg.LEADING;
    String unit =
        time.title()
            + (shown < lanes.size() ? " (" + shown + " of " + lanes.size() + " lanes)" : "");
    svg.quiet(left + (right - left) / 2, end - 5, "middle", Svg.fit(unit, right - left));
    return svg.drawing(width, end + 4);
  }

  private double key(Svg svg, int width, double top) {
    List<String> names = List.copyOf(states.keySet());
    double left = 0;
    double at = top;
    boolean any = false;
    for (int s = 0; s < names.size(); s++) {
      int state = s;
      if (spans.stream().noneMatch(span -> span.state() == state)) {
        continue;
      }
      double needs = Svg.width(names.get(s)) + 34;
      if (any && left + needs > width) {
        left = 0;
        at += 20;
      }
      svg.element(
          "<rect x=\"%s\" y=\"%s\" width=\"12\" height=\"12\" %s/>",
          left, at + 3, Style.fill(states.get(names.get(s))));
      svg.text(left + 17, at + 13.5, "start", names.get(s));
      left += needs;
      any = true;
    }
    return any ? at + 26 : top;
  }

  /**
   * Wide bars one by one; of narrow ones the pixels that they touch, neighbours of a state as one.
   */
  private void lane(
      Svg svg, int lane, Axis.Scale scale, double left, int pixels, double y, double tall) {
    int[] colours = states.values().stream().mapToInt(colour -> colour).toArray();
    int[] narrow = new int[pixels + 1];
    Arrays.fill(narrow, -1);
    List<Span> wide = new ArrayList<>();
    for (Span span : spans) {
      if (span.lane() != lane) {
        continue;
      }
      double from = scale.share(span.from()) * pixels;
      double to = scale.share(span.to()) * pixels;
      if (to - from >= 3) {
        wide.add(span);
      } else {
        for (int p = clamp(from, pixels); p <= clamp(to, pixels); p++) {
          narrow[p] = Math.max(narrow[p], span.state());
        }
      }
    }
    for (int p = 0; p < pixels; ) {
      int end = p + 1;
      while (end < pixels && narrow[end] == narrow[p]) {
        end++;
      }
      if (narrow[p] >= 0) {
        bar(svg, left + p, y, end - p, tall, colours[narrow[p]]);
      }
      p = end;
    }
    for (Span span : wide) {
      double from = scale.share(span.from()) * pixels;
      double to = scale.share(span.to()) * pixels;
      bar(svg, left + from, y, to - from - 0.8, tall, colours[span.state()]);
    }
  }

  private static int clamp(double pixel, int pixels) {
    return (int) Math.max(0, Math.min(pixels, pixel));
  }

  private static void bar(Svg svg, double x, double y, double width, double tall, int colour) {
    svg.element(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" %s/>",
        x, y, width, tall, Style.fill(colour));
  }

  @Override
  public String description() {
    List<String> names = List.copyOf(states.keySet());
    String counts =
        names.stream()
            .map(
                name ->
                    spans.stream().filter(s -> names.get(s.state()).equals(name)).count()
                        + " "
                        + name)
            .filter(text -> !text.startsWith("0 "))
            .collect(Collectors.joining(", "));
    return (title.isEmpty() ? "Timeline" : title)
        + ": "
        + lanes.size()
        + (lanes.size() == 1 ? " lane; " : " lanes; ")
        + (counts.isEmpty() ? "nothing ran" : counts)
        + ".";
  }
}
