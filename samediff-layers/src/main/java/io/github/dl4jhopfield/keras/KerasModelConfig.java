package io.github.dl4jhopfield.keras;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A Keras model configuration as a flat list of calls in order of computation. Nested models are
 * inlined (the layer "dense" of a model "head" becomes "head.dense"); a layer called twice appears
 * twice, with the same {@link Call#layer}.
 */
final class KerasModelConfig {

  /** Output number {@code index} of a call, or of an input. */
  record Tensor(String producer, int index) {}

  /** A model input. Shape without batch, -1 for unknown sizes. */
  record Input(String name, long[] shape) {}

  /**
   * One layer applied once.
   *
   * @param name unique name
   * @param layer the layer's own name; the same for each call of a shared layer
   * @param type class name; "package>Class" for a registered class of a user
   * @param inputNames keyword of each input, "" for positional ones
   * @param arguments call arguments that are not tensors
   * @param savedLayer name of the group that holds the weights in an .h5
   * @param savedPrefix the layer's own name if that group belongs to a nested model, or ""
   * @param numberedPath path of the layer in a .keras archive
   * @param places of the tensors in a list that has other things too, by the list's keyword
   */
  record Call(
      String name,
      String layer,
      String type,
      JsonNode config,
      List<Tensor> inputs,
      List<String> inputNames,
      Map<String, JsonNode> arguments,
      String savedLayer,
      String savedPrefix,
      String numberedPath,
      Map<String, List<Integer>> places) {}

  private static final Set<String> MODELS = Set.of("Sequential", "Functional", "Model");

  private final String file;
  private final List<Input> inputs = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Integer> callsOfLayer = new HashMap<>();
  private final Map<String, Integer> offsetCalls = new HashMap<>();
  private List<Tensor> outputs = List.of();
  private final boolean sequential;

  private KerasModelConfig(String file, boolean sequential) {
    this.file = file;
    this.sequential = sequential;
  }

  List<Input> inputs() {
    return inputs;
  }

  List<Call> calls() {
    return calls;
  }

  List<Tensor> outputs() {
    return outputs;
  }

  boolean sequential() {
    return sequential;
  }

  static KerasModelConfig parse(String file, JsonNode model) {
    String type = model.path("class_name").asText("");
    if (!MODELS.contains(type)) {
      throw new KerasImportException(
          file
              + ": expected a Sequential or functional model, found "
              + (type.isEmpty() ? "no class_name" : type + " (a subclassed model has no graph)"));
    }
    JsonNode config = model.get("config");
    KerasModelConfig result = new KerasModelConfig(file, type.equals("Sequential"));
    result.outputs = result.model(type, config, "", null, null, "layers");
    if (result.inputs.isEmpty()) {
      throw new KerasImportException(file + ": the model has no input layer");
    }
    return result;
  }

  /** One layer of a model's list. */
  private record Definition(
      String name, String type, JsonNode config, List<Arguments> calls, String numbered) {}

  /** The arguments of one call of a layer. */
  private record Arguments(
      List<Reference> inputs,
      List<String> names,
      Map<String, JsonNode> others,
      Map<String, List<Integer>> places) {}

  private record Reference(String layer, int node, int tensor) {}

  /**
   * Adds a model's calls.
   *
   * @param given what a nested model is called with; null for the model itself
   * @param savedLayer of a nested model
   */
  private List<Tensor> model(
      String type,
      JsonNode config,
      String prefix,
      List<Tensor> given,
      String savedLayer,
      String numberedPath) {
    JsonNode layers = config == null ? null : config.isArray() ? config : config.get("layers");
    if (layers == null || !layers.isArray()) {
      throw new KerasImportException(file + ": model " + prefix + "has no list of layers");
    }
    List<Definition> definitions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (JsonNode l : layers) {
      Definition d = definition(l, numbers);
      if (!names.add(d.name())) {
        throw new KerasImportException(
            file + ": two layers have the name \"" + prefix + d.name() + "\"");
      }
      definitions.add(d);
    }
    return type.equals("Sequential")
        ? sequence(definitions, config, prefix, given, savedLayer, numberedPath)
        : graph(definitions, config, prefix, given, savedLayer, numberedPath);
  }

  private Definition definition(JsonNode l, Map<String, Integer> numbers) {
    String type = l.path("class_name").asText("");
    JsonNode config = l.get("config");
    if (type.isEmpty() || config == null) {
      throw new KerasImportException(
          file + ": a layer without class_name or config: " + KerasLayerInfo.shorten(l));
    }
    String name = l.path("name").asText(config.path("name").asText(""));
    if (name.isEmpty()) {
      throw new KerasImportException(file + ": a layer of class " + type + " has no name");
    }
    // .keras archives number the layers of each class: dense, dense_1, ...
    String simple = type.substring(type.lastIndexOf('>') + 1);
    String snake = snake(simple.equals("GroupQueryAttention") ? "GroupedQueryAttention" : simple);
    int n = numbers.merge(snake, 1, Integer::sum) - 1;
    String registered = l.path("registered_name").asText("");
    if (registered.contains(">")) {
      type = registered;
    } else if (l.path("module").asText("").contains(".ops.")
        || isOperation(type, config, l.get("inbound_nodes"))) {
      type = "ops." + type;
    }
    if (simple.equals("TFOpLambda") || simple.equals("SlicingOpLambda")) {
      String function = config.path("function").asText("?");
      type = "tf." + (function.startsWith("compat.v1.") ? function.substring(10) : function);
    }
    return new Definition(
        name, type, config, calls(l.get("inbound_nodes")), n == 0 ? snake : snake + "_" + n);
  }

  /** In an .h5 of Keras 3 operations have no module; unlike layers they are not trainable. */
  private static boolean isOperation(String type, JsonNode config, JsonNode nodes) {
    return KerasLayers.builtIn("ops." + type) != null
        && !config.has("trainable")
        && nodes != null
        && nodes.path(0).isObject();
  }

  /** Keras's own to_snake_case. */
  static String snake(String name) {
    String s = name.replaceAll("\\W+", "");
    s = s.replaceAll("(.)([A-Z][a-z]+)", "$1_$2");
    s = s.replaceAll("([a-z])([A-Z])", "$1_$2");
    return s.toLowerCase(Locale.ROOT);
  }

  private List<Arguments> calls(JsonNode nodes) {
    List<Arguments> result = new ArrayList<>();
    if (nodes == null) {
      return result;
    }
    for (JsonNode node : nodes) {
      Arguments a =
          new Arguments(
              new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>(), new HashMap<>());
      if (node.isObject()) {
        int position = 0;
        for (JsonNode arg : node.path("args")) {
          if (!holdsTensor(arg)) {
            a.others().put(POSITION + position, arg);
          }
          add3(a, "", arg);
          position++;
        }
        node.path("kwargs").fields().forEachRemaining(e -> add3(a, e.getKey(), e.getValue()));
      } else if (node.isArray() && node.size() > 0 && node.get(0).isTextual()) {
        add2(a, node);
      } else {
        for (JsonNode one : node) {
          add2(a, one);
        }
      }
      result.add(a);
    }
    return result;
  }

  /** The key of a constant argument by its position, from 0. */
  static final String POSITION = "position";

  private static boolean holdsTensor(JsonNode arg) {
    if (arg.isArray()) {
      for (JsonNode a : arg) {
        if (holdsTensor(a)) {
          return true;
        }
      }
    }
    return arg.path("class_name").asText("").equals("__keras_tensor__");
  }

  /** Keras 3: {"class_name": "__keras_tensor__", "config": {"keras_history": [layer, 0, 0]}}. */
  private void add3(Arguments a, String keyword, JsonNode value) {
    if (value.isArray() && holdsTensor(value)) {
      for (int k = 0; k < value.size(); k++) {
        if (holdsTensor(value.get(k))) {
          a.places().computeIfAbsent(keyword, x -> new ArrayList<>()).add(k);
          add3(a, keyword, value.get(k));
        } else if (!value.get(k).isNull()) {
          throw new KerasImportException(
              file
                  + ": a list of tensors and constants as an argument is not imported: "
                  + KerasLayerInfo.shorten(value.get(k)));
        }
      }
    } else if (value.path("class_name").asText("").equals("__keras_tensor__")) {
      JsonNode h = value.path("config").path("keras_history");
      a.inputs().add(reference(h));
      a.names().add(keyword);
    } else if (!keyword.isEmpty() && !value.isNull()) {
      a.others().put(keyword, value);
    } else if (keyword.isEmpty()) {
      a.others().put("args" + a.others().size(), value);
    }
  }

  /** Keras 2: [layer, node, tensor, {keyword: value or [layer, node, tensor]}]. */
  private void add2(Arguments a, JsonNode one) {
    if (one.isArray() && one.size() > 0 && one.get(0).isArray()) {
      for (JsonNode inner : one) {
        add2(a, inner);
      }
      return;
    }
    if (one.isArray() && one.size() >= 3 && one.get(0).asText().equals("_CONSTANT_VALUE")) {
      a.others().put("args" + a.others().size(), one.get(2));
      a.others().put(POSITION + 0, one.get(2));
    } else {
      a.inputs().add(reference(one));
      a.names().add("");
    }
    JsonNode keywords = one.get(3);
    if (keywords == null || !keywords.isObject()) {
      return;
    }
    keywords
        .fields()
        .forEachRemaining(
            e -> {
              JsonNode v = e.getValue();
              if (isReference(v)) {
                a.inputs().add(reference(v));
                a.names().add(e.getKey());
              } else if (v.isArray() && v.size() > 0 && allReferences(v)) {
                for (JsonNode r : v) {
                  a.inputs().add(reference(r));
                  a.names().add(e.getKey());
                }
              } else if (!v.isNull()) {
                a.others().put(e.getKey(), v);
              }
            });
  }

  private static boolean allReferences(JsonNode list) {
    for (JsonNode v : list) {
      if (!isReference(v)) {
        return false;
      }
    }
    return true;
  }

  static boolean isReference(JsonNode v) {
    return v.isArray()
        && v.size() == 3
        && v.get(0).isTextual()
        && v.get(1).isInt()
        && v.get(2).isInt()
        && !v.get(0).asText().equals("_CONSTANT_VALUE");
  }

  private Reference reference(JsonNode v) {
    if (!v.isArray()
        || v.size() < 3
        || !v.get(0).isTextual()
        || !v.get(1).isInt()
        || !v.get(2).isInt()) {
      throw new KerasImportException(
          file + ": expected [layer, node, tensor], found " + KerasLayerInfo.shorten(v));
    }
    return new Reference(v.get(0).asText(), v.get(1).asInt(), v.get(2).asInt());
  }

  private List<Tensor> sequence(
      List<Definition> definitions,
      JsonNode config,
      String prefix,
      List<Tensor> given,
      String savedLayer,
      String numberedPath) {
    Tensor at = null;
    if (given != null) {
      if (given.size() != 1) {
        throw new KerasImportException(
            file + ": the model " + prefix + "is a sequence and called with several inputs");
      }
      at = given.get(0);
    }
    for (Definition d : definitions) {
      if (d.type().equals("InputLayer")) {
        if (at == null) {
          at = input(d.name(), shapeOf(d.config()));
        }
        continue;
      }
      if (at == null) {
        long[] shape = shapeOf(d.config());
        if (shape == null) {
          shape = withoutBatch(config.get("build_input_shape"));
        }
        if (shape == null && MODELS.contains(d.type())) {
          shape = firstShape(d.config());
        }
        at = input(d.name() + "_input", shape);
      }
      List<Tensor> out =
          call(
              d,
              new Arguments(List.of(), List.of(""), Map.of(), Map.of()),
              List.of(at),
              prefix,
              savedLayer,
              numberedPath);
      at = out.get(0);
    }
    if (at == null) {
      throw new KerasImportException(file + ": the model " + prefix + "has no layers");
    }
    return List.of(at);
  }

  /** The input shape of a nested model that comes first in a sequence. */
  private long[] firstShape(JsonNode config) {
    for (JsonNode l : config.path("layers")) {
      long[] s = shapeOf(l.path("config"));
      if (s != null) {
        return s;
      }
    }
    return null;
  }

  private List<Tensor> graph(
      List<Definition> definitions,
      JsonNode config,
      String prefix,
      List<Tensor> given,
      String savedLayer,
      String numberedPath) {
    Map<String, Definition> byName = new LinkedHashMap<>();
    definitions.forEach(d -> byName.put(d.name(), d));
    Map<String, List<List<Tensor>>> done = new HashMap<>();
    List<Reference> ins = references(config.get("input_layers"));
    if (given != null && given.size() != ins.size()) {
      throw new KerasImportException(
          file
              + ": the model "
              + prefix
              + "has "
              + ins.size()
              + " inputs and is called with "
              + given.size());
    }
    for (int i = 0; i < ins.size(); i++) {
      String name = ins.get(i).layer();
      Definition d = byName.get(name);
      if (d == null || !d.type().equals("InputLayer")) {
        throw new KerasImportException(file + ": the input \"" + prefix + name + "\" is not there");
      }
      Tensor t = given != null ? given.get(i) : input(name, shapeOf(d.config()));
      done.put(name, new ArrayList<>(List.of(List.of(t))));
    }
    for (Definition d : definitions) {
      if (d.type().equals("InputLayer") && !done.containsKey(d.name())) {
        throw new KerasImportException(
            file + ": the input layer \"" + prefix + d.name() + "\" is not an input of the model");
      }
      if (!d.type().equals("InputLayer")) {
        List<List<Tensor>> places = new ArrayList<>();
        d.calls().forEach(c -> places.add(null));
        done.put(d.name(), places);
      }
    }
    findOffsets(definitions, config, byName, prefix);
    // Depth first from each call to what it needs, without recursion: graphs can be long.
    Set<String> open = new HashSet<>();
    for (Definition start : definitions) {
      for (int c = 0; c < start.calls().size(); c++) {
        Deque<Reference> stack = new ArrayDeque<>();
        stack.push(new Reference(start.name(), c, 0));
        while (!stack.isEmpty()) {
          Reference at = stack.peek();
          List<List<Tensor>> places = done.get(at.layer());
          if (places.get(at.node()) != null) {
            stack.pop();
            continue;
          }
          Definition d = byName.get(at.layer());
          Arguments a = d.calls().get(at.node());
          boolean ready = true;
          for (Reference r : a.inputs()) {
            int node = node(r, byName, done, prefix);
            if (done.get(r.layer()).get(node) == null) {
              if (ready && !open.add(at.layer() + "#" + at.node())) {
                throw new KerasImportException(
                    file + ": layer \"" + prefix + at.layer() + "\" depends on itself");
              }
              ready = false;
              stack.push(new Reference(r.layer(), node, 0));
            }
          }
          if (ready) {
            stack.pop();
            List<Tensor> tensors = new ArrayList<>();
            for (Reference r : a.inputs()) {
              tensors.add(tensor(r, byName, done, prefix));
            }
            places.set(at.node(), call(d, a, tensors, prefix, savedLayer, numberedPath));
          }
        }
      }
    }
    List<Tensor> out = new ArrayList<>();
    for (Reference r : references(config.get("output_layers"))) {
      out.add(tensor(r, byName, done, prefix));
    }
    if (out.isEmpty()) {
      throw new KerasImportException(file + ": the model " + prefix + "has no outputs");
    }
    return out;
  }

  /**
   * Finds the nested models whose first call in a graph is 1: they count the call that made them.
   */
  private void findOffsets(
      List<Definition> definitions,
      JsonNode config,
      Map<String, Definition> byName,
      String prefix) {
    List<Reference> all = new ArrayList<>(references(config.get("output_layers")));
    definitions.forEach(d -> d.calls().forEach(c -> all.addAll(c.inputs())));
    for (Reference r : all) {
      Definition d = byName.get(r.layer());
      if (d != null && MODELS.contains(d.type()) && r.node() >= d.calls().size()) {
        offsetCalls.put(prefix + r.layer(), 1);
      }
    }
  }

  private int node(
      Reference r,
      Map<String, Definition> byName,
      Map<String, List<List<Tensor>>> done,
      String prefix) {
    List<List<Tensor>> places = done.get(r.layer());
    if (places == null || places.isEmpty()) {
      throw new KerasImportException(
          file + ": a call of the layer \"" + prefix + r.layer() + "\", which is not in the model");
    }
    int node = r.node();
    if (offsetCalls.getOrDefault(prefix + r.layer(), 0) > 0) {
      node -= 1;
    }
    if (places.size() == 1) {
      return 0;
    }
    if (node < 0 || node >= places.size()) {
      throw new KerasImportException(
          file + ": layer \"" + prefix + r.layer() + "\" has no call number " + r.node());
    }
    return node;
  }

  private Tensor tensor(
      Reference r,
      Map<String, Definition> byName,
      Map<String, List<List<Tensor>>> done,
      String prefix) {
    int node = node(r, byName, done, prefix);
    List<Tensor> outputs = done.get(r.layer()).get(node);
    if (outputs == null) {
      throw new KerasImportException(
          file + ": the output \"" + prefix + r.layer() + "\" is never computed");
    }
    boolean model = MODELS.contains(byName.get(r.layer()).type());
    if (!model && r.tensor() > 0 && outputs.size() == 1) {
      return new Tensor(outputs.get(0).producer(), r.tensor()); // the layer's mapper knows
    }
    if (r.tensor() < 0 || r.tensor() >= outputs.size()) {
      throw new KerasImportException(
          file
              + ": output "
              + r.tensor()
              + " of the layer \""
              + prefix
              + r.layer()
              + "\" is used; it has "
              + outputs.size());
    }
    return outputs.get(r.tensor());
  }

  private List<Tensor> call(
      Definition d,
      Arguments a,
      List<Tensor> tensors,
      String prefix,
      String savedLayer,
      String numberedPath) {
    String path = numberedPath + "/" + d.numbered();
    if (MODELS.contains(d.type())) {
      if (!a.names().stream().allMatch(String::isEmpty)) {
        throw new KerasImportException(
            file + ": the model \"" + prefix + d.name() + "\" is called with keywords");
      }
      return model(
          d.type(),
          d.config(),
          prefix + d.name() + ".",
          tensors,
          savedLayer == null ? d.name() : savedLayer,
          path + "/layers");
    }
    if (tensors.isEmpty()) {
      throw new KerasImportException(
          file + ": layer \"" + prefix + d.name() + "\" is called with no inputs");
    }
    if (d.type().equals("TimeDistributed")
        && !UNFOLDED.contains(d.config().path("layer").path("class_name").asText(""))) {
      return overTime(d, tensors, prefix, savedLayer, path);
    }
    String layer = prefix + d.name();
    String name = unique(layer);
    calls.add(
        new Call(
            name,
            layer,
            d.type(),
            d.config(),
            tensors,
            a.names(),
            a.others(),
            savedLayer == null ? d.name() : savedLayer,
            savedLayer == null ? "" : d.name(),
            path,
            a.places()));
    return Collections.singletonList(new Tensor(name, 0));
  }

  /** What TimeDistributed wraps that is the same on steps as on samples. */
  private static final Set<String> UNFOLDED = Set.of("Dense", "Activation", "Dropout");

  /** A layer or model for each step: the steps become samples, and back. */
  private List<Tensor> overTime(
      Definition d, List<Tensor> tensors, String prefix, String savedLayer, String path) {
    JsonNode inner = d.config().path("layer");
    String type = inner.path("class_name").asText("");
    if (type.isEmpty() || tensors.size() != 1) {
      throw new KerasImportException(
          file + ": layer \"" + prefix + d.name() + "\": expected one input and a layer inside");
    }
    String layer = prefix + d.name();
    Tensor folded = helper(d, layer + "@fold", tensors, savedLayer, path);
    Tensor result;
    if (MODELS.contains(type)) {
      result =
          model(
                  type,
                  inner.path("config"),
                  layer + ".",
                  List.of(folded),
                  savedLayer == null ? d.name() : savedLayer,
                  path + "/layer/layers")
              .get(0);
    } else {
      String name = unique(layer);
      String registered = inner.path("registered_name").asText("");
      calls.add(
          new Call(
              name,
              layer,
              registered.contains(">") ? registered : type,
              inner.path("config"),
              List.of(folded),
              List.of(""),
              Map.of(),
              savedLayer == null ? d.name() : savedLayer,
              savedLayer == null ? "" : d.name(),
              path + "/layer",
              Map.of()));
      result = new Tensor(name, 0);
    }
    return List.of(helper(d, layer + "@unfold", List.of(result, tensors.get(0)), savedLayer, path));
  }

  /** A call that has no weights. */
  private Tensor helper(
      Definition d, String layer, List<Tensor> inputs, String savedLayer, String path) {
    String name = unique(layer);
    calls.add(
        new Call(
            name,
            layer,
            d.type() + layer.substring(layer.lastIndexOf('@')),
            d.config(),
            inputs,
            Collections.nCopies(inputs.size(), ""),
            Map.of(),
            savedLayer == null ? d.name() : savedLayer,
            "",
            path,
            Map.of()));
    return new Tensor(name, 0);
  }

  /** A name for one more call of a layer. */
  private String unique(String layer) {
    int n = callsOfLayer.merge(layer, 1, Integer::sum) - 1;
    return n == 0 ? layer : layer + "@" + n;
  }

  private Tensor input(String name, long[] shape) {
    if (shape == null) {
      throw new KerasImportException(
          file
              + ": the input \""
              + name
              + "\" has no shape; build the model in Keras before saving it");
    }
    inputs.add(new Input(name, shape));
    return new Tensor(name, 0);
  }

  private List<Reference> references(JsonNode list) {
    List<Reference> result = new ArrayList<>();
    if (list == null) {
      return result;
    }
    if (list.isArray() && list.size() == 3 && list.get(0).isTextual()) {
      result.add(reference(list));
      return result;
    }
    for (JsonNode r : list) {
      result.add(reference(r));
    }
    return result;
  }

  private long[] shapeOf(JsonNode config) {
    JsonNode s = config.get("batch_input_shape");
    return withoutBatch(s == null || s.isNull() ? config.get("batch_shape") : s);
  }

  private long[] withoutBatch(JsonNode s) {
    if (s != null && s.isObject()) {
      s = s.path("items"); // a serialised TensorShape or tuple
    }
    if (s == null || !s.isArray() || s.size() < 1) {
      return null;
    }
    long[] shape = new long[s.size() - 1];
    for (int i = 0; i < shape.length; i++) {
      JsonNode d = s.get(i + 1);
      shape[i] = d.isNull() ? -1 : d.asLong(0);
      if (shape[i] == 0 || shape[i] < -1 || shape[i] > Integer.MAX_VALUE) {
        throw new KerasImportException(
            file + ": an input shape should be sizes or null, found " + s);
      }
    }
    return shape;
  }
}
