package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Group;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.PlainRetrieval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One retrieval from a memory of any size: out = separation(beta keys q) values, in one pass over
 * the stored patterns; natively no array of queries times stored patterns is made.
 *
 * <p>Rows of a block are contiguous; a block is HALF or of the type of the queries (FLOAT or
 * DOUBLE), keys and values alike; without values the keys are the values. Outputs: those of {@link
 * io.github.dl4jhopfield.ops.RetrievedPatterns}, the last three only if topK &gt; 0. No gradient.
 */
public final class Retrieve extends HopfieldOp {
  public static final String NAME = "hopfield_retrieve";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, 0);
  public static final Input QUERIES = D.input("queries", Type.FLOAT_OR_DOUBLE, "[n, d]");
  private static final Flag VALUES_GIVEN = D.flag("values", 0);
  public static final Num BETA = D.number("beta", Range.FINITE);
  public static final SeparationArgument SEPARATION = D.separation();
  public static final Count TOP_K = D.count("topK", 0, Integer.MAX_VALUE);
  public static final Count BLOCKS = D.count("blocks of keys", 1, 1 << 20);
  public static final Input KEYS =
      D.input("keys, block", Type.LIKE_OR_HALF, "[rows, d]", null, new Group("keys", BLOCKS));
  public static final Input VALUES =
      D.input(
          "values, block",
          Type.LIKE_OR_HALF,
          "[rows, dv]",
          VALUES_GIVEN,
          new Group("values", BLOCKS));
  static final Output OUT = D.output("out", "[n, dv]");
  static final Output LOG_SUM_EXP = D.output("logSumExp", "[n]");
  static final Output SUPPORT = D.output("support", DataType.LONG, "[n]", null, null, null);
  static final Output TOP_INDEX =
      D.output("top index", DataType.LONG, "[n, topK]", null, TOP_K, null);
  static final Output TOP_SCORE = D.output("top score", null, "[n, topK]", null, TOP_K, null);
  static final Output TOP_WEIGHT = D.output("top weight", null, "[n, topK]", null, TOP_K, null);
  public static final OpDeclaration DECLARATION = D.build();

  public Retrieve() {
    super(DECLARATION);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .with(QUERIES, Nd4j.createFromArray(new double[][] {{1, 0.5}, {-1, 2}}))
        .with(KEYS, Nd4j.createFromArray(new double[][] {{1, 1}, {0, 2}, {-1, 1}}))
        .with(KEYS, Nd4j.createFromArray(new double[][] {{3, 1}}))
        .with(BLOCKS, 2)
        .with(TOP_K, 2)
        .with(BETA, 0.7)
        .with(SEPARATION, Separation.entmax15());
  }

  private INDArray matrix(INDArray a, String name, long width) {
    if (a.rank() != 2 || width >= 0 && a.size(1) != width) {
      throw bad(
          name,
          "a matrix" + (width < 0 ? "" : " of " + width + " columns"),
          "shape " + Arrays.toString(a.shape()));
    }
    if (!a.isEmpty() && a.size(1) > 1 && a.stride(1) != 1) {
      throw bad(name, "contiguous rows", "strides " + Arrays.toString(a.stride()));
    }
    return a;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray queries = matrix(args.get(QUERIES), "queries", -1);
    long depth = queries.size(1);
    for (int i = 0; i < args.get(BLOCKS); i++) {
      INDArray keys = matrix(args.get(KEYS, i), "keys, block " + i, queries.size(1));
      if (args.has(VALUES)) {
        INDArray v = matrix(args.get(VALUES, i), "values, block " + i, i == 0 ? -1 : depth);
        depth = v.size(1);
        if (v.size(0) != keys.size(0) || v.dataType() != keys.dataType()) {
          throw bad(
              "values, block " + i,
              keys.dataType() + " and " + keys.size(0) + " rows, as its keys",
              v.dataType() + Arrays.toString(v.shape()));
        }
      }
    }
    long n = queries.size(0);
    long topK = args.get(TOP_K);
    List<long[]> shapes =
        new ArrayList<>(List.of(new long[] {n, depth}, new long[] {n}, new long[] {n}));
    if (topK > 0) {
      shapes.addAll(Collections.nCopies(3, new long[] {n, topK}));
    }
    return shapes;
  }

  @Override
  public boolean nothingIn(OpArgs args) {
    for (int i = 0; i < args.get(BLOCKS); i++) {
      if (!args.get(KEYS, i).isEmpty()) {
        return args.get(QUERIES).isEmpty();
      }
    }
    return true;
  }

  /** The call without the blocks that have no rows. */
  @Override
  public HopfieldOp withoutEmptyInputs(OpArgs args) {
    List<INDArray> inputs = new ArrayList<>(List.of(args.get(QUERIES)));
    List<INDArray> values = new ArrayList<>();
    for (int i = 0; i < args.get(BLOCKS); i++) {
      if (!args.get(KEYS, i).isEmpty()) {
        inputs.add(args.get(KEYS, i));
        if (args.has(VALUES)) {
          values.add(args.get(VALUES, i));
        }
      }
    }
    long[] iArgs = args.iArgs().clone();
    iArgs[BLOCKS.index()] = inputs.size() - 1;
    inputs.addAll(values);
    if (inputs.stream().anyMatch(INDArray::isEmpty)) {
      return null; // values without columns
    }
    Retrieve same = new Retrieve();
    same.addInputArgument(inputs.toArray(new INDArray[0]));
    same.addIArgument(iArgs);
    same.addTArgument(args.tArgs());
    return same;
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    List<INDArray> keys = new ArrayList<>();
    List<INDArray> values = new ArrayList<>();
    for (int i = 0; i < args.get(BLOCKS); i++) {
      keys.add(args.get(KEYS, i));
      values.add(args.get(args.has(VALUES) ? VALUES : KEYS, i));
    }
    OpArgs.SeparationValue separation = args.get(SEPARATION);
    new PlainRetrieval(
            separation.kind(), args.get(BETA), separation.parameter(), separation.atMost())
        .run(args.get(QUERIES), keys, values, outputs);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    throw new UnsupportedOperationException(
        opName() + ": no gradient; train with the association instead");
  }
}
