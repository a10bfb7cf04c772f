package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.Rows;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Base of the ops along an axis that take a mask where bit 0 of their flags says so. */
public abstract class MaskedOp extends HopfieldOp {

  /** The flag of a mask. */
  static final int MASK = 0;

  protected MaskedOp() {}

  protected MaskedOp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  final boolean masked() {
    return flag(MASK);
  }

  /** Checks the mask, input number {@code index}, where there is one. */
  final void checkMask(OpArgs args, int index, INDArray x) {
    if (masked()) {
      checkMask(args.input(index), x.shape());
    }
  }

  /** The mask, input number {@code index}, as rows of x; null where there is none. */
  final Rows mask(OpArgs args, int index, INDArray x, int axis) {
    return masked() ? Rows.of(args.input(index), x.shape(), axis) : null;
  }

  /** What a mask keeps of a row: all without a mask. */
  static void readMask(Rows mask, long row, boolean[] keep) {
    if (mask == null) {
      Arrays.fill(keep, true);
    } else {
      mask.readMask(row, keep);
    }
  }

  /** The inputs of a gradient op, and the mask, input number {@code index}, where there is one. */
  final SDVariable[] withMask(int index, SDVariable... inputs) {
    if (!masked()) {
      return inputs;
    }
    SDVariable[] all = Arrays.copyOf(inputs, inputs.length + 1);
    all[inputs.length] = arg(index);
    return all;
  }
}
