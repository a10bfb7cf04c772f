package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.AxisPooling;
import io.github.dl4jhopfield.keras.layers.DotTensors;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.TokenMask;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Layers that merge several tensors. */
final class MergeMappers {

  private MergeMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    for (String name :
        new String[] {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}) {
      m.put(name, i -> merge(i, name.toLowerCase(java.util.Locale.ROOT)));
    }
    m.put("ops.Add", i -> merge(i, "add"));
    m.put("ops.Subtract", i -> merge(i, "subtract"));
    m.put("ops.Multiply", i -> merge(i, "multiply"));
    m.put("ops.Maximum", i -> merge(i, "maximum"));
    m.put("ops.Minimum", i -> merge(i, "minimum"));
    for (String prefix : new String[] {"", "ops."}) {
      // how Keras 3 writes the masks of functional models
      m.put(prefix + "NotEqual", MergeMappers::notEqual);
      m.put(prefix + "Any", MergeMappers::any);
      m.put(prefix + "LogicalOr", i -> merge(i, "maximum"));
      m.put(prefix + "LogicalAnd", i -> merge(i, "multiply"));
    }
    m.put("Concatenate", MergeMappers::concatenate);
    m.put("Dot", MergeMappers::dot);
  }

  /** The mask of token ids, or a comparison with one number: 1 where they differ, else 0. */
  private static MappedLayer notEqual(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    JsonNode value = i.callArgument("args0");
    if (value == null || !value.isNumber()) {
      throw i.error("expected a comparison with a number, found " + value);
    }
    return MappedLayer.of(new TokenMask(value.asDouble(), false), i.inputShape());
  }

  /** Of what {@link #notEqual} gives: 1 where any entry along one axis is. */
  private static MappedLayer any(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] in = i.inputShape();
    JsonNode option = i.option("axis");
    if (option != null && option.isArray() && option.size() == 1) {
      option = option.get(0);
    }
    int axis = option == null || !option.isInt() ? 0 : option.asInt();
    axis = axis < 0 ? axis + in.length + 1 : axis;
    if (axis < 1 || axis > in.length) {
      throw i.error("axis " + option + " of an input " + KerasLayerInfo.show(in));
    }
    boolean keep = i.flag("keepdims", false);
    long[] out = new long[keep ? in.length : in.length - 1];
    for (int d = 0, to = 0; d < in.length; d++) {
      if (d != axis - 1) {
        out[to++] = in[d];
      } else if (keep) {
        out[to++] = 1;
      }
    }
    return MappedLayer.of(new AxisPooling(true, keep, axis), out);
  }

  private static MappedLayer merge(KerasLayerInfo i, String operation) {
    i.requireInputs(2, operation.equals("subtract") ? 2 : 1000);
    if (i.callArgument("args0") != null) {
      throw i.error("a constant operand is not supported");
    }
    long[] out = i.inputShape();
    for (int k = 1; k < i.inputCount(); k++) {
      long[] s = i.inputShape(k);
      boolean fits = s.length == out.length;
      for (int d = 0; fits && d < s.length; d++) {
        if (out[d] == 1) {
          out[d] = s[d];
        }
        fits = s[d] == out[d] || s[d] == 1 || s[d] < 0 || out[d] < 0;
      }
      if (!fits) {
        throw i.error(
            "cannot merge the shapes "
                + KerasLayerInfo.show(i.inputShape())
                + " and "
                + KerasLayerInfo.show(s));
      }
    }
    return MappedLayer.of(new MergeTensors(operation, 0, i.inputCount()), out)
        .maskOut(MappedLayer.MaskOut.ALL);
  }

  private static MappedLayer concatenate(KerasLayerInfo i) {
    i.requireInputs(1, 1000);
    long[] out = i.inputShape();
    int rank = out.length + 1;
    int axis = i.integer("axis", -1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 1 || axis >= rank) {
      throw i.error("axis " + i.integer("axis", -1) + " of inputs of rank " + rank);
    }
    for (int k = 1; k < i.inputCount(); k++) {
      long[] s = i.inputShape(k);
      if (s.length != out.length) {
        throw i.error("concatenates inputs of different rank");
      }
      for (int d = 0; d < s.length; d++) {
        if (d == axis - 1) {
          out[d] = out[d] < 0 || s[d] < 0 ? -1 : out[d] + s[d];
        } else if (s[d] >= 0 && out[d] >= 0 && s[d] != out[d]) {
          throw i.error(
              "cannot concatenate the shapes "
                  + KerasLayerInfo.show(i.inputShape())
                  + " and "
                  + KerasLayerInfo.show(s));
        }
      }
    }
    return MappedLayer.of(new MergeTensors("concatenate", axis, i.inputCount()), out)
        .maskOut(
            axis == 1 && rank == 3 ? MappedLayer.MaskOut.CONCATENATED : MappedLayer.MaskOut.ALL);
  }

  private static MappedLayer dot(KerasLayerInfo i) {
    i.requireInputs(2, 2);
    long[] a = i.inputShape(0);
    long[] b = i.inputShape(1);
    if (a.length != b.length || a.length > 2 || a.length < 1) {
      throw i.error("expected two inputs of rank 2 or two of rank 3");
    }
    JsonNode axes = i.option("axes");
    if (axes != null && axes.isObject()) {
      axes = axes.path("items");
    }
    int x;
    int y;
    if (axes != null && axes.isArray() && axes.size() == 2) {
      x = axes.get(0).asInt(99);
      y = axes.get(1).asInt(99);
    } else if (axes != null && axes.isInt()) {
      x = axes.asInt();
      y = x;
    } else {
      throw i.error("option axes: expected one or two axes, found " + axes);
    }
    int rank = a.length + 1;
    x = x < 0 ? x + rank : x;
    y = y < 0 ? y + rank : y;
    if (x < 1 || y < 1 || x >= rank || y >= rank) {
      throw i.error("axes " + axes + " of inputs of rank " + rank);
    }
    if (a[x - 1] >= 0 && b[y - 1] >= 0 && a[x - 1] != b[y - 1]) {
      throw i.error(
          "contracts axes of different size: "
              + KerasLayerInfo.show(a)
              + ", "
              + KerasLayerInfo.show(b));
    }
    long[] out = rank == 2 ? new long[] {1} : new long[] {a[2 - x], b[2 - y]};
    return MappedLayer.of(new DotTensors(x, y, i.flag("normalize", false)), out);
  }
}
