package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Base of ops whose inputs and one output all have the shape of x and that work row by row. */
abstract class RowMap extends HopfieldOp {
  RowMap(OpDeclaration declaration) {
    super(declaration);
  }

  /** One row: {@code in} in the order of the inputs. */
  abstract void row(OpArgs args, double[][] in, int n, double[] out);

  /** Adds to a self-test's call what the op has beside its inputs. */
  abstract OpCall<INDArray> selfTestArguments(OpCall<INDArray> call);

  /** The inputs are x and, in a gradient op, the gradient of y. */
  @Override
  protected OpCall<INDArray> selfTestCall() {
    List<Input> inputs = declaration().inputs();
    OpCall<INDArray> call = OpCall.<INDArray>of(declaration()).with(inputs.get(0), exampleRows());
    if (inputs.size() > 1) {
      call.with(inputs.get(1), exampleGradient());
    }
    return selfTestArguments(call);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    List<Input> inputs = declaration().inputs();
    INDArray x = args.get(inputs.get(0));
    axis(x, args.axis());
    for (Input input : inputs.subList(1, inputs.size())) {
      checkLike(input.name(), args.get(input), inputs.get(0).name(), x);
    }
    return super.outputShapes(args);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    int axis = axis(args.reference(), args.axis());
    int inputs = args.inputs().length;
    Rows[] from = new Rows[inputs];
    for (int i = 0; i < inputs; i++) {
      from[i] = Rows.of(args.inputs()[i], axis);
    }
    Rows to = Rows.of(outputs[0], axis);
    int n = to.length();
    Rows.forEach(
        to.count(),
        n,
        () -> {
          double[][] in = new double[inputs][n];
          double[] out = new double[n];
          return row -> {
            for (int i = 0; i < inputs; i++) {
              from[i].read(row, in[i]);
            }
            row(args, in, n, out);
            to.write(row, out);
          };
        });
    to.written();
  }
}
