package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.DotProductAttention;
import io.github.dl4jhopfield.keras.layers.MultiHeadAttention;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.shade.jackson.databind.JsonNode;

/** MultiHeadAttention, GroupQueryAttention, Attention, AdditiveAttention. */
final class AttentionMappers {

  private AttentionMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("MultiHeadAttention", AttentionMappers::multiHead);
    m.put("GroupQueryAttention", AttentionMappers::grouped);
    m.put("GroupedQueryAttention", AttentionMappers::grouped);
    m.put("Attention", i -> attention(i, false));
    m.put("AdditiveAttention", i -> attention(i, true));
  }

  private static boolean given(KerasLayerInfo i, String argument) {
    JsonNode n = i.callArgument(argument);
    return n != null && !n.isNull() && !(n.isBoolean() && !n.booleanValue());
  }

  /** Whose roles the inputs have: query, value, key, mask (-1: none). */
  private record Roles(int q, int v, int k, int mask) {

    static Roles of(KerasLayerInfo i) {
      int mask = i.inputNamed("attention_mask");
      int count = i.inputCount() - (mask >= 0 ? 1 : 0);
      if (count < 2 || count > 3) {
        throw i.error("expected query, value and perhaps key, found " + count + " inputs");
      }
      List<Integer> free = new ArrayList<>();
      for (int n = 0; n < i.inputCount(); n++) {
        if (n != mask && i.inputName(n).isEmpty()) {
          free.add(n);
        }
      }
      int q = take(i, "query", free);
      int v = take(i, "value", free);
      int k = count == 3 ? take(i, "key", free) : v;
      return new Roles(q, v, k, mask);
    }

    private static int take(KerasLayerInfo i, String name, List<Integer> free) {
      int named = i.inputNamed(name);
      if (named >= 0) {
        return named;
      }
      if (free.isEmpty()) {
        throw i.error("the input " + name + " is missing");
      }
      return free.remove(0);
    }
  }

  // --- several heads ------------------------------------------------------------------------

  /** How arrays of rank 4 and more become sequences: the axes that are attended over. */
  private static int[] attended(KerasLayerInfo i, int rank) {
    JsonNode axes = i.option("attention_axes");
    if (axes == null) {
      return IntStream.range(1, rank - 1).toArray();
    }
    int[] result = i.axes("attention_axes", 1);
    if (Arrays.stream(result).anyMatch(a -> a > rank - 2)) {
      throw i.error("attention_axes " + axes + " of an input of rank " + rank);
    }
    return result;
  }

  /** The roles of the inputs, once the options are none that change what is computed. */
  private static Roles roles(KerasLayerInfo i) {
    for (String off : List.of("use_gate", "sliding_window", "flash_attention")) {
      if (i.has(off) && !i.option(off).asText().equals("false")) {
        throw i.error("option " + off + " is not imported");
      }
    }
    return Roles.of(i);
  }

  private static MappedLayer multiHead(KerasLayerInfo i) {
    Roles r = roles(i);
    int heads = i.size("num_heads");
    int keyDim = i.size("key_dim");
    int valueDim = i.size("value_dim", keyDim);
    long[] output = output(i, i.features(r.q()));
    long width = Arrays.stream(output).reduce(1, (a, b) -> a * b);
    MultiHeadAttention vertex =
        new MultiHeadAttention(
            i.features(r.q()),
            i.features(r.v()),
            i.features(r.k()),
            heads,
            keyDim,
            valueDim,
            width,
            i.flag("use_bias", true),
            given(i, "use_causal_mask"));
    return build(i, r, vertex, heads, heads, keyDim, valueDim, output);
  }

  private static MappedLayer grouped(KerasLayerInfo i) {
    Roles r = roles(i);
    int heads = i.size("num_query_heads");
    int shared = i.size("num_key_value_heads");
    int size = i.size("head_dim");
    long width = i.features(r.q());
    if (heads % shared != 0) {
      throw i.error(heads + " query heads and " + shared + " of keys and values");
    }
    MultiHeadAttention vertex =
        new MultiHeadAttention(
                width,
                i.features(r.v()),
                i.features(r.k()),
                heads,
                size,
                size,
                width,
                i.flag("use_bias", true),
                given(i, "use_causal_mask"))
            .sharedHeads(shared);
    return build(i, r, vertex, heads, shared, size, size, new long[] {width});
  }

  private static long[] output(KerasLayerInfo i, long otherwise) {
    JsonNode shape = i.option("output_shape");
    if (shape != null && shape.isObject()) {
      shape = shape.path("items");
    }
    if (shape == null) {
      return new long[] {otherwise};
    }
    long[] sizes = new long[shape.isArray() ? shape.size() : 1];
    for (int k = 0; k < sizes.length; k++) {
      sizes[k] = (shape.isArray() ? shape.get(k) : shape).asLong(-1);
      if (sizes[k] < 1) {
        throw i.error("output_shape " + shape + ": expected sizes");
      }
    }
    return sizes;
  }

  private static MappedLayer build(
      KerasLayerInfo i,
      Roles r,
      MultiHeadAttention vertex,
      int heads,
      int keyHeads,
      int keyDim,
      int valueDim,
      long[] output) {
    long[] query = i.inputShape(r.q());
    int rank = query.length + 1;
    boolean deep = rank > 3;
    boolean scores = given(i, "return_attention_scores");
    vertex.masked(r.mask() >= 0);
    // before TF 2.10 MultiHeadAttention left the masks of its inputs out of account
    boolean masks = i.keras().atLeast(2, 10);
    boolean ownKey = r.k() != r.v();
    long width = Arrays.stream(output).reduce(1, (a, b) -> a * b);
    long[] out = new long[rank - 2 + output.length];
    System.arraycopy(query, 0, out, 0, rank - 2);
    System.arraycopy(output, 0, out, rank - 2, output.length);
    MappedLayer m = MappedLayer.empty(out);
    int[] takes = {
      MappedLayer.input(r.q()),
      MappedLayer.input(r.v()),
      MappedLayer.input(r.k()),
      r.mask() >= 0 ? MappedLayer.input(r.mask()) : 0
    };
    int[] maskOf = {masks ? r.q() : -1, masks ? r.v() : -1, masks && ownKey ? r.k() : -1, -1};
    int[] axes = attended(i, rank);
    if (deep) {
      if (r.mask() >= 0 || given(i, "use_causal_mask") || scores) {
        throw i.error("masks and scores are imported for inputs of rank 3 only");
      }
      for (int k = 0; k < 3; k++) {
        takes[k] = flattened(i, m, k == 0 ? r.q() : k == 1 ? r.v() : r.k(), axes);
        maskOf[k] = -1;
      }
    } else if (axes.length != 1 || axes[0] != 1) {
      throw i.error("attention_axes " + Arrays.toString(axes) + " of an input of rank 3");
    }
    int count = r.mask() >= 0 ? 4 : 3;
    int stage = m.stages.size();
    m.then(vertex, Arrays.copyOf(takes, count), Arrays.copyOf(maskOf, count));
    if (deep) {
      unflattened(m, query, axes, width);
    }
    if (output.length > 1) {
      long[] sizes = new long[out.length + 1];
      System.arraycopy(out, 0, sizes, 1, out.length);
      m.then(new OperationLayer(Operation.of("reshape", 1).sizes(sizes)));
    }
    weights(i, m, r, stage, heads, keyHeads, keyDim, valueDim, output);
    if (scores) {
      int result = m.stages.size() - 1;
      MultiHeadAttention again = ((MultiHeadAttention) vertex.clone()).scores(true);
      m.then(again, Arrays.copyOf(takes, count), Arrays.copyOf(maskOf, count));
      m.sameWeights.put(m.stages.size() - 1, stage);
      m.output(result, out).output(m.stages.size() - 1, heads, query[0], i.inputShape(r.v())[0]);
    }
    return m.maskOut(r.q() == 0 ? MappedLayer.MaskOut.FIRST : MappedLayer.MaskOut.SECOND);
  }

  /** [batch, ..., features] with the axes that are not attended over in the batch: a stage. */
  private static int flattened(KerasLayerInfo i, MappedLayer m, int input, int[] axes) {
    long[] in = i.inputShape(input);
    int rank = in.length + 1;
    long steps = 1;
    for (int a : axes) {
      steps *= in[a - 1];
    }
    for (long d : in) {
      if (d < 1) {
        throw i.error("inputs of rank 4 and more need known sizes");
      }
    }
    m.then(
        new OperationLayer(Operation.of("transpose", 1).sizes(order(rank, axes))),
        new int[] {MappedLayer.input(input)},
        -1);
    m.then(
        new OperationLayer(Operation.of("reshape", 1).sizes(-1, steps, in[rank - 2])),
        new int[] {m.stages.size() - 1},
        -1);
    return m.stages.size() - 1;
  }

  /** The batch, the axes that are not attended over, those that are, the features. */
  private static long[] order(int rank, int[] axes) {
    List<Long> order = new ArrayList<>(List.of(0L));
    for (int d = 1; d < rank - 1; d++) {
      int a = d;
      if (Arrays.stream(axes).noneMatch(x -> x == a)) {
        order.add((long) d);
      }
    }
    for (int a : axes) {
      order.add((long) a);
    }
    order.add((long) rank - 1);
    return order.stream().mapToLong(Long::longValue).toArray();
  }

  private static void unflattened(MappedLayer m, long[] query, int[] axes, long width) {
    int rank = query.length + 1;
    long[] order = order(rank, axes);
    long[] sizes = new long[rank];
    long[] back = new long[rank];
    sizes[0] = -1;
    for (int d = 0; d < rank; d++) {
      back[(int) order[d]] = d;
      if (d > 0) {
        sizes[d] = order[d] == rank - 1 ? width : query[(int) order[d] - 1];
      }
    }
    m.then(new OperationLayer(Operation.of("reshape", 1).sizes(sizes)));
    m.then(new OperationLayer(Operation.of("transpose", 1).sizes(back)));
  }

  private static void weights(
      KerasLayerInfo i,
      MappedLayer m,
      Roles r,
      int stage,
      int heads,
      int keyHeads,
      int keyDim,
      int valueDim,
      long[] output) {
    boolean bias = i.flag("use_bias", true);
    part(m, stage, "query", "q", bias, i.features(r.q()), heads, keyDim);
    part(m, stage, "key", "k", bias, i.features(r.k()), keyHeads, keyDim);
    part(m, stage, "value", "v", bias, i.features(r.v()), keyHeads, valueDim);
    long[] kernel = new long[2 + output.length];
    kernel[0] = heads;
    kernel[1] = valueDim;
    System.arraycopy(output, 0, kernel, 2, output.length);
    add(m, stage, "attention_output/kernel", "*output_dense/vars/0", "Wo", kernel);
    if (bias) {
      add(m, stage, "attention_output/bias", "*output_dense/vars/1", "bo", output);
    }
  }

  private static void part(
      MappedLayer m,
      int stage,
      String name,
      String letter,
      boolean bias,
      long depth,
      long heads,
      long dim) {
    String path = "*" + name + "_dense/vars/";
    add(m, stage, name + "/kernel", path + 0, "W" + letter, depth, heads, dim);
    if (bias) {
      add(m, stage, name + "/bias", path + 1, "b" + letter, heads, dim);
    }
  }

  private static void add(
      MappedLayer m, int stage, String name, String path, String parameter, long... shape) {
    m.weights.add(new MappedLayer.Weight(name, path, shape, stage, parameter, MappedLayer.AS_IS));
  }

  // --- one head -----------------------------------------------------------------------------

  private static MappedLayer attention(KerasLayerInfo i, boolean additive) {
    i.requireInputs(2, 3);
    for (int k = 0; k < i.inputCount(); k++) {
      if (i.inputShape(k).length != 2) {
        throw i.error(
            "expected inputs [batch, time, features], found "
                + KerasLayerInfo.show(i.inputShape(k)));
      }
    }
    i.requireText("score_mode", "dot", "concat");
    boolean concatenated = i.text("score_mode", "dot").equals("concat");
    boolean causal = given(i, "use_causal_mask") || i.flag("causal", false);
    boolean scores = given(i, "return_attention_scores");
    long depth = i.features(0);
    boolean useScale = i.flag("use_scale", additive);
    int key = i.inputCount() == 3 ? 2 : 1;
    if (i.features(key) != depth) {
      throw i.error("query and key have " + depth + " and " + i.features(key) + " features");
    }
    DotProductAttention vertex =
        new DotProductAttention(additive, useScale, depth)
            .concatenated(concatenated)
            .causal(causal);
    MappedLayer m =
        MappedLayer.of(vertex, i.inputShape(0)[0], i.features(1))
            .inputOrder(0, 1, key)
            .usesMask(true, true, false)
            .passesMask();
    if (useScale) {
      m.weight("scale", "scale", additive ? new long[] {depth} : new long[0]);
    }
    if (concatenated) {
      m.weight("concat_score_weight", "concat", new long[0]);
    }
    if (scores) {
      m.then(
          ((DotProductAttention) vertex.clone()).scores(true),
          new int[] {MappedLayer.input(0), MappedLayer.input(1), MappedLayer.input(key)},
          0,
          1,
          -1);
      m.sameWeights.put(1, 0);
      m.output(0, m.outputShape).output(1, i.inputShape(0)[0], i.inputShape(1)[0]);
    }
    return m;
  }
}
