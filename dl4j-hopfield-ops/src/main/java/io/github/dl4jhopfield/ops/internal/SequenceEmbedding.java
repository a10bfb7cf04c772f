package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.SequenceMaxima;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Embeds amino-acid sequences: a convolution over the residues, SELU, the maximum over the
 * positions, in one pass, as {@link io.github.dl4jhopfield.ops.SequenceInputs} says. Gradients
 * reach weight and bias.
 */
public final class SequenceEmbedding extends HopfieldOp {
  public static final String NAME = "hopfield_sequence_embedding";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, -1);
  public static final Input WEIGHT = D.input("weight", Type.FLOATING, "[k, 20 or 23, C]");
  public static final Input BIAS = D.input("bias", Type.LIKE, "[C]");
  public static final Input RESIDUES = D.input("residues", Type.NUMBER, "[N, W]");
  public static final Flag POSITIONS = D.flag("position features", 0);
  public static final Input SCALE = D.optional("scale", Type.LIKE, "[N]", 1);

  /** 0: none. */
  public static final Count EXTENT = D.count("extent", 0, Short.MAX_VALUE);

  static final Output OUT = D.output("out", "[N, C]");
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B =
      OpDeclaration.gradientOf(DECLARATION).inputsOfForward();
  private static final Input GRADIENT = B.input("gradient", Type.LIKE, "like out");
  private static final Output GRADIENT_WEIGHT = B.gradient(WEIGHT);
  private static final Output GRADIENT_BIAS = B.gradient(BIAS);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public SequenceEmbedding() {
    super(DECLARATION);
  }

  /** Checks a call of either op and gives the shape of the embedding. */
  private static long[] check(HopfieldOp op, OpArgs args) {
    INDArray w = args.get(WEIGHT);
    int features = args.is(POSITIONS) ? 23 : 20;
    if (w.rank() != 3 || w.size(1) != features || w.size(0) < 1 || w.size(2) < 1) {
      throw op.bad(
          "weight", "shape [kernel, " + features + ", channels]", Arrays.toString(w.shape()));
    }
    INDArray b = args.get(BIAS);
    if (b.length() != w.size(2)) {
      throw op.bad("bias", w.size(2) + " numbers", Arrays.toString(b.shape()));
    }
    INDArray r = args.get(RESIDUES);
    if (r.rank() != 2 || r.size(1) < 1) {
      throw op.bad("residues", "shape [sequences, width]", Arrays.toString(r.shape()));
    }
    INDArray s = args.get(SCALE);
    if (s != null && s.length() != r.size(0)) {
      throw op.bad("scale", r.size(0) + " numbers", Arrays.toString(s.shape()));
    }
    return new long[] {r.size(0), w.size(2)};
  }

  private static SequenceMaxima maxima(OpArgs args) {
    return new SequenceMaxima(
        args.get(WEIGHT),
        args.get(BIAS),
        args.get(RESIDUES),
        args.get(SCALE),
        args.is(POSITIONS),
        (int) args.get(EXTENT));
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    return Collections.singletonList(check(this, args));
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    maxima(args).forward(args.get(OUT, outputs));
  }

  private static OpCall<INDArray> selfTestCall(OpDeclaration declaration) {
    return OpCall.<INDArray>of(declaration)
        .with(WEIGHT, numbers(0.4, 3, 23, 2))
        .with(BIAS, Nd4j.createFromArray(0.1, -0.2))
        .with(RESIDUES, Nd4j.createFromArray(new int[][] {{1, 19, 4, 4, -1}, {3, -1, -1, -1, -1}}))
        .with(SCALE, Nd4j.createFromArray(1.5, 0.5))
        .with(POSITIONS, true);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return selfTestCall(DECLARATION);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), argsAnd(gradients));
  }

  /** Gradient of {@link SequenceEmbedding}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      checkShape("gradient", args.get(GRADIENT), check(this, args));
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      maxima(args)
          .backward(
              args.get(GRADIENT),
              args.get(GRADIENT_WEIGHT, outputs),
              args.get(GRADIENT_BIAS, outputs));
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return SequenceEmbedding.selfTestCall(GRADIENT_DECLARATION)
          .with(GRADIENT, numbers(0.7, 2, 2));
    }
  }
}
