package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import io.github.dl4jhopfield.ops.internal.java.RowBudget;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * k-subsets of beta x: weights in [0, 1] that sum to k, or to at most k; SparseMAP over subsets of
 * k elements (Santos et al., ICML 2024, equation 17). With no more than k entries to choose from,
 * all get 1.
 */
public final class KSubsets extends SeparationOp {
  public static final String NAME = "hopfield_k_subsets";
  private static final OpDeclaration.Builder D = declare(NAME);
  public static final Switch AT_MOST = D.either("at most");
  public static final Num K = D.number("k", Range.K);
  public static final OpDeclaration DECLARATION = complete(D);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public KSubsets() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call.with(K, 2);
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    RowBudget.kSubsets(row, args.get(K), args.is(AT_MOST), y);
  }

  /** Gradient of {@link KSubsets}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call.with(K, 2);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      double epsilon =
          switch (args.reference().dataType()) {
            case DOUBLE -> Math.ulp(1.0);
            default -> Math.ulp(1f);
          };
      RowBudget.kSubsetsBackward(y, g, n, args.get(K), args.is(AT_MOST), epsilon, gradZ);
    }
  }
}
