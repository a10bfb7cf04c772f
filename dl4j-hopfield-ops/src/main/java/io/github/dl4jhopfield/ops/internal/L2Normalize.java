package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * l2 normalisation, a post-transformation of Hopfield-Fenchel-Young networks: y = x / max(|x|,
 * eps).
 */
public final class L2Normalize extends RowMap {
  public static final String NAME = "hopfield_l2_normalize";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME).withoutFlags();
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Num EPS = D.number("eps", Range.POSITIVE);
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION).add(X);
  static final Input GRADIENT = B.input("gradient of y", Type.LIKE, "like x");
  static final Output GRADIENT_X = B.gradient(X);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public L2Normalize() {
    super(DECLARATION);
  }

  @Override
  void row(OpArgs args, double[][] in, int n, double[] out) {
    RowFunctions.l2(in[0], n, args.get(EPS), out);
  }

  @Override
  OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call.axis(-1).with(EPS, 1e-12);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), argsAnd(gradients));
  }

  /** Gradient of {@link L2Normalize}: inputs x and the gradient of y. */
  public static final class Bp extends RowMap {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    void row(OpArgs args, double[][] in, int n, double[] out) {
      RowFunctions.l2Backward(in[0], in[1], n, args.get(EPS), out);
    }

    @Override
    OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call.axis(-1).with(EPS, 1e-12);
    }
  }
}
