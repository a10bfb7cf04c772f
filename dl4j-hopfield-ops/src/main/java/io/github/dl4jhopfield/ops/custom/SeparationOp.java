package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Base of the separations: y = separation(beta x) along an axis.
 *
 * <p>Inputs: x [any shape], then, as the flags say, mask [broadcasts to x], beta and parameter
 * [type of x; broadcast to x with length 1 along the axis]. Integer arguments: axis, flags (bit 0
 * mask, 1 beta is an input, 2 the parameter is an input), then those of the separation. Floating
 * arguments: beta, then those of the separation. Output: y, shape of x.
 *
 * <p>The gradient op takes y and the gradient of y in place of x and mask (for masked entries y is
 * 0, which says all), then x and beta where beta is an input, and the parameter where that is one;
 * it gives the gradients of x, beta, parameter.
 */
public abstract class SeparationOp extends MaskedOp {
  static final int BETA = 1;
  static final int PARAMETER = 2;

  protected SeparationOp() {}

  protected SeparationOp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** Flags of a call. */
  public static long flags(boolean mask, boolean beta, boolean parameter) {
    return (mask ? 1L << MASK : 0) | (beta ? 1L << BETA : 0) | (parameter ? 1L << PARAMETER : 0);
  }

  /** Name of the parameter in messages; null where there is none. */
  protected String parameterName() {
    return null;
  }

  /** Checks the arguments that the separation adds. */
  protected void checkOwn(OpArgs args, int axisLength) {}

  /**
   * One row: z = beta x and keep are changed at will. {@code parameter} is NaN where it is not an
   * input.
   */
  protected abstract void separate(
      OpArgs args, double[] z, boolean[] keep, int n, double parameter, double[] y);

  /** The gradient op, unconnected. */
  protected abstract Gradient gradient(
      SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs);

  /** Integer and floating arguments that the separation adds, for the self-test. */
  protected long[] selfTestIArgs() {
    return new long[0];
  }

  protected double[] selfTestTArgs() {
    return new double[0];
  }

