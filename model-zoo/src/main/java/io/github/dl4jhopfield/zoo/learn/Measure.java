package io.github.dl4jhopfield.zoo.learn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A number that says how good predictions of a target are. Samples whose label is missing (NaN)
 * don't count.
 *
 * <p>A prediction is a row of numbers: the probability of label 1 for a binary target, a
 * probability for each class of a multi-class one, the value of a regression.
 */
public enum Measure {
  /**
   * Area under the ROC curve (see {@link RocCurve}); for several classes the mean over the classes
   * that occur, each against the rest.
   */
  AUC(true, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      return classMean(labels, predictions, (truth, scores) -> RocCurve.of(truth, scores).area());
    }
  },
  /**
   * Average precision, sum of (R_i - R_(i-1)) P_i over the distinct scores from high to low, R the
   * recall and P the precision; for several classes as {@link #AUC}.
   */
  AVERAGE_PRECISION(true, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      return classMean(
          labels, predictions, (truth, scores) -> PrecisionRecall.of(truth, scores).average());
    }
  },
  /** Share of the samples whose most likely class is theirs; probability 0.5 counts as positive. */
  ACCURACY(true, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      double right = 0;
      for (int i = 0; i < labels.length; i++) {
        right += predicted(predictions[i]) == (int) labels[i] ? 1 : 0;
      }
      return right / labels.length;
    }
  },
  /** Mean over the classes that occur of the share of their samples that is right. */
  BALANCED_ACCURACY(true, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      int[] classes = Arrays.stream(labels).mapToInt(v -> (int) v).distinct().toArray();
      double sum = 0;
      for (int label : classes) {
        double right = 0;
        double all = 0;
        for (int i = 0; i < labels.length; i++) {
          if ((int) labels[i] == label) {
            all++;
            right += predicted(predictions[i]) == label ? 1 : 0;
          }
        }
        sum += right / all;
      }
      return sum / classes.length;
    }
  },
  /** Mean of -ln of the probability of the label, no probability counting as less than 1e-15. */
  LOG_LOSS(false, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      double sum = 0;
      for (int i = 0; i < labels.length; i++) {
        sum -= Math.log(Math.max(1e-15, probability(predictions[i], (int) labels[i])));
      }
      return sum / labels.length;
    }
  },
  /** Mean squared difference between probability and label, of several classes their sum. */
  BRIER(false, true) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      double sum = 0;
      for (int i = 0; i < labels.length; i++) {
        double[] row = predictions[i];
        for (int c = 0; c < row.length; c++) {
          double truth = row.length == 1 ? labels[i] : (int) labels[i] == c ? 1 : 0;
          sum += (row[c] - truth) * (row[c] - truth);
        }
      }
      return sum / labels.length;
    }
  },
  /** Root of the mean squared error. */
  RMSE(false, false) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      return Math.sqrt(squares(labels, predictions) / labels.length);
    }
  },
  /** Mean absolute error. */
  MAE(false, false) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      double sum = 0;
      for (int i = 0; i < labels.length; i++) {
        sum += Math.abs(predictions[i][0] - labels[i]);
      }
      return sum / labels.length;
    }
  },
  /** Share of the variance explained: 1 - squared error over squared deviation from the mean. */
  R2(true, false) {
    @Override
    double compute(double[] labels, double[][] predictions) {
      double mean = Arrays.stream(labels).average().orElseThrow();
      double deviation = Arrays.stream(labels).map(v -> (v - mean) * (v - mean)).sum();
      if (deviation == 0) {
        throw new IllegalArgumentException("expected labels that differ, found all equal");
      }
      return 1 - squares(labels, predictions) / deviation;
    }
  };

  private final boolean greaterIsBetter;
  private final boolean ofClasses;

  Measure(boolean greaterIsBetter, boolean ofClasses) {
    this.greaterIsBetter = greaterIsBetter;
    this.ofClasses = ofClasses;
  }

  /** As reports and options call it: {@code log-loss}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether a greater value is better. */
  public boolean greaterIsBetter() {
    return greaterIsBetter;
  }

  /** Whether it fits a target of that kind. */
  public boolean fits(Target.Kind kind) {
    return ofClasses == (kind != Target.Kind.REGRESSION);
  }

  /** Whether {@code a} is better than {@code b}. */
  public boolean better(double a, double b) {
    return greaterIsBetter ? a > b : a < b;
  }

  /**
   * The measure.
   *
   * @param labels of a target; NaN where missing
   * @param predictions a row for each label
   * @throws IllegalArgumentException if no label is there, a prediction is NaN, or the measure is
   *     not defined, as the AUC of labels that are all equal
   */
  public double of(double[] labels, double[][] predictions) {
    if (labels.length != predictions.length) {
      throw new IllegalArgumentException(
          "expected a prediction for each of "
              + labels.length
              + " labels, found "
              + predictions.length);
    }
    int[] known = IntStream.range(0, labels.length).filter(i -> !Double.isNaN(labels[i])).toArray();
    if (known.length == 0) {
      throw new IllegalArgumentException(label() + ": expected a label, found none");
    }
    double[][] rows = Arrays.stream(known).mapToObj(i -> predictions[i]).toArray(double[][]::new);
    for (int i = 0; i < rows.length; i++) {
      if (Arrays.stream(rows[i]).anyMatch(Double::isNaN)) {
        throw new IllegalArgumentException(
            label() + ": expected predictions that are numbers, found NaN for sample " + known[i]);
      }
    }
    return compute(Arrays.stream(known).mapToDouble(i -> labels[i]).toArray(), rows);
  }

  /** The measure of labels that are there. */
  abstract double compute(double[] labels, double[][] predictions);

  /** The class of a prediction. */
  public static int predicted(double[] row) {
    if (row.length == 1) {
      return row[0] >= 0.5 ? 1 : 0;
    }
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      best = row[c] > row[best] ? c : best;
    }
    return best;
  }

  private static double probability(double[] row, int label) {
    return row.length > 1 ? row[label] : label == 1 ? row[0] : 1 - row[0];
  }

  private static double squares(double[] labels, double[][] predictions) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (predictions[i][0] - labels[i]) * (predictions[i][0] - labels[i]);
    }
    return sum;
  }

  private interface OfBinary {
    double of(int[] truth, double[] scores);
  }

  private static double classMean(double[] labels, double[][] predictions, OfBinary measure) {
    int outputs = predictions[0].length;
    if (outputs == 1) {
      return measure.of(
          Arrays.stream(labels).mapToInt(v -> (int) v).toArray(),
          Arrays.stream(predictions).mapToDouble(row -> row[0]).toArray());
    }
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < outputs; c++) {
      int label = c;
      int[] truth = Arrays.stream(labels).mapToInt(v -> (int) v == label ? 1 : 0).toArray();
      if (Arrays.stream(truth).sum() > 0) {
        sum +=
            measure.of(truth, Arrays.stream(predictions).mapToDouble(row -> row[label]).toArray());
        classes++;
      }
    }
    return sum / classes;
  }
}
