package io.github.dl4jhopfield.memory;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks of what goes into a memory; every message names the argument, what was expected, what was
 * found.
 */
final class MemoryChecks {
  private MemoryChecks() {}

  static IllegalArgumentException bad(String what, String expected, Object found) {
    return new IllegalArgumentException(what + ": expected " + expected + ", found " + found);
  }

  /**
   * The rows of [n, d] or one pattern [d] in the wanted type and 'c' order; a copy only if needed.
   */
  static INDArray rows(String what, INDArray array, int width, DataType type) {
    if (array == null) {
      throw bad(what, "an array of rows with " + width + " features", "null");
    }
    if (array.dataType() == DataType.BOOL
        || array.dataType() == DataType.UTF8
        || array.dataType() == DataType.COMPRESSED) {
      throw bad(what, "numbers", array.dataType());
    }
    INDArray rows = array.rank() == 1 ? array.reshape(1, array.length()) : array;
    if (rows.rank() != 2 || rows.size(1) != width || rows.isEmpty()) {
      throw bad(
          what, "rows with " + width + " features", "shape " + Arrays.toString(array.shape()));
    }
    INDArray typed = rows.dataType() == type ? rows : rows.castTo(type);
    return isPlain(typed) ? typed : typed.dup('c');
  }

  private static boolean isPlain(INDArray rows) {
    return rows.stride(1) == 1 && rows.stride(0) == rows.size(1) && rows.ordering() == 'c';
  }

  /** Throws if an entry is NaN or infinite, and names its row and column. */
  static void finite(String what, INDArray rows, long firstRow) {
    if (Double.isFinite(rows.sumNumber().doubleValue())) {
      return;
    }
    for (long r = 0; r < rows.size(0); r++) {
      for (long c = 0; c < rows.size(1); c++) {
        double value = rows.getDouble(r, c);
        if (!Double.isFinite(value)) {
          throw bad(what + ", row " + (firstRow + r) + ", column " + c, "a finite number", value);
        }
      }
    }
  }

  /** Not by ND4J's max and min, which leave NaN out. */
  static boolean allFinite(INDArray array) {
    return Double.isFinite(array.sumNumber().doubleValue())
        || Arrays.stream(array.dup('c').reshape(array.length()).toDoubleVector())
            .allMatch(Double::isFinite);
  }

  static double positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw bad(what, "a finite number above 0", value);
    }
    return value;
  }

  static void notEmpty(PatternStore store) {
    if (store.size() == 0) {
      throw new IllegalStateException(
          store.name() + ": expected at least one stored pattern, found an empty memory");
    }
  }
}
