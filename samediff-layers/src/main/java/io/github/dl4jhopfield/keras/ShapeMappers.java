package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.AddParameter;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.PrependToken;
import io.github.dl4jhopfield.keras.layers.ShapeChange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Layers that move values, and the class token and position embedding of vision transformers. */
final class ShapeMappers {

  private ShapeMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("Flatten", ShapeMappers::flatten);
    m.put("Reshape", ShapeMappers::reshape);
    m.put("Permute", ShapeMappers::permute);
    m.put("RepeatVector", ShapeMappers::repeat);
    m.put("Cropping1D", i -> twoSided(i, "cropping", ShapeChange.Kind.CROP));
    m.put("ZeroPadding1D", i -> twoSided(i, "padding", ShapeChange.Kind.PAD));
    m.put("UpSampling1D", ShapeMappers::upsample);
    for (int d = 2; d <= 3; d++) {
      int axes = d;
      m.put("Cropping" + d + "D", i -> sides(i, "cropping", axes, -1));
      m.put("ZeroPadding" + d + "D", i -> sides(i, "padding", axes, 1));
      m.put("UpSampling" + d + "D", i -> enlarge(i, axes));
    }
    m.put("dl4j_hopfield>ClassToken", classToken("token"));
    m.put("dl4j_hopfield>PositionEmbedding", positionEmbedding("position"));
  }

  /** A class token [1, 1, features] put before the sequence. */
  static KerasLayerMapper classToken(String weightName) {
    return i -> {
      i.requireRank(3);
      long features = i.features(0);
      long[] in = i.inputShape();
      return MappedLayer.of(new PrependToken(features), in[0] < 0 ? -1 : in[0] + 1, features)
          .weight(weightName, "token", 1, 1, features);
    };
  }

  /** A position embedding [1, time, features] added to the sequence. */
  static KerasLayerMapper positionEmbedding(String weightName) {
    return i -> {
      i.requireRank(3);
      long[] in = i.inputShape();
      if (in[0] < 1) {
        throw i.error("needs a known length, found " + KerasLayerInfo.show(in));
      }
      return MappedLayer.of(new AddParameter(in[0], i.features(0)), in)
          .weight(weightName, "position", 1, in[0], in[1])
          .passesMask();
    };
  }

  private static long product(KerasLayerInfo i, long[] shape) {
    long n = 1;
    for (long d : shape) {
      if (d < 0) {
        return -1;
      }
      try {
        n = Math.multiplyExact(n, d);
      } catch (ArithmeticException e) {
        throw i.error("the shape " + KerasLayerInfo.show(shape) + " is too large");
      }
    }
    return n;
  }

  private static MappedLayer flatten(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] in = i.inputShape();
    long n = product(i, in);
    MappedLayer flat = MappedLayer.of(new ShapeChange(ShapeChange.Kind.RESHAPE, n), n);
    if (!i.channelsFirst() || in.length < 2) {
      return flat;
    }
    // Keras puts the channels last before it flattens
    long[] order = new long[in.length];
    for (int d = 0; d < order.length; d++) {
      order[d] = d + 1 < order.length ? d + 2 : 1;
    }
    return MappedLayer.of(new ShapeChange(ShapeChange.Kind.PERMUTE, order), n)
        .then(new ShapeChange(ShapeChange.Kind.RESHAPE, n));
  }

  private static MappedLayer reshape(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    JsonNode target = i.option("target_shape");
    if (target != null && target.isObject()) {
      target = target.path("items");
    }
    if (target == null || !target.isArray()) {
      throw i.error("option target_shape is missing");
    }
    long[] out = new long[target.size()];
    long known = 1;
    int free = -1;
    for (int d = 0; d < out.length; d++) {
      out[d] = target.get(d).asLong(0);
      if (out[d] == -1 && free < 0) {
        free = d;
      } else if (out[d] < 1) {
        throw i.error("option target_shape: " + target);
      } else {
        known = product(i, new long[] {known, out[d]});
      }
    }
    long[] sizes = out.clone();
    long n = product(i, i.inputShape());
    if (n > 0) {
      if (free >= 0 && n % known == 0) {
        out[free] = n / known;
      } else if (free >= 0 || n != known) {
        throw i.error("cannot reshape " + KerasLayerInfo.show(i.inputShape()) + " to " + target);
      }
    }
    return MappedLayer.of(new ShapeChange(ShapeChange.Kind.RESHAPE, sizes), out);
  }

  private static MappedLayer permute(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] in = i.inputShape();
    JsonNode dims = i.option("dims");
    if (dims != null && dims.isObject()) {
      dims = dims.path("items");
    }
    if (dims == null || dims.size() != in.length) {
      throw i.error("option dims: expected " + in.length + " axes, found " + dims);
    }
    long[] order = new long[in.length];
    long[] out = new long[in.length];
    boolean[] seen = new boolean[in.length];
    for (int d = 0; d < in.length; d++) {
      int axis = dims.get(d).asInt(0);
      if (axis < 1 || axis > in.length || seen[axis - 1]) {
        throw i.error("option dims: " + dims + " is not an order of the axes");
      }
      seen[axis - 1] = true;
      order[d] = axis;
      out[d] = in[axis - 1];
    }
    return MappedLayer.of(new ShapeChange(ShapeChange.Kind.PERMUTE, order), out);
  }

  private static MappedLayer repeat(KerasLayerInfo i) {
    i.requireRank(2);
    int n = i.size("n");
    return MappedLayer.of(new ShapeChange(ShapeChange.Kind.REPEAT, n), n, i.inputShape()[0]);
  }

  private static MappedLayer twoSided(KerasLayerInfo i, String key, ShapeChange.Kind kind) {
    i.requireRank(3);
    i.requireText("data_format", "channels_last");
    JsonNode n = i.option(key);
    if (n != null && n.isObject()) {
      n = n.path("items");
    }
    long a = 1;
    long b = 1;
    if (n != null && n.isArray() && n.size() == 2) {
      a = n.get(0).asLong(-1);
      b = n.get(1).asLong(-1);
    } else if (n != null) {
      a = n.isInt() ? n.asLong() : -1;
      b = a;
    }
    if (a < 0 || b < 0) {
      throw i.error("option " + key + ": expected two sizes, found " + n);
    }
    long[] out = i.inputShape();
    if (out[0] > 0) {
      out[0] += kind == ShapeChange.Kind.CROP ? -a - b : a + b;
      if (out[0] < 1) {
        throw i.error("crops all " + i.inputShape()[0] + " steps");
      }
    }
    return MappedLayer.of(new ShapeChange(kind, a, b), out);
  }

  private static MappedLayer upsample(KerasLayerInfo i) {
    i.requireRank(3);
    int n = i.size("size", 2);
    long[] out = i.inputShape();
    out[0] = out[0] < 0 ? -1 : out[0] * n;
    return MappedLayer.of(new ShapeChange(ShapeChange.Kind.UPSAMPLE, n), out);
  }

  /** A size, a pair or a pair of each axis: how much is added or taken at both ends. */
  private static long[] ends(KerasLayerInfo i, String key, int axes) {
    JsonNode n = i.option(key);
    long[] ends = new long[2 * axes];
    Arrays.fill(ends, 1);
    for (int d = 0; n != null && d < axes; d++) {
      JsonNode one = n.isArray() ? n.get(d) : n;
      for (int k = 0; k < 2; k++) {
        JsonNode value = one != null && one.isArray() ? one.get(k) : one;
        if (value == null || !value.isInt() || value.asInt() < 0) {
          throw i.error("option " + key + ": expected sizes, found " + n);
        }
        ends[2 * d + k] = value.asInt();
      }
    }
    return ends;
  }

  private static MappedLayer sides(KerasLayerInfo i, String key, int axes, int sign) {
    i.requireRank(axes + 2);
    int from = i.channelsFirst() ? 1 : 0;
    long[] ends = ends(i, key, axes);
    long[] out = i.inputShape();
    long[] sizes = new long[2 * (axes + 2)];
    for (int d = 0; d < axes; d++) {
      int axis = d + from;
      sizes[2 * (axis + 1)] = sign * ends[2 * d];
      sizes[2 * (axis + 1) + 1] = sign * ends[2 * d + 1];
      if (out[axis] > 0) {
        out[axis] += sign * (ends[2 * d] + ends[2 * d + 1]);
        if (out[axis] < 1) {
          throw i.error("crops all " + i.inputShape()[axis] + " entries of an axis");
        }
      }
    }
    return MappedLayer.of(new OperationLayer(Operation.of("pad", 1).sizes(sizes)), out);
  }

  private static MappedLayer enlarge(KerasLayerInfo i, int axes) {
    i.requireRank(axes + 2);
    boolean first = i.channelsFirst();
    int[] size = i.sizes("size", axes, 2);
    long[] out = i.inputShape();
    for (int d = 0; d < axes; d++) {
      int axis = d + (first ? 1 : 0);
      out[axis] = out[axis] < 0 ? -1 : out[axis] * size[d];
    }
    String kind = i.text("interpolation", "nearest");
    if (!kind.equals("nearest")) {
      if (first || !List.of("bilinear", "bicubic", "area").contains(kind)) {
        throw i.error("interpolation = " + kind + " is not imported");
      }
      return MappedLayer.of(
          new OperationLayer(Operation.of("resize", 1).sizes(size[0], size[1], 1).text(kind)), out);
    }
    MappedLayer m = null;
    for (int d = 0; d < axes; d++) {
      OperationLayer layer =
          new OperationLayer(Operation.of("repeat", 1).sizes(d + (first ? 2 : 1), size[d]));
      m = m == null ? MappedLayer.of(layer, out) : m.then(layer);
    }
    return m;
  }
}
