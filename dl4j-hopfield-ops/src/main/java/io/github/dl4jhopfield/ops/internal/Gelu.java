package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** GELU: y = x Phi(x), or its tanh form (Hendrycks and Gimpel, 2016). */
public final class Gelu extends RowMap {
  public static final String NAME = "hopfield_gelu";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, -1);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Flag TANH_FORM = D.flag("tanh form", 0);
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION).add(X);
  static final Input GRADIENT = B.input("gradient of y", Type.LIKE, "like x");
  static final Output GRADIENT_X = B.gradient(X);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public Gelu() {
    super(DECLARATION);
  }

  @Override
  void row(OpArgs args, double[][] in, int n, double[] out) {
    boolean tanhForm = args.is(TANH_FORM);
    for (int i = 0; i < n; i++) {
      out[i] = RowFunctions.gelu(in[0][i], tanhForm);
    }
  }

  @Override
  OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call.with(TANH_FORM, true);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), argsAnd(gradients));
  }

  /** Gradient of {@link Gelu}: inputs x and the gradient of y. */
  public static final class Bp extends RowMap {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    void row(OpArgs args, double[][] in, int n, double[] out) {
      boolean tanhForm = args.is(TANH_FORM);
      for (int i = 0; i < n; i++) {
        out[i] = in[1][i] * RowFunctions.geluSlope(in[0][i], tanhForm);
      }
    }

    @Override
    OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call.with(TANH_FORM, true);
    }
  }
}
