package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Outcome;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.Plots;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The page that {@link MilExperiment} writes. */
final class MilReport {
  private static final int MOST_INSTANCES = 40;
  private static final int BAGS_OF_A_LABEL = 3;

  private MilReport() {}

  static String html(
      MilData opened,
      List<Outcome<MilParameters, BagClassifier>> folds,
      BagClassifier model,
      ExperimentResult result) {
    BagDataset data = opened.bags();
    HtmlReport page = new HtmlReport("Multiple-instance learning on " + data.name());
    ExperimentResult.Metric auc = result.metrics().get("auc");
    page.paragraph(
        String.format(
            Locale.ROOT,
            "AUC %s: mean and standard deviation of %d folds, seed %d, %.1f s."
                + " %d bags (%d positive), %d instances, %d features.",
            Numbers.spread(auc.mean(), auc.std()),
            folds.size(),
            result.seed(),
            result.seconds(),
            data.size(),
            data.positives(),
            data.instances(),
            data.features()));
    if (data.name().equals("musk1")) {
      page.paragraph(
          "Data: MUSK1 by D. Chapman and A. Jain (1994), UCI Machine Learning Repository,"
              + " CC BY 4.0.");
    }
    page.section("ROC curve").figure(roc(data, folds), caption(result));
    page.section("Folds").table(result.tables().get(0));
    page.section("Hyperparameters").paragraph(protocol(opened.settings()));
    page.table(
        ResultTable.ofValues(
            "Hyperparameters of the saved model, which was trained on all bags.",
            "hyperparameter",
            model.parameters().toMap()));
    attention(page, data, folds.get(0));
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    return page.toHtml();
  }

  private static XyPlot roc(BagDataset data, List<Outcome<MilParameters, BagClassifier>> folds) {
    XyPlot plot = Plots.roc("");
    for (int i = 0; i < folds.size(); i++) {
      Outcome<MilParameters, BagClassifier> fold = folds.get(i);
      int[] labels = Arrays.stream(fold.test()).map(b -> data.bags().get(b).label()).toArray();
      RocCurve curve =
          RocCurve.of(
              labels, Arrays.stream(fold.predictions()).mapToDouble(row -> row[0]).toArray());
      plot.thin(i == 0 ? "each fold" : "", x(curve), y(curve));
    }
    RocCurve pooled = MilExperiment.pooled(data, folds);
    return plot.line("all folds", x(pooled), y(pooled))
        .describedAs(
            String.format(
                Locale.ROOT,
                "ROC curves: a thick line of all %d folds pooled, area %.3f; a thin line for each"
                    + " fold; a dashed diagonal for chance.",
                folds.size(),
                pooled.area()));
  }

  private static double[] x(RocCurve curve) {
    return curve.points().stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray();
  }

  private static double[] y(RocCurve curve) {
    return curve.points().stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray();
  }

  private static String caption(ExperimentResult result) {
    return String.format(
        Locale.ROOT,
        "Each bag is scored by the model that was trained without its fold. The thick line pools"
            + " the scores of all folds (AUC %.3f); the mean of the folds' own AUCs is %.3f.",
        result.metrics().get("pooledAuc").mean(),
        result.metrics().get("auc").mean());
  }

  private static String protocol(MilSettings settings) {
    if (!settings.tune()) {
      return "Hyperparameters were given, not chosen. Features were standardised with the mean and"
          + " deviation of the training folds.";
    }
    return "For each outer fold, dropout (of "
        + MilLearner.DROPOUTS
        + ") and the number of epochs (of "
        + Arrays.toString(MilLearner.epochs(settings.parameters()))
        + ") were chosen by the mean AUC of a "
        + settings.innerFolds()
        + "-fold cross-validation within the training bags of that fold; a model with the chosen"
        + " values was then trained on all these bags. The outer test fold was seen neither by this"
        + " choice nor by the standardisation of features, which uses mean and deviation of the"
        + " training bags only. The table of folds shows what was chosen. The other values are those"
        + " of the options below; their defaults were picked while MUSK1, elephant and tiger were"
        + " looked at, so with them figures on these three are mildly optimistic.";
  }

  private static void attention(
      HtmlReport page, BagDataset data, Outcome<MilParameters, BagClassifier> fold) {
    page.section("Which instances decide");
    page.paragraph(
        "Association weight of each instance in bags of fold 1, which its model has not seen: the"
            + " share with which the instance enters the bag's representation, averaged over the"
            + " heads. The weights of a bag sum to 1.");
    for (int label = 1; label >= 0; label--) {
      int shown = 0;
      for (int i = 0; i < fold.test().length && shown < BAGS_OF_A_LABEL; i++) {
        Bag bag = data.bags().get(fold.test()[i]);
        if (bag.label() == label) {
          bag(page, bag, fold.fitted().model().attention(bag), fold.predictions()[i][0]);
          shown++;
        }
      }
    }
  }

  private static void bag(HtmlReport page, Bag bag, double[] weights, double score) {
    int count = Math.min(weights.length, MOST_INSTANCES);
    List<String> labels = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      labels.add("instance " + (t + 1));
    }
    double max = Arrays.stream(weights).max().orElse(1);
    page.figure(
        new BarPlot("", "", labels, Axis.linear("association weight").to(max > 0 ? max : 1))
            .lying()
            .group("", Arrays.copyOf(weights, count)),
        String.format(
            Locale.ROOT,
            "Bag %s: label %s, predicted probability of being positive %.3f%s.",
            bag.id(),
            bag.label() == 1 ? "positive" : "negative",
            score,
            count < weights.length
                ? "; the first " + count + " of its " + weights.length + " instances"
                : ""));
  }
}
