package io.github.dl4jhopfield.zoo.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts of the experiments, one look for all. */
public final class Plots {
  private static final int WIDTH = 1400;
  private static final int HEIGHT = 900;

  /** Distinct also for most colour-blind readers (Okabe and Ito). */
  private static final Color[] COLOURS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9),
    new Color(0x555555),
  };

  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN,
    SeriesMarkers.CROSS,
    SeriesMarkers.OVAL,
  };

  /** The colour of text. */
  public static final Color INK = new Color(0x1b1f24);

  private static final Color GRID = new Color(0xd8dee4);

  private Plots() {}

  /** The colour of the series of that index; they repeat. */
  public static Color colour(int series) {
    return COLOURS[series % COLOURS.length];
  }

  /** A font at double size, for pictures shown at half size. */
  public static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, 2 * size);
  }

  /** Points joined by lines. */
  public record Line(String name, double[] x, double[] y) {}

  /** An axis from {@code min} to {@code max}, or where these are NaN as far as the values go. */
  public record Axis(String title, boolean isLog, double min, double max) {
    public static Axis linear(String title) {
      return new Axis(title, false, Double.NaN, Double.NaN);
    }

    public static Axis log(String title) {
      return new Axis(title, true, Double.NaN, Double.NaN);
    }

    public Axis from(double start) {
      return new Axis(title, isLog, start, max);
    }

    public Axis to(double end) {
      return new Axis(title, isLog, min, end);
    }
  }

  /** How lines are drawn. */
  public enum Style {
    /** With a marker at each point. */
    MARKED,
    /** Without markers, for many points. */
    BARE,
    /** Bare, and thinner from line to line, so that those that coincide can all be seen. */
    TAPERED
  }

  /** Lines over axes. */
  public static BufferedImage lines(String title, Axis x, Axis y, Style style, List<Line> lines) {
    XYChart chart = styled(new XYChart(WIDTH, HEIGHT), title, x.title(), y.title());
    XYStyler styler = chart.getStyler();
    styler.setXAxisLogarithmic(x.isLog()).setYAxisLogarithmic(y.isLog());
    ifSet(x.min(), styler::setXAxisMin);
    ifSet(x.max(), styler::setXAxisMax);
    ifSet(y.min(), styler::setYAxisMin);
    ifSet(y.max(), styler::setYAxisMax);
    styler.setMarkerSize(14);
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      XYSeries series =
          style == Style.BARE
              ? chart.addSeries(line.name(), unevenly(line.x()), unevenly(line.y()))
              : chart.addSeries(line.name(), line.x(), line.y());
      series.setMarker(style == Style.MARKED ? MARKERS[i % MARKERS.length] : SeriesMarkers.NONE);
      series.setMarkerColor(colour(i));
      series.setLineColor(colour(i));
      series.setLineStyle(style == Style.TAPERED ? tapered(i) : stroke(i));
    }
    return BitmapEncoder.getBufferedImage(chart);
  }

  private static void ifSet(double end, Consumer<Double> setter) {
    if (!Double.isNaN(end)) {
      setter.accept(end);
    }
  }

  /**
   * The same curve with a point amid the first two: for equally spaced points XChart labels every
   * n-th, as tight as they fit, for others round numbers.
   */
  private static double[] unevenly(double[] values) {
    if (values.length < 2) {
      return values;
    }
    double[] result = new double[values.length + 1];
    result[0] = values[0];
    result[1] = (values[0] + values[1]) / 2;
    System.arraycopy(values, 1, result, 2, values.length - 1);
    return result;
  }

  /** Dashed once the colours repeat. */
  private static BasicStroke stroke(int series) {
    return series < COLOURS.length
        ? new BasicStroke(4)
        : new BasicStroke(
            4, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {14, 8}, 0);
  }

  private static BasicStroke tapered(int series) {
    return new BasicStroke(
        Math.max(3, 10 - 2 * series), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  /** Groups of bars. */
  public static BufferedImage bars(
      String title, String xTitle, List<String> x, String yTitle, Map<String, double[]> groups) {
    CategoryChart chart = styled(new CategoryChart(WIDTH, HEIGHT), title, xTitle, yTitle);
    chart.getStyler().setAvailableSpaceFill(0.85).setYAxisMin(0.0);
    int i = 0;
    for (Map.Entry<String, double[]> group : groups.entrySet()) {
      List<Double> y = Arrays.stream(group.getValue()).boxed().toList();
      chart.addSeries(group.getKey(), x, y).setFillColor(colour(i++));
    }
    return BitmapEncoder.getBufferedImage(chart);
  }

  private static <C extends Chart<? extends AxesChartStyler, ?>> C styled(
      C chart, String title, String xTitle, String yTitle) {
    chart.setTitle(title);
    chart.setXAxisTitle(xTitle);
    chart.setYAxisTitle(yTitle);
    AxesChartStyler styler = chart.getStyler();
    styler
        .setAxisTitleFont(font(Font.PLAIN, 14))
        .setAxisTickLabelsFont(font(Font.PLAIN, 12))
        .setAxisTickLabelsColor(INK)
        .setAxisTickMarksColor(INK)
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(new BasicStroke(2))
        .setAxisTickMarksStroke(new BasicStroke(2))
        .setAxisTickMarkLength(8)
        .setAxisTickPadding(10)
        .setAxisTitlePadding(16)
        .setYAxisTickMarkSpacingHint(80)
        .setXAxisTickMarkSpacingHint(120)
        .setYAxisDecimalPattern("0.###")
        .setXAxisDecimalPattern("0.####");
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderColor(GRID)
        .setChartFontColor(INK)
        .setChartTitleFont(font(Font.BOLD, 15))
        .setChartTitlePadding(14)
        .setLegendFont(font(Font.PLAIN, 13))
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setLegendSeriesLineLength(48)
        .setAntiAlias(true);
    return chart;
  }

  /** A white canvas with smooth text. */
  public static Graphics2D canvas(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(INK);
    return g;
  }

  /**
   * Grey images in a grid with a label for each row and a title for each column.
   *
   * @param cells rows of images, each of height * width values from 0 (white) to 1; null leaves a
   *     cell empty
   */
  public static BufferedImage imageGrid(
      List<String> rowLabels,
      List<String> columnTitles,
      List<double[][]> cells,
      int height,
      int width) {
    int scale = Math.max(1, 128 / Math.max(height, width));
    int gap = 14;
    int top = 50;
    Font font = font(Font.PLAIN, 12);
    BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    int left =
        40
            + rowLabels.stream()
                .mapToInt(l -> probe.getGraphics().getFontMetrics(font).stringWidth(l))
                .max()
                .orElse(0);
    int columns = columnTitles.size();
    int titleWidth =
        columnTitles.stream()
            .mapToInt(l -> probe.getGraphics().getFontMetrics(font).stringWidth(l) + 20)
            .max()
            .orElse(0);
    int cellWidth = Math.max(width * scale + gap, titleWidth);
    BufferedImage image =
        new BufferedImage(
            left + columns * cellWidth,
            top + cells.size() * (height * scale + gap),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = canvas(image);
    g.setFont(font);
    int ascent = g.getFontMetrics().getAscent();
    for (int c = 0; c < columns; c++) {
      g.drawString(columnTitles.get(c), left + c * cellWidth, 8 + ascent);
    }
    for (int r = 0; r < cells.size(); r++) {
      int y = top + r * (height * scale + gap);
      g.drawString(rowLabels.get(r), 12, y + height * scale / 2 + ascent / 2);
      for (int c = 0; c < columns; c++) {
        double[] cell = c < cells.get(r).length ? cells.get(r)[c] : null;
        if (cell == null) {
          continue;
        }
        int x = left + c * cellWidth;
        for (int i = 0; i < height; i++) {
          for (int j = 0; j < width; j++) {
            int grey = (int) Math.round(255 * (1 - Math.max(0, Math.min(1, cell[i * width + j]))));
            g.setColor(new Color(grey, grey, grey));
            g.fillRect(x + j * scale, y + i * scale, scale, scale);
          }
        }
        g.setColor(GRID);
        g.drawRect(x - 1, y - 1, width * scale + 1, height * scale + 1);
        g.setColor(INK);
      }
    }
    g.dispose();
    return image;
  }
}
