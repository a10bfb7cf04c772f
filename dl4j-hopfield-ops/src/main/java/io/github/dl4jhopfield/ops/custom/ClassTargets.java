package io.github.dl4jhopfield.ops.custom;

import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Class labels as the targets of a loss. Inputs: scores x [..., classes], of which the shape and
 * type count, and labels [...], an integer type. Integer arguments: 0, 0, ignored label. Outputs:
 * one-hot targets like x (zeros in ignored rows), and [..., 1] 1 for rows that count, else 0. Runs
 * in Java; ND4J's one-hot takes labels outside the classes without a word.
 */
public final class ClassTargets extends HopfieldOp {
  public static final String NAME = "hopfield_class_targets";

  public ClassTargets() {}

  public ClassTargets(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
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
  protected void fillSelfTest() {
    addInputArgument(Nd4j.zeros(DataType.DOUBLE, 2, 3), Nd4j.createFromArray(2, -100));
    addIArgument(0, 0, -100);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    axis(x, -1);
    INDArray labels = args.input(1);
    long[] rows = Arrays.copyOf(x.shape(), x.rank() - 1);
    if (labels == null || !labels.dataType().isIntType()) {
      throw bad("labels", "an integer data type", labels == null ? "none" : labels.dataType());
    }
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
    long ignored = args.iArgs()[2];
    long classes = args.input(0).size(-1);
    INDArray given = args.input(1);
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
