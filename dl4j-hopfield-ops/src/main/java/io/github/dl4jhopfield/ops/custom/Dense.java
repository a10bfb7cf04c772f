package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.java.RowFunctions;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense layer on the last axis in one pass: y = f(x W + b). Inputs: x [..., nIn], W [nIn, nOut],
 * and, where the flags say so, b with nOut numbers. Integer arguments: -1, flags (bit 0 bias),
 * ordinal of {@link DenseActivation}, how many of the last dimensions of x together are the nIn
 * inputs (1 or 2). Output: y [..., nOut].
 *
 * <p>The gradient is composed of products and of the gradient of f at z = x W + b, which is
 * computed again.
 */
public final class Dense extends HopfieldOp {
  public static final String NAME = "hopfield_dense";
  private static final int BIAS = 0;
  private static final int ACTIVATION = 2;
  private static final int INNER = 3;

  public Dense() {}

  public Dense(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** Integer arguments of a call. */
  public static long[] iArgs(boolean bias, DenseActivation activation, int inner) {
    return new long[] {-1, bias ? 1 : 0, activation.ordinal(), inner};
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    int inner = inner();
    if (inner < 1 || inner > 2 || x.rank() < inner) {
      throw bad(
          "inner dimensions", "1 or 2, at most those of x " + Arrays.toString(x.shape()), inner);
    }
    INDArray w = typed("W", args.input(1), x, "x");
    long nIn = nIn(x);
    if (w.rank() != 2 || w.size(0) != nIn || nIn < 1) {
      throw bad(
          "W",
          "shape [nIn, nOut] with nIn = " + nIn + " of x " + Arrays.toString(x.shape()),
          Arrays.toString(w.shape()));
    }
    if (flag(BIAS)) {
      INDArray b = typed("b", args.input(2), x, "x");
      if (b.length() != w.size(1)) {
        throw bad("b", w.size(1) + " numbers", Arrays.toString(b.shape()));
      }
    }
    long[] shape = Arrays.copyOf(x.shape(), x.rank() - inner + 1);
    shape[shape.length - 1] = w.size(1);
    return Collections.singletonList(shape);
  }

  private int inner() {
    return (int) iArgs()[INNER];
  }

  private long nIn(INDArray x) {
    long n = 1;
    for (int i = 1; i <= inner(); i++) {
      n *= x.size(x.rank() - i);
    }
    return n;
  }

  private DenseActivation activation() {
    return DenseActivation.values()[(int) iArgs()[ACTIVATION]];
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.input(0);
    DataType type = x.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
    INDArray rows = x.castTo(type).reshape('c', new long[] {x.length() / nIn(x), nIn(x)});
    Rows z = Rows.of(rows.mmul(args.input(1).castTo(type)), 1);
    Rows y = Rows.of(outputs[0], outputs[0].rank() - 1);
    int n = y.length();
    double[] bias = new double[n];
    if (flag(BIAS)) {
      Rows.of(args.input(2).reshape('c', new long[] {n}), 0).read(0, bias);
    }
    DenseActivation f = activation();
    Rows.forEach(
        y.count(),
        n,
        (begin, end) -> {
          double[] row = new double[n];
          for (long r = begin; r < end; r++) {
            z.read(r, row);
            for (int i = 0; i < n; i++) {
              row[i] = apply(f, row[i] + bias[i]);
            }
            y.write(r, row);
          }
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
  protected void fillSelfTest() {
    addInputArgument(
        Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
        Nd4j.createFromArray(new double[][] {{1, -2}, {0.5, 3}, {1, 2}}),
        Nd4j.createFromArray(0.1, -1));
    addIArgument(iArgs(true, DenseActivation.GELU, 1));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable x = arg(0);
    SDVariable w = arg(1);
    SDVariable atZ = atZ(gradients.get(0));
    // rows that a product takes: rank 2 whatever the rank of x
    SDVariable flatZ = sameDiff.reshape(atZ, sameDiff.concat(0, minusOne(), size(w, 1)));
    SDVariable flatX = sameDiff.reshape(x, sameDiff.concat(0, minusOne(), size(w, 0)));
    List<SDVariable> result = new ArrayList<>();
    result.add(sameDiff.reshape(sameDiff.mmul(flatZ, w, false, true, false), sameDiff.shape(x)));
    result.add(sameDiff.mmul(flatX, flatZ, true, false, false));
    if (flag(BIAS)) {
      result.add(sameDiff.reshape(flatZ.sum(0), sameDiff.shape(arg(2))));
    }
    return result;
  }

  private SDVariable minusOne() {
    return sameDiff.constant(Nd4j.createFromArray(-1L));
  }

  private SDVariable size(SDVariable a, int dimension) {
    return sameDiff.reshape(sameDiff.sizeAt(a, dimension), 1);
  }

  /** The gradient at z, from that at y. */
  private SDVariable atZ(SDVariable g) {
    DenseActivation f = activation();
    if (f == DenseActivation.NONE) {
      return g;
    }
    if (f == DenseActivation.RELU) {
      return g.mul(sameDiff.math().step(outputVariable(), 0));
    }
    SDVariable[] inputs = args();
    SDVariable z =
        new Dense(sameDiff, inputs, iArgs(flag(BIAS), DenseActivation.NONE, inner()), new double[0])
            .outputVariable();
    long[] gelu = {-1, f == DenseActivation.GELU_TANH ? 1 : 0};
    return new Gelu.Bp(sameDiff, new SDVariable[] {z, g}, gelu, new double[0]).outputVariable();
  }
}
