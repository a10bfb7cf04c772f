package io.github.dl4jhopfield.keras.layers;

import java.util.List;
import java.util.Set;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A loss as Keras computes it, on outputs and labels [rows, features]: the mean over the features
 * (or what the loss does with them) for each row; DL4J takes the mean over the rows. What DL4J's
 * own losses do otherwise: cross-entropy of outputs that do not sum to 1, logits, label smoothing,
 * the mean over features.
 *
 * <p>Names: {@link #NAMES}. Labels of "sparse_categorical_crossentropy" are [rows, 1] or [rows].
 */
public class KerasLoss implements ILossFunction {

  private static final long serialVersionUID = 1L;

  /** Keras's clipping of probabilities. */
  private static final double EPSILON = 1e-7;

  /** The losses. */
  public static final Set<String> NAMES =
      Set.of(
          "mean_squared_error",
          "mean_absolute_error",
          "mean_absolute_percentage_error",
          "mean_squared_logarithmic_error",
          "huber",
          "log_cosh",
          "binary_crossentropy",
          "categorical_crossentropy",
          "sparse_categorical_crossentropy",
          "hinge",
          "squared_hinge",
          "categorical_hinge",
          "kl_divergence",
          "poisson",
          "cosine_similarity",
          "binary_focal_crossentropy",
          "categorical_focal_crossentropy");

  @JsonProperty private String name;
  @JsonProperty private boolean logits;
  @JsonProperty private double smoothing;
  @JsonProperty private double[] numbers;
  @JsonProperty private double weight;

  /** Whether logits are the inverse of the sigmoid of the outputs. */
  @JsonProperty private boolean beforeSigmoid;

  /** For JSON. */
  KerasLoss() {}

  /**
   * @param logits whether the outputs are not yet probabilities
   * @param smoothing how much of each label goes to all classes
   * @param numbers delta of huber; gamma, alpha and 1 for class balancing of the focal losses
   * @param weight a factor: Keras's loss_weights
   */
  public KerasLoss(
      String name, boolean logits, double smoothing, double weight, double... numbers) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("loss: expected one of " + NAMES + ", found " + name);
    }
    this.name = name;
    this.logits = logits;
    this.smoothing = smoothing;
    this.weight = weight;
    this.numbers = numbers.clone();
  }

  /**
   * Of outputs that a sigmoid made, takes what went into it for the logits: Keras remembers it, and
   * then a categorical cross-entropy is that of the softmax of it.
   */
  public KerasLoss beforeSigmoid() {
    logits = true;
    beforeSigmoid = true;
    return this;
  }

  /** Value of each row, and its derivative by each output if {@code slope} is not null. */
  private double[] rows(double[][] t, double[][] y, double[][] slope) {
    double[] values = new double[y.length];
    for (int r = 0; r < y.length; r++) {
      double[] g = slope == null ? new double[y[r].length] : slope[r];
      double[] z = y[r];
      if (beforeSigmoid) {
        z = new double[y[r].length];
        for (int i = 0; i < z.length; i++) {
          double p = Math.min(1 - EPSILON, Math.max(EPSILON, y[r][i]));
          z[i] = Math.log(p / (1 - p));
        }
      }
      values[r] = weight * row(t[r], z, g);
      for (int i = 0; beforeSigmoid && i < z.length; i++) {
        double p = Math.min(1 - EPSILON, Math.max(EPSILON, y[r][i]));
        g[i] /= p * (1 - p);
      }
      for (int i = 0; i < g.length; i++) {
        g[i] *= weight;
      }
    }
    return values;
  }

  private double row(double[] t, double[] y, double[] g) {
    switch (name) {
      case "binary_crossentropy":
      case "binary_focal_crossentropy":
        return binary(t, y, g);
      case "categorical_crossentropy":
      case "categorical_focal_crossentropy":
        return categorical(smoothed(t, y.length), y, g);
      case "sparse_categorical_crossentropy":
        double[] hot = new double[y.length];
        if (t[0] != Math.rint(t[0]) || t[0] < 0 || t[0] >= y.length) {
          throw new IllegalArgumentException(
              name + ": expected classes from 0 to " + (y.length - 1) + ", found " + t[0]);
        }
        hot[(int) t[0]] = 1;
        return sparse((int) t[0], hot, y, g);
      case "cosine_similarity":
        return cosine(t, y, g);
      case "categorical_hinge":
        return categoricalHinge(t, y, g);
      default:
        return mean(t, y, g);
    }
  }

  private double[] smoothed(double[] t, int n) {
    if (smoothing == 0) {
      return t;
    }
    double[] s = new double[n];
    for (int i = 0; i < n; i++) {
      s[i] = t[i] * (1 - smoothing) + smoothing / n;
    }
    return s;
  }

  /** Losses that are a mean over the features, but those of logits and their like. */
  private double mean(double[] t, double[] y, double[] g) {
    double sum = 0;
    int n = y.length;
    for (int i = 0; i < n; i++) {
      double d = y[i] - t[i];
      switch (name) {
        case "mean_squared_error":
          sum += d * d / n;
          g[i] = 2 * d / n;
          break;
        case "mean_absolute_error":
          sum += Math.abs(d) / n;
          g[i] = Math.signum(d) / n;
          break;
        case "mean_absolute_percentage_error":
          double of = Math.max(Math.abs(t[i]), EPSILON);
          sum += 100 * Math.abs(d) / of / n;
          g[i] = 100 * Math.signum(d) / of / n;
          break;
        case "mean_squared_logarithmic_error":
          double a = Math.log(Math.max(y[i], EPSILON) + 1);
          double b = Math.log(Math.max(t[i], EPSILON) + 1);
          sum += (a - b) * (a - b) / n;
          g[i] = y[i] < EPSILON ? 0 : 2 * (a - b) / (y[i] + 1) / n;
          break;
        case "huber":
          double delta = numbers[0];
          boolean near = Math.abs(d) <= delta;
          sum += (near ? 0.5 * d * d : delta * Math.abs(d) - 0.5 * delta * delta) / n;
          g[i] = (near ? d : delta * Math.signum(d)) / n;
          break;
        case "log_cosh":
          sum += (Math.abs(d) + Math.log1p(Math.exp(-2 * Math.abs(d))) - Math.log(2)) / n;
          g[i] = Math.tanh(d) / n;
          break;
        case "hinge":
        case "squared_hinge":
          double label = zeroOne ? 2 * t[i] - 1 : t[i];
          double under = 1 - label * y[i];
          boolean square = name.startsWith("squared");
          if (under > 0) {
            sum += (square ? under * under : under) / n;
            g[i] = -label * (square ? 2 * under : 1) / n;
          }
          break;
        case "kl_divergence":
          double p = Math.min(1, Math.max(EPSILON, t[i]));
          double q = Math.min(1, Math.max(EPSILON, y[i]));
          sum += p * Math.log(p / q);
          g[i] = y[i] > EPSILON && y[i] < 1 ? -p / q : 0;
          break;
        case "poisson":
          sum += (y[i] - t[i] * Math.log(y[i] + EPSILON)) / n;
          g[i] = (1 - t[i] / (y[i] + EPSILON)) / n;
          break;
        default:
          throw new IllegalStateException(name);
      }
    }
    return sum;
  }

  /** Whether the labels of the batch are 0 and 1, which Keras takes for -1 and 1. */
  private transient boolean zeroOne;

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private double binary(double[] t, double[] y, double[] g) {
    int n = y.length;
    double sum = 0;
    boolean focal = name.startsWith("binary_focal");
    for (int i = 0; i < n; i++) {
      double label = t[i] * (1 - smoothing) + smoothing / 2;
      double p = logits ? logistic(y[i]) : y[i];
      boolean inside = p > EPSILON && p < 1 - EPSILON;
      double clipped = Math.min(1 - EPSILON, Math.max(EPSILON, p));
      double slopeOfP = logits ? p * (1 - p) : inside ? 1 : 0;
      double entropy;
      double slope;
      if (logits && !focal) {
        entropy = Math.max(y[i], 0) - y[i] * label + Math.log1p(Math.exp(-Math.abs(y[i])));
        sum += entropy / n;
        g[i] = (p - label) / n;
        continue;
      }
      entropy = -label * Math.log(clipped) - (1 - label) * Math.log(1 - clipped);
      slope = -label / clipped + (1 - label) / (1 - clipped);
      if (focal) {
        double gamma = numbers[0];
        double right = label * clipped + (1 - label) * (1 - clipped);
        double slopeOfRight = 2 * label - 1;
        double factor = Math.pow(1 - right, gamma);
        double slopeOfFactor = -gamma * Math.pow(1 - right, gamma - 1) * slopeOfRight;
        double balance = numbers[2] != 0 ? label * numbers[1] + (1 - label) * (1 - numbers[1]) : 1;
        slope = balance * (factor * slope + slopeOfFactor * entropy);
        entropy = balance * factor * entropy;
      }
      sum += entropy / n;
      g[i] = slope * slopeOfP / n;
    }
    return sum;
  }

  private double categorical(double[] t, double[] y, double[] g) {
    int n = y.length;
    boolean focal = name.startsWith("categorical_focal");
    double[] p = new double[n];
    double total = 0;
    if (logits) {
      softmax(y, p);
    } else {
      for (double v : y) {
        total += v;
      }
      for (int i = 0; i < n; i++) {
        p[i] = y[i] / total;
      }
    }
    if (logits && !focal) {
      double sum = 0;
      double labels = 0;
      for (int i = 0; i < n; i++) {
        sum -= t[i] * Math.log(Math.max(p[i], Double.MIN_NORMAL));
        labels += t[i];
      }
      for (int i = 0; i < n; i++) {
        g[i] = p[i] * labels - t[i];
      }
      return sum;
    }
    double sum = 0;
    double[] slope = new double[n];
    for (int i = 0; i < n; i++) {
      double c = Math.min(1 - EPSILON, Math.max(EPSILON, p[i]));
      boolean inside = p[i] > EPSILON && p[i] < 1 - EPSILON;
      double entropy = -t[i] * Math.log(c);
      double ofEntropy = inside ? -t[i] / c : 0;
      if (focal) {
        double factor = numbers[1] * Math.pow(1 - c, numbers[0]);
        double ofFactor = inside ? -numbers[1] * numbers[0] * Math.pow(1 - c, numbers[0] - 1) : 0;
        ofEntropy = factor * ofEntropy + ofFactor * entropy;
        entropy *= factor;
      }
      sum += entropy;
      slope[i] = ofEntropy;
    }
    double along = 0;
    for (int i = 0; i < n; i++) {
      along += slope[i] * p[i];
    }
    for (int i = 0; i < n; i++) {
      g[i] = logits ? p[i] * (slope[i] - along) : (slope[i] - along) / total;
    }
    return sum;
  }

  /** Keras takes the logarithm of probabilities and then treats them as logits. */
  private double sparse(int label, double[] hot, double[] y, double[] g) {
    int n = y.length;
    double[] z = new double[n];
    for (int i = 0; i < n; i++) {
      z[i] = logits ? y[i] : Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, y[i])));
    }
    double[] p = new double[n];
    softmax(z, p);
    for (int i = 0; i < n; i++) {
      double slope = p[i] - hot[i];
      boolean inside = y[i] > EPSILON && y[i] < 1 - EPSILON;
      g[i] = logits ? slope : inside ? slope / y[i] : 0;
    }
    return -Math.log(Math.max(p[label], Double.MIN_NORMAL));
  }

  private static void softmax(double[] z, double[] p) {
    double most = Double.NEGATIVE_INFINITY;
    for (double v : z) {
      most = Math.max(most, v);
    }
    double sum = 0;
    for (int i = 0; i < z.length; i++) {
      p[i] = Math.exp(z[i] - most);
      sum += p[i];
    }
    for (int i = 0; i < z.length; i++) {
      p[i] /= sum;
    }
  }

  private static double cosine(double[] t, double[] y, double[] g) {
    double tt = 0;
    double yy = 0;
    double ty = 0;
    for (int i = 0; i < y.length; i++) {
      tt += t[i] * t[i];
      yy += y[i] * y[i];
      ty += t[i] * y[i];
    }
    double a = Math.sqrt(Math.max(tt, 1e-12));
    double b = Math.sqrt(Math.max(yy, 1e-12));
    for (int i = 0; i < y.length; i++) {
      g[i] = -(t[i] / (a * b) - ty * y[i] / (a * b * b * b));
    }
    return -ty / (a * b);
  }

  private static double categoricalHinge(double[] t, double[] y, double[] g) {
    double right = 0;
    int wrong = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < y.length; i++) {
      right += t[i] * y[i];
      double v = (1 - t[i]) * y[i];
      if (v > most) {
        most = v;
        wrong = i;
      }
    }
    double value = most - right + 1;
    if (value <= 0) {
      return 0;
    }
    for (int i = 0; i < y.length; i++) {
      g[i] = -t[i] + (i == wrong ? 1 - t[i] : 0);
    }
    return value;
  }

  // --- DL4J's interface ---------------------------------------------------------------------

  private static double[][] matrix(INDArray a) {
    double[] flat = Flat.doubles(a);
    int rows = (int) a.size(0);
    int wide = rows == 0 ? 0 : flat.length / rows;
    double[][] m = new double[rows][wide];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(flat, r * wide, m[r], 0, wide);
    }
    return m;
  }

  private double[][] checked(INDArray labels, INDArray output) {
    boolean classes = name.startsWith("sparse");
    long wide = labels.length() / Math.max(1, labels.size(0));
    if (labels.size(0) != output.size(0)
        || !classes && labels.length() != output.length()
        || classes && wide != 1) {
      throw new IllegalArgumentException(
          name
              + ": labels of shape "
              + java.util.Arrays.toString(labels.shape())
              + " for outputs of shape "
              + java.util.Arrays.toString(output.shape()));
    }
    double[][] t = matrix(labels);
    zeroOne = true;
    for (double[] row : t) {
      for (double v : row) {
        zeroOne &= v == 0 || v == 1;
      }
    }
    return t;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activationFn, INDArray mask) {
    INDArray output = activationFn.getActivation(preOutput.dup(), true);
    double[] values = rows(checked(labels, output), matrix(output), null);
    INDArray result = Nd4j.createFromArray(values).castTo(DataType.DOUBLE).reshape(-1, 1);
    if (mask != null) {
      result.muli(mask.castTo(DataType.DOUBLE).reshape(values.length, -1).mean(true, 1));
    }
    return result.castTo(preOutput.dataType());
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      INDArray mask,
      boolean average) {
    double sum = computeScoreArray(labels, preOutput, activationFn, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activationFn, INDArray mask) {
    INDArray output = activationFn.getActivation(preOutput.dup(), true);
    double[][] y = matrix(output);
    double[][] slope = new double[y.length][y.length == 0 ? 0 : y[0].length];
    rows(checked(labels, output), y, slope);
    INDArray atOutput =
        Nd4j.createFromArray(slope).castTo(preOutput.dataType()).reshape('c', output.shape());
    if (mask != null) {
      INDArray column = mask.castTo(preOutput.dataType()).reshape(y.length, -1).mean(true, 1);
      atOutput.muliColumnVector(column);
    }
    return activationFn.backprop(preOutput.dup(), atOutput).getFirst();
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      INDArray mask,
      boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activationFn, mask, average),
        computeGradient(labels, preOutput, activationFn, mask));
  }

  @Override
  public String name() {
    return "KerasLoss(" + name + ")";
  }

  private List<Object> key() {
    return List.of(
        name, logits, beforeSigmoid, smoothing, weight, java.util.Arrays.toString(numbers));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof KerasLoss l && l.key().equals(key());
  }

  @Override
  public int hashCode() {
    return key().hashCode();
  }

  @Override
  public String toString() {
    return name();
  }
}
