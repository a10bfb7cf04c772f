package io.github.dl4jhopfield.ops.internal.java;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The rows of an array along one axis, read and written as doubles: any strides, views, 'f' order,
 * broadcast (stride 0). A row is one line along the axis; the other dimensions, in their order,
 * number the rows, the last fastest.
 */
public final class Rows {
  private static final int PARALLEL_FROM = 1 << 15;
  private static final long MOST = Integer.MAX_VALUE - 8;

  private final INDArray array;
  private final Indexer indexer;
  private final int length;
  private final long stride;
  private final long[] outerShape;
  private final long[] outerStrides;

  private Rows(INDArray array, int length, long stride, long[] outerShape, long[] outerStrides) {
    this.array = array;
    this.indexer = array.isEmpty() ? null : array.data().indexer();
    this.length = length;
    this.stride = stride;
    this.outerShape = outerShape;
    this.outerStrides = outerStrides;
  }

  /**
   * Rows of {@code array} along {@code axis}, broadcast to {@code shape}; with a shape of length 1
   * along the axis, one number a row.
   */
  public static Rows of(INDArray array, long[] shape, int axis) {
    if (!array.isEmpty()) {
      Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
    }
    int rank = shape.length;
    long[] strides = new long[rank];
    int own = array.rank();
    for (int i = 1; i <= own; i++) {
      strides[rank - i] = array.size(own - i) == 1 ? 0 : array.stride(own - i);
    }
    arrayLength("entries of a row", shape[axis]);
    long[] outerShape = new long[rank - 1];
    long[] outerStrides = new long[rank - 1];
    for (int i = 0, j = 0; i < rank; i++) {
      if (i != axis) {
        outerShape[j] = shape[i];
        outerStrides[j++] = strides[i];
      }
    }
    return new Rows(array, (int) shape[axis], strides[axis], outerShape, outerStrides);
  }

  /**
   * The product of some numbers as the length of a Java array.
   *
   * @throws IllegalArgumentException if it is more than Java arrays hold
   */
  public static int arrayLength(String what, long... factors) {
    long product = 1;
    boolean fits = true;
    for (long factor : factors) {
      fits &= factor == 0 || product <= MOST / Math.max(1, factor);
      product = factor == 0 || fits ? product * factor : product;
    }
    if (!fits && Arrays.stream(factors).noneMatch(f -> f == 0)) {
      throw new IllegalArgumentException(
          what
              + ": at most "
              + MOST
              + " run in Java, found "
              + Arrays.stream(factors).mapToObj(Long::toString).collect(Collectors.joining(" x "))
              + " (smaller batches, or the native ops, have no such limit)");
    }
    return fits ? (int) product : 0;
  }

  /** Rows of an array in its own shape. */
  public static Rows of(INDArray array, int axis) {
    return of(array, array.shape(), axis);
  }

  public int length() {
    return length;
  }

  public long count() {
    long n = 1;
    for (long d : outerShape) {
      n *= d;
    }
    return n;
  }

  private long start(long row) {
    long offset = 0;
    for (int i = outerShape.length - 1; i >= 0; i--) {
      offset += row % outerShape[i] * outerStrides[i];
      row /= outerShape[i];
    }
    return offset;
  }

  /** The first, or only, number of a row. */
  public double first(long row) {
    return get(start(row));
  }

  private double get(long i) {
    if (indexer instanceof FloatIndexer f) {
      return f.get(i);
    }
    if (indexer instanceof DoubleIndexer d) {
      return d.get(i);
    }
    return array.data().getDouble(i);
  }

  public void read(long row, double[] to) {
    long at = start(row);
    if (indexer instanceof FloatIndexer f) {
      for (int i = 0; i < length; i++, at += stride) {
        to[i] = f.get(at);
      }
    } else if (indexer instanceof DoubleIndexer d) {
      for (int i = 0; i < length; i++, at += stride) {
        to[i] = d.get(at);
      }
    } else {
      for (int i = 0; i < length; i++, at += stride) {
        to[i] = get(at);
      }
    }
  }

