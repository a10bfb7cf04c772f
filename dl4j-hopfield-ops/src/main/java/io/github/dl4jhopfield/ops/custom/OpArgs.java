package io.github.dl4jhopfield.ops.custom;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.OpContext;

/** The arguments of one call of an op, from wherever ND4J keeps them. */
public record OpArgs(INDArray[] inputs, long[] iArgs, double[] tArgs) {

  static OpArgs of(CustomOp op, OpContext context) {
    List<INDArray> inputs =
        context != null && context.numInputArguments() > 0
            ? context.getInputArrays()
            : op.inputArguments();
    return new OpArgs(inputs.toArray(new INDArray[0]), op.iArgs(), op.tArgs());
  }

  /** Input number {@code index}, or null where the op was given fewer. */
  public INDArray input(int index) {
    return index < inputs.length ? inputs[index] : null;
  }
}
