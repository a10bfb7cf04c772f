package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowFunctions;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * GELU: y = x Phi(x), or its tanh form (Hendrycks and Gimpel, 2016). Integer arguments: axis (any),
 * 1 for the tanh form.
 */
public final class Gelu extends RowMap {
  public static final String NAME = "hopfield_gelu";

  public Gelu() {}

  public Gelu(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  String[] inputNames() {
    return new String[] {"x"};
  }

  @Override
  void row(OpArgs args, double[][] in, int n, double[] out) {
    boolean tanhForm = args.iArgs()[1] != 0;
    for (int i = 0; i < n; i++) {
      out[i] = RowFunctions.gelu(in[0][i], tanhForm);
    }
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}));
    addIArgument(-1, 1);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] inputs = {arg(0), gradients.get(0)};
    return List.of(new Bp(sameDiff, inputs, iArgs(), tArgs()).outputVariable());
  }

  /** Gradient of {@link Gelu}: inputs x and the gradient of y. */
  public static final class Bp extends RowMap {
    public Bp() {}

    public Bp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
      super(sameDiff, inputs, iArgs, tArgs);
    }

    @Override
    public String opName() {
      return NAME + "_bp";
    }

    @Override
    String[] inputNames() {
      return new String[] {"x", "gradient of y"};
    }

    @Override
    void row(OpArgs args, double[][] in, int n, double[] out) {
      boolean tanhForm = args.iArgs()[1] != 0;
      for (int i = 0; i < n; i++) {
        out[i] = in[1][i] * RowFunctions.geluSlope(in[0][i], tanhForm);
      }
    }

    @Override
    protected void fillSelfTest() {
      addInputArgument(
          Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}));
      addIArgument(-1, 1);
    }
  }
}
