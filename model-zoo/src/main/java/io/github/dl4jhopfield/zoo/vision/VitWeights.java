package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.io.SafetensorsIndex;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.TreeFileException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Weights of Vision Transformers in {@code .safetensors}, in timm's names or torchvision's (before
 * and since 0.13): read into a network, and back in timm's names.
 *
 * <p>Every array must find its place and every place its array, with the same shape; otherwise all
 * that is wrong is said at once, and nothing is loaded. Three things are adapted, as timm does, and
 * said: a head of another number of classes starts anew, patch embeddings of 3 channels fit other
 * numbers, positions are interpolated to another grid.
 */
public final class VitWeights {
  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.+)");
  private static final String PATCH = "patch_embed.proj.weight";

  private VitWeights() {}

  /**
   * What was done with a file's arrays.
   *
   * @param loaded timm's names of those that went into the network
   * @param fresh those that start anew, since the file's are of another number of classes
   * @param adapted what was changed on the way, a line each
   */
  public record Loaded(List<String> loaded, List<String> fresh, List<String> adapted) {}

  // --- shapes -----------------------------------------------------------------------------------

  /**
   * What cannot be told from weights: sizes asked for win over those of the file.
   *
   * @param heads number of heads; their number is in no array
   * @param image height and width, or null: as the positions say, if these are a square
   * @param classes or null: as in the file
   * @param channels or null: as in the file
   * @param pool or null: mean if the file has {@code fc_norm}, else class token
   */
  public record Request(
      int heads, int[] image, Integer classes, Integer channels, VitShape.Pool pool) {}

  /** Reads one array. */
  @FunctionalInterface
  private interface ArrayReader {
    INDArray read(String name) throws IOException;
  }

  /** The arrays of a file, or of those of an index, under timm's names, read one by one. */
  private static final class Source implements AutoCloseable {
    final Path path;
    private final Closeable file;
    private final Map<String, SafetensorsFile.Entry> entries;
    private final ArrayReader reader;

    /** Timm's name to the file's. */
    final Map<String, String> names = new LinkedHashMap<>();

    Source(Path path) throws IOException {
      this.path = path;
      if (path.toString().endsWith(SafetensorsIndex.ENDING)) {
        SafetensorsIndex index = SafetensorsIndex.open(path);
        file = index;
        entries = index.entries();
        reader = index::read;
      } else {
        SafetensorsFile one = SafetensorsFile.open(path);
        file = one;
        entries = one.entries();
        reader = one::read;
      }
      String prefix = prefix(entries.keySet());
      for (String name : entries.keySet()) {
        String canonical = canonical(name.substring(prefix.length()));
        String before = names.putIfAbsent(canonical, name);
        if (before != null) {
          throw new DataFormatException(
              path.toString(), 0, canonical + " once", "it as " + before + " and as " + name);
        }
      }
    }

    long[] shape(String name) {
      String own = names.get(name);
      return own == null ? null : entries.get(own).shape();
    }

    INDArray read(String name) throws IOException {
      return reader.read(names.get(name));
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** What all names begin with before timm's or torchvision's, such as {@code module.}. */
  private static String prefix(Set<String> names) {
    for (String known : List.of(PATCH, "conv_proj.weight")) {
      for (String name : names) {
        if (name.endsWith("." + known)) {
          String prefix = name.substring(0, name.length() - known.length());
          if (names.stream().allMatch(n -> n.startsWith(prefix))) {
            return prefix;
          }
        }
      }
    }
    return "";
  }

  /** Timm's name of an array of torchvision; other names stay. */
  static String canonical(String name) {
    String[][] starts = {
      {"class_token", "cls_token"},
      {"conv_proj.", "patch_embed.proj."},
      {"encoder.pos_embedding", "pos_embed"},
      {"encoder.ln.", "norm."},
      {"heads.head.", "head."},
    };
    for (String[] start : starts) {
      if (name.startsWith(start[0])) {
        return start[1] + name.substring(start[0].length());
      }
    }
    Matcher layer = Pattern.compile("encoder\\.layers\\.encoder_layer_(\\d+)\\.(.+)").matcher(name);
    if (!layer.matches()) {
      return name;
    }
    String part =
        layer
            .group(2)
            .replaceFirst("^ln_1\\.", "norm1.")
            .replaceFirst("^ln_2\\.", "norm2.")
            .replaceFirst("^self_attention\\.in_proj_", "attn.qkv.")
            .replaceFirst("^self_attention\\.out_proj\\.", "attn.proj.")
            .replaceFirst("^mlp\\.(0|linear_1)\\.", "mlp.fc1.")
            .replaceFirst("^mlp\\.(3|linear_2)\\.", "mlp.fc2.");
    return "blocks." + layer.group(1) + "." + part;
  }

  /**
   * The shape of the model that a file's weights are for.
   *
   * @throws DataFormatException if it is no Vision Transformer's file, or a size cannot be told
   * @throws IOException if it cannot be read
   */
  public static VitShape shape(Path file, Request request) throws IOException {
    try (Source source = new Source(file)) {
      return shape(source, request);
    }
  }

  private static VitShape shape(Source source, Request request) {
    long[] patch = source.shape(PATCH);
    if (patch == null || patch.length != 4) {
      throw new DataFormatException(
          source.path.toString(),
          0,
          "weights of a Vision Transformer, with "
              + PATCH
              + " (timm) or conv_proj.weight (torchvision) of rank 4",
          patch == null ? "none" : Arrays.toString(patch));
    }
    int depth = 0;
    for (String name : source.names.keySet()) {
      Matcher block = BLOCK.matcher(name);
      depth = block.matches() ? Math.max(depth, Integer.parseInt(block.group(1)) + 1) : depth;
    }
    long[] positions = source.shape("pos_embed");
    long[] registers = source.shape("reg_token");
    long[] head = source.shape("head.weight");
    long[] inner = source.shape("blocks.0.mlp.fc1.weight");
    boolean average =
        request.pool() == null
            ? source.shape("fc_norm.weight") != null
            : request.pool() == VitShape.Pool.AVG;
    VitShape.Builder shape =
        VitShape.builder()
            .patch((int) patch[2], (int) patch[3])
            .channels(request.channels() == null ? (int) patch[1] : request.channels())
            .width((int) patch[0])
            .depth(Math.max(1, depth))
            .heads(request.heads())
            .hidden(inner == null ? 0 : (int) inner[0])
            .classToken(source.shape("cls_token") != null)
            .registers(registers == null || registers.length != 3 ? 0 : (int) registers[1])
            .pool(average ? VitShape.Pool.AVG : VitShape.Pool.TOKEN)
            .preNorm(source.shape("norm_pre.weight") != null)
            .layerScale(source.shape("blocks.0.ls1.gamma") != null)
            .qkvBias(source.shape("blocks.0.attn.qkv.bias") != null);
    if (request.classes() != null) {
      shape.classes(request.classes());
    } else if (head != null) {
      shape.classes((int) head[0]);
    } else {
      throw new DataFormatException(
          source.path.toString(), 0, "a head, or the number of classes beside it", "neither");
    }
    int prefix =
        (source.shape("cls_token") != null ? 1 : 0)
            + (registers == null || registers.length != 3 ? 0 : (int) registers[1]);
    int[] image = request.image();
    if (positions != null && positions.length == 3) {
      long count = positions[1];
      boolean square = isSquare(count - prefix);
      // Without positions for learned tokens (timm's no_embed_class) all of them are the grid's.
      boolean none = prefix > 0 && !square && isSquare(count);
      if (image != null) {
        long grid = (image[0] / patch[2]) * (image[1] / patch[3]);
        none = prefix > 0 && count == grid && count - prefix != grid || none;
      }
      shape.prefixPositions(!none);
      if (image == null) {
        long grid = none ? count : count - prefix;
        if (!isSquare(grid)) {
          throw new DataFormatException(
              source.path.toString(),
              0,
              "the image's size beside positions of a grid that is no square",
              grid + " positions");
        }
        int side = (int) Math.round(Math.sqrt(grid));
        image = new int[] {side * (int) patch[2], side * (int) patch[3]};
      }
    }
    if (image == null) {
      image = new int[] {224, 224}; // what is missing is said when weights are loaded
    }
    return shape.image(image[0], image[1]).build();
  }

  private static boolean isSquare(long count) {
    long root = Math.round(Math.sqrt(count));
    return count > 0 && root * root == count;
  }

  // --- loading ----------------------------------------------------------------------------------

  /** Timm's name of each array of a model with its shape, in timm's order. */
  static Map<String, long[]> names(VitShape s) {
    if (s.block() != VitShape.Block.VIT) {
      throw new IllegalArgumentException(
          "timm's names: expected a Vision Transformer of VitBlocks, found blocks "
              + s.block().name().toLowerCase(java.util.Locale.ROOT));
    }
    Map<String, long[]> names = new LinkedHashMap<>();
    long d = s.width();
    if (s.classToken()) {
      names.put("cls_token", new long[] {1, 1, d});
    }
    if (s.registers() > 0) {
      names.put("reg_token", new long[] {1, s.registers(), d});
    }
    names.put("pos_embed", new long[] {1, s.positions(), d});
    names.put(PATCH, new long[] {d, s.channels(), s.patchHeight(), s.patchWidth()});
    names.put("patch_embed.proj.bias", new long[] {d});
    if (s.preNorm()) {
      norm(names, "norm_pre", d);
    }
    for (int i = 0; i < s.depth(); i++) {
      String block = "blocks." + i + ".";
      norm(names, block + "norm1", d);
      names.put(block + "attn.qkv.weight", new long[] {3 * d, d});
      if (s.qkvBias()) {
        names.put(block + "attn.qkv.bias", new long[] {3 * d});
      }
      linear(names, block + "attn.proj", d, d);
      if (s.layerScale()) {
        names.put(block + "ls1.gamma", new long[] {d});
      }
      norm(names, block + "norm2", d);
      linear(names, block + "mlp.fc1", s.hidden(), d);
      linear(names, block + "mlp.fc2", d, s.hidden());
      if (s.layerScale()) {
        names.put(block + "ls2.gamma", new long[] {d});
      }
    }
    norm(names, s.pool() == VitShape.Pool.AVG ? "fc_norm" : "norm", d);
    linear(names, "head", s.classes(), d);
    return names;
  }

  private static void norm(Map<String, long[]> names, String name, long d) {
    names.put(name + ".weight", new long[] {d});
    names.put(name + ".bias", new long[] {d});
  }

  private static void linear(Map<String, long[]> names, String name, long out, long in) {
    names.put(name + ".weight", new long[] {out, in});
    names.put(name + ".bias", new long[] {out});
  }

  /**
   * Loads a file into a network of {@link VisionTransformer}.
   *
   * @throws TreeFileException with every name that is missing, left over or of another shape
   * @throws IOException if it cannot be read
   */
  public static Loaded load(Path file, MultiLayerNetwork network, VitShape shape)
      throws IOException {
    try (Source source = new Source(file)) {
      Map<String, long[]> wanted = names(shape);
      List<String> faults = new ArrayList<>();
      List<String> fresh = new ArrayList<>();
      List<String> adapted = new ArrayList<>();
      Set<String> missing = new LinkedHashSet<>(wanted.keySet());
      missing.removeAll(source.names.keySet());
      Set<String> unknown = new TreeSet<>(source.names.keySet());
      unknown.removeAll(wanted.keySet());
      if (!missing.isEmpty()) {
        faults.add(file + ": expected " + String.join(", ", missing) + ", found none of that name");
      }
      for (String name : unknown) {
        faults.add(
            file
                + ": expected only arrays that the model has, found "
                + source.names.get(name)
                + " "
                + Arrays.toString(source.shape(name))
                + ", without which it would compute something else");
      }
      long[] head = source.shape("head.weight");
      boolean otherClasses = head != null && head.length == 2 && head[0] != shape.classes();
      wanted.forEach(
          (name, expected) -> {
            long[] found = source.shape(name);
            if (found == null || Arrays.equals(found, expected)) {
              return;
            }
            if (otherClasses && name.startsWith("head.")) {
              fresh.add(name);
            } else if (adapts(name, found, expected, shape)) {
              adapted.add(
                  name + " from " + Arrays.toString(found) + " to " + Arrays.toString(expected));
            } else {
              faults.add(
                  file
                      + ": "
                      + source.names.get(name)
                      + ": expected "
                      + Arrays.toString(expected)
                      + ", found "
                      + Arrays.toString(found));
            }
          });
      if (!faults.isEmpty()) {
        throw new TreeFileException(faults);
      }
      List<String> loaded = new ArrayList<>();
      for (String name : wanted.keySet()) {
        if (!fresh.contains(name)) {
          // given back at once: the file's arrays would all lie beside the network's else
          INDArray read = source.read(name);
          INDArray array = adapted(read, name, wanted.get(name), shape);
          assign(network, shape, name, array);
          if (array != read) {
            array.close();
          }
          read.close();
          loaded.add(name);
        }
      }
      return new Loaded(loaded.stream().sorted().toList(), fresh, adapted);
    }
  }

  private static boolean adapts(String name, long[] found, long[] expected, VitShape shape) {
    if (name.equals(PATCH)) {
      return found.length == 4
          && found[1] == 3
          && found[0] == expected[0]
          && found[2] == expected[2]
          && found[3] == expected[3];
    }
    return name.equals("pos_embed")
        && found.length == 3
        && found[2] == expected[2]
        && isSquare(found[1] - (shape.prefixPositions() ? shape.prefixTokens() : 0));
  }

  private static INDArray adapted(INDArray array, String name, long[] expected, VitShape shape) {
    if (Arrays.equals(array.shape(), expected)) {
      return array;
    }
    return name.equals(PATCH)
        ? otherChannels(array, (int) expected[1])
        : interpolated(array, shape);
  }

  /** One channel: the sum; otherwise the three in turn, so that a constant image means the same. */
  private static INDArray otherChannels(INDArray weight, int channels) {
    if (channels == 1) {
      return weight.sum(true, 1);
    }
    INDArray result =
        Nd4j.create(weight.dataType(), weight.size(0), channels, weight.size(2), weight.size(3));
    for (int c = 0; c < channels; c++) {
      result
          .get(NDArrayIndex.all(), NDArrayIndex.point(c), NDArrayIndex.all(), NDArrayIndex.all())
          .assign(
              weight.get(
                  NDArrayIndex.all(),
                  NDArrayIndex.point(c % 3),
                  NDArrayIndex.all(),
                  NDArrayIndex.all()));
    }
    return result.muli(3.0 / channels);
  }

  /** Positions of a square grid on the model's, bicubic; those of learned tokens stay. */
  private static INDArray interpolated(INDArray positions, VitShape shape) {
    int prefix = shape.prefixPositions() ? shape.prefixTokens() : 0;
    int depth = shape.width();
    int side = (int) Math.round(Math.sqrt(positions.size(1) - prefix));
    double[] values = positions.dup('c').data().asDouble();
    double[] grid = Arrays.copyOfRange(values, prefix * depth, values.length);
    double[] resized =
        Resampling.BICUBIC.resize(grid, side, side, depth, shape.gridHeight(), shape.gridWidth());
    double[] all = Arrays.copyOf(values, prefix * depth + resized.length);
    System.arraycopy(resized, 0, all, prefix * depth, resized.length);
    return Nd4j.create(all, new long[] {1, all.length / depth, depth}, positions.dataType());
  }

  // --- places -----------------------------------------------------------------------------------

  private static Layer layer(MultiLayerNetwork network, String name) {
    return network.getLayer(name);
  }

  /** Puts an array of timm's shape where it belongs. */
  private static void assign(MultiLayerNetwork network, VitShape s, String name, INDArray array) {
    int d = s.width();
    Matcher block = BLOCK.matcher(name);
    if (!block.matches()) {
      switch (name) {
        case "cls_token" -> set(rows(network, "tokens", 0, 1), array.reshape(1, d));
        case "reg_token" ->
            set(
                rows(network, "tokens", s.prefixTokens() - s.registers(), s.prefixTokens()),
                array.reshape(s.registers(), d));
        case "pos_embed" ->
            set(
                parameter(network, VisionTransformer.EMBEDDING, "positions"),
                array.reshape(s.positions(), d));
        case PATCH ->
            set(
                parameter(network, VisionTransformer.EMBEDDING, "W"),
                array.dup('c').reshape('c', d, array.length() / d).transpose());
        case "patch_embed.proj.bias" ->
            set(parameter(network, VisionTransformer.EMBEDDING, "b"), array.reshape(1, d));
        case "norm_pre.weight" ->
            set(parameter(network, VisionTransformer.EMBEDDING, "gain"), array.reshape(1, d));
        case "norm_pre.bias" ->
            set(parameter(network, VisionTransformer.EMBEDDING, "shift"), array.reshape(1, d));
        case "norm.weight", "fc_norm.weight" ->
            set(parameter(network, VisionTransformer.HEAD, "gain"), array.reshape(1, d));
        case "norm.bias", "fc_norm.bias" ->
            set(parameter(network, VisionTransformer.HEAD, "shift"), array.reshape(1, d));
        case "head.weight" ->
            set(parameter(network, VisionTransformer.OUTPUT, "W"), array.transpose());
        case "head.bias" ->
            parameter(network, VisionTransformer.OUTPUT, "b").assign(array.reshape(s.classes()));
        default -> throw new IllegalStateException("no place for " + name);
      }
      return;
    }
    assignBlock(
        layer(network, VisionTransformer.block(Integer.parseInt(block.group(1)))),
        block.group(2),
        array);
  }

  /** Puts an array of a block, such as {@code attn.qkv.weight}, where it belongs. */
  static void assignBlock(Layer layer, String part, INDArray array) {
    boolean weight = part.endsWith("weight") && array.rank() == 2;
    if (!part.startsWith("attn.qkv.")) {
      set(
          layer.paramTable().get(blockParameter(part)),
          weight ? array.transpose() : array.reshape(1, array.length()));
      return;
    }
    long d = array.size(0) / 3;
    for (int r = 0; r < 3; r++) {
      String role = "qkv".substring(r, r + 1);
      INDArray own =
          weight
              ? array.get(NDArrayIndex.interval(r * d, (r + 1) * d), NDArrayIndex.all()).transpose()
              : array.get(NDArrayIndex.interval(r * d, (r + 1) * d)).reshape(1, d);
      set(layer.paramTable().get((weight ? "W" : "b") + role), own);
    }
  }

  private static String blockParameter(String part) {
    return switch (part) {
      case "norm1.weight" -> "gain1";
      case "norm1.bias" -> "shift1";
      case "norm2.weight" -> "gain2";
      case "norm2.bias" -> "shift2";
      case "attn.proj.weight" -> "Wo";
      case "attn.proj.bias" -> "bo";
      case "mlp.fc1.weight" -> "W1";
      case "mlp.fc1.bias" -> "b1";
      case "mlp.fc2.weight" -> "W2";
      case "mlp.fc2.bias" -> "b2";
      case "ls1.gamma" -> "scale1";
      case "ls2.gamma" -> "scale2";
      default -> throw new IllegalStateException("no place for " + part);
    };
  }

  private static INDArray parameter(MultiLayerNetwork network, String layer, String name) {
    return layer(network, layer).paramTable().get(name);
  }

  private static INDArray rows(MultiLayerNetwork network, String name, int from, int to) {
    return parameter(network, VisionTransformer.EMBEDDING, name)
        .get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /** {@code assign} does not check shapes. */
  private static void set(INDArray target, INDArray values) {
    if (!Arrays.equals(target.shape(), values.shape())) {
      throw new IllegalStateException(
          "expected "
              + Arrays.toString(target.shape())
              + ", found "
              + Arrays.toString(values.shape()));
    }
    target.assign(values);
  }

  // --- and back ---------------------------------------------------------------------------------

  /** The network's weights under timm's names, as timm shapes them. */
  public static Map<String, INDArray> stateDict(MultiLayerNetwork network) {
    return of(network, shapeOf(network), (layer, name) -> parameter(network, layer, name));
  }

  /** Looks a parameter, or what stands in its place, up. */
  @FunctionalInterface
  interface Lookup {
    INDArray get(String layer, String parameter);
  }

  /** Parameters, or gradients of them, under timm's names. */
  static Map<String, INDArray> of(MultiLayerNetwork network, VitShape s, Lookup lookup) {
    Map<String, INDArray> dict = new LinkedHashMap<>();
    names(s)
        .forEach(
            (name, shape) -> dict.put(name, timm(name, s, lookup).dup('c').reshape('c', shape)));
    return dict;
  }

  private static INDArray timm(String name, VitShape s, Lookup lookup) {
    String embedding = VisionTransformer.EMBEDDING;
    Matcher block = BLOCK.matcher(name);
    if (block.matches()) {
      String layer = VisionTransformer.block(Integer.parseInt(block.group(1)));
      return blockArray(block.group(2), part -> lookup.get(layer, part));
    }
    int prefix = s.prefixTokens();
    return switch (name) {
      case "cls_token" ->
          lookup.get(embedding, "tokens").get(NDArrayIndex.interval(0, 1), NDArrayIndex.all());
      case "reg_token" ->
          lookup
              .get(embedding, "tokens")
              .get(NDArrayIndex.interval(prefix - s.registers(), prefix), NDArrayIndex.all());
      case "pos_embed" -> lookup.get(embedding, "positions");
      case PATCH -> lookup.get(embedding, "W").transpose();
      case "patch_embed.proj.bias" -> lookup.get(embedding, "b");
      case "norm_pre.weight" -> lookup.get(embedding, "gain");
      case "norm_pre.bias" -> lookup.get(embedding, "shift");
      case "norm.weight", "fc_norm.weight" -> lookup.get(VisionTransformer.HEAD, "gain");
      case "norm.bias", "fc_norm.bias" -> lookup.get(VisionTransformer.HEAD, "shift");
      case "head.weight" -> lookup.get(VisionTransformer.OUTPUT, "W").transpose();
      case "head.bias" -> lookup.get(VisionTransformer.OUTPUT, "b");
      default -> throw new IllegalStateException("no place for " + name);
    };
  }

  /** An array of a block, such as {@code attn.qkv.weight}, from its parameters. */
  static INDArray blockArray(String part, java.util.function.Function<String, INDArray> lookup) {
    if (part.startsWith("attn.qkv.")) {
      boolean weight = part.endsWith("weight");
      INDArray[] parts = new INDArray[3];
      for (int r = 0; r < 3; r++) {
        String role = "qkv".substring(r, r + 1);
        parts[r] = weight ? lookup.apply("W" + role).transpose() : lookup.apply("b" + role);
      }
      return Nd4j.concat(weight ? 0 : 1, parts);
    }
    String own = blockParameter(part);
    INDArray array = lookup.apply(own);
    return own.startsWith("W") ? array.transpose() : array;
  }

  /**
   * The shape of a network of {@link VisionTransformer}.
   *
   * @throws IllegalArgumentException if it is another network
   */
  public static VitShape shapeOf(MultiLayerNetwork network) {
    if (network.getLayerWiseConfigurations().getConf(0).getLayer() instanceof PatchEmbedding e) {
      return e.shape();
    }
    throw new IllegalArgumentException(
        "expected a network of VisionTransformer, found one that begins with another layer");
  }
}
