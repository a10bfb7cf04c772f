package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.HopfieldOp;
import io.github.dl4jhopfield.ops.internal.OpArgs;
import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Calls of every op on arrays of any kind, natively and in Java. */
final class OpCase {
  private OpCase() {}

  /** Every separation with its arguments. */
  static List<Separation> separations() {
    return List.of(
        Separation.softmax(),
        Separation.softmax1(),
        Separation.sparsemax(),
        Separation.entmax15(),
        Separation.entmax(1),
        Separation.entmax(1.05),
        Separation.entmax(1.7),
        Separation.entmax(2),
        Separation.entmax(3),
        Separation.normmax(1.5),
        Separation.normmax(2),
        Separation.normmax(5),
        Separation.kSubsets(1, false),
        Separation.kSubsets(3, false),
        Separation.kSubsets(2, true));
  }

  static List<LagrangianUnit> units() {
    List<LagrangianUnit> units = new ArrayList<>(List.of(LagrangianUnit.relu()));
    for (LagrangianUnit.MedianScope scope : LagrangianUnit.MedianScope.values()) {
      units.add(LagrangianUnit.pfuBuilder().medianOf(scope).build());
      units.add(LagrangianUnit.pfuBuilder().medianOf(scope).bias(-0.5).sigma(0.7).build());
    }
    units.add(LagrangianUnit.pfuBuilder().mu(0.3).build());
    units.add(LagrangianUnit.pfuBuilder().mu(0.3).bias(0).build());
    return units;
  }

  static INDArray scores(Random random, DataType type, long... shape) {
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      // some ties, some values on the kinks
      x.data().put(i, random.nextInt(4) == 0 ? random.nextInt(5) - 2 : random.nextGaussian() * 2);
    }
    return x.castTo(type);
  }

  /** Standard normal numbers: no ties, nothing on a kink. */
  static INDArray normal(Random random, DataType type, long... shape) {
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.data().put(i, random.nextGaussian());
    }
    return x.castTo(type);
  }

  static INDArray mask(Random random, double keep, long... shape) {
    INDArray mask = Nd4j.create(DataType.BOOL, shape);
    for (long i = 0; i < mask.length(); i++) {
      mask.data().put(i, random.nextDouble() < keep ? 1 : 0);
    }
    return mask;
  }

  /** Runs a call in Java, whatever was decided for the program. */
  static INDArray[] inJava(OpCall<INDArray> call) {
    HopfieldOp op = OpCatalog.create(call.op());
    op.eager(call);
    List<INDArray> outputs = new ArrayList<>();
    for (long[] shape : op.checkedShapes()) {
      outputs.add(op.newOutput(outputs.size(), shape));
    }
    OpArgs args = op.checkedArgs(null);
    INDArray[] result = outputs.toArray(new INDArray[0]);
    op.runInJava(args, result);
    return result;
  }

  /** The call of the gradient op, of inputs in the order of its declaration. */
  static OpCall<INDArray> gradient(OpCall<INDArray> call, List<INDArray> inputs) {
    return OpCall.gradient(OpCatalog.create(call.op() + "_bp").declaration(), call, inputs);
  }

  /** Runs a call as the program would. */
  static INDArray[] run(OpCall<INDArray> call) {
    return Nd4j.exec(OpCatalog.create(call.op()).eager(call));
  }

  /**
   * Largest difference relative to the larger of 1 and the largest expected value; infinite where
   * one is NaN and the other not.
   */
  static double difference(INDArray found, INDArray expected) {
    double worst = 0;
    double largest = 1;
    INDArray f = found.dup('c');
    INDArray e = expected.dup('c');
    for (long i = 0; i < e.length(); i++) {
      double a = f.data().getDouble(i);
      double b = e.data().getDouble(i);
      if (Double.isNaN(a) != Double.isNaN(b)) {
        return Double.POSITIVE_INFINITY;
      }
      if (!Double.isNaN(b) && a != b) {
        worst = Math.max(worst, Math.abs(a - b));
        largest = Math.max(largest, Math.abs(b));
      }
    }
    return worst / largest;
  }

  /**
   * What the two paths may differ by in a data type: rounding of the result, or of float
   * arithmetic.
   */
  static double tolerance(DataType type) {
    return switch (type) {
      case DOUBLE -> 1e-10;
      case FLOAT -> 1e-5;
      case HALF -> 2e-3;
      default -> 1.6e-2;
    };
  }
}
