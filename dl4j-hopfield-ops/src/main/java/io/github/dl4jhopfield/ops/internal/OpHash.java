package io.github.dl4jhopfield.ops.internal;

/**
 * libnd4j's 64-bit hash of an op name, the number that stands for the op in libnd4j and in files
 * that SameDiff saves. It must be known without libnd4j too, because saved graphs hold it; on
 * registration the native side reports its own, and a difference switches the native path off.
 */
public final class OpHash {
  private static final long[] BYTES = new long[256];

  static {
    long h = 0x544B2FBACAAF1684L;
    for (int j = 0; j < 256; j++) {
      for (int i = 0; i < 31; i++) {
        h = (h >>> 7) ^ h;
        h = (h << 11) ^ h;
        h = (h >>> 10) ^ h;
      }
      BYTES[j] = h;
    }
  }

  private OpHash() {}

  /** The hash of a name. */
  public static long of(String name) {
    long h = 0xBB40E64DA205B064L;
    for (int i = 0; i < name.length(); i++) {
      h = (h * 7664345821815920749L) ^ BYTES[name.charAt(i) & 0xff];
      h = (h * 7664345821815920749L) ^ BYTES[name.charAt(i) >>> 8 & 0xff];
    }
    return h;
  }
}
