package io.github.dl4jhopfield.reference;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How far a result can be known at all. A reference file gives its inputs to 14 significant digits:
 * a score of 10,000 is then uncertain by 5e-11, and where the op magnifies that, no exact
 * implementation can come closer to a reference that was computed before the digits were cut. In
 * float the same holds of each rounding. Measured by running the case again in double on inputs
 * moved within that precision, not guessed from the mathematics.
 */
final class InputPrecision {
  private static final int DIGITS = 14;
  private static final double FLOAT_ROUNDING = 0x1p-24;
  private static final int DRAWS = 16;

  private InputPrecision() {}

  /**
   * The largest change of a result, in the measure of {@link Comparison}, when each input moves by
   * half a unit of its last digit.
   */
  static double ofDigits(CaseRunner runner, ReferenceCase reference) {
    return uncertainty(
        runner,
        reference,
        v -> Math.pow(10, Math.floor(Math.log10(Math.abs(v))) - (DIGITS - 1)) / 2);
  }

  /**
   * The largest change of a result when each input moves by half a unit of a float's last place.
   */
  static double ofFloat(CaseRunner runner, ReferenceCase rounded) {
    return uncertainty(runner, rounded, v -> Math.abs(v) * FLOAT_ROUNDING);
  }

  private static double uncertainty(
      CaseRunner runner, ReferenceCase reference, DoubleUnaryOperator step) {
    Answer centre = runner.run(reference, DataType.DOUBLE);
    // The same draws each time: a status must not depend on chance.
    Random random = new Random(reference.name().hashCode());
    double largest = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      Answer moved = runner.run(moved(reference, step, random), DataType.DOUBLE);
      Comparison change = new Comparison();
      change.compare(
          "", centre.outputs(), moved.outputs(), Comparison::doubles, array -> array.shape());
      change.compare(
          "gradient",
          centre.inputGrads(),
          moved.inputGrads(),
          Comparison::doubles,
          array -> array.shape());
      change.compare(
          "gradient",
          centre.weightGrads(),
          moved.weightGrads(),
          Comparison::doubles,
          array -> array.shape());
      largest = Math.max(largest, change.worst());
    }
    return largest;
  }

  private static ReferenceCase moved(
      ReferenceCase reference, DoubleUnaryOperator step, Random random) {
    return reference.withArrays(
        moved(reference.inputs(), step, random),
        moved(reference.weights(), step, random),
        moved(reference.gradOut(), step, random));
  }

  private static Map<String, ReferenceArray> moved(
      Map<String, ReferenceArray> arrays, DoubleUnaryOperator step, Random random) {
    Map<String, ReferenceArray> result = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> result.put(name, array.isFloating() ? moved(array, step, random) : array));
    return result;
  }

  private static ReferenceArray moved(
      ReferenceArray array, DoubleUnaryOperator step, Random random) {
    double[] data = array.data().clone();
    for (int i = 0; i < data.length; i++) {
      if (data[i] != 0 && Double.isFinite(data[i])) {
        double by = step.applyAsDouble(data[i]);
        data[i] += random.nextBoolean() ? by : -by;
      }
    }
    return new ReferenceArray(array.shape(), array.dtype(), data);
  }
}