  /** Whether each entry of a mask row is kept: not zero. */
  public void readMask(long row, boolean[] to) {
    long at = start(row);
    if (indexer instanceof BooleanIndexer b) {
      for (int i = 0; i < length; i++, at += stride) {
        to[i] = b.get(at);
      }
    } else {
      for (int i = 0; i < length; i++, at += stride) {
        to[i] = get(at) != 0;
      }
    }
  }

  public void write(long row, double[] from) {
    long at = start(row);
    if (indexer instanceof FloatIndexer f) {
      for (int i = 0; i < length; i++, at += stride) {
        f.put(at, (float) from[i]);
      }
    } else if (indexer instanceof DoubleIndexer d) {
      for (int i = 0; i < length; i++, at += stride) {
        d.put(at, from[i]);
      }
    } else if (indexer instanceof HalfIndexer h) {
      for (int i = 0; i < length; i++, at += stride) {
        h.put(at, (float) from[i]);
      }
    } else if (indexer instanceof Bfloat16Indexer b) {
      for (int i = 0; i < length; i++, at += stride) {
        b.put(at, (float) from[i]);
      }
    } else {
      for (int i = 0; i < length; i++, at += stride) {
        array.data().put(at, from[i]);
      }
    }
  }

  /** Marks the array as changed on the host. */
  public void written() {
    if (!array.isEmpty()) {
      Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    }
  }

  /**
   * Splits rows over the common pool where that pays; each row is computed alone, so the split
   * never shows.
   *
   * @param length numbers of a row, or what it costs beside one number
   * @param worker gives what computes a row, with arrays of its own: asked once for each part
   */
  public static void forEach(long rows, int length, Supplier<LongConsumer> worker) {
    int tasks =
        rows * Math.max(1, length) < PARALLEL_FROM
            ? 1
            : (int) Math.min(rows, 4L * Runtime.getRuntime().availableProcessors());
    if (tasks <= 1) {
      run(0, rows, worker.get());
      return;
    }
    IntStream.range(0, tasks)
        .parallel()
        .forEach(t -> run(rows * t / tasks, rows * (t + 1) / tasks, worker.get()));
  }

  private static void run(long begin, long end, LongConsumer row) {
    for (long r = begin; r < end; r++) {
      row.accept(r);
    }
  }

  /** Sums one number a row into the shape of a parameter that was broadcast over the rows. */
  public static void sumTo(INDArray parameterGradient, double[] perRow, long[] shape, int axis) {
    long[] oneARow = shape.clone();
    oneARow[axis] = 1;
    Rows target = of(parameterGradient, oneARow, axis);
    // sums in double, in a fixed order, then one rounding
    java.util.Map<Long, double[]> sums = new java.util.LinkedHashMap<>();
    for (int row = 0; row < perRow.length; row++) {
      sums.computeIfAbsent(target.start(row), s -> new double[1])[0] += perRow[row];
    }
    sums.forEach((at, sum) -> parameterGradient.data().put((long) at, sum[0]));
    target.written();
  }

  /** Sums rows of numbers into the shape of an array that was broadcast to {@code shape}. */
  public static void sumRowsTo(INDArray gradient, double[][] perRow, long[] shape, int axis) {
    Rows target = of(gradient, shape, axis);
    java.util.Map<Long, double[]> sums = new java.util.LinkedHashMap<>();
    for (int row = 0; row < perRow.length; row++) {
      long start = target.start(row);
      for (int i = 0; i < target.length; i++) {
        sums.computeIfAbsent(start + i * target.stride, s -> new double[1])[0] += perRow[row][i];
      }
    }
    sums.forEach((at, sum) -> gradient.data().put((long) at, sum[0]));
    target.written();
  }
}
