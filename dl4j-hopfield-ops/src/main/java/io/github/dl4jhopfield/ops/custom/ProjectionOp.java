package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.java.RowFunctions;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Linear projections of the rows of one array along its last dimension, with one layer norm before
 * all of them on request; formula in {@link Projection}. Inputs: x, then for each projection its
 * weight and, as the flags say, bias, and gain and shift. Integer arguments: -1, flags (bit 0 layer
 * norm, 1 bias, 2 gain and shift), number of projections. Floating: eps of the layer norm. Outputs:
 * one a projection.
 */
public final class ProjectionOp extends HopfieldOp {
  public static final String NAME = "hopfield_projection";

  /** Bits of the flags, those of {@link Pooling} too. */
  static final int NORMALISE = 0;

  static final int BIAS = 1;
  static final int AFFINE = 2;

  public ProjectionOp() {}

  public ProjectionOp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** The integer arguments of a call. */
  public static long[] iArgs(boolean normalise, boolean bias, boolean affine, int count) {
    return new long[] {-1, flags(normalise, bias, affine), count};
  }

  static long flags(boolean normalise, boolean bias, boolean affine) {
    return (normalise ? 1 : 0) | (bias ? 1 << BIAS : 0) | (affine ? 1 << AFFINE : 0);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return count(this);
  }

  private static int count(HopfieldOp op) {
    return op.iArgs().length > 2 ? (int) op.iArgs()[2] : 1;
  }

  /** Inputs that a projection has. */
  static int each(HopfieldOp op) {
    return 1 + (op.flag(BIAS) ? 1 : 0) + (op.flag(AFFINE) ? 2 : 0);
  }

  private static void checkVector(
      HopfieldOp op, OpArgs args, int index, String name, long n, String of) {
    INDArray a = op.typed(name, args.input(index), args.input(0), "x");
    boolean fits = a.rank() == 1 || a.rank() == 2 && a.size(0) == 1;
    if (!fits || a.size(a.rank() - 1) != n) {
      throw op.bad(
          name, "[" + n + "] or [1, " + n + "], one number a " + of, Arrays.toString(a.shape()));
    }
  }

  /**
   * Checks the parameters of a projection of x, from input {@code first} on; gives its width.
   *
   * @param named the name of weight, bias, gain or shift in messages
   */
  static long checkParameters(HopfieldOp op, OpArgs args, int first, UnaryOperator<String> named) {
    INDArray x = args.input(0);
    long features = x.size(x.rank() - 1);
    INDArray weight = op.typed(named.apply("weight"), args.input(first), x, "x");
    if (weight.rank() != 2 || weight.size(0) != features) {
      throw op.bad(
          named.apply("weight"),
          "[" + features + ", any], as x has shape " + Arrays.toString(x.shape()),
          Arrays.toString(weight.shape()));
    }
    long width = weight.size(1);
    int next = first + 1;
    if (op.flag(BIAS)) {
      checkVector(op, args, next++, named.apply("bias"), width, "column of its weight");
    }
    if (op.flag(AFFINE)) {
      checkVector(op, args, next++, named.apply("gain"), features, "feature of x");
      checkVector(op, args, next, named.apply("shift"), features, "feature of x");
    }
    return width;
  }

  static void checkEps(HopfieldOp op, double eps) {
    if (!(eps >= 0) || Double.isInfinite(eps)) {
      throw op.bad("eps", "a finite number of at least 0", eps);
    }
  }

