package io.github.dl4jhopfield.keras;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An HDF5 file of Keras, read in pure Java with bounds on everything that a damaged or hostile file
 * could inflate: the number of reads, the depth and number of groups, the size of each array
 * against the size of the file. Links to other places and files are not followed.
 */
final class Hdf5Weights implements AutoCloseable {

  /** More arrays than any model has. */
  private static final int MOST_NODES = 200_000;

  private static final int DEEPEST = 24;

  /** Reads that a file of any size may take to list; more for larger files. */
  private static final long READS = 300_000;

  private final Path file;
  private final String label;
  private final long fileBytes;
  private final HdfFile hdf;
  private final CountingChannel channel;
  private int nodes;

  private Hdf5Weights(
      Path file, String label, long fileBytes, CountingChannel channel, HdfFile hdf) {
    this.file = file;
    this.label = label;
    this.fileBytes = fileBytes;
    this.channel = channel;
    this.hdf = hdf;
  }

  /**
   * @param label what to call the file in messages
   */
  static Hdf5Weights open(Path file, String label) {
    CountingChannel channel = null;
    try {
      FileChannel real = FileChannel.open(file, StandardOpenOption.READ);
      channel = new CountingChannel(real, READS + real.size() / 64);
      CountingChannel c = channel;
      HdfFile hdf = guard(label, "open the file", () -> new HdfFile(c, file.toUri()));
      return new Hdf5Weights(file, label, real.size(), channel, hdf);
    } catch (IOException e) {
      throw new KerasImportException(label + ": cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close(channel);
      throw e;
    }
  }

  private static void close(CountingChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException ignored) {
        // nothing was written
      }
    }
  }

  /** Everything that goes wrong inside the HDF5 reader is a damaged file, not a crash. */
  private static <T> T guard(String label, String doing, Supplier<T> work) {
    try {
      return work.get();
    } catch (KerasImportException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new KerasImportException(
          label
              + " is not a sound HDF5 file: could not "
              + doing
              + " ("
              + KerasLayerInfo.shorten(reason)
              + ")",
          e);
    }
  }

  /** A text attribute of the root, or null. */
  String rootText(String name) {
    return guard(
        label,
        "read the attribute " + name,
        () -> {
          Attribute a = hdf.getAttribute(name);
          if (a == null) {
            return null;
          }
          Object data = a.getData();
          if (data instanceof String[] s && s.length == 1) {
            return s[0];
          }
          if (data instanceof byte[] b) {
            return new String(b, java.nio.charset.StandardCharsets.UTF_8);
          }
          if (!(data instanceof String s)) {
            throw new KerasImportException(
                label + ": attribute " + name + " should be text, found " + a.getJavaType());
          }
          return s;
        });
  }

  /** The weights of a Keras .h5: layer_names, weight_names and the arrays that they name. */
  SavedWeights named() {
    return guard(
        label,
        "list the weights",
        () -> {
          Group root = hdf;
          Node inner = root.getChildren().get("model_weights");
          if (inner instanceof Group g && !inner.isLink()) {
            root = g;
          }
          List<String> layers = names(root, "layer_names");
          if (layers == null) {
            throw new KerasImportException(
                label + ": no model weights found (no attribute layer_names)");
          }
          Map<String, List<SavedArray>> byLayer = new LinkedHashMap<>();
          for (String layer : layers) {
            Group group = group(root, layer);
            String layerName = real(root, layer);
            List<String> weights = names(group, "weight_names");
            List<SavedArray> arrays = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (String weight : weights == null ? List.<String>of() : weights) {
              count();
              if (!seen.add(weight)) {
                throw new KerasImportException(
                    label + ": layer \"" + layer + "\" names the weight " + weight + " twice");
              }
              Dataset data = dataset(group, weight, layer);
              String path = real(group, weight);
              String name = path.endsWith(":0") ? path.substring(0, path.length() - 2) : path;
              arrays.add(array(name, layerName + "/" + path, data));
            }
            if (byLayer.put(layerName, arrays) != null) {
              throw new KerasImportException(
                  label + ": the layer \"" + layer + "\" is there twice");
            }
          }
          return new SavedWeights(false, byLayer);
        });
  }

  /** The weights of a .keras archive: every array under layers/, by path. */
  SavedWeights numbered() {
    return guard(
        label,
        "list the weights",
        () -> {
          List<SavedArray> arrays = new ArrayList<>();
          for (Node n : hdf.getChildren().values()) {
            if (!n.isLink() && n instanceof Group g && !skipped(n.getName())) {
              collect(g, n.getName(), arrays, 1);
            }
          }
          return new SavedWeights(true, new LinkedHashMap<>(Map.of("", arrays)));
        });
  }

  /** What Keras saves beside the model. */
  private static boolean skipped(String name) {
    return name.equals("optimizer") || name.equals("metrics") || name.equals("compile_metrics");
  }

  private void collect(Group group, String path, List<SavedArray> into, int depth) {
    if (depth > DEEPEST) {
      throw new KerasImportException(label + ": groups nested deeper than " + DEEPEST);
    }
    for (Node n : group.getChildren().values()) {
      count();
      if (n.isLink()) {
        throw new KerasImportException(label + ": " + path + " has a link, which is not followed");
      }
      String place = path + "/" + n.getName();
      if (n instanceof Group g) {
        collect(g, place, into, depth + 1);
      } else if (n instanceof Dataset d) {
        into.add(array(place, place, d));
      }
    }
  }

  private void count() {
    if (++nodes > MOST_NODES) {
      throw new KerasImportException(label + ": more than " + MOST_NODES + " arrays and groups");
    }
  }

  private Group group(Group root, String path) {
    Node n = walk(root, path);
    if (!(n instanceof Group g)) {
      throw new KerasImportException(
          label + ": the layer \"" + path + "\" is listed, but it has no group of weights");
    }
    return g;
  }

  private Dataset dataset(Group group, String path, String layer) {
    Node n = walk(group, path);
    if (!(n instanceof Dataset d)) {
      throw new KerasImportException(
          label + ": layer \"" + layer + "\" lists the weight " + path + ", which is not there");
    }
    return d;
  }

  /**
   * The child of that name. Keras writes the names of layers and weights into attributes as bytes
   * that claim to be ASCII: a letter that is not comes as one sign for each of its bytes.
   */
  private Node child(Group group, String name) {
    Node exact = group.getChildren().get(name);
    if (exact != null || name.indexOf(UNKNOWN) < 0) {
      return exact;
    }
    Node found = null;
    for (Node n : group.getChildren().values()) {
      if (ascii(n.getName()).equals(name)) {
        if (found != null) {
          throw new KerasImportException(
              label
                  + ": the names \""
                  + found.getName()
                  + "\" and \""
                  + n.getName()
                  + "\" cannot be told apart in an .h5; save the model as .keras");
        }
        found = n;
      }
    }
    return found;
  }

  private static final char UNKNOWN = '\ufffd';

  private static String ascii(String name) {
    StringBuilder s = new StringBuilder();
    for (byte b : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      s.append(b < 0 ? UNKNOWN : (char) b);
    }
    return s.toString();
  }

  /** A path with the names that its parts really have. */
  private String real(Group from, String path) {
    if (path.indexOf(UNKNOWN) < 0) {
      return path;
    }
    List<String> parts = new ArrayList<>();
    Node at = from;
    for (String part : path.split("/")) {
      at = child((Group) at, part);
      parts.add(at.getName());
    }
    return String.join("/", parts);
  }

  private Node walk(Group from, String path) {
    Node at = from;
    for (String part : path.split("/")) {
      if (!(at instanceof Group g)) {
        return null;
      }
      at = child(g, part);
      if (at == null) {
        return null;
      }
      if (at.isLink()) {
        throw new KerasImportException(label + ": " + path + " is a link, which is not followed");
      }
    }
    return at;
  }

  /** The names in an attribute, or in its parts name0, name1, ... if Keras had to split it. */
  private List<String> names(Group group, String attribute) {
    Attribute whole = group.getAttribute(attribute);
    if (whole != null) {
      return texts(attribute, whole);
    }
    List<String> all = null;
    for (int i = 0; i < 10_000; i++) {
      Attribute part = group.getAttribute(attribute + i);
      if (part == null) {
        break;
      }
      all = all == null ? new ArrayList<>() : all;
      all.addAll(texts(attribute, part));
    }
    return all;
  }

  private List<String> texts(String name, Attribute a) {
    if (a.isEmpty() || a.getSize() == 0) {
      return List.of();
    }
    if (a.getSize() > MOST_NODES) {
      throw new KerasImportException(label + ": " + name + " claims " + a.getSize() + " names");
    }
    Object data = a.getData();
    if (data instanceof String s) {
      return List.of(s);
    }
    if (data instanceof String[] s) {
      return Arrays.asList(s);
    }
    throw new KerasImportException(
        label + ": " + name + " should hold names, found " + a.getJavaType());
  }

  private SavedArray array(String name, String place, Dataset data) {
    int[] dims = data.getDimensions();
    long[] shape = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      shape[i] = dims[i];
      if (dims[i] < 0) {
        throw new KerasImportException(label + ": " + place + " has a negative size");
      }
    }
    return new SavedArray(name, place, shape, () -> read(place, shape, data));
  }

  private Object read(String place, long[] shape, Dataset data) {
    return guard(
        label,
        "read " + place,
        () -> {
          long length = 1;
          for (long d : shape) {
            length = Math.multiplyExact(length, d);
          }
          long bytes = Math.multiplyExact(length, Math.max(1, data.getDataType().getSize()));
          // Keras writes arrays as they are; compressed ones are accepted within reason.
          boolean plain = data.getFilters().isEmpty();
          if (length > Integer.MAX_VALUE || bytes > (plain ? fileBytes : 200 * fileBytes)) {
            throw new KerasImportException(
                label
                    + ": "
                    + place
                    + " claims "
                    + bytes
                    + " bytes in a file of "
                    + fileBytes
                    + " bytes");
          }
          channel.allow(bytes / 16 + 1000);
          Object flat = length == 0 ? new float[0] : data.getDataFlat();
          return numbers(place, flat, (int) length);
        });
  }

  /**
   * As they are in the file: doubles keep their digits, floats take no more room than they need.
   */
  private Object numbers(String place, Object flat, int length) {
    Object result = flat;
    if (flat instanceof Float f) {
      result = new float[] {f};
    } else if (flat instanceof Double d) {
      result = new double[] {d};
    } else if (!(flat instanceof float[] || flat instanceof double[])) {
      throw new KerasImportException(
          label
              + ": "
              + place
              + " should hold floating point numbers, found "
              + (flat == null ? "nothing" : flat.getClass().getSimpleName()));
    }
    int found = java.lang.reflect.Array.getLength(result);
    if (found != length) {
      throw new KerasImportException(
          label + ": " + place + " should hold " + length + " numbers, found " + found);
    }
    if (result instanceof float[] floats) {
      for (float v : floats) {
        finite(place, v);
      }
    } else {
      for (double v : (double[]) result) {
        finite(place, v);
      }
    }
    return result;
  }

  private void finite(String place, double v) {
    if (!Double.isFinite(v)) {
      throw new KerasImportException(label + ": " + place + " holds " + v + ", not a number");
    }
  }

  @Override
  public void close() {
    try {
      hdf.close();
    } catch (RuntimeException ignored) {
      // only reading
    }
    close(channel);
  }

  @Override
  public String toString() {
    return file.toString();
  }

  /** A channel that stops a reader which goes round in circles. */
  private static final class CountingChannel implements SeekableByteChannel {
    private final FileChannel real;
    private long left;

    CountingChannel(FileChannel real, long reads) {
      this.real = real;
      this.left = reads;
    }

    void allow(long more) {
      left += more;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      if (--left < 0) {
        throw new IOException("too many reads for a file of this size");
      }
      return real.read(to);
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException("read only");
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public SeekableByteChannel position(long p) throws IOException {
      real.position(p);
      return this;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException("read only");
    }

    @Override
    public boolean isOpen() {
      return real.isOpen();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
