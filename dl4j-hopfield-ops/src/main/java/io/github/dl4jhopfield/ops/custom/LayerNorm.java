package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowFunctions;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Layer norm of rows: y = gain (x - mean) / sqrt(variance + eps) + bias, variance over n (Ba, Kiros
 * and Hinton, 2016). Inputs: x, then gain and bias [n numbers each] where the flags say so. Integer
 * arguments: axis, flags (bit 0 gain and bias). Floating: eps.
 */
public final class LayerNorm extends HopfieldOp {
  public static final String NAME = "hopfield_layer_norm";
  private static final int AFFINE = 0;

  public LayerNorm() {}

  public LayerNorm(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  private static void checkVector(
      HopfieldOp op, String name, INDArray vector, INDArray x, int axis) {
    if (vector == null
        || vector.dataType() != x.dataType()
        || vector.rank() != 1
        || vector.length() != x.size(axis)) {
      throw op.bad(
          name,
          x.dataType() + " vector of " + x.size(axis) + " numbers",
          vector == null ? "none" : vector.dataType() + Arrays.toString(vector.shape()));
    }
  }

  private static void checkEps(HopfieldOp op, double eps) {
    if (!(eps >= 0) || Double.isInfinite(eps)) {
      throw op.bad("eps", "a finite number of at least 0", eps);
    }
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    int axis = axis(x, args.iArgs()[0]);
    if (flag(AFFINE)) {
      checkVector(this, "gain", args.input(1), x, axis);
      checkVector(this, "bias", args.input(2), x, axis);
    }
    checkEps(this, args.tArgs()[0]);
    return List.of(x.shape());
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
    int axis = axis(args.input(0), args.iArgs()[0]);
    Rows x = Rows.of(args.input(0), axis);
    Rows y = Rows.of(outputs[0], axis);
    int n = x.length();
    double[] gain = vector(flag(AFFINE) ? args.input(1) : null, n, 1);
    double[] bias = vector(flag(AFFINE) ? args.input(2) : null, n, 0);
    Rows.forEach(
        x.count(),
        n,
        (begin, end) -> {
          double[] in = new double[n];
          double[] h = new double[n];
          for (long row = begin; row < end; row++) {
            x.read(row, in);
            RowFunctions.standardise(in, n, args.tArgs()[0], h);
            for (int i = 0; i < n; i++) {
              h[i] = gain[i] * h[i] + bias[i];
            }
            y.write(row, h);
          }
        });
    y.written();
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(
        Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
        Nd4j.createFromArray(1.5, -1, 0.5),
        Nd4j.createFromArray(0.1, 0, 2));
    addIArgument(-1, 1);
    addTArgument(1e-5);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(arg(0), gradients.get(0)));
    if (flag(AFFINE)) {
      inputs.add(arg(1));
    }
    return List.of(
        new Bp(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs()).outputVariables());
  }

  /**
   * Gradient of {@link LayerNorm}: inputs x, gradient of y, gain; outputs the gradients of x, gain
   * and bias.
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
      return flag(AFFINE) ? 3 : 1;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray x = floating(args, 0, "x");
      int axis = axis(x, args.iArgs()[0]);
      checkLike("gradient of y", args.input(1), "x", x);
      checkEps(this, args.tArgs()[0]);
      if (!flag(AFFINE)) {
        return List.of(x.shape());
      }
      checkVector(this, "gain", args.input(2), x, axis);
      long[] vector = args.input(2).shape();
      return List.of(x.shape(), vector, vector);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      int axis = axis(args.input(0), args.iArgs()[0]);
      Rows x = Rows.of(args.input(0), axis);
      Rows gradY = Rows.of(args.input(1), axis);
      Rows gradX = Rows.of(outputs[0], axis);
      int n = x.length();
      double[] gain = vector(flag(AFFINE) ? args.input(2) : null, n, 1);
      double[] gradGain = new double[n];
      double[] gradBias = new double[n];
      double[] in = new double[n];
      double[] g = new double[n];
      double[] h = new double[n];
      // in one thread: the sums over rows then have one order
      for (long row = 0; row < x.count(); row++) {
        x.read(row, in);
        gradY.read(row, g);
        double scale = RowFunctions.standardise(in, n, args.tArgs()[0], h);
        for (int i = 0; i < n; i++) {
          gradGain[i] += g[i] * h[i];
          gradBias[i] += g[i];
          g[i] *= gain[i];
        }
        RowFunctions.standardiseBackward(g, h, n, scale);
        gradX.write(row, g);
      }
      gradX.written();
      if (flag(AFFINE)) {
        Rows.of(outputs[1], 0).write(0, gradGain);
        Rows.of(outputs[2], 0).write(0, gradBias);
      }
    }

    @Override
    protected void fillSelfTest() {
      addInputArgument(
          Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}),
          Nd4j.createFromArray(1.5, -1, 0.5));
      addIArgument(-1, 1);
      addTArgument(1e-5);
    }
  }
}
