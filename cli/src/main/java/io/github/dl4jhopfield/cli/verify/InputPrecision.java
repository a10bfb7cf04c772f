package io.github.dl4jhopfield.cli.verify;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How far a result can be known from a file that gives its inputs to 14 significant digits. A score
 * of 10,000 is then uncertain by 5e-11, and where the op magnifies that, no exact implementation
 * can come closer to a reference that was computed before the digits were cut. Measured by running
 * the case again on inputs moved within their last digit, not guessed from the mathematics.
 */
final class InputPrecision {
  private static final int DIGITS = 14;
  private static final int DRAWS = 16;

  private InputPrecision() {}

  /**
   * The largest change of a result, in the measure of {@link Comparison}, when each input moves by
   * half a unit of its last digit.
   */
  static double uncertainty(CaseRunner runner, ReferenceCase reference) {
    Answer centre = runner.run(reference, DataType.DOUBLE);
    // The same draws each time: a status must not depend on chance.
    Random random = new Random(reference.name().hashCode());
    double largest = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      Answer moved = runner.run(moved(reference, random), DataType.DOUBLE);
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

  private static ReferenceCase moved(ReferenceCase reference, Random random) {
    return reference.withArrays(
        moved(reference.inputs(), random),
        moved(reference.weights(), random),
        moved(reference.gradOut(), random));
  }

  private static Map<String, ReferenceArray> moved(
      Map<String, ReferenceArray> arrays, Random random) {
    Map<String, ReferenceArray> result = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> result.put(name, array.isFloating() ? moved(array, random) : array));
    return result;
  }

  private static ReferenceArray moved(ReferenceArray array, Random random) {
    double[] data = array.data().clone();
    for (int i = 0; i < data.length; i++) {
      double size = Math.abs(data[i]);
      if (size > 0 && size < Double.POSITIVE_INFINITY) {
        double unit = Math.pow(10, Math.floor(Math.log10(size)) - (DIGITS - 1));
        data[i] += random.nextBoolean() ? unit / 2 : -unit / 2;
      }
    }
    return new ReferenceArray(array.shape(), array.dtype(), data);
  }
}
