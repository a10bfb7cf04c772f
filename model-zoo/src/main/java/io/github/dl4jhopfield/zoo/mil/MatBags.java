package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Sparse;

/** The classic MIL benchmarks of MATLAB 5 form; see {@link BagFiles}. */
final class MatBags {
  private static final List<String> VARIABLES = List.of("features", "labels", "bag_ids");
  private static final String EXPECTED =
      "a MATLAB 5 file with the variables features, labels and bag_ids";

  private final String file;
  private final Map<String, Matrix> variables = new LinkedHashMap<>();
  private final List<String> found = new ArrayList<>();

  private MatBags(String file) {
    this.file = file;
  }

  static BagDataset read(Path path, byte[] start, String name, boolean labelled)
      throws IOException {
    MatBags mat = new MatBags(path.toString());
    mat.checkHeader(start);
    long limit = BagFiles.maxValues() * Double.BYTES;
    if (Files.size(path) > Math.min(limit, Integer.MAX_VALUE)) {
      throw mat.bad(
          "a file of at most " + Math.min(limit, Integer.MAX_VALUE) + " bytes",
          Files.size(path) + " bytes");
    }
    try {
      mat.load(path, limit);
      return mat.collect(name, labelled);
    } catch (IOException | RuntimeException e) {
      throw mat.explain(e);
    }
  }

  /** The parser meets damage with whatever exception it runs into. */
  private DataFormatException explain(Exception e) {
    Throwable cause = e;
    while (!(cause instanceof DataFormatException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof DataFormatException known) {
      return known;
    }
    boolean cut = cause instanceof EOFException || cause instanceof BufferUnderflowException;
    return new DataFormatException(
        file,
        0,
        EXPECTED,
        cut ? "one that ends too early" : "a damaged one (" + cause.getMessage() + ")",
        e);
  }

  private void checkHeader(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("MATLAB 7.3")) {
      throw bad(EXPECTED, "a MATLAB 7.3 (HDF5) file; save it with the option -v7");
    }
    if (!text.startsWith("MATLAB 5.0") || start.length < Mat5.FILE_HEADER_SIZE) {
      throw bad(EXPECTED, "other content");
    }
  }

  @SuppressWarnings("resource")
  private void load(Path path, long limit) throws IOException {
    // not closed: closing would free the arrays, and there is only heap memory under it
    MatFile mat =
        Mat5.newReader(Sources.wrap(Files.readAllBytes(path)))
            .disableSubsystemProcessing()
            .setBufferAllocator(new BoundedAllocator(file, limit))
            .setEntryFilter(
                header -> {
                  found.add(header.getName());
                  // a cell or struct could nest without end: only plain numbers are read
                  return VARIABLES.contains(header.getName()) && isNumeric(header.getType());
                })
            .readMat();
    for (MatFile.Entry entry : mat.getEntries()) {
      if (entry.getValue() instanceof Matrix matrix) {
        variables.put(entry.getName(), matrix);
      }
    }
    List<String> missing = VARIABLES.stream().filter(v -> !variables.containsKey(v)).toList();
    if (!missing.isEmpty()) {
      String shown = String.join(", ", found.subList(0, Math.min(found.size(), 20)));
      throw bad(
          "the numeric variables features, labels and bag_ids",
          "no "
              + String.join(", no ", missing)
              + "; the file has: "
              + (shown.isEmpty() ? "nothing" : shown));
    }
  }

  private static boolean isNumeric(MatlabType type) {
    return switch (type) {
      case Double, Single, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Sparse -> true;
      default -> false;
    };
  }

  private BagDataset collect(String name, boolean labelled) {
    Matrix features = variables.get("features");
    int[] shape = features.getDimensions();
    if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
      throw bad("features as a matrix [instances, features]", shape(shape));
    }
    if ((long) shape[0] * shape[1] > BagFiles.maxValues()) {
      throw bad(
          "at most " + BagFiles.maxValues() + " values, what this heap has room for",
          "features of " + shape(shape));
    }
    double[] labels = vector("labels", shape[0]);
    double[] ids = vector("bag_ids", shape[0]);
    double[][] values = values(features, "features");
    BagCollector bags = new BagCollector(file);
    for (int row = 0; row < shape[0]; row++) {
      if (labels[row] != 1 && labels[row] != 0 && labels[row] != -1) {
        throw bad("labels of 1, 0 or -1", labels[row] + " at row " + (row + 1));
      }
      if (ids[row] != Math.rint(ids[row])) {
        throw bad("whole numbers in bag_ids", ids[row] + " at row " + (row + 1));
      }
      String id = Long.toString((long) ids[row]);
      bags.add(id, labels[row] == 1 ? 1 : 0, values[row], 0, "row " + (row + 1));
    }
    return bags.finish(name, labelled);
  }

  private double[] vector(String name, int length) {
    Matrix matrix = variables.get(name);
    int[] shape = matrix.getDimensions();
    boolean row = shape.length == 2 && shape[0] == 1 && shape[1] == length;
    boolean column = shape.length == 2 && shape[1] == 1 && shape[0] == length;
    if (!row && !column) {
      throw bad(name + " with one entry for each of the " + length + " instances", shape(shape));
    }
    double[][] values = values(matrix, name);
    double[] vector = new double[length];
    for (int i = 0; i < length; i++) {
      vector[i] = column ? values[i][0] : values[0][i];
    }
    return vector;
  }

  private double[][] values(Matrix matrix, String name) {
    int rows = matrix.getDimensions()[0];
    int columns = matrix.getDimensions()[1];
    double[][] values = new double[rows][columns];
    if (matrix instanceof Sparse sparse) {
      try {
        sparse.forEach((row, column, real, imaginary) -> values[row][column] = real);
      } catch (IndexOutOfBoundsException e) {
        throw new DataFormatException(
            file, 0, name + " of " + shape(matrix.getDimensions()), "an index outside of it", e);
      }
    } else {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          values[r][c] = matrix.getDouble(r, c);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        if (!Double.isFinite(values[r][c])) {
          throw bad(
              "finite numbers in " + name,
              values[r][c] + " at row " + (r + 1) + ", column " + (c + 1));
        }
      }
    }
    return values;
  }

  private static String shape(int[] shape) {
    StringBuilder text = new StringBuilder();
    for (int size : shape) {
      text.append(text.length() == 0 ? "" : "x").append(size);
    }
    return text.toString();
  }

  private DataFormatException bad(String expected, String found) {
    return new DataFormatException(file, 0, expected, found);
  }

  /** Refuses to hand out more memory than the limit, whatever sizes the file claims. */
  private static final class BoundedAllocator implements BufferAllocator {
    private final String file;
    private final long limit;
    private long used;

    BoundedAllocator(String file, long limit) {
      this.file = file;
      this.limit = limit;
    }

    @Override
    public ByteBuffer allocate(int bytes) {
      used += bytes;
      if (bytes < 0 || used > limit) {
        throw new DataFormatException(
            file, 0, "variables of at most " + limit + " bytes", "one that claims " + used);
      }
      return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void release(ByteBuffer buffer) {
      used -= buffer.capacity();
    }
  }
}
