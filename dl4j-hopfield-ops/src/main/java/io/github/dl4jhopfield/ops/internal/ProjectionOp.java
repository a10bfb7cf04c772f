package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Group;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Linear projections of the rows of one array along its last dimension, with one layer norm before
 * all of them on request; formula in {@link Projection}.
 */
public final class ProjectionOp extends HopfieldOp {
  public static final String NAME = "hopfield_projection";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, -1);
  public static final Input X = D.input("x", Type.FLOATING, "[..., F]");
  public static final Flag NORMALISE = D.flag("layer norm", 0);
  private static final Flag BIASED = D.flag("bias", 1);
  private static final Flag AFFINE = D.flag("gain and shift", 2);
  public static final Count COUNT = D.count("projections", 1, 1 << 20);
  private static final Group EACH = new Group("projection", COUNT);
  public static final Input WEIGHT = D.input("weight", Type.LIKE, "[F, P]", null, EACH);
  public static final Input BIAS = D.input("bias", Type.LIKE, "[P] or [1, P]", BIASED, EACH);
  public static final Input GAIN = D.input("gain", Type.LIKE, "[F] or [1, F]", AFFINE, EACH);
  public static final Input SHIFT = D.input("shift", Type.LIKE, "[F] or [1, F]", AFFINE, EACH);
  public static final Num EPS = D.number("eps", Range.NOT_NEGATIVE);
  static final Output Y = D.output("y", null, "[..., P]", null, null, EACH);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B =
      OpDeclaration.gradientOf(DECLARATION).inputsOfForward();
  static final Input GRADIENT =
      B.input(
          "gradient of projection",
          Type.LIKE,
          "like the projection",
          null,
          new Group("gradient", COUNT));
  static final Output GRADIENT_X = B.gradient(X);
  private static final Output GRADIENT_WEIGHT = B.gradient(WEIGHT);
  private static final Output GRADIENT_BIAS = B.gradient(BIAS);
  private static final Output GRADIENT_GAIN = B.gradient(GAIN);
  private static final Output GRADIENT_SHIFT = B.gradient(SHIFT);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public ProjectionOp() {
    super(DECLARATION);
  }

  private static int count(OpArgs args) {
    return (int) args.get(COUNT);
  }

  private static void checkVector(HopfieldOp op, INDArray a, String name, long n, String of) {
    boolean fits = a.rank() == 1 || a.rank() == 2 && a.size(0) == 1;
    if (!fits || a.size(a.rank() - 1) != n) {
      throw op.bad(
          name, "[" + n + "] or [1, " + n + "], one number a " + of, Arrays.toString(a.shape()));
    }
  }

  /** The parameters of one projection; null where the call has none. */
  record Parameters(INDArray weight, INDArray bias, INDArray gain, INDArray shift) {}

  /**
   * Checks the shapes of the parameters of a projection of x; gives its width.
   *
   * @param named the name of weight, bias, gain or shift in messages
   */
  static long checkParameters(
      HopfieldOp op, INDArray x, Parameters p, UnaryOperator<String> named) {
    long features = x.size(x.rank() - 1);
    INDArray weight = p.weight();
    if (weight.rank() != 2 || weight.size(0) != features) {
      throw op.bad(
          named.apply("weight"),
          "[" + features + ", any], as x has shape " + Arrays.toString(x.shape()),
          Arrays.toString(weight.shape()));
    }
    long width = weight.size(1);
    if (p.bias() != null) {
      checkVector(op, p.bias(), named.apply("bias"), width, "column of its weight");
    }
    if (p.gain() != null) {
      checkVector(op, p.gain(), named.apply("gain"), features, "feature of x");
      checkVector(op, p.shift(), named.apply("shift"), features, "feature of x");
    }
    return width;
  }

  private static Parameters parameters(OpArgs args, int i) {
    return new Parameters(
        args.get(WEIGHT, i), args.get(BIAS, i), args.get(GAIN, i), args.get(SHIFT, i));
  }

  /** Checks x and the parameters; gives the shape of each projection. */
  private static List<long[]> projected(HopfieldOp op, OpArgs args) {
    INDArray x = args.get(X);
    op.axis(x, -1);
    List<long[]> shapes = new ArrayList<>();
    for (int i = 0; i < count(args); i++) {
      int number = i;
      long[] shape = x.shape().clone();
      shape[shape.length - 1] =
          checkParameters(op, x, parameters(args, i), what -> what + " " + number);
      shapes.add(shape);
    }
    return shapes;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    return projected(this, args);
  }

  /** One projection in plain Java. */
  private record Plain(double[][] weight, double[] bias, double[] gain, double[] shift) {

    static List<Plain> all(OpArgs args) {
      List<Plain> all = new ArrayList<>();
      for (int i = 0; i < count(args); i++) {
        Parameters p = parameters(args, i);
        int features = Rows.arrayLength("features", p.weight().size(0));
        int width = Rows.arrayLength("columns of a projection", p.weight().size(1));
        double[][] w = new double[features][width];
        Rows rows = Rows.of(p.weight(), 1);
        for (int k = 0; k < features && width > 0; k++) {
          rows.read(k, w[k]);
        }
        double[] bias = p.bias() == null ? new double[width] : vector(p.bias());
        double[] gain = p.gain() == null ? null : vector(p.gain());
        double[] shift = p.shift() == null ? null : vector(p.shift());
        all.add(new Plain(w, bias, gain, shift));
      }
      return all;
    }

    private static double[] vector(INDArray a) {
      double[] values = new double[Rows.arrayLength("parameters", a.length())];
      if (values.length > 0) {
        Rows.of(a, a.rank() - 1).read(0, values);
      }
      return values;
    }

    int width() {
      return bias.length;
    }

    double scaled(double h, int k) {
      return gain == null ? h : gain[k] * h + shift[k];
    }
  }

  /** Rows of no features still have the bias. */
  @Override
  public boolean nothingIn(OpArgs args) {
    INDArray x = args.get(X);
    long rows = 1;
    for (int i = 0; i < x.rank() - 1; i++) {
      rows *= x.size(i);
    }
    return rows == 0;
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    List<Plain> projections = Plain.all(args);
    INDArray input = args.get(X);
    boolean normalise = args.is(NORMALISE);
    Rows x = Rows.of(input, input.rank() - 1);
    int features = x.length();
    Rows[] y = new Rows[outputs.length];
    int widest = 1;
    for (int i = 0; i < y.length; i++) {
      y[i] = Rows.of(outputs[i], outputs[i].rank() - 1);
      widest = Math.max(widest, projections.get(i).width());
    }
    Rows.forEach(
        x.count(),
        (int) Math.min(Integer.MAX_VALUE, (long) features * widest),
        () -> {
          double[] in = new double[features];
          double[] h = new double[features];
          return row -> {
            x.read(row, in);
            if (normalise) {
              RowFunctions.standardise(in, features, args.get(EPS), h);
            } else {
              System.arraycopy(in, 0, h, 0, features);
            }
            for (int i = 0; i < y.length; i++) {
              Plain p = projections.get(i);
              double[] sum = p.bias().clone();
              for (int k = 0; k < features; k++) {
                double a = p.scaled(h[k], k);
                double[] w = p.weight()[k];
                for (int c = 0; c < sum.length; c++) {
                  sum[c] += a * w[c];
                }
              }
              y[i].write(row, sum);
            }
          };
        });
    for (Rows rows : y) {
      rows.written();
    }
  }

  private static OpCall<INDArray> selfTestCall(OpDeclaration declaration) {
    OpCall<INDArray> call = OpCall.of(declaration);
    call.with(X, numbers(1.3, 2, 3, 4));
    for (int width : new int[] {2, 5}) {
      call.with(WEIGHT, numbers(0.7 * width, 4, width))
          .with(BIAS, numbers(0.9 * width, width))
          .with(GAIN, numbers(1.1 * width, 4))
          .with(SHIFT, numbers(1.7 * width, 1, 4));
    }
    return call.with(NORMALISE, true).with(COUNT, 2).with(EPS, 1e-5);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return selfTestCall(DECLARATION);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), argsAnd(gradients.subList(0, getNumOutputs())));
  }

  /** Gradient of {@link ProjectionOp}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      List<long[]> projected = projected(this, args);
      for (int i = 0; i < projected.size(); i++) {
        checkShape("gradient of projection " + i, args.get(GRADIENT, i), projected.get(i));
      }
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      List<Plain> projections = Plain.all(args);
      boolean normalise = args.is(NORMALISE);
      INDArray input = args.get(X);
      Rows x = Rows.of(input, input.rank() - 1);
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), input.rank() - 1);
      int features = x.length();
      Rows[] gradY = new Rows[projections.size()];
      double[][][] products = new double[gradY.length][features][];
      double[][] sums = new double[gradY.length][];
      for (int i = 0; i < gradY.length; i++) {
        INDArray g = args.get(GRADIENT, i);
        gradY[i] = Rows.of(g, g.rank() - 1);
        sums[i] = new double[projections.get(i).width()];
        for (int k = 0; k < features; k++) {
          products[i][k] = new double[sums[i].length];
        }
      }
      double[] in = new double[features];
      double[] h = new double[features];
      double[] gradH = new double[features];
      // in one thread: the sums over rows then have one order
      for (long row = 0; row < x.count(); row++) {
        x.read(row, in);
        double scale = 1;
        if (normalise) {
          scale = RowFunctions.standardise(in, features, args.get(EPS), h);
        } else {
          System.arraycopy(in, 0, h, 0, features);
        }
        Arrays.fill(gradH, 0);
        for (int i = 0; i < gradY.length; i++) {
          Plain p = projections.get(i);
          double[] g = new double[sums[i].length];
          gradY[i].read(row, g);
          for (int c = 0; c < g.length; c++) {
            sums[i][c] += g[c];
          }
          for (int k = 0; k < features; k++) {
            double[] w = p.weight()[k];
            double[] product = products[i][k];
            double dot = 0;
            for (int c = 0; c < g.length; c++) {
              dot += g[c] * w[c];
              product[c] += h[k] * g[c];
            }
            gradH[k] += p.gain() == null ? dot : p.gain()[k] * dot;
          }
        }
        if (normalise) {
          RowFunctions.standardiseBackward(gradH, h, features, scale);
        }
        gradX.write(row, gradH);
      }
      gradX.written();
      for (int i = 0; i < gradY.length; i++) {
        write(projections.get(i), products[i], sums[i], args, outputs, i);
      }
    }

    private static void write(
        Plain p, double[][] products, double[] sums, OpArgs args, INDArray[] outputs, int i) {
      double[] gain = new double[products.length];
      double[] shift = new double[products.length];
      Rows weight = Rows.of(args.get(GRADIENT_WEIGHT, i, outputs), 1);
      for (int k = 0; k < products.length; k++) {
        double[] row = new double[sums.length];
        for (int c = 0; c < row.length; c++) {
          gain[k] += p.weight()[k][c] * products[k][c];
          shift[k] += p.weight()[k][c] * sums[c];
          row[c] =
              p.gain() == null
                  ? products[k][c]
                  : p.gain()[k] * products[k][c] + p.shift()[k] * sums[c];
        }
        if (row.length > 0) {
          weight.write(k, row);
        }
      }
      if (args.has(BIAS)) {
        vector(args.get(GRADIENT_BIAS, i, outputs), sums);
      }
      if (args.has(GAIN)) {
        vector(args.get(GRADIENT_GAIN, i, outputs), gain);
        vector(args.get(GRADIENT_SHIFT, i, outputs), shift);
      }
    }

    private static void vector(INDArray to, double[] values) {
      if (values.length > 0) {
        Rows.of(to, to.rank() - 1).write(0, values);
      }
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return ProjectionOp.selfTestCall(GRADIENT_DECLARATION)
          .with(GRADIENT, numbers(0.4, 2, 3, 2))
          .with(GRADIENT, numbers(0.6, 2, 3, 5));
    }
  }
}
