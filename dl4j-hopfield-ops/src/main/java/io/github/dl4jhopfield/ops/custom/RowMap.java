package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.Rows;
import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Base of ops whose inputs and one output all have the shape of x and that work row by row. Integer
 * arguments: axis, then their own.
 */
abstract class RowMap extends HopfieldOp {
  RowMap() {}

  RowMap(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** Names of the inputs, x first. */
  abstract String[] inputNames();

  /** One row: {@code in} in the order of the inputs. */
  abstract void row(OpArgs args, double[][] in, int n, double[] out);

  @Override
  public int getNumOutputs() {
    return 1;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    String[] names = inputNames();
    INDArray x = floating(args, 0, names[0]);
    axis(x, args.iArgs()[0]);
    for (int i = 1; i < names.length; i++) {
      checkLike(names[i], args.input(i), names[0], x);
    }
    return Collections.singletonList(x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    int axis = axis(args.input(0), args.iArgs()[0]);
    int inputs = inputNames().length;
    Rows[] from = new Rows[inputs];
    for (int i = 0; i < inputs; i++) {
      from[i] = Rows.of(args.input(i), axis);
    }
    Rows to = Rows.of(outputs[0], axis);
    int n = to.length();
    Rows.forEach(
        to.count(),
        n,
        (begin, end) -> {
          double[][] in = new double[inputs][n];
          double[] out = new double[n];
          for (long row = begin; row < end; row++) {
            for (int i = 0; i < inputs; i++) {
              from[i].read(row, in[i]);
            }
            row(args, in, n, out);
            to.write(row, out);
          }
        });
    to.written();
  }
}
