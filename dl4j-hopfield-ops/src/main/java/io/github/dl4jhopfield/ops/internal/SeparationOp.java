package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Base of the separations: y = separation(beta x) along an axis.
 *
 * <p>The gradient op takes y and the gradient of y in place of x and mask (for masked entries y is
 * 0, which says all).
 */
public abstract class SeparationOp extends HopfieldOp {
  public static final Input X = new Input("x", Type.FLOATING, "any", null, null);
  public static final Input MASK =
      new Input("mask", Type.MASK, "broadcasts to x", new Flag("mask", 0), null);
  public static final Input BETA =
      new Input("beta", Type.LIKE, "one number a row", new Flag("beta", 1), null);
  public static final Num BETA_NUMBER = new Num("beta", 0, Range.FINITE, BETA);

  private static final Input Y = new Input("y", Type.FLOATING, "any", null, null);
  private static final Input GRADIENT = new Input("gradient of y", Type.LIKE, "like y", null, null);
  private static final Input SCORES = new Input("x", Type.LIKE, "like y", BETA.flag(), null);

  /** Begins the declaration of a separation. */
  static OpDeclaration.Builder declare(String name) {
    return OpDeclaration.along(name).add(X).add(MASK).add(BETA).add(BETA_NUMBER);
  }

  /** The declaration of one that adds nothing. */
  static OpDeclaration plain(String name) {
    return complete(declare(name));
  }

  static OpDeclaration complete(OpDeclaration.Builder builder) {
    builder.output("y", X);
    return builder.build();
  }

  /** The gradient op of a separation, whose parameter is an input or null. */
  static OpDeclaration gradientOf(OpDeclaration separation, Input parameter) {
    OpDeclaration.Builder b = OpDeclaration.gradientOf(separation);
    b.add(Y).add(GRADIENT).add(SCORES).add(BETA);
    if (parameter != null) {
      b.add(parameter);
    }
    b.gradient(X, Y, null);
    b.gradient(BETA);
    if (parameter != null) {
      b.gradient(parameter);
    }
    return b.build();
  }

  private final Supplier<Gradient> gradient;

  SeparationOp(OpDeclaration declaration, Supplier<Gradient> gradient) {
    super(declaration);
    this.gradient = gradient;
  }

  /** The parameter as an input; null where it cannot be one. */
  protected Input parameter() {
    return null;
  }

  /**
   * One row, beta applied; it is changed at will. {@code parameter} is NaN where it is not an
   * input.
   */
  protected abstract void separate(OpArgs args, RowScores row, double parameter, double[] y);

