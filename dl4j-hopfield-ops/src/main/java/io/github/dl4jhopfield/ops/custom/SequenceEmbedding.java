package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.SequenceMaxima;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Embeds amino-acid sequences: a convolution over the residues, SELU, the maximum over the
 * positions, in one pass, as {@link io.github.dl4jhopfield.ops.SequenceInputs} says. Inputs: weight
 * [k, 20 or 23, C], bias [C], residues [N, W] (any number type but half) and, where the flags say
 * so, scale [N]. Integer arguments: -1, flags (bit 0 position features, bit 1 scale), extent (0:
 * none). Output [N, C]. Gradients reach weight and bias.
 */
public final class SequenceEmbedding extends HopfieldOp {
  public static final String NAME = "hopfield_sequence_embedding";
  private static final int POSITIONS = 0;
  private static final int SCALE = 1;
  private static final int EXTENT = 2;

  public SequenceEmbedding() {}

  public SequenceEmbedding(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** Integer arguments of a call. */
  public static long[] iArgs(boolean positions, boolean scale, long extent) {
    return new long[] {-1, (positions ? 1 : 0) | (scale ? 2 : 0), extent};
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  private static int inputs(HopfieldOp op) {
    return op.flag(SCALE) ? 4 : 3;
  }

  /** Checks a call of either op and gives the shape of the embedding. */
  private static long[] check(HopfieldOp op, OpArgs args) {
    INDArray w = op.floating(args, 0, "weight");
    int features = op.flag(POSITIONS) ? 23 : 20;
    if (w.rank() != 3 || w.size(1) != features || w.size(0) < 1 || w.size(2) < 1) {
      throw op.bad(
          "weight", "shape [kernel, " + features + ", channels]", Arrays.toString(w.shape()));
    }
    INDArray b = op.typed("bias", args.input(1), w, "weight");
    if (b.length() != w.size(2)) {
      throw op.bad("bias", w.size(2) + " numbers", Arrays.toString(b.shape()));
    }
    INDArray r = args.input(2);
    if (r == null || r.rank() != 2 || r.size(1) < 1) {
      throw op.bad(
          "residues", "shape [sequences, width]", r == null ? "none" : Arrays.toString(r.shape()));
    }
    if (!(r.dataType().isIntType()
        || r.dataType() == DataType.FLOAT
        || r.dataType() == DataType.DOUBLE)) {
      throw op.bad("residues", "double, float or integers", r.dataType());
    }
    if (op.flag(SCALE)) {
      INDArray s = op.typed("scale", args.input(3), w, "weight");
      if (s.length() != r.size(0)) {
        throw op.bad("scale", r.size(0) + " numbers", Arrays.toString(s.shape()));
      }
    }
    if (args.iArgs()[EXTENT] < 0 || args.iArgs()[EXTENT] > Short.MAX_VALUE) {
      throw op.bad("extent", "0 to " + Short.MAX_VALUE, args.iArgs()[EXTENT]);
    }
    return new long[] {r.size(0), w.size(2)};
  }

  private static SequenceMaxima maxima(HopfieldOp op, OpArgs args) {
    return new SequenceMaxima(
        args.input(0),
        args.input(1),
        args.input(2),
        op.flag(SCALE) ? args.input(3) : null,
        op.flag(POSITIONS),
        (int) args.iArgs()[EXTENT]);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    return Collections.singletonList(check(this, args));
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    maxima(this, args).forward(outputs[0]);
  }

  private static void selfTestArguments(HopfieldOp op) {
    INDArray residues = Nd4j.createFromArray(new int[][] {{1, 19, 4, 4, -1}, {3, -1, -1, -1, -1}});
    op.addInputArgument(
        numbers(0.4, 3, 23, 2),
        Nd4j.createFromArray(0.1, -0.2),
        residues,
        Nd4j.createFromArray(1.5, 0.5));
    op.addIArgument(iArgs(true, true, 0));
  }

  @Override
  protected void fillSelfTest() {
    selfTestArguments(this);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    int inputs = inputs(this);
    SDVariable[] all = Arrays.copyOf(args(), inputs + 1);
    all[inputs] = gradients.get(0);
    SDVariable[] g = new Bp(sameDiff, all, iArgs(), tArgs()).outputVariables();
    SDVariable[] result = new SDVariable[inputs];
    result[0] = g[0];
    result[1] = g[1];
    for (int i = 2; i < inputs; i++) {
      result[i] = noGradient(i);
    }
    return Arrays.asList(result);
  }

  /** Gradient of {@link SequenceEmbedding}: its inputs and the gradient of the output. */
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
      return 2;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      long[] out = check(this, args);
      INDArray g = typed("gradient", args.input(inputs(this)), args.input(0), "weight");
      if (!Arrays.equals(g.shape(), out)) {
        throw bad("gradient", Arrays.toString(out), Arrays.toString(g.shape()));
      }
      return List.of(args.input(0).shape(), args.input(1).shape());
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      maxima(this, args).backward(args.input(inputs(this)), outputs[0], outputs[1]);
    }

    @Override
    protected void fillSelfTest() {
      selfTestArguments(this);
      addInputArgument(numbers(0.7, 2, 2));
    }
  }
}
