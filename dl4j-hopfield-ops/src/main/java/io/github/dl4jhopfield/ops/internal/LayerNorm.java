package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Layer norm of rows: y = gain (x - mean) / sqrt(variance + eps) + bias, variance over n (Ba, Kiros
 * and Hinton, 2016). Inputs: x, then gain and bias [n numbers each] where the flags say so. Integer
 * arguments: axis, flags (bit 0 gain and bias). Floating: eps.
 */
public final class LayerNorm extends HopfieldOp {
  public static final String NAME = "hopfield_layer_norm";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  private static final Flag AFFINE = D.flag("gain and bias", 0);
  public static final Input GAIN = D.input("gain", Type.LIKE, "[n]", AFFINE);
  public static final Input BIAS = D.input("bias", Type.LIKE, "[n]", AFFINE);
  public static final Num EPS = D.number("eps", Range.NOT_NEGATIVE);
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION).add(X);
  private static final Input GRADIENT = B.input("gradient of y", Type.LIKE, "like x");
  private static final Output GRADIENT_X = B.add(GAIN).gradient(X);
  private static final Output GRADIENT_GAIN = B.gradient(GAIN);
  private static final Output GRADIENT_BIAS = B.gradient(BIAS, GAIN, AFFINE);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public LayerNorm() {
    super(DECLARATION);
  }

  private static void checkVector(HopfieldOp op, String name, INDArray vector, long n) {
    if (vector != null && (vector.rank() != 1 || vector.length() != n)) {
      throw op.bad(name, "vector of " + n + " numbers", Arrays.toString(vector.shape()));
    }
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    long n = x.size(axis(x, args.axis()));
    checkVector(this, "gain", args.get(GAIN), n);
    checkVector(this, "bias", args.get(BIAS), n);
    return super.outputShapes(args);
  }

  private static double[] vector(INDArray vector, int n, double otherwise) {
    double[] values = new double[n];
    Arrays.fill(values, otherwise);
    if (vector != null) {
      Rows.of(vector, 0).read(0, values);
    }
    return values;
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    int axis = axis(args.get(X), args.axis());
    Rows x = Rows.of(args.get(X), axis);
    Rows y = Rows.of(args.get(Y, outputs), axis);
    int n = x.length();
    double[] gain = vector(args.get(GAIN), n, 1);
    double[] bias = vector(args.get(BIAS), n, 0);
    Rows.forEach(
        x.count(),
        n,
        () -> {
          double[] in = new double[n];
          double[] h = new double[n];
          return row -> {
            x.read(row, in);
            RowFunctions.standardise(in, n, args.get(EPS), h);
            for (int i = 0; i < n; i++) {
              h[i] = gain[i] * h[i] + bias[i];
            }
            y.write(row, h);
          };
        });
    y.written();
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .axis(-1)
        .with(X, exampleRows())
        .with(GAIN, Nd4j.createFromArray(1.5, -1, 0.5))
        .with(BIAS, Nd4j.createFromArray(0.1, 0, 2))
        .with(EPS, 1e-5);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), and(List.of(arg(X), gradients.get(0)), GAIN));
  }

  /**
   * Gradient of {@link LayerNorm}: inputs x, gradient of y, gain; outputs the gradients of x, gain
   * and bias.
   */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray x = args.get(X);
      checkLike("gradient of y", args.get(GRADIENT), "x", x);
      checkVector(this, "gain", args.get(GAIN), x.size(axis(x, args.axis())));
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      int axis = axis(args.get(X), args.axis());
      Rows x = Rows.of(args.get(X), axis);
      Rows gradY = Rows.of(args.get(GRADIENT), axis);
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), axis);
      int n = x.length();
      double[] gain = vector(args.get(GAIN), n, 1);
      double[] gradGain = new double[n];
      double[] gradBias = new double[n];
      double[] in = new double[n];
      double[] g = new double[n];
      double[] h = new double[n];
      // in one thread: the sums over rows then have one order
      for (long row = 0; row < x.count(); row++) {
        x.read(row, in);
        gradY.read(row, g);
        double scale = RowFunctions.standardise(in, n, args.get(EPS), h);
        for (int i = 0; i < n; i++) {
          gradGain[i] += g[i] * h[i];
          gradBias[i] += g[i];
          g[i] *= gain[i];
        }
        RowFunctions.standardiseBackward(g, h, n, scale);
        gradX.write(row, g);
      }
      gradX.written();
      if (args.has(GAIN)) {
        Rows.of(args.get(GRADIENT_GAIN, outputs), 0).write(0, gradGain);
        Rows.of(args.get(GRADIENT_BIAS, outputs), 0).write(0, gradBias);
      }
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return OpCall.<INDArray>of(GRADIENT_DECLARATION)
          .axis(-1)
          .with(X, exampleRows())
          .with(GRADIENT, exampleGradient())
          .with(GAIN, Nd4j.createFromArray(1.5, -1, 0.5))
          .with(EPS, 1e-5);
    }
  }
}
