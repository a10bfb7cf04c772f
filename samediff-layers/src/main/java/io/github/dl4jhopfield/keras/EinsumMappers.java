package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.EinsumDense;
import io.github.dl4jhopfield.keras.layers.Operation;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/** EinsumDense. */
final class EinsumMappers {

  private EinsumMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("EinsumDense", EinsumMappers::dense);
  }

  private static MappedLayer dense(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    i.refuse("lora_rank", null);
    long[] in = i.inputShape();
    String equation = Operation.withoutEllipsis(i.text("equation", ""), in.length + 1);
    int comma = equation.indexOf(',');
    int arrow = equation.indexOf("->");
    if (comma < 0 || arrow < comma) {
      throw i.error("equation " + equation + ": expected \"ab,bc->ac\"");
    }
    String left = equation.substring(0, comma);
    String kernel = equation.substring(comma + 1, arrow);
    String result = equation.substring(arrow + 2);
    if (left.length() != in.length + 1
        || result.isEmpty()
        || left.charAt(0) != result.charAt(0)
        || kernel.indexOf(left.charAt(0)) >= 0) {
      throw i.error("equation " + equation + ": the batch should be the first axis on both sides");
    }
    long[] out = output(i, result);
    long[] sizes = new long[kernel.length()];
    for (int k = 0; k < sizes.length; k++) {
      int at = left.indexOf(kernel.charAt(k));
      sizes[k] = at > 0 ? in[at - 1] : out[result.indexOf(kernel.charAt(k)) - 1];
      if (sizes[k] < 1) {
        throw i.error("the size of \"" + kernel.charAt(k) + "\" in " + equation + " is not known");
      }
    }
    for (int d = 0; d < out.length; d++) {
      int at = left.indexOf(result.charAt(d + 1));
      if (out[d] < 1 && at > 0) {
        out[d] = in[at - 1];
      }
    }
    String biasAxes = i.text("bias_axes", "");
    long[] bias = null;
    long[] biasSizes = new long[biasAxes.length()];
    if (!biasAxes.isEmpty()) {
      bias = new long[out.length];
      Arrays.fill(bias, 1);
      int n = 0;
      for (int d = 0; d < out.length; d++) {
        if (biasAxes.indexOf(result.charAt(d + 1)) >= 0) {
          bias[d] = out[d];
          biasSizes[n++] = out[d];
        }
      }
    }
    MappedLayer m;
    try {
      m =
          MappedLayer.of(
              new EinsumDense(equation, sizes, bias, CoreMappers.activationName(i, "activation")),
              out);
    } catch (IllegalArgumentException e) {
      throw i.error(e.getMessage());
    }
    m.weight("kernel", "W", sizes);
    if (bias != null) {
      m.weight("bias", "b", biasSizes);
    }
    return CoreMappers.thenActivation(m, i).passesMask();
  }

  /** The sizes of the result, without the batch; -1 where they are those of the input. */
  private static long[] output(KerasLayerInfo i, String result) {
    JsonNode n = i.option("output_shape");
    if (n != null && n.isObject()) {
      n = n.path("items");
    }
    long[] out = new long[result.length() - 1];
    Arrays.fill(out, -1);
    int given = n == null ? 0 : n.isArray() ? n.size() : 1;
    if (given > out.length) {
      throw i.error("output_shape " + n + " for a result of rank " + result.length());
    }
    for (int k = 0; k < given; k++) {
      JsonNode size = n.isArray() ? n.get(k) : n;
      // an ellipsis may leave the first out
      out[out.length - given + k] = size.isNull() ? -1 : size.asLong(-1);
    }
    return out;
  }
}
