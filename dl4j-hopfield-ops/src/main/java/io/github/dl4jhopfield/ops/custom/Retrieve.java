package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.java.PlainRetrieval;
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
 * One retrieval from a memory of any size: out = separation(beta keys q) values, in one pass over
 * the stored patterns; natively no array of queries times stored patterns is made.
 *
 * <p>Inputs: queries [n, d], then blocks of keys [rows, d], then, with flag bit 0, as many blocks
 * of values [rows, dv] (else the keys are the values). Rows of a block are contiguous; a block is
 * HALF or of the type of the queries (FLOAT or DOUBLE), keys and values alike. Integer arguments:
 * 0, flags, ordinal of the separation, whether at most, topK, number of blocks. Floating: beta,
 * then alpha, p or k. Outputs: those of {@link io.github.dl4jhopfield.ops.RetrievedPatterns}, the
 * last three only if topK &gt; 0. No gradient.
 */
public final class Retrieve extends HopfieldOp {
  public static final String NAME = "hopfield_retrieve";
  public static final int VALUES = 0;

  public Retrieve() {}

  public Retrieve(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return iArguments.get(4) > 0 ? 6 : 3;
  }

  @Override
  protected DataType outputType(int output, DataType first) {
    return output == 2 || output == 3 ? DataType.LONG : first;
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(
        Nd4j.createFromArray(new double[][] {{1, 0.5}, {-1, 2}}),
        Nd4j.createFromArray(new double[][] {{1, 1}, {0, 2}, {-1, 1}}),
        Nd4j.createFromArray(new double[][] {{3, 1}}));
    addIArgument(0, 0, Separation.Kind.ENTMAX15.ordinal(), 0, 2, 2);
    addTArgument(0.7, 1.5);
  }

  private INDArray matrix(OpArgs args, int index, String name, long width) {
    INDArray a = floating(args, index, name);
    if (a.rank() != 2 || width >= 0 && a.size(1) != width) {
      throw bad(
          name,
          "a matrix" + (width < 0 ? "" : " of " + width + " columns"),
          "shape " + Arrays.toString(a.shape()));
    }
    if (a.size(1) > 1 && a.stride(1) != 1) {
      throw bad(name, "contiguous rows", "strides " + Arrays.toString(a.stride()));
    }
    return a;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray queries = matrix(args, 0, "queries", -1);
    DataType type = queries.dataType();
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw bad("queries", "data type FLOAT or DOUBLE", type);
    }
    int blocks = (int) args.iArgs()[5];
    boolean values = flag(VALUES);
    if (blocks < 1 || args.inputs().length != 1 + blocks * (values ? 2 : 1)) {
      throw bad(
          "keys", "blocks of keys, and as many of values", args.inputs().length - 1 + " arrays");
    }
    long depth = queries.size(1);
    for (int i = 0; i < blocks; i++) {
      INDArray keys = matrix(args, 1 + i, "keys, block " + i, queries.size(1));
      if (keys.dataType() != type && keys.dataType() != DataType.HALF) {
        throw bad("keys, block " + i, "data type HALF or " + type, keys.dataType());
      }
      if (values) {
        INDArray v = matrix(args, 1 + blocks + i, "values, block " + i, i == 0 ? -1 : depth);
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
    long topK = args.iArgs()[4];
    List<long[]> shapes =
        new ArrayList<>(List.of(new long[] {n, depth}, new long[] {n}, new long[] {n}));
    if (topK > 0) {
      shapes.addAll(Collections.nCopies(3, new long[] {n, topK}));
    }
    return shapes;
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    int blocks = (int) args.iArgs()[5];
    List<INDArray> inputs = List.of(args.inputs());
    List<INDArray> keys = inputs.subList(1, 1 + blocks);
    new PlainRetrieval(
            Separation.Kind.values()[(int) args.iArgs()[2]],
            args.tArgs()[0],
            args.tArgs()[1],
            args.iArgs()[3] != 0)
        .run(
            args.input(0),
            keys,
            flag(VALUES) ? inputs.subList(1 + blocks, inputs.size()) : keys,
            outputs);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    throw new UnsupportedOperationException(
        opName() + ": no gradient; train with the association instead");
  }
}
