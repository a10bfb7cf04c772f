package io.github.dl4jhopfield.zoo.report;

import java.util.List;
import java.util.Map;

/** One figure of each kind, for tests. */
final class Figures {
  private Figures() {}

  static List<Figure> of(String text) {
    double[] x = {1, 2, 4, 8};
    double[] y = {0.1, Double.NaN, 0.5, 0.9};
    XyPlot everything =
        new XyPlot(text, Axis.log(text), Axis.linear(text))
            .thin(text, x, y)
            .dashed("", x, y)
            .line(text + "1", x, y)
            .marked(text + "2", x, y)
            .tapered(text + "3", x, y)
            .points(text + "4", x, y)
            .band(text + "1", x, new double[] {0, 0.1, 0.2, 0.3}, y);
    XyPlot map =
        new XyPlot("", Axis.linear("").from(-1).to(1), Axis.linear("").from(-1).to(1))
            .plain()
            .ground(Picture.colours(new int[] {0xFF0000, 0x00FF00}, 1, 2))
            .contours(new double[][] {{-1, -1, 1, 1}})
            .dots("", new double[] {0, Double.NaN}, new double[] {0.5, 0})
            .mark(0.2, 0.2)
            .path(new double[] {-1, 1}, new double[] {0, 0.5})
            .describedAs(text);
    return List.of(
        everything,
        Plots.roc(text).line(text, new double[] {0, 0, 1}, new double[] {0, 1, 1}),
        Plots.precisionRecall(text, 0.3).line(text, new double[] {0, 1}, new double[] {1, 0.3}),
        new BarPlot(text, text, List.of("a", "b"), Axis.linear(text))
            .group(text, 1, 2)
            .group(text + "2", new double[] {1, 2}, new double[] {0.5, 1.5}, new double[] {2, 3}),
        new BarPlot(text, "", List.of(text, "b"), Axis.linear(text)).lying().group("", 1, -2),
        new HeatMap(
            text,
            text,
            List.of(text, "b"),
            text,
            List.of("c", "d", text),
            new double[][] {{0, 1, Double.NaN}, {2, 3, 4}},
            0,
            4),
        HeatMap.confusion(text, List.of("a", text), new long[][] {{5, 1}, {2, 1234}}),
        new SequenceLogo(
            text, text, List.of(Map.of('A', 1.0, 'C', 0.5), Map.of('<', 0.5), Map.of())),
        new PictureGrid(
            text,
            List.of(text, "b"),
            List.of("first", text),
            List.of(
                new Picture[] {Picture.ink(new double[] {0, 0.5, 1, 2}, 2, 2), null},
                new Picture[] {Picture.colours(new int[] {0x123456}, 1, 1)})),
        new XyPlot(text, Axis.categories(text, List.of("a", text, "c")), Axis.linear(text))
            .dots(text, new double[] {0, 2, Double.NaN}, new double[] {1, 2, 3}),
        coordinates(text),
        new Timeline(text, Axis.linear("seconds"), List.of(text, "b"))
            .state("done", 2)
            .state(text, 1)
            .span(0, 0, 10, "done")
            .span(1, 2, 2.001, text)
            .span(1, 5, 9, text)
            .gap(3),
        new Panels(text, 2, 160).add(text, map).add(text, map).add(text, map));
  }

  private static ParallelCoordinates coordinates(String text) {
    return new ParallelCoordinates(
            text,
            List.of(
                Axis.log(text), Axis.categories(text + " 2", List.of("a", text)), Axis.linear("c")))
        .line(new double[] {1, 0, 3}, 0)
        .line(new double[] {10, Double.NaN, 3}, 0.5)
        .marked(text, new double[] {5, 1, 4});
  }
}