  /** Checks x and the parameters; gives the shape of each projection. */
  private static List<long[]> projected(HopfieldOp op, OpArgs args) {
    INDArray x = op.floating(args, 0, "x");
    op.axis(x, -1);
    if (op.flag(NORMALISE)) {
      checkEps(op, args.tArgs()[0]);
    }
    if (count(op) < 1) {
      throw op.bad("projections", "at least one", count(op));
    }
    List<long[]> shapes = new ArrayList<>();
    for (int i = 0; i < count(op); i++) {
      int number = i;
      long[] shape = x.shape().clone();
      shape[shape.length - 1] =
          checkParameters(op, args, 1 + i * each(op), what -> what + " " + number);
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

    static List<Plain> all(HopfieldOp op, OpArgs args) {
      List<Plain> all = new ArrayList<>();
      int features = (int) args.input(1).size(0);
      int next = 1;
      for (int i = 0; i < count(op); i++) {
        INDArray weight = args.input(next++);
        int width = (int) weight.size(1);
        double[][] w = new double[features][width];
        Rows rows = Rows.of(weight, 1);
        for (int k = 0; k < features && width > 0; k++) {
          rows.read(k, w[k]);
        }
        double[] bias = op.flag(BIAS) ? vector(args.input(next++)) : new double[width];
        double[] gain = op.flag(AFFINE) ? vector(args.input(next++)) : null;
        double[] shift = op.flag(AFFINE) ? vector(args.input(next++)) : null;
        all.add(new Plain(w, bias, gain, shift));
      }
      return all;
    }

    private static double[] vector(INDArray a) {
      double[] values = new double[(int) a.length()];
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

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    List<Plain> projections = Plain.all(this, args);
    INDArray input = args.input(0);
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
        features * widest,
        (begin, end) -> {
          double[] in = new double[features];
          double[] h = new double[features];
          for (long row = begin; row < end; row++) {
            x.read(row, in);
            if (flag(NORMALISE)) {
              RowFunctions.standardise(in, features, args.tArgs()[0], h);
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
          }
        });
    for (Rows rows : y) {
      rows.written();
    }
  }

  private static void selfTestArguments(HopfieldOp op) {
    op.addInputArgument(numbers(1.3, 2, 3, 4));
    for (int width : new int[] {2, 5}) {
      op.addInputArgument(
          numbers(0.7 * width, 4, width),
          numbers(0.9 * width, width),
          numbers(1.1 * width, 4),
          numbers(1.7 * width, 1, 4));
    }
    op.addIArgument(iArgs(true, true, true, 2));
    op.addTArgument(1e-5);
  }

  @Override
  protected void fillSelfTest() {
    selfTestArguments(this);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(args()));
    inputs.addAll(gradients.subList(0, count(this)));
    return List.of(
        new Bp(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs()).outputVariables());
  }

  /**
   * Gradient of {@link ProjectionOp}: its inputs, then the gradient of each projection; outputs the
   * gradients of x and of every parameter, in the order of the inputs.
   */
  public static final class Bp extends HopfieldOp {
    public Bp() {}

    public Bp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
      super(sameDiff, inputs, iArgs, tArgs);
    }

    @Override
    public String opName() {
      return NAME + "_bp";
    }

    @Override
    public int getNumOutputs() {
      return 1 + count(this) * each(this);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      List<long[]> projected = projected(this, args);
      List<long[]> shapes = new ArrayList<>();
      for (int i = 0; i < getNumOutputs(); i++) {
        shapes.add(args.input(i).shape());
      }
      for (int i = 0; i < projected.size(); i++) {
        String name = "gradient of projection " + i;
        INDArray g = typed(name, args.input(getNumOutputs() + i), args.input(0), "x");
        if (!Arrays.equals(g.shape(), projected.get(i))) {
          throw bad(name, Arrays.toString(projected.get(i)), Arrays.toString(g.shape()));
        }
      }
      return shapes;
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      List<Plain> projections = Plain.all(this, args);
      Rows x = Rows.of(args.input(0), args.input(0).rank() - 1);
      Rows gradX = Rows.of(outputs[0], outputs[0].rank() - 1);
      int features = x.length();
      Rows[] gradY = new Rows[projections.size()];
      double[][][] products = new double[gradY.length][features][];
      double[][] sums = new double[gradY.length][];
      for (int i = 0; i < gradY.length; i++) {
        INDArray g = args.input(getNumOutputs() + i);
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
        if (flag(NORMALISE)) {
          scale = RowFunctions.standardise(in, features, args.tArgs()[0], h);
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
        if (flag(NORMALISE)) {
          RowFunctions.standardiseBackward(gradH, h, features, scale);
        }
        gradX.write(row, gradH);
      }
      gradX.written();
      int next = 1;
      for (int i = 0; i < gradY.length; i++) {
        next = write(projections.get(i), products[i], sums[i], outputs, next);
      }
    }

    private int write(Plain p, double[][] products, double[] sums, INDArray[] outputs, int output) {
      int next = output;
      double[] gain = new double[products.length];
      double[] shift = new double[products.length];
      Rows weight = Rows.of(outputs[next++], 1);
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
      if (flag(BIAS)) {
        vector(outputs[next++], sums);
      }
      if (flag(AFFINE)) {
        vector(outputs[next++], gain);
        vector(outputs[next++], shift);
      }
      return next;
    }

    private static void vector(INDArray to, double[] values) {
      if (values.length > 0) {
        Rows.of(to, to.rank() - 1).write(0, values);
      }
    }

    @Override
    protected void fillSelfTest() {
      selfTestArguments(this);
      addInputArgument(numbers(0.4, 2, 3, 2), numbers(0.6, 2, 3, 5));
    }
  }
}
