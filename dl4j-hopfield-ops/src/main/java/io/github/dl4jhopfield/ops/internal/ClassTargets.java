package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Class labels as the targets of a loss: one-hot targets like x (zeros in ignored rows), and 1 for
 * rows that count, else 0. Of the scores x only shape and type count. Runs in Java; ND4J's one-hot
 * takes labels outside the classes without a word.
 */
public final class ClassTargets extends HopfieldOp {
  public static final String NAME = "hopfield_class_targets";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, 0);
  public static final Input X = D.input("x", Type.FLOATING, "[..., classes]");
  public static final Input LABELS = D.input("labels", Type.WHOLE, "[...]");
  public static final Count IGNORED =
      D.count("ignored label", Integer.MIN_VALUE, Integer.MAX_VALUE);
  static final Output TARGETS = D.output("targets", X);
  static final Output COUNTED = D.output("counted", "[..., 1]");
  public static final OpDeclaration DECLARATION = D.build();

  public ClassTargets() {
    super(DECLARATION);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .with(X, Nd4j.zeros(DataType.DOUBLE, 2, 3))
        .with(LABELS, Nd4j.createFromArray(2, -100))
        .with(IGNORED, -100);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    axis(x, -1);
    INDArray labels = args.get(LABELS);
    long[] rows = Arrays.copyOf(x.shape(), x.rank() - 1);
    boolean fits = Arrays.equals(labels.shape(), rows) || rows.length == 0 && labels.length() == 1;
    if (!fits) {
      throw bad(
          "labels",
          "shape " + Arrays.toString(rows) + ", one a row of x",
          Arrays.toString(labels.shape()));
    }
    long[] oneARow = x.shape().clone();
    oneARow[x.rank() - 1] = 1;
    return List.of(x.shape(), oneARow);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    long ignored = args.get(IGNORED);
    long classes = args.get(X).size(-1);
    INDArray given = args.get(LABELS);
    INDArray labels = given.dup('c').reshape(given.length());
    INDArray targets = Nd4j.zeros(outputs[0].dataType(), labels.length(), classes);
    INDArray counted = Nd4j.zeros(outputs[0].dataType(), labels.length());
    for (long row = 0; row < labels.length(); row++) {
      long label = labels.getLong(row);
      if (label == ignored) {
        continue;
      }
      if (label < 0 || label >= classes) {
        throw bad("labels", "0 to " + (classes - 1) + " or " + ignored, label + " in row " + row);
      }
      targets.putScalar(row, label, 1);
      counted.putScalar(row, 1);
    }
    outputs[0].assign(targets.reshape(outputs[0].shape()));
    outputs[1].assign(counted.reshape(outputs[1].shape()));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return List.of(noGradient(0), noGradient(1));
  }
}
