package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.java.RowBudget;
import io.github.dl4jhopfield.ops.java.RowFunctions;
import io.github.dl4jhopfield.ops.java.RowSeparations;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The convex conjugate of a separation's regulariser, of z = beta x: Omega*(z) = &lt;y, z&gt; -
 * Omega(y), y the separation of z (Blondel, Martins and Niculae, JMLR 2020). Losses and energies
 * are made of it. Omega is sum y log y for softmax, (sum y^alpha - 1) / (alpha (alpha - 1)) for
 * entmax, |y|_p - 1 for normmax and |y|^2/2 for k-subsets.
 *
 * <p>Inputs: x, mask where the flags say so. Integer arguments: axis, flags (bit 0 mask), kind
 * (order of {@link Separation.Kind}), at most. Floating: beta, parameter (alpha, p or k). Outputs:
 * the value [x with length 1 along the axis], y [like x]. A row with nothing to keep gives 0.
 */
public final class Conjugate extends MaskedOp {
  public static final String NAME = "hopfield_conjugate";

  public Conjugate() {}

  public Conjugate(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 2;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    int axis = axis(x, args.iArgs()[0]);
    checkMask(args, 1, x);
    if (Double.isNaN(args.tArgs()[0]) || Double.isInfinite(args.tArgs()[0])) {
      throw bad("beta", "a finite number", args.tArgs()[0]);
    }
    long[] one = x.shape().clone();
    one[axis] = 1;
    return List.of(one, x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.input(0);
    int axis = axis(in, args.iArgs()[0]);
    Rows x = Rows.of(in, axis);
    Rows mask = mask(args, 1, in, axis);
    Rows value = Rows.of(outputs[0], axis);
    Rows y = Rows.of(outputs[1], axis);
    Separation.Kind kind = Separation.Kind.values()[(int) args.iArgs()[2]];
    boolean atMost = args.iArgs()[3] != 0;
    double beta = args.tArgs()[0];
    double parameter = args.tArgs()[1];
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        (begin, end) -> {
          double[] z = new double[n];
          double[] p = new double[n];
          boolean[] keep = new boolean[n];
          double[] result = new double[1];
          for (long row = begin; row < end; row++) {
            x.read(row, z);
            readMask(mask, row, keep);
            for (int i = 0; i < n; i++) {
              keep[i] &= z[i] != Double.NEGATIVE_INFINITY;
              z[i] *= beta;
            }
            double omega;
            switch (kind) {
              case NORMMAX -> {
                RowSeparations.normmax(z, keep, n, parameter, p);
                omega = RowFunctions.normmaxRegulariser(p, n, parameter);
              }
              case K_SUBSETS -> {
                RowBudget.kSubsets(z, keep, n, parameter, atMost, p);
                omega = RowFunctions.subsetsRegulariser(p, n);
              }
              default -> {
                RowSeparations.entmax(z, keep, n, parameter, p);
                omega = RowFunctions.entmaxRegulariser(p, n, parameter);
              }
            }
            result[0] = -omega;
            for (int i = 0; i < n; i++) {
              result[0] += p[i] == 0 ? 0 : p[i] * z[i];
            }
            value.write(row, result);
            y.write(row, p);
          }
        });
    value.written();
    y.written();
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}));
    addIArgument(-1, 0, Separation.Kind.ENTMAX.ordinal(), 0);
    addTArgument(0.5, 1.3);
  }

  /** The gradient of Omega* is y; y itself passes no gradient on (ask the separation for that). */
  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable gradX = outputVariables()[1].mul(gradients.get(0)).mul(tArguments.get(0));
    return masked() ? List.of(gradX, noGradient(1)) : List.of(gradX);
  }
}
