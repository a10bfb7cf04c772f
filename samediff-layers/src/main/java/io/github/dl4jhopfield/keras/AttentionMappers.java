package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.DotProductAttention;
import io.github.dl4jhopfield.keras.layers.MultiHeadAttention;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/** MultiHeadAttention, Attention, AdditiveAttention. */
final class AttentionMappers {

  private AttentionMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("MultiHeadAttention", AttentionMappers::multiHead);
    m.put("Attention", i -> attention(i, false));
    m.put("AdditiveAttention", i -> attention(i, true));
  }

  private static boolean given(KerasLayerInfo i, String argument) {
    JsonNode n = i.callArgument(argument);
    return n != null && !n.isNull() && !(n.isBoolean() && !n.booleanValue());
  }

  private static void requireSequences(KerasLayerInfo i) {
    for (int k = 0; k < i.inputCount(); k++) {
      if (i.inputShape(k).length != 2) {
        throw i.error(
            "expected inputs [batch, time, features], found "
                + KerasLayerInfo.show(i.inputShape(k)));
      }
    }
  }

  private static MappedLayer multiHead(KerasLayerInfo i) {
    i.requireInputs(2, 3);
    requireSequences(i);
    for (String argument : new String[] {"return_attention_scores", "attention_mask"}) {
      if (given(i, argument) || i.inputNamed(argument) >= 0) {
        throw i.error("the call argument " + argument + " is not supported");
      }
    }
    int q = i.inputNamed("query") >= 0 ? i.inputNamed("query") : 0;
    int v = i.inputNamed("value") >= 0 ? i.inputNamed("value") : q == 0 ? 1 : 0;
    int k = i.inputNamed("key") >= 0 ? i.inputNamed("key") : i.inputCount() == 3 ? 3 - q - v : v;
    JsonNode axes = i.option("attention_axes");
    if (axes != null
        && !(axes.size() == 1 && axes.get(0).asInt() == 1)
        && !(axes.isInt() && axes.asInt() == 1)) {
      throw i.error("attention_axes " + axes + ": only [1] is supported");
    }
    int heads = i.size("num_heads");
    int keyDim = i.size("key_dim");
    int valueDim = i.size("value_dim", keyDim);
    boolean bias = i.flag("use_bias", true);
    long dq = i.features(q);
    long dv = i.features(v);
    long dk = i.features(k);
    long out = dq;
    JsonNode shape = i.option("output_shape");
    if (shape != null) {
      if (shape.isArray() && shape.size() == 1) {
        shape = shape.get(0);
      }
      if (!shape.isInt() || shape.asInt() < 1) {
        throw i.error("output_shape " + shape + ": only one size is supported");
      }
      out = shape.asInt();
    }
    boolean causal = given(i, "use_causal_mask");
    // before TF 2.10 MultiHeadAttention left the masks of its inputs out of account
    boolean masks = i.keras().atLeast(2, 10);
    MultiHeadAttention vertex =
        new MultiHeadAttention(dq, dv, dk, heads, keyDim, valueDim, out, bias, causal);
    MappedLayer m =
        MappedLayer.of(vertex, i.inputShape(q)[0], out)
            .inputOrder(q, v, k)
            .usesMask(masks, masks, masks && i.inputCount() == 3)
            .maskOut(q == 0 ? MappedLayer.MaskOut.FIRST : MappedLayer.MaskOut.SECOND);
    part(m, "query", "Wq", "bq", bias, new long[] {dq, heads, keyDim}, heads, keyDim);
    part(m, "key", "Wk", "bk", bias, new long[] {dk, heads, keyDim}, heads, keyDim);
    part(m, "value", "Wv", "bv", bias, new long[] {dv, heads, valueDim}, heads, valueDim);
    m.nested(
        "attention_output/kernel",
        "*output_dense/vars/0",
        "Wo",
        MappedLayer.AS_IS,
        heads,
        valueDim,
        out);
    if (bias) {
      m.nested("attention_output/bias", "*output_dense/vars/1", "bo", MappedLayer.AS_IS, out);
    }
    return m;
  }

  private static void part(
      MappedLayer m,
      String name,
      String w,
      String b,
      boolean bias,
      long[] kernel,
      long heads,
      long dim) {
    m.nested(name + "/kernel", "*" + name + "_dense/vars/0", w, MappedLayer.AS_IS, kernel);
    if (bias) {
      m.nested(name + "/bias", "*" + name + "_dense/vars/1", b, MappedLayer.AS_IS, heads, dim);
    }
  }

  private static MappedLayer attention(KerasLayerInfo i, boolean additive) {
    i.requireInputs(2, 3);
    requireSequences(i);
    if (given(i, "return_attention_scores")
        || given(i, "use_causal_mask")
        || i.flag("causal", false)) {
      throw i.error("causal masks and attention scores are not supported");
    }
    i.requireText("score_mode", "dot");
    long depth = i.features(0);
    boolean useScale = i.flag("use_scale", additive);
    int key = i.inputCount() == 3 ? 2 : 1;
    if (i.features(key) != depth) {
      throw i.error("query and key have " + depth + " and " + i.features(key) + " features");
    }
    MappedLayer m =
        MappedLayer.of(
                new DotProductAttention(additive, useScale, depth),
                i.inputShape(0)[0],
                i.features(1))
            .inputOrder(0, 1, key)
            .usesMask(true, true, false)
            .passesMask();
    if (useScale) {
      m.weight("scale", "scale", additive ? new long[] {depth} : new long[0]);
    }
    return m;
  }
}