  /** Adds what the separation adds, for the self-test. */
  protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call;
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    INDArray x = Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3}, {2, 2, 0.1}, {0, 5, 1}});
    INDArray mask =
        Nd4j.createFromArray(new double[][] {{1, 1, 1}, {1, 1, 0}, {0, 0, 0}})
            .castTo(DataType.BOOL);
    OpCall<INDArray> call = OpCall.of(declaration());
    return selfTestArguments(call.axis(-1).with(X, x).with(MASK, mask).with(BETA_NUMBER, 0.5));
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    int axis = axis(x, args.axis());
    checkMask(args.get(MASK), x.shape());
    checkRowScalars("beta", args.get(BETA), x, axis);
    if (parameter() != null) {
      checkRowScalars(parameter().name(), args.get(parameter()), x, axis);
    }
    return super.outputShapes(args);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.get(X);
    int axis = axis(in, args.axis());
    long[] shape = in.shape();
    long[] oneARow = shape.clone();
    oneARow[axis] = 1;
    Rows x = Rows.of(in, axis);
    Rows mask = maskRows(args.get(MASK), in, axis);
    Rows beta = rowScalars(args, BETA, oneARow, axis);
    Rows parameter = rowScalars(args, parameter(), oneARow, axis);
    Rows y = Rows.of(outputs[0], axis);
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        () -> {
          RowScores scores = new RowScores(n);
          double[] to = new double[n];
          return row -> {
            x.read(row, scores.scores());
            readMask(mask, row, scores.keep());
            scores.times(beta == null ? args.get(BETA_NUMBER) : beta.first(row));
            separate(args, scores, parameter == null ? Double.NaN : parameter.first(row), to);
            y.write(row, to);
          };
        });
    y.written();
  }

  private static Rows rowScalars(OpArgs args, Input input, long[] oneARow, int axis) {
    return input == null || !args.has(input) ? null : Rows.of(args.get(input), oneARow, axis);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(outputVariable(), gradients.get(0)));
    if (has(BETA)) {
      inputs.add(arg(X));
      inputs.add(arg(BETA));
    }
    if (parameter() != null && has(parameter())) {
      inputs.add(arg(parameter()));
    }
    return gradients(gradient.get(), inputs);
  }

  private static int rowNumbers(Rows rows) {
    return Rows.arrayLength("rows with a gradient of their own", rows.count());
  }

  /** Base of the gradient ops. */
  public abstract static class Gradient extends HopfieldOp {
    Gradient(OpDeclaration declaration) {
      super(declaration);
    }

    /** Gradient of one row with respect to z = beta x; it is 0 where y is. */
    protected abstract void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ);

    /** Gradient of one row with respect to the parameter, where that is an input. */
    protected double parameterGradient(
        OpArgs args, double[] y, double[] g, int n, double parameter) {
      throw new IllegalStateException(opName() + " has no parameter");
    }

    /** The parameter as an input; null where it cannot be one. */
    protected Input parameter() {
      return null;
    }

    /** Adds what the separation adds, for the self-test. */
    protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call;
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      INDArray y = Nd4j.createFromArray(new double[][] {{0.2, 0.3, 0.5}, {0, 0.4, 0.6}, {0, 0, 0}});
      INDArray gradY = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}, {1, 1, 2}});
      OpCall<INDArray> call = OpCall.of(declaration());
      return selfTestArguments(
          call.axis(-1).with(Y, y).with(GRADIENT, gradY).with(BETA_NUMBER, 0.5));
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray y = args.get(Y);
      int axis = axis(y, args.axis());
      checkLike("gradient of y", args.get(GRADIENT), "y", y);
      if (args.has(BETA)) {
        checkLike("x", args.get(SCORES), "y", y);
        checkRowScalars("beta", args.get(BETA), y, axis);
      }
      if (parameter() != null) {
        checkRowScalars(parameter().name(), args.get(parameter()), y, axis);
      }
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray out = args.get(Y);
      int axis = axis(out, args.axis());
      long[] shape = out.shape();
      long[] oneARow = shape.clone();
      oneARow[axis] = 1;
      Rows y = Rows.of(out, axis);
      Rows gradY = Rows.of(args.get(GRADIENT), axis);
      Rows x = args.has(BETA) ? Rows.of(args.get(SCORES), axis) : null;
      Rows beta = rowScalars(args, BETA, oneARow, axis);
      Rows parameter = rowScalars(args, parameter(), oneARow, axis);
      Rows gradX = Rows.of(outputs[0], axis);
      int n = y.length();
      double[] gradBeta = beta == null ? null : new double[rowNumbers(y)];
      double[] gradParameter = parameter == null ? null : new double[rowNumbers(y)];
      Rows.forEach(
          y.count(),
          n,
          () -> {
            double[] p = new double[n];
            double[] g = new double[n];
            double[] in = new double[n];
            double[] grad = new double[n];
            return row -> {
              y.read(row, p);
              gradY.read(row, g);
              double value = parameter == null ? Double.NaN : parameter.first(row);
              backward(args, p, g, n, value, grad);
              if (gradParameter != null) {
                gradParameter[(int) row] = parameterGradient(args, p, g, n, value);
              }
              double b = beta == null ? args.get(BETA_NUMBER) : beta.first(row);
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
            };
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
