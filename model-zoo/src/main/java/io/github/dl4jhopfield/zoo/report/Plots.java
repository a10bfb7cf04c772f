package io.github.dl4jhopfield.zoo.report;

/** Plots that several tenants show, one form for all. */
public final class Plots {
  private static final double[] ENDS = {0, 1};

  private Plots() {}

  /**
   * Axes of an ROC curve with the diagonal of chance; add curves by {@link XyPlot#line} and {@link
   * XyPlot#thin}.
   */
  public static XyPlot roc(String title) {
    return new XyPlot(
            title,
            Axis.linear("false positive rate").from(0).to(1),
            Axis.linear("true positive rate").from(0).to(1))
        .square()
        .dashed("chance", ENDS, ENDS);
  }

  /**
   * Axes of a precision-recall curve with the line of chance.
   *
   * @param prevalence share of positives, the precision of chance
   */
  public static XyPlot precisionRecall(String title, double prevalence) {
    return new XyPlot(
            title, Axis.linear("recall").from(0).to(1), Axis.linear("precision").from(0).to(1))
        .square()
        .dashed("chance", ENDS, new double[] {prevalence, prevalence});
  }

  /** The colour of a series as 0xRRGGBB, for pictures beside it. */
  public static int colour(int series) {
    return Style.rgb(series);
  }
}
