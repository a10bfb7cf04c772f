package io.github.dl4jhopfield.cli;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Elements of arrays as JSON can hold them: numbers and booleans; text for NaN, infinities, minus
 * zero and whole numbers beyond 2^53, which readers of JSON would change.
 */
final class ElementText {
  private static final long EXACT = 1L << 53;

  private ElementText() {}

  /** The element at a place of a buffer that has the elements' byte order. */
  static Object at(ByteBuffer bytes, int at, DataType type) {
    return switch (type) {
      case BOOL -> bytes.get(at) != 0;
      case BYTE -> (int) bytes.get(at);
      case UBYTE -> bytes.get(at) & 0xff;
      case SHORT -> (int) bytes.getShort(at);
      case UINT16 -> bytes.getShort(at) & 0xffff;
      case INT -> bytes.getInt(at);
      case UINT32 -> bytes.getInt(at) & 0xffffffffL;
      case LONG -> whole(bytes.getLong(at));
      case UINT64 -> unsigned(bytes.getLong(at));
      case HALF -> number(half(bytes.getShort(at)));
      case BFLOAT16 -> number(Float.intBitsToFloat(bytes.getShort(at) << 16));
      case FLOAT -> number(bytes.getFloat(at));
      case DOUBLE -> number(bytes.getDouble(at));
      default -> throw new IllegalArgumentException("expected numbers, found " + type);
    };
  }

  private static Object whole(long value) {
    return value > EXACT || value < -EXACT ? (Object) Long.toString(value) : (Object) value;
  }

  private static Object unsigned(long value) {
    return value < 0 ? new BigInteger(Long.toUnsignedString(value)).toString() : whole(value);
  }

  private static Object number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return value == 0 && 1 / value < 0 ? (Object) "-0" : (Object) value;
  }

  /** IEEE 754 binary16. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24;
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
        };
    return bits < 0 ? -size : size;
  }
}
