package io.github.dl4jhopfield.zoo.files;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A vector in the format of {@code Nd4j.write}, streamed: a shape buffer and a data buffer, each of
 * a mode, a length, a type and big-endian values. Nd4j itself goes value by value and through
 * memory of the vector's size; here pieces of {@value #PIECE} values do.
 */
record StoredArray(DataInputStream in, DataType type, long length) {
  private static final int PIECE = 1 << 18;
  private static final String MODE = "MIXED_DATA_TYPES";
  private static final String LONG_MODE = "LONG_SHAPE";

  /** Modes of ND4J before 1.0.0-beta4, whose lengths are ints. */
  private static final Set<String> OLD_MODES = Set.of("DIRECT", "HEAP", "JAVACPP", "OFFHEAP");

  private static final int MOST_SHAPE = 2 * 32 + 4;
  private static final long PLAIN = 8192;

  /**
   * Reads the header; the values follow by {@link #into}.
   *
   * @throws IOException if the bytes are not such an array of floating-point numbers; the message
   *     says what was expected and found
   */
  static StoredArray open(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    long shapeLength = length(in);
    String shapeType = in.readUTF();
    if (shapeLength < 4 || shapeLength > MOST_SHAPE || !Set.of("INT", "LONG").contains(shapeType)) {
      throw new IOException(
          "expected an array's shape, found " + shapeLength + " values of type " + shapeType);
    }
    long[] shape = new long[(int) shapeLength];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = shapeType.equals("INT") ? in.readInt() : in.readLong();
    }
    long rank = shape[0];
    if (rank < 0 || shapeLength != 2 * rank + 4) {
      throw new IOException("expected a shape of its rank, found rank " + rank);
    }
    long product = 1;
    long longest = 1;
    for (int d = 1; d <= rank; d++) {
      if (shape[d] < 0 || shape[d] > 0 && product > Long.MAX_VALUE / shape[d]) {
        throw new IOException("expected an array's shape, found a size of " + shape[d]);
      }
      product *= shape[d];
      longest = Math.max(longest, shape[d]);
    }
    if (product != longest && product != 0) {
      throw new IOException("expected a vector, found an array of " + rank + " dimensions");
    }
    long length = length(in);
    if (length != product) {
      throw new IOException("expected " + product + " values as its shape says, found " + length);
    }
    String name = in.readUTF();
    DataType type;
    try {
      type = DataType.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException("expected a type of numbers, found \"" + name + '"', e);
    }
    if (!type.isFPType()) {
      throw new IOException("expected floating-point numbers, found " + type);
    }
    return new StoredArray(in, type, length);
  }

  private static long length(DataInputStream in) throws IOException {
    String mode = in.readUTF();
    if (mode.equals(MODE) || mode.equals(LONG_MODE)) {
      return in.readLong();
    }
    if (OLD_MODES.contains(mode)) {
      return in.readInt();
    }
    throw new IOException("expected an array of ND4J, found mode \"" + mode + '"');
  }

  /**
   * Reads the values into a vector of as many.
   *
   * @param into of the same type or a wider one
   * @throws IOException if a value is not finite, or values are missing or left over
   */
  void into(INDArray into) throws IOException {
    INDArray flat = into.reshape(into.length());
    byte[] bytes = new byte[(int) Math.min(PIECE, Math.max(1, length)) * type.width()];
    for (long from = 0; from < length; from += PIECE) {
      int count = (int) Math.min(PIECE, length - from);
      if (in.readNBytes(bytes, 0, count * type.width()) < count * type.width()) {
        throw new EOFException("expected " + length + " values, found fewer");
      }
      flat.get(NDArrayIndex.interval(from, from + count)).assign(values(bytes, count, from));
    }
    if (in.read() >= 0) {
      throw new IOException("expected " + length + " values, found more");
    }
  }

  private INDArray values(byte[] bytes, int count, long from) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (type == DataType.DOUBLE) {
      double[] values = new double[count];
      buffer.asDoubleBuffer().get(values);
      for (int i = 0; i < count; i++) {
        checkFinite(values[i], from + i);
      }
      return Nd4j.createFromArray(values);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case FLOAT -> buffer.getFloat();
            case HALF -> Halves.toFloat(buffer.getShort());
            default -> Float.intBitsToFloat(buffer.getShort() << 16);
          };
      checkFinite(values[i], from + i);
    }
    return Nd4j.createFromArray(values);
  }

  private static void checkFinite(double value, long at) throws IOException {
    if (!Double.isFinite(value)) {
      throw new IOException("expected finite numbers, found " + value + " at " + at);
    }
  }

  /** Writes a vector, as a row [1, n], in its own type. */
  static void write(INDArray vector, OutputStream stream) throws IOException {
    DataType type = vector.dataType();
    long n = vector.length();
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
    out.writeUTF(MODE);
    out.writeLong(8);
    out.writeUTF("LONG");
    // rank, shape, strides, the type's bit, element stride, order
    for (long value : new long[] {2, 1, n, 1, 1, typeBit(type), 1, 'c'}) {
      out.writeLong(value);
    }
    out.writeUTF(MODE);
    out.writeLong(n);
    out.writeUTF(type.name());
    INDArray flat = vector.reshape(n);
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PIECE, Math.max(1, n)) * type.width());
    for (long from = 0; from < n; from += PIECE) {
      INDArray piece = flat.get(NDArrayIndex.interval(from, Math.min(n, from + PIECE)));
      bytes.clear();
      if (type == DataType.DOUBLE) {
        for (double value : piece.toDoubleVector()) {
          bytes.putDouble(value);
        }
      } else {
        for (float value : piece.castTo(DataType.FLOAT).toFloatVector()) {
          switch (type) {
            case FLOAT -> bytes.putFloat(value);
            case HALF -> bytes.putShort(Halves.of(value));
            default -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
          }
        }
      }
      out.write(bytes.array(), 0, bytes.position());
    }
    out.flush();
  }

  /** The bit of the type in the extras of a shape (libnd4j's ArrayOptions). */
  private static long typeBit(DataType type) {
    return switch (type) {
      case BFLOAT16 -> 2048;
      case HALF -> 4096;
      case FLOAT -> PLAIN;
      case DOUBLE -> 2 * PLAIN;
      default ->
          throw new IllegalArgumentException(
              "expected parameters of floating-point numbers, found " + type);
    };
  }
}
