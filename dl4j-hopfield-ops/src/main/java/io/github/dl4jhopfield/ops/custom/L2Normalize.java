package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowFunctions;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * l2 normalisation, a post-transformation of Hopfield-Fenchel-Young networks: y = x / max(|x|,
 * eps). Integer argument: axis; floating: eps.
 */
public final class L2Normalize extends RowMap {
  public static final String NAME = "hopfield_l2_normalize";

  public L2Normalize() {}

  public L2Normalize(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
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
    RowFunctions.l2(in[0], n, args.tArgs()[0], out);
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}));
    addIArgument(-1);
    addTArgument(1e-12);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] inputs = {arg(0), gradients.get(0)};
    return List.of(new Bp(sameDiff, inputs, iArgs(), tArgs()).outputVariable());
  }

  /** Gradient of {@link L2Normalize}: inputs x and the gradient of y. */
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
      RowFunctions.l2Backward(in[0], in[1], n, args.tArgs()[0], out);
    }

    @Override
    protected void fillSelfTest() {
      addInputArgument(
          Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}));
      addIArgument(-1);
      addTArgument(1e-12);
    }
  }
}
