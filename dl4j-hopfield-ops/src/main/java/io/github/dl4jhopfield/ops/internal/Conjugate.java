package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowBudget;
import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The convex conjugate of a separation's regulariser, of z = beta x: Omega*(z) = &lt;y, z&gt; -
 * Omega(y), y the separation of z (Blondel, Martins and Niculae, JMLR 2020). Losses and energies
 * are made of it. Omega is sum y log y for softmax, (sum y^alpha - 1) / (alpha (alpha - 1)) for
 * entmax, |y|_p - 1 for normmax and |y|^2/2 for k-subsets.
 *
 * <p>Outputs: the value [x with length 1 along the axis], y [like x]. A row with nothing to keep
 * gives 0.
 */
public final class Conjugate extends HopfieldOp {
  public static final String NAME = "hopfield_conjugate";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to x", 0);
  public static final Num BETA = D.number("beta", Range.FINITE);
  public static final SeparationArgument SEPARATION = D.separation();
  static final Output VALUE = D.output("value", "x with length 1 along the axis");
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  public Conjugate() {
    super(DECLARATION);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    int axis = axis(x, args.axis());
    checkMask(args.get(MASK), x.shape());
    long[] one = x.shape().clone();
    one[axis] = 1;
    return List.of(one, x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.get(X);
    int axis = axis(in, args.axis());
    Rows x = Rows.of(in, axis);
    Rows mask = maskRows(args.get(MASK), in, axis);
    Rows value = Rows.of(args.get(VALUE, outputs), axis);
    Rows y = Rows.of(args.get(Y, outputs), axis);
    OpArgs.SeparationValue separation = args.get(SEPARATION);
    boolean atMost = separation.atMost();
    double beta = args.get(BETA);
    double parameter = separation.parameter();
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        () -> {
          RowScores scores = new RowScores(n);
          double[] p = new double[n];
          double[] result = new double[1];
          return row -> {
            x.read(row, scores.scores());
            readMask(mask, row, scores.keep());
            scores.times(beta);
            if (separation.kind() == Separation.Kind.SOFTMAX1) {
              RowSeparations.softmax1(scores, p);
              result[0] = RowSeparations.logOnePlusSum(scores);
              value.write(row, result);
              y.write(row, p);
              return;
            }
            double omega;
            switch (separation.kind()) {
              case NORMMAX -> {
                RowSeparations.normmax(scores, parameter, p);
                omega = RowFunctions.normmaxRegulariser(p, n, parameter);
              }
              case K_SUBSETS -> {
                RowBudget.kSubsets(scores, parameter, atMost, p);
                omega = RowFunctions.subsetsRegulariser(p, n);
              }
              default -> {
                RowSeparations.entmax(scores, parameter, p);
                omega = RowFunctions.entmaxRegulariser(p, n, parameter);
              }
            }
            result[0] = -omega;
            for (int i = 0; i < n; i++) {
              result[0] += p[i] == 0 ? 0 : p[i] * scores.z(i);
            }
            value.write(row, result);
            y.write(row, p);
          };
        });
    value.written();
    y.written();
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .axis(-1)
        .with(X, exampleRows())
        .with(BETA, 0.5)
        .with(SEPARATION, Separation.entmax(1.3));
  }

  /** The gradient of Omega* is y; y itself passes no gradient on (ask the separation for that). */
  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable gradX = outputVariables()[1].mul(gradients.get(0)).mul(tArguments.get(BETA.index()));
    return has(MASK) ? List.of(gradX, noGradient(1)) : List.of(gradX);
  }
}
