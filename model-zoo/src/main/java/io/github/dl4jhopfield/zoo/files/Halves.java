package io.github.dl4jhopfield.zoo.files;

/** IEEE 754 binary16, which Java has from version 20 on. */
final class Halves {
  private Halves() {}

  /** The value of 16 bits, exactly. */
  static float toFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << 13);
  }

  /** The bits of a value that has a half's precision and range, as those read from halves do. */
  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int exponent = (bits >>> 23 & 0xff) - 112;
    int fraction = bits & 0x7fffff;
    if (exponent == 255 - 112) {
      return (short) (sign | 0x7c00 | fraction >>> 13);
    }
    if (exponent <= 0) {
      return (short) (sign | (int) (Math.abs(value) * 0x1p24f));
    }
    return (short) (sign | exponent << 10 | fraction >>> 13);
  }
}