  @Override
  protected void fillSelfTest() {
    INDArray x = Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3}, {2, 2, 0.1}, {0, 5, 1}});
    INDArray mask =
        Nd4j.createFromArray(new double[][] {{1, 1, 1}, {1, 1, 0}, {0, 0, 0}})
            .castTo(DataType.BOOL);
    addInputArgument(x, mask);
    addIArgument(-1, (int) flags(true, false, false));
    addIArgument(selfTestIArgs());
    addTArgument(0.5);
    addTArgument(selfTestTArgs());
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  private int betaIndex() {
    return masked() ? 2 : 1;
  }

  private int parameterIndex() {
    return betaIndex() + (flag(BETA) ? 1 : 0);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    int axis = axis(x, args.iArgs()[0]);
    checkMask(args, 1, x);
    if (flag(BETA)) {
      checkRowScalars("beta", args.input(betaIndex()), x, axis);
    } else if (Double.isNaN(args.tArgs()[0]) || Double.isInfinite(args.tArgs()[0])) {
      throw bad("beta", "a finite number", args.tArgs()[0]);
    }
    if (flag(PARAMETER)) {
      checkRowScalars(parameterName(), args.input(parameterIndex()), x, axis);
    }
    int expected = parameterIndex() + (flag(PARAMETER) ? 1 : 0);
    if (args.inputs().length != expected) {
      throw bad("inputs", expected + " arrays", args.inputs().length);
    }
    checkOwn(args, (int) Math.min(Integer.MAX_VALUE, x.size(axis)));
    return List.of(x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.input(0);
    int axis = axis(in, args.iArgs()[0]);
    long[] shape = in.shape();
    long[] oneARow = shape.clone();
    oneARow[axis] = 1;
    Rows x = Rows.of(in, axis);
    Rows mask = mask(args, 1, in, axis);
    Rows beta = flag(BETA) ? Rows.of(args.input(betaIndex()), oneARow, axis) : null;
    Rows parameter = flag(PARAMETER) ? Rows.of(args.input(parameterIndex()), oneARow, axis) : null;
    Rows y = Rows.of(outputs[0], axis);
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        (begin, end) -> {
          double[] z = new double[n];
          double[] to = new double[n];
          boolean[] keep = new boolean[n];
          for (long row = begin; row < end; row++) {
            x.read(row, z);
            readMask(mask, row, keep);
            double b = beta == null ? args.tArgs()[0] : beta.first(row);
            for (int i = 0; i < n; i++) {
              if (z[i] == Double.NEGATIVE_INFINITY) {
                keep[i] = false; // whatever the sign of beta
              }
              z[i] *= b;
            }
            separate(args, z, keep, n, parameter == null ? Double.NaN : parameter.first(row), to);
            y.write(row, to);
          }
        });
    y.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(outputVariable(), gradients.get(0)));
    if (flag(BETA)) {
      inputs.add(arg(0));
      inputs.add(arg(betaIndex()));
    }
    if (flag(PARAMETER)) {
      inputs.add(arg(parameterIndex()));
    }
    SDVariable[] grads =
        gradient(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs()).outputVariables();
    List<SDVariable> result = new ArrayList<>(List.of(grads[0]));
    if (masked()) {
      result.add(noGradient(1));
    }
    for (int i = 1; i < grads.length; i++) {
      result.add(grads[i]);
    }
    return result;
  }

  /** Base of the gradient ops. */
  public abstract static class Gradient extends HopfieldOp {
    protected Gradient() {}

    protected Gradient(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
      super(sameDiff, inputs, iArgs, tArgs);
    }

    /** Gradient of one row with respect to z = beta x; it is 0 where y is. */
    protected abstract void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ);

    /** Gradient of one row with respect to the parameter, where that is an input. */
    protected double parameterGradient(
        OpArgs args, double[] y, double[] g, int n, double parameter) {
      throw new IllegalStateException(opName() + " has no parameter");
    }

    protected long[] selfTestIArgs() {
      return new long[0];
    }

    protected double[] selfTestTArgs() {
      return new double[0];
    }

    @Override
    protected void fillSelfTest() {
      INDArray y = Nd4j.createFromArray(new double[][] {{0.2, 0.3, 0.5}, {0, 0.4, 0.6}, {0, 0, 0}});
      INDArray gradY = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}, {1, 1, 2}});
      addInputArgument(y, gradY);
      addIArgument(-1, 0);
      addIArgument(selfTestIArgs());
      addTArgument(0.5);
      addTArgument(selfTestTArgs());
    }

    @Override
    public int getNumOutputs() {
      return 1 + (flag(BETA) ? 1 : 0) + (flag(PARAMETER) ? 1 : 0);
    }

    private int parameterIndex() {
      return flag(BETA) ? 4 : 2;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray y = floating(args, 0, "y");
      int axis = axis(y, args.iArgs()[0]);
      checkLike("gradient of y", args.input(1), "y", y);
      List<long[]> shapes = new ArrayList<>(List.of(y.shape()));
      if (flag(BETA)) {
        checkLike("x", args.input(2), "y", y);
        checkRowScalars("beta", args.input(3), y, axis);
        shapes.add(args.input(3).shape());
      }
      if (flag(PARAMETER)) {
        checkRowScalars("parameter", args.input(parameterIndex()), y, axis);
        shapes.add(args.input(parameterIndex()).shape());
      }
      return shapes;
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray out = args.input(0);
      int axis = axis(out, args.iArgs()[0]);
      long[] shape = out.shape();
      long[] oneARow = shape.clone();
      oneARow[axis] = 1;
      Rows y = Rows.of(out, axis);
      Rows gradY = Rows.of(args.input(1), axis);
      Rows x = flag(BETA) ? Rows.of(args.input(2), axis) : null;
      Rows beta = flag(BETA) ? Rows.of(args.input(3), oneARow, axis) : null;
      Rows parameter =
          flag(PARAMETER) ? Rows.of(args.input(parameterIndex()), oneARow, axis) : null;
      Rows gradX = Rows.of(outputs[0], axis);
      int n = y.length();
      double[] gradBeta = beta == null ? null : new double[Math.toIntExact(y.count())];
      double[] gradParameter = parameter == null ? null : new double[Math.toIntExact(y.count())];
      Rows.forEach(
          y.count(),
          n,
          (begin, end) -> {
            double[] p = new double[n];
            double[] g = new double[n];
            double[] in = new double[n];
            double[] grad = new double[n];
            for (long row = begin; row < end; row++) {
              y.read(row, p);
              gradY.read(row, g);
              double value = parameter == null ? Double.NaN : parameter.first(row);
              backward(args, p, g, n, value, grad);
              if (gradParameter != null) {
                gradParameter[(int) row] = parameterGradient(args, p, g, n, value);
              }
              double b = beta == null ? args.tArgs()[0] : beta.first(row);
              if (gradBeta != null) {
                x.read(row, in);
                double sum = 0;
                for (int i = 0; i < n; i++) {
                  sum += grad[i] == 0 ? 0 : grad[i] * in[i];
                }
                gradBeta[(int) row] = sum;
              }
              for (int i = 0; i < n; i++) {
                grad[i] *= b;
              }
              gradX.write(row, grad);
            }
          });
      gradX.written();
      int next = 1;
      if (gradBeta != null) {
        Rows.sumTo(outputs[next++], gradBeta, shape, axis);
      }
      if (gradParameter != null) {
        Rows.sumTo(outputs[next], gradParameter, shape, axis);
      }
    }
  }
}
