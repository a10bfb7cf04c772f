package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense layer on the last axis in one pass: y = f(x W + b) + residual.
 *
 * <p>The gradient is that of a projection without a norm ({@link ProjectionOp.Bp}), at the gradient
 * of z = x W + b, which is computed again where f needs it.
 */
public final class Dense extends HopfieldOp {
  public static final String NAME = "hopfield_dense";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, -1);
  public static final Input X = D.input("x", Type.FLOATING, "[..., nIn]");
  public static final Input W = D.input("W", Type.LIKE, "[nIn, nOut]");
  public static final Input B = D.optional("b", Type.LIKE, "nOut numbers", 0);

  /** What is added to the result, as the way around a block of a transformer is. */
  public static final Input RESIDUAL = D.optional("residual", Type.LIKE, "like y", 1);

  public static final Choice<DenseActivation> ACTIVATION =
      D.choice("activation", WireCodes.ACTIVATION);

  /** How many of the last dimensions of x together are the nIn inputs. */
  public static final Count INNER = D.count("inner dimensions", 1, 2);

  static final Output Y = D.output("y", "[..., nOut]");
  public static final OpDeclaration DECLARATION = D.build();

  public Dense() {
    super(DECLARATION);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    int inner = (int) args.get(INNER);
    if (x.rank() < inner) {
      throw bad("inner dimensions", "at most those of x " + Arrays.toString(x.shape()), inner);
    }
    INDArray w = args.get(W);
    long nIn = nIn(args);
    if (w.rank() != 2 || w.size(0) != nIn || nIn < 1) {
      throw bad(
          "W",
          "shape [nIn, nOut] with nIn = " + nIn + " of x " + Arrays.toString(x.shape()),
          Arrays.toString(w.shape()));
    }
    if (args.has(B) && args.get(B).length() != w.size(1)) {
      throw bad("b", w.size(1) + " numbers", Arrays.toString(args.get(B).shape()));
    }
    long[] shape = Arrays.copyOf(x.shape(), x.rank() - inner + 1);
    shape[shape.length - 1] = w.size(1);
    if (args.has(RESIDUAL)) {
      checkShape("residual", args.get(RESIDUAL), shape);
    }
    return Collections.singletonList(shape);
  }

  private static long nIn(OpArgs args) {
    INDArray x = args.get(X);
    long n = 1;
    for (int i = 1; i <= args.get(INNER); i++) {
      n *= x.size(x.rank() - i);
    }
    return n;
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.get(X);
    long nIn = nIn(args);
    DataType type = x.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
    INDArray rows = x.castTo(type).reshape('c', new long[] {x.length() / nIn, nIn});
    Rows z = Rows.of(rows.mmul(args.get(W).castTo(type)), 1);
    Rows y = Rows.of(outputs[0], outputs[0].rank() - 1);
    int n = y.length();
    double[] bias = new double[n];
    if (args.has(B)) {
      Rows.of(args.get(B).reshape('c', new long[] {n}), 0).read(0, bias);
    }
    DenseActivation f = args.get(ACTIVATION);
    INDArray residual = args.has(RESIDUAL) ? args.get(RESIDUAL) : null;
    Rows around = residual == null ? null : Rows.of(residual, residual.rank() - 1);
    Rows.forEach(
        y.count(),
        n,
        () -> {
          double[] row = new double[n];
          double[] more = new double[n];
          return r -> {
            z.read(r, row);
            for (int i = 0; i < n; i++) {
              row[i] = apply(f, row[i] + bias[i]);
            }
            if (around != null) {
              around.read(r, more);
              for (int i = 0; i < n; i++) {
                row[i] += more[i];
              }
            }
            y.write(r, row);
          };
        });
    y.written();
  }

  private static double apply(DenseActivation f, double z) {
    return switch (f) {
      case NONE -> z;
      case RELU -> z < 0 ? 0 : z;
      case GELU -> RowFunctions.gelu(z, false);
      case GELU_TANH -> RowFunctions.gelu(z, true);
    };
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .with(X, exampleRows())
        .with(W, Nd4j.createFromArray(new double[][] {{1, -2}, {0.5, 3}, {1, 2}}))
        .with(B, Nd4j.createFromArray(0.1, -1))
        .with(RESIDUAL, Nd4j.createFromArray(new double[][] {{3, -1}, {0.2, 5}}))
        .with(ACTIVATION, DenseActivation.GELU)
        .with(INNER, 1);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable x = arg(X);
    SDVariable w = arg(W);
    SDVariable atZ = atZ(gradients.get(0));
    boolean flat = args(null).get(INNER) > 1;
    OpCall<SDVariable> call = OpCall.of(ProjectionOp.GRADIENT_DECLARATION);
    call.with(ProjectionOp.X, flat ? rows(x, size(w, 0)) : x).with(ProjectionOp.WEIGHT, w);
    if (has(B)) {
      call.with(ProjectionOp.BIAS, vector(arg(B)) ? arg(B) : rows(arg(B), size(w, 1)));
    }
    call.with(ProjectionOp.GRADIENT, flat ? rows(atZ, size(w, 1)) : atZ)
        .with(ProjectionOp.NORMALISE, false)
        .with(ProjectionOp.COUNT, 1)
        .with(ProjectionOp.EPS, 0);
    SDVariable[] found = new ProjectionOp.Bp().inGraph(sameDiff, call).outputVariables();
    List<SDVariable> result = new ArrayList<>(Arrays.asList(found));
    if (flat) {
      result.set(0, sameDiff.reshape(found[0], sameDiff.shape(x)));
    }
    if (has(B) && !vector(arg(B))) {
      result.set(2, sameDiff.reshape(found[2], sameDiff.shape(arg(B))));
    }
    if (has(RESIDUAL)) {
      result.add(gradients.get(0));
    }
    return result;
  }

  /** Whether a projection takes b as it is. */
  private static boolean vector(SDVariable b) {
    long[] shape = b.getShape();
    return shape != null && (shape.length == 1 || shape.length == 2 && shape[0] == 1);
  }

  private SDVariable rows(SDVariable a, SDVariable length) {
    return sameDiff.reshape(a, sameDiff.concat(0, minusOne(), length));
  }

  private SDVariable minusOne() {
    return sameDiff.constant(Nd4j.createFromArray(-1L));
  }

  private SDVariable size(SDVariable a, int dimension) {
    return sameDiff.reshape(sameDiff.sizeAt(a, dimension), 1);
  }

  /** The gradient at z, from that at y. */
  private SDVariable atZ(SDVariable g) {
    DenseActivation f = args(null).get(ACTIVATION);
    if (f == DenseActivation.NONE) {
      return g;
    }
    if (f == DenseActivation.RELU && !has(RESIDUAL)) {
      return g.mul(sameDiff.math().step(outputVariable(), 0));
    }
    OpCall<SDVariable> linear =
        OpCall.<SDVariable>of(DECLARATION)
            .with(X, arg(X))
            .with(W, arg(W))
            .with(ACTIVATION, DenseActivation.NONE)
            .with(INNER, args(null).get(INNER));
    if (has(B)) {
      linear.with(B, arg(B));
    }
    SDVariable z = new Dense().inGraph(sameDiff, linear).outputVariable();
    if (f == DenseActivation.RELU) {
      return g.mul(sameDiff.math().step(z, 0));
    }
    OpCall<SDVariable> gelu =
        OpCall.<SDVariable>of(Gelu.GRADIENT_DECLARATION)
            .with(Gelu.X, z)
            .with(Gelu.GRADIENT, g)
            .with(Gelu.TANH_FORM, f == DenseActivation.GELU_TANH);
    return new Gelu.Bp().inGraph(sameDiff, gelu).outputVariable();
  }
}
