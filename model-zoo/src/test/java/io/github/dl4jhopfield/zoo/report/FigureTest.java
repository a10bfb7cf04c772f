package io.github.dl4jhopfield.zoo.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class FigureTest {
  @Test
  void everyFigureIsWellFormedAtEveryWidthAndSaysWhatItShows() throws Exception {
    for (Figure figure : Figures.of("a < b & \"c\"")) {
      for (int width : new int[] {240, Figure.NARROW, Figure.WIDE, 1400}) {
        Element svg = parse(figure.toSvg(width)).getDocumentElement();
        assertThat(svg.getAttribute("width")).isEqualTo(Integer.toString(width));
        assertThat(Integer.parseInt(svg.getAttribute("height"))).isBetween(40, 4000);
        assertThat(svg.getAttribute("role")).isEqualTo("img");
        assertThat(svg.getAttribute("aria-label")).hasSizeGreaterThan(10).doesNotContain("NaN");
      }
      assertThat(parse(figure.toSvgFile()).getElementsByTagName("style").getLength()).isOne();
    }
  }

  @Test
  void noTextIsOutsideOfAFigureOfAPhone() throws Exception {
    for (Figure figure : Figures.of("held-out accuracy")) {
      NodeList texts = parse(figure.toSvg(Figure.NARROW)).getElementsByTagName("text");
      for (int i = 0; i < texts.getLength(); i++) {
        Element text = (Element) texts.item(i);
        if (text.hasAttribute("transform")) {
          continue; // a letter of a logo, or slanted
        }
        double x = Double.parseDouble(text.getAttribute("x"));
        double width = Svg.width(text.getTextContent());
        double left =
            switch (text.getAttribute("text-anchor")) {
              case "end" -> x - width;
              case "middle" -> x - width / 2;
              default -> x;
            };
        assertThat(left).as(text.getTextContent()).isGreaterThan(-14);
        assertThat(left + width).as(text.getTextContent()).isLessThan(Figure.NARROW + 14);
      }
    }
  }

  @Test
  void aLineIsDrawnThroughItsPointsAndBreaksAtNaN() throws Exception {
    XyPlot plot =
        new XyPlot("", Axis.linear("x").from(0).to(4), Axis.linear("y").from(0).to(1))
            .line("l", new double[] {0, 1, 2, 3, 4}, new double[] {0, 1, Double.NaN, 1, 0});
    String path = attribute(parse(plot.toSvg(720)), "path", "line s0", "d");
    assertThat(path.chars().filter(c -> c == 'M').count()).isEqualTo(2);
    assertThat(path.chars().filter(c -> c == 'L').count()).isEqualTo(2);
  }

  @Test
  void hairlinesThatMeetAreOneLine() throws Exception {
    Axis axis = Axis.linear("").from(0).to(1);
    String svg =
        new XyPlot("", axis, axis)
            .plain()
            .contours(
                new double[][] {{0, 0, 0.5, 0.5}, {1, 0, 0.5, 0.5}, {0, 1, 0.2, 1}, {1, 0, 1, 1}})
            .toSvg(222);
    String path = attribute(parse(svg), "path", "", "d");
    assertThat(path).isEqualTo("M6 226l110 -110l110 110l0 -220M6 6l44 0");
  }

  @Test
  void seriesOfOneNameShareColourAndKey() throws Exception {
    double[] x = {1, 2};
    XyPlot plot =
        new XyPlot("", Axis.linear("x"), Axis.linear("y"))
            .line("softmax", x, new double[] {1, 2})
            .band("softmax", x, new double[] {0, 1}, new double[] {2, 3})
            .line("sparsemax", x, new double[] {2, 1});
    String svg = plot.toSvg(720);
    assertThat(svg.split(">softmax<")).hasSize(2);
    assertThat(svg).contains("class=\"fill s0\"", "class=\"line s1\"").doesNotContain("s2\"");
  }

  @Test
  void marksAreRoundNumbersAndDataOfALogarithmicAxis() {
    Axis.Scale linear = Axis.linear("y").scale(0.03, 0.97, 6, List.of());
    assertThat(linear.labels()).containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
    Axis.Scale log = Axis.log("n").scale(16, 1024, 6, List.of(16.0, 128.0, 1024.0));
    assertThat(log.labels()).containsExactly("16", "128", "1,024");
    assertThat(log.share(128)).isEqualTo(0.5, org.assertj.core.data.Offset.offset(1e-12));
    Axis.Scale decades = Axis.log("n").scale(1, 1e6, 4, new ArrayList<>(many()));
    assertThat(decades.labels()).containsExactly("1", "100", "10,000", "1,000,000");
  }

  @Test
  void countsAreMarkedAtWholeNumbers() {
    String svg =
        new XyPlot("", Axis.linear("candidate"), Axis.linear("score").from(0).to(1))
            .points("c", new double[] {0, 1, 2, 3}, new double[] {0, 1, 0, 1})
            .toSvg(720);
    assertThat(svg).contains(">2</text>").doesNotContain(">1.5</text>", ">2.0</text>");
  }

  private static List<Double> many() {
    List<Double> values = new ArrayList<>();
    for (int i = 1; i < 99; i++) {
      values.add((double) i);
    }
    return values;
  }

  @Test
  void barsAreAsLongAsTheirValues() throws Exception {
    BarPlot bars =
        new BarPlot("", "", List.of("a", "b"), Axis.linear("w").to(0.8))
            .lying()
            .group("", 0.2, 0.8);
    NodeList rects = parse(bars.toSvg(720)).getElementsByTagName("rect");
    double first = Double.parseDouble(((Element) rects.item(0)).getAttribute("width"));
    double second = Double.parseDouble(((Element) rects.item(1)).getAttribute("width"));
    assertThat(second / first).isBetween(3.99, 4.01);
    assertThat(bars.description()).contains("a 0.2, b 0.8");
  }

  @Test
  void aConfusionMatrixCountsAndShadesByRow() throws Exception {
    HeatMap map = HeatMap.confusion("", List.of("cat", "dog"), new long[][] {{3, 1}, {0, 4}});
    Document svg = parse(map.toSvg(720));
    NodeList rects = svg.getElementsByTagName("rect");
    double half = Double.parseDouble(((Element) rects.item(0)).getAttribute("fill-opacity"));
    assertThat(half).isEqualTo(0.76);
    assertThat(map.description()).contains("cat: 3, 1; dog: 0, 4");
  }

  @Test
  void slantedHeadingsStayWithinAPhone() throws Exception {
    List<String> classes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      classes.add("digit " + i);
    }
    HeatMap map = HeatMap.confusion("", classes, new long[10][10]);
    NodeList texts = parse(map.toSvg(Figure.NARROW)).getElementsByTagName("text");
    int slanted = 0;
    for (int i = 0; i < texts.getLength(); i++) {
      Element text = (Element) texts.item(i);
      if (text.hasAttribute("transform")) {
        double end =
            Double.parseDouble(text.getAttribute("x")) + 0.7 * Svg.width(text.getTextContent());
        assertThat(end).as(text.getTextContent()).isLessThanOrEqualTo(Figure.NARROW);
        slanted++;
      }
    }
    assertThat(slanted).isEqualTo(10);
  }

  @Test
  void aLogoOfEvenFrequenciesIsFlatAndOfOneLetterTwoBitsHigh() {
    SequenceLogo logo =
        SequenceLogo.ofFrequencies(
            "", "ACGT", List.of(new double[] {0.25, 0.25, 0.25, 0.25}, new double[] {0, 1, 0, 0}));
    assertThat(logo.toSvg(720)).contains(">C</text>").doesNotContain(">A</text>");
    assertThat(logo.description()).contains("1 none, 2 C");
    SequenceLogo largestOnTop =
        new SequenceLogo("", "", List.of(Map.of('A', 1.0, 'C', 2.0, 'G', Double.NaN, 'T', -1.0)));
    String svg = largestOnTop.toSvg(720);
    assertThat(svg.indexOf(">A</text>")).isLessThan(svg.indexOf(">C</text>"));
    assertThat(svg).doesNotContain(">G</text>", ">T</text>");
  }

  @Test
  void aPictureIsAPngOfItsPixels() throws Exception {
    BufferedImage ink =
        ImageIO.read(
            new ByteArrayInputStream(
                Picture.ink(new double[] {0, 1, Double.NaN, 0.5}, 2, 2).png()));
    assertThat(ink.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThat(ink.getRGB(1, 0) & 0xFFFFFF).isZero();
    assertThat(ink.getRGB(0, 1) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    BufferedImage colours =
        ImageIO.read(
            new ByteArrayInputStream(Picture.colours(new int[] {0x123456, 0xABCDEF}, 1, 2).png()));
    assertThat(colours.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0xABCDEF);
  }

  @Test
  void numbersHaveTheDigitsThatMeanSomething() {
    assertThat(Numbers.of(1024)).isEqualTo("1,024");
    assertThat(Numbers.of(0.25)).isEqualTo("0.25");
    assertThat(Numbers.of(3.14159265)).isEqualTo("3.142");
    assertThat(Numbers.of(0.00001234)).isEqualTo("1.23e-05");
    assertThat(Numbers.of(-0.0731249)).isEqualTo("-0.07312");
    assertThat(Numbers.spread(0.958012, 0.05943)).isEqualTo("0.958 ± 0.059");
    assertThat(Numbers.spread(0.958, 0)).isEqualTo("0.958");
    assertThat(Numbers.spread(1234.5, 67.8)).isEqualTo("1,235 ± 68");
    assertThat(Numbers.interval(0.9583, 0.92161, 0.98402)).isEqualTo("0.958 (0.922 to 0.984)");
  }

  @Test
  void categoriesAreMarkedByTheirNames() {
    Axis axis = Axis.categories("kind", List.of("softmax", "entmax 1.5", "sparsemax"));
    String svg =
        new XyPlot("", axis, Axis.linear("score"))
            .dots("c", new double[] {0, 1, 2}, new double[] {1, 2, 3})
            .toSvg(720);
    assertThat(svg).contains(">softmax</text>", ">entmax 1.5</text>", ">sparsemax</text>");
    assertThat(axis.scale(0, 2, 9, List.of()).share(1)).isEqualTo(0.5);
    assertThat(axis.scale(0, 2, 2, List.of()).labels()).containsExactly("softmax", "sparsemax");
  }

  @Test
  void manyDotsAreOneElement() throws Exception {
    XyPlot plot =
        new XyPlot("", Axis.linear("x").from(0).to(1), Axis.linear("y").from(0).to(1))
            .dots("d", new double[] {0, 0.5, Double.NaN}, new double[] {0, 1, 1});
    Element dots = (Element) parse(plot.toSvg(720)).getElementsByTagName("path").item(0);
    NodeList paths = parse(plot.toSvg(720)).getElementsByTagName("path");
    int rounded = 0;
    for (int i = 0; i < paths.getLength(); i++) {
      Element path = (Element) paths.item(i);
      if (path.hasAttribute("stroke-linecap") && path.getAttribute("d").length() > 12) {
        rounded++;
        dots = path;
      }
    }
    assertThat(rounded).as("besides the one of the key").isBetween(1, 2);
    assertThat(dots.getAttribute("d").split("h0")).hasSizeLessThan(3);
    assertThat(plot.description()).contains("2 points d");
  }

  @Test
  void linesOfParallelCoordinatesRunThroughTheirValuesAndEndWhereTheyHaveNone() throws Exception {
    Axis axis = Axis.linear("a").from(0).to(1);
    ParallelCoordinates figure =
        new ParallelCoordinates("", List.of(axis, axis, axis))
            .line(new double[] {0, 1, 0.5}, 1)
            .line(new double[] {0, Double.NaN, 0.5}, 0.2);
    NodeList paths = parse(figure.toSvg(720)).getElementsByTagName("path");
    String pale = ((Element) paths.item(0)).getAttribute("d");
    String dark = ((Element) paths.item(1)).getAttribute("d");
    assertThat(pale).doesNotContain("L");
    double[] y = {y(dark, 0), y(dark, 1), y(dark, 2)};
    assertThat(y[1]).isLessThan(y[2]);
    assertThat(y[2]).isEqualTo((y[0] + y[1]) / 2);
    Element on = (Element) paths.item(1);
    Element behind = (Element) paths.item(0);
    assertThat(Double.parseDouble(on.getAttribute("stroke-opacity")))
        .isGreaterThan(Double.parseDouble(behind.getAttribute("stroke-opacity")));
    assertThatThrownBy(() -> figure.line(new double[2], 1)).hasMessageContaining("3 axes, found 2");
  }

  private static double y(String path, int point) {
    return Double.parseDouble(path.split("[ML]")[point + 1].split(" ")[1]);
  }

  @Test
  void barsOfATimelineBeginAndEndWithTheirWork() throws Exception {
    Timeline timeline =
        new Timeline("", Axis.linear("s").from(0).to(10), List.of("one", "two"))
            .state("done", 2)
            .state("failed", 1)
            .state("lost", 0)
            .span(0, 0, 5, "done")
            .span(1, 5, 10, "failed");
    Document svg = parse(timeline.toSvg(720));
    NodeList rects = svg.getElementsByTagName("rect");
    assertThat(rects.getLength()).as("two of the key, two bars").isEqualTo(4);
    Element done = (Element) rects.item(2);
    Element failed = (Element) rects.item(3);
    assertThat(done.getAttribute("class")).contains("s2");
    assertThat(number(done, "x") + number(done, "width"))
        .isCloseTo(number(failed, "x"), org.assertj.core.data.Offset.offset(1.0));
    assertThat(number(failed, "width")).isEqualTo(number(done, "width"));
    assertThat(timeline.description()).contains("2 lanes; 1 done, 1 failed");
    assertThatThrownBy(() -> timeline.span(2, 0, 1, "done")).hasMessageContaining("found lane 2");
    assertThatThrownBy(() -> timeline.span(0, 0, 1, "odd")).hasMessageContaining("\"odd\"");
  }

  @Test
  void oneFailureAmongManyShortPiecesIsSeenAndTheDrawingStaysSmall() throws Exception {
    Timeline timeline =
        new Timeline("", Axis.linear("s"), List.of("one")).state("done", 2).state("failed", 1);
    for (int i = 0; i < 100_000; i++) {
      timeline.span(0, i, i + 0.9, i == 41_234 ? "failed" : "done");
    }
    String svg = timeline.toSvg(720);
    assertThat(svg).hasSizeLessThan(5_000);
    NodeList rects = parse(svg).getElementsByTagName("rect");
    assertThat(rects.getLength()).as("two of the key, done, failed, done").isEqualTo(5);
    assertThat(((Element) rects.item(3)).getAttribute("class")).contains("s1");
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  @Test
  void levelsOfAPlaneAreStraight() {
    double[] plane = new double[25];
    for (int i = 0; i < 25; i++) {
      plane[i] = i % 5;
    }
    List<double[]> segments = Contours.of(plane, 5, 1);
    assertThat(segments).hasSize(4);
    for (double[] s : segments) {
      assertThat(s[0]).as("the column where the level is crossed").isEqualTo(s[2]).isEqualTo(2);
    }
    assertThatThrownBy(() -> Contours.of(plane, 4, 1)).hasMessageContaining("found 25");
  }

  @Test
  void wrongShapesAreRefused() {
    assertThatThrownBy(
            () ->
                new XyPlot("", Axis.linear("x"), Axis.linear("y"))
                    .line("a", new double[2], new double[3]))
        .hasMessageContaining("found 2 and 3");
    assertThatThrownBy(() -> Axis.linear("x").from(2).to(1)).hasMessageContaining("lower end");
    assertThatThrownBy(() -> new BarPlot("", "", List.of("a"), Axis.linear("")).group("b", 1, 2))
        .hasMessageContaining("1 categories, found 2");
    assertThatThrownBy(() -> Picture.ink(new double[3], 2, 2)).hasMessageContaining("found 3");
  }

  private static String attribute(Document svg, String tag, String cssClass, String name) {
    NodeList all = svg.getElementsByTagName(tag);
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (element.getAttribute("class").equals(cssClass)) {
        return element.getAttribute(name);
      }
    }
    throw new AssertionError("no " + tag + " of class " + cssClass);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
