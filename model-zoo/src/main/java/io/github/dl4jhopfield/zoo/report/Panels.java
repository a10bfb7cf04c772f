package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Several figures of one kind side by side, as many in a row as there is room for. */
public final class Panels implements Figure {
  private static final int GAP = 20;
  private static final int TITLE = 22;

  private record Panel(String title, Figure figure) {}

  private final String title;
  private final int across;
  private final int narrowest;
  private final List<Panel> panels = new ArrayList<>();

  /**
   * @param across how many in a row where there is room
   * @param narrowest width below which a panel cannot be read, in CSS pixels
   */
  public Panels(String title, int across, int narrowest) {
    if (across < 1 || narrowest < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 panel in a row and a width above 0, found "
              + across
              + " and "
              + narrowest);
    }
    this.title = title;
    this.across = across;
    this.narrowest = narrowest;
  }

  /** Adds a panel with a title above it. */
  public Panels add(String panelTitle, Figure figure) {
    panels.add(new Panel(panelTitle, figure));
    return this;
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    int count = Math.max(1, Math.min(across, (width + GAP) / (narrowest + GAP)));
    int each = (width - (count - 1) * GAP) / count;
    int head = panels.stream().allMatch(panel -> panel.title().isEmpty()) ? 0 : TITLE;
    for (int i = 0; i < panels.size(); i += count) {
      double tallest = 0;
      for (int k = i; k < Math.min(panels.size(), i + count); k++) {
        double x = (double) (k - i) * (each + GAP);
        Drawing drawing = panels.get(k).figure().draw(each);
        if (head > 0) {
          svg.text(x, top + 15, "start", Svg.fit(panels.get(k).title(), each));
        }
        svg.place(x, top + head, drawing);
        tallest = Math.max(tallest, drawing.height());
      }
      top += head + tallest + GAP / 2.0;
    }
    return svg.drawing(width, top);
  }

  @Override
  public String description() {
    return (title.isEmpty() ? "" : title + ". ")
        + panels.stream()
            .map(p -> (p.title().isEmpty() ? "" : p.title() + ": ") + p.figure().description())
            .collect(Collectors.joining(" "));
  }
}
