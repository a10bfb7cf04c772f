package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.DotTensors;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.OperationVertex;
import io.github.dl4jhopfield.keras.layers.Unfold;
import java.util.Arrays;
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
    m.put("TimeDistributed@fold", MergeMappers::fold);
    m.put("TimeDistributed@unfold", MergeMappers::unfold);
    m.put("Concatenate", MergeMappers::concatenate);
    m.put("Dot", MergeMappers::dot);
  }

  /** Before a layer that is applied to each step: the steps as samples. */
  private static MappedLayer fold(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] in = i.inputShape();
    if (in.length < 2) {
      throw i.error("expected an input with a time axis, found " + KerasLayerInfo.show(in));
    }
    return MappedLayer.of(new Unfold(false), Arrays.copyOfRange(in, 1, in.length));
  }

  /** After it, with the input that was folded: the samples as steps. */
  private static MappedLayer unfold(KerasLayerInfo i) {
    i.requireInputs(2, 2);
    long[] step = i.inputShape(0);
    long[] out = new long[step.length + 1];
    out[0] = i.inputShape(1)[0];
    System.arraycopy(step, 0, out, 1, step.length);
    return MappedLayer.of(new Unfold(true), out).maskOut(MappedLayer.MaskOut.SECOND);
  }

  private static MappedLayer merge(KerasLayerInfo i, String operation) {
    i.requireInputs(2, operation.equals("subtract") ? 2 : 1000);
    int rank = 0;
    for (int k = 0; k < i.inputCount(); k++) {
      rank = Math.max(rank, i.inputShape(k).length);
    }
    boolean even = true;
    long[] out = widened(i.inputShape(), rank);
    for (int k = 0; k < i.inputCount(); k++) {
      even &= i.inputShape(k).length == rank;
      long[] s = widened(i.inputShape(k), rank);
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
    MergeTensors merge = new MergeTensors(operation, 0, i.inputCount());
    if (even) {
      return MappedLayer.of(merge, out).maskOut(MappedLayer.MaskOut.ALL);
    }
    // Keras gives those of fewer axes new ones after the batch
    MappedLayer m = MappedLayer.empty(out);
    int[] takes = new int[i.inputCount()];
    for (int k = 0; k < takes.length; k++) {
      long[] s = i.inputShape(k);
      takes[k] = MappedLayer.input(k);
      if (s.length < rank) {
        long[] sizes = new long[rank + 1];
        System.arraycopy(widened(s, rank), 0, sizes, 1, rank);
        m.then(
            new OperationLayer(Operation.of("reshape", 1).sizes(sizes)),
            new int[] {MappedLayer.input(k)},
            -1);
        takes[k] = m.stages.size() - 1;
      }
    }
    int[] noMasks = new int[takes.length];
    Arrays.fill(noMasks, -1);
    return m.then(merge, takes, noMasks);
  }

  private static long[] widened(long[] shape, int rank) {
    long[] wide = new long[rank];
    Arrays.fill(wide, 1);
    System.arraycopy(shape, 0, wide, rank - shape.length, shape.length);
    return wide;
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
            axis == 1 && rank == 3
                ? MappedLayer.MaskOut.CONCATENATED
                : MappedLayer.MaskOut.ALL_KEEP);
  }

  private static MappedLayer dot(KerasLayerInfo i) {
    i.requireInputs(2, 2);
    long[] a = i.inputShape(0);
    long[] b = i.inputShape(1);
    if (a.length < 1 || b.length < 1) {
      throw i.error("expected two inputs of rank 2 or more");
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
    x = x < 0 ? x + a.length + 1 : x;
    y = y < 0 ? y + b.length + 1 : y;
    if (x < 1 || y < 1 || x > a.length || y > b.length) {
      throw i.error(
          "axes " + axes + " of inputs of rank " + (a.length + 1) + " and " + (b.length + 1));
    }
    if (a[x - 1] >= 0 && b[y - 1] >= 0 && a[x - 1] != b[y - 1]) {
      throw i.error(
          "contracts axes of different size: "
              + KerasLayerInfo.show(a)
              + ", "
              + KerasLayerInfo.show(b));
    }
    boolean normalize = i.flag("normalize", false);
    if (a.length != b.length || a.length > 2) {
      return contraction(i, x, y, normalize);
    }
    long[] out = a.length == 1 ? new long[] {1} : new long[] {a[2 - x], b[2 - y]};
    return MappedLayer.of(new DotTensors(x, y, normalize), out);
  }

  /** A product of arrays of any rank along one axis of each. */
  private static MappedLayer contraction(KerasLayerInfo i, int x, int y, boolean normalize) {
    if (normalize) {
      throw i.error("normalize = true is imported for two inputs of rank 2 or two of rank 3 only");
    }
    long[][] full = new long[2][];
    StringBuilder[] letters = {new StringBuilder("A"), new StringBuilder("A")};
    StringBuilder result = new StringBuilder("A");
    char next = 'a';
    for (int k = 0; k < 2; k++) {
      long[] in = i.inputShape(k);
      full[k] = new long[in.length + 1];
      full[k][0] = -1;
      System.arraycopy(in, 0, full[k], 1, in.length);
      for (int d = 1; d <= in.length; d++) {
        boolean summed = d == (k == 0 ? x : y);
        letters[k].append(summed ? 'K' : next);
        if (!summed) {
          result.append(next++);
        }
      }
    }
    String equation = letters[0] + "," + letters[1] + "->" + result;
    long[] out = Operation.product(equation, full[0], full[1]);
    return MappedLayer.of(
        new OperationVertex(Operation.of("einsum", 2).text(equation)),
        Arrays.copyOfRange(out, 1, out.length));
  }
}
