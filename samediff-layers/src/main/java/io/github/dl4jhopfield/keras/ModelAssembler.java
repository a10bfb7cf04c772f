package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.MaskedInputs;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.StopGradient;
import io.github.dl4jhopfield.keras.layers.TokenMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * From a Keras file to a network: maps every call, checks every weight, and only then builds the
 * network and copies.
 */
final class ModelAssembler {

  /** A tensor of the graph under construction. Mask: the vertex that computes it, or null. */
  private record Value(String vertex, long[] shape, String mask) {}

  /** A DL4J layer or vertex with its inputs, not yet built. */
  private record Part(String name, Layer layer, GraphVertex vertex, List<String> inputs) {}

  /** A weight and where it goes. */
  private record Copy(String vertex, MappedLayer.Weight weight, SavedArray array) {}

  private final KerasFile file;
  private final KerasImportOptions options;
  private final KerasModelConfig config;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final List<Copy> copies = new ArrayList<>();
  private final Map<String, Map<String, Double>> constants = new HashMap<>();
  private final List<ImportSummary.LayerRow> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final TrainingConfig.Optimizer optimizer;
  private boolean chain;

  ModelAssembler(KerasFile file, KerasImportOptions options) {
    this.file = file;
    this.options = options;
    this.config = KerasModelConfig.parse(file.label(), file.model());
    this.optimizer = TrainingConfig.optimizer(file, options, notes);
  }

  KerasImport assemble() {
    requireKnownLayers();
    chain = config.sequential();
    Set<String> usedNames = new HashSet<>();
    for (KerasModelConfig.Input in : config.inputs()) {
      if (!usedNames.add(safe(in.name()))) {
        throw new KerasImportException(
            file.label() + ": two inputs or layers have the name \"" + in.name() + "\"");
      }
      values.put(in.name(), new Value(safe(in.name()), in.shape(), null));
    }
    Map<String, List<KerasModelConfig.Call>> byLayer = new LinkedHashMap<>();
    for (KerasModelConfig.Call call : config.calls()) {
      byLayer.computeIfAbsent(call.layer(), k -> new ArrayList<>()).add(call);
      if (!usedNames.add(safe(call.name()))) {
        throw new KerasImportException(
            file.label() + ": two inputs or layers have the name \"" + call.name() + "\"");
      }
    }
    WeightMatcher matcher = new WeightMatcher(file.weights());
    long parameters = 0;
    for (KerasModelConfig.Call call : config.calls()) {
      parameters += add(call, byLayer.get(call.layer()), matcher);
      if (parameters > options.maxParameters()) {
        throw new KerasImportException(
            file.label()
                + ": the model has more than "
                + options.maxParameters()
                + " parameters, the limit (KerasImportOptions.maxParameters)");
      }
    }
    matcher.requireComplete(file.label());
    Model model = build();
    copyWeights(model);
    return new KerasImport(
        model,
        new ImportSummary(
            file.label(),
            file.version().text(),
            config.sequential() ? "Sequential" : "Functional",
            List.copyOf(rows),
            List.copyOf(notes)),
        config.inputs().stream().map(KerasModelConfig.Input::shape).toList());
  }

  private static String safe(String name) {
    return name.replace('/', '.');
  }

  // --- every layer known? -------------------------------------------------------------------

  private KerasLayerMapper mapper(KerasModelConfig.Call call) {
    String type = call.type();
    String simple = type.substring(type.lastIndexOf('>') + 1);
    if (simple.equals("Lambda")) {
      return options.lambdas().get(call.layer());
    }
    KerasLayerMapper m = options.layers().get(type);
    if (m == null) {
      m = options.layers().get(simple);
    }
    return m != null ? m : KerasLayers.builtIn(type);
  }

  private void requireKnownLayers() {
    Set<String> unknown = new TreeSet<>();
    Set<String> lambdas = new LinkedHashSet<>();
    for (KerasModelConfig.Call call : config.calls()) {
      if (mapper(call) == null) {
        if (call.type().equals("Lambda") || call.type().endsWith(">Lambda")) {
          lambdas.add("\"" + call.layer() + "\"");
        } else {
          unknown.add(call.type() + " (\"" + call.layer() + "\")");
        }
      }
    }
    List<String> what = new ArrayList<>();
    if (!unknown.isEmpty()) {
      what.add(
          "layers of classes that are not known here: "
              + String.join(", ", unknown)
              + "; say how they are translated with KerasImportOptions.builder().layer(class,"
              + " mapper)");
    }
    if (!lambdas.isEmpty()) {
      what.add(
          "Lambda layers, whose Python code is never run: "
              + String.join(", ", lambdas)
              + "; say what they do with KerasImportOptions.builder().lambda(name, mapper)");
    }
    if (!what.isEmpty()) {
      throw new KerasImportException(file.label() + " has " + String.join("; and ", what));
    }
  }

  // --- one call -----------------------------------------------------------------------------

  /** Maps a call and adds its parts; gives the number of its parameters (once for each layer). */
  private long add(
      KerasModelConfig.Call call, List<KerasModelConfig.Call> siblings, WeightMatcher matcher) {
    List<Value> in = new ArrayList<>();
    for (KerasModelConfig.Tensor t : call.inputs()) {
      in.add(values.get(t.producer()));
    }
    KerasModelConfig.Call masked = masksFromArguments(call, in);
    KerasLayerInfo info =
        new KerasLayerInfo(
            call.layer(),
            call.type().substring(call.type().lastIndexOf('>') + 1),
            file.version(),
            options.predictionsOnly(),
            call.config(),
            in.stream().map(Value::shape).toList(),
            masked.inputNames(),
            in.stream().map(v -> v.mask() != null).toList(),
            call.arguments());
    MappedLayer mapped = mapper(call).map(info);
    if (!options.predictionsOnly()) {
      LayerTraining.apply(info, mapped, optimizer.weightDecay());
    }
    boolean first = siblings.get(0) == call;
    boolean shared = siblings.size() > 1 && !mapped.weights.isEmpty();
    String name = safe(call.name());
    if (mapped.note != null) {
      notes.add(mapped.note);
    }
    String mask = maskOf(name, in, mapped, info);
    if (mapped.stopsGradient && (mask != null || !isInput(in.get(0).vertex()))) {
      put(new Part(name + "@ids", null, new StopGradient(), List.of(in.get(0).vertex())));
      in.set(0, new Value(name + "@ids", in.get(0).shape(), in.get(0).mask()));
    }
    if (mapped.ownMaskAsInput) {
      in.add(new Value(mask, new long[] {-1}, null));
    }
    String last = addStages(call, name, in, mapped, siblings, shared, first, info);
    values.put(call.name(), new Value(last, mapped.outputShape, mask));
    long parameters = 0;
    int matched = 0;
    if (first) {
      String target = safe(call.layer());
      if (!mapped.constants.isEmpty()) {
        constants.put(target, mapped.constants);
      }
      for (Map.Entry<MappedLayer.Weight, SavedArray> e : matcher.match(call, mapped).entrySet()) {
        copies.add(new Copy(stageName(target, e.getKey().stage()), e.getKey(), e.getValue()));
        matched++;
      }
      for (MappedLayer.Weight w : mapped.weights) {
        parameters += Arrays.stream(w.shape()).reduce(1, Math::multiplyExact);
      }
    }
    rows.add(
        new ImportSummary.LayerRow(
            call.name(),
            info.type(),
            mapped.stages.isEmpty() ? "-" : describe(mapped.stages),
            String.join(", ", in.stream().map(v -> KerasLayerInfo.show(v.shape())).toList()),
            KerasLayerInfo.show(mapped.outputShape),
            parameters,
            matched));
    return parameters;
  }

  private boolean isInput(String vertex) {
    return config.inputs().stream().anyMatch(i -> safe(i.name()).equals(vertex));
  }

  /**
   * Takes masks that Keras 3 passes as call arguments (mask, query_mask, ...) out of the inputs and
   * gives them to the inputs that they are for.
   */
  private static KerasModelConfig.Call masksFromArguments(
      KerasModelConfig.Call call, List<Value> in) {
    List<KerasModelConfig.Tensor> inputs = new ArrayList<>(call.inputs());
    List<String> names = new ArrayList<>(call.inputNames());
    int masks = 0;
    for (int k = names.size() - 1; k >= 0; k--) {
      String name = names.get(k);
      if (!name.equals("mask") && !Set.of("query_mask", "value_mask", "key_mask").contains(name)) {
        continue;
      }
      // a list of masks comes as several inputs of the same name
      int of = name.equals("mask") ? k - names.indexOf("mask") : role(names, name);
      Value v = in.get(of);
      in.set(of, new Value(v.vertex(), v.shape(), in.get(k).vertex()));
      in.remove(k);
      inputs.remove(k);
      names.remove(k);
      masks++;
    }
    return masks == 0
        ? call
        : new KerasModelConfig.Call(
            call.name(),
            call.layer(),
            call.type(),
            call.config(),
            inputs,
            names,
            call.arguments(),
            call.savedLayer(),
            call.savedPrefix(),
            call.numberedPath());
  }

  /** The input that query_mask, value_mask or key_mask is for. */
  private static int role(List<String> names, String mask) {
    String role = mask.substring(0, mask.indexOf('_'));
    int named = names.indexOf(role);
    return named >= 0 ? named : List.of("query", "value", "key").indexOf(role);
  }

  private static String describe(List<MappedLayer.Stage> stages) {
    List<String> names = new ArrayList<>();
    for (MappedLayer.Stage s : stages) {
      Object o = s.layer() != null ? s.layer() : s.vertex();
      names.add(o.getClass().getSimpleName());
    }
    return String.join(" + ", names);
  }

  private static String stageName(String name, int stage) {
    return stage == 0 ? name : name + "." + stage;
  }

  private String addStages(
      KerasModelConfig.Call call,
      String name,
      List<Value> in,
      MappedLayer mapped,
      List<KerasModelConfig.Call> siblings,
      boolean shared,
      boolean first,
      KerasLayerInfo info) {
    int[] order = mapped.inputOrder;
    if (order == null) {
      order = new int[in.size()];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
    }
    List<String> inputs = new ArrayList<>();
    for (int i : order) {
      inputs.add(in.get(i).vertex());
    }
    if (shared) {
      return share(call, name, inputs, mapped, siblings, first, info);
    }
    String at = inputs.get(0);
    for (int s = 0; s < mapped.stages.size(); s++) {
      MappedLayer.Stage stage = mapped.stages.get(s);
      List<String> ins = s == 0 ? inputs : List.of(at);
      at = stageName(name, s);
      GraphVertex vertex = stage.vertex();
      Layer layer = stage.layer();
      if (layer != null) {
        layer.setLayerName(at);
      }
      if (s == 0) {
        List<Integer> maskOf = new ArrayList<>();
        List<String> withMasks = new ArrayList<>(ins);
        for (int i = 0; i < order.length; i++) {
          Value v = in.get(order[i]);
          if (v.mask() != null && mapped.usesMask(i)) {
            maskOf.add(i);
            withMasks.add(v.mask());
          }
        }
        if (!maskOf.isEmpty()) {
          vertex = new MaskedInputs(layer != null ? layerVertex(layer) : ready(at, vertex), maskOf);
          layer = null;
          ins = withMasks;
        }
      }
      if (layer == null || ins.size() != 1) {
        chain = false;
      }
      put(new Part(at, layer, vertex, ins));
    }
    return at;
  }

  /**
   * A layer with weights called several times: its inputs are stacked along the batch, the layer
   * runs once, and its output is taken apart. DL4J has no other way to share weights in a graph.
   */
  private String share(
      KerasModelConfig.Call call,
      String name,
      List<String> inputs,
      MappedLayer mapped,
      List<KerasModelConfig.Call> siblings,
      boolean first,
      KerasLayerInfo info) {
    chain = false;
    if (inputs.size() != 1 || info.hasMask() && mapped.usesMask.length > 0) {
      throw info.error(
          "is called "
              + siblings.size()
              + " times; a shared layer can be imported only with one input and no mask");
    }
    if (depends(call, siblings)) {
      throw info.error(
          "is applied to its own result; a graph of DL4J cannot share weights in this way");
    }
    String shared = safe(call.layer());
    if (first) {
      put(new Part(shared + "@stack", null, new StackVertex(), new ArrayList<>()));
      String at = shared + "@stack";
      for (int s = 0; s < mapped.stages.size(); s++) {
        MappedLayer.Stage stage = mapped.stages.get(s);
        String own = stageName(shared, s);
        if (stage.layer() != null) {
          stage.layer().setLayerName(own);
        }
        put(new Part(own, stage.layer(), stage.vertex(), List.of(at)));
        at = own;
      }
    }
    String result = shared + "@" + siblings.indexOf(call) + "-of-" + siblings.size();
    String lastStage = stageName(shared, mapped.stages.size() - 1);
    put(
        new Part(
            result,
            null,
            new UnstackVertex(siblings.indexOf(call), siblings.size()),
            List.of(lastStage)));
    Part stack = parts.get(shared + "@stack");
    stack.inputs().add(inputs.get(0));
    return result;
  }

  /** Whether a call needs the result of another call of the same layer. */
  private boolean depends(KerasModelConfig.Call call, List<KerasModelConfig.Call> siblings) {
    Map<String, KerasModelConfig.Call> all = new HashMap<>();
    config.calls().forEach(c -> all.put(c.name(), c));
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>();
    call.inputs().forEach(t -> open.add(t.producer()));
    while (!open.isEmpty()) {
      String at = open.remove(open.size() - 1);
      KerasModelConfig.Call c = all.get(at);
      if (c == null || !seen.add(at)) {
        continue;
      }
      if (siblings.contains(c)) {
        return true;
      }
      c.inputs().forEach(t -> open.add(t.producer()));
    }
    return false;
  }

  private String maskOf(String name, List<Value> in, MappedLayer mapped, KerasLayerInfo info) {
    List<String> masks = new ArrayList<>();
    for (Value v : in) {
      if (v.mask() != null && !masks.contains(v.mask())) {
        masks.add(v.mask());
      }
    }
    switch (mapped.maskOut) {
      case NONE:
        return null;
      case FIRST:
        return in.get(0).mask();
      case SECOND:
        return in.get(1).mask();
      case ALL:
        if (info.kerasMajor() >= 3 && in.stream().anyMatch(v -> v.mask() == null)) {
          return null;
        }
        if (masks.size() < 2) {
          return masks.isEmpty() ? null : masks.get(0);
        }
        // Keras 3 keeps a step that any input keeps, Keras 2 one that all keep
        String merge = info.kerasMajor() >= 3 ? "maximum" : "multiply";
        put(new Part(name + "@mask", null, new MergeTensors(merge, 0, masks.size()), masks));
        chain = false;
        return name + "@mask";
      case CONCATENATED:
        if (masks.isEmpty()) {
          return null;
        }
        for (Value v : in) {
          if (v.mask() == null) {
            throw info.error("concatenates a masked input with one that has no mask");
          }
        }
        put(
            new Part(
                name + "@mask",
                null,
                new MergeTensors("concatenate", 1, in.size()),
                in.stream().map(Value::mask).toList()));
        chain = false;
        return name + "@mask";
      case NOT_ZERO:
      case NOT_VALUE:
        put(
            new Part(
                name + "@mask",
                null,
                new TokenMask(mapped.maskValue, mapped.maskOut == MappedLayer.MaskOut.NOT_VALUE),
                List.of(in.get(0).vertex())));
        chain = false;
        return name + "@mask";
      default:
        throw new IllegalStateException(mapped.maskOut.name());
    }
  }

  private void put(Part part) {
    if (parts.put(part.name(), part) != null) {
      throw new KerasImportException(
          file.label() + ": two layers would have the name \"" + part.name() + "\"");
    }
  }

  // --- building -----------------------------------------------------------------------------

  private NeuralNetConfiguration.Builder base() {
    return new NeuralNetConfiguration.Builder()
        .dataType(options.dataType())
        .seed(0)
        .updater(optimizer.updater().clone())
        .gradientNormalization(optimizer.clipping())
        .gradientNormalizationThreshold(optimizer.clippedTo());
  }

  private LayerVertex layerVertex(Layer layer) {
    NeuralNetConfiguration conf = base().layer(layer).build();
    return new LayerVertex(conf, null);
  }

  private GraphVertex ready(String name, GraphVertex vertex) {
    if (vertex instanceof SameDiffVertex v) {
      v.setName(name);
      v.applyGlobalConfig(base());
    }
    return vertex;
  }

  private Model build() {
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < config.outputs().size(); i++) {
      KerasModelConfig.Tensor t = config.outputs().get(i);
      Value v = values.get(t.producer());
      outputs.add(v.vertex());
    }
    for (int i = 0; i < outputs.size(); i++) {
      outputs.set(i, withLoss(outputs, i));
    }
    dropUnusedMasks(outputs);
    if (chain && config.inputs().size() == 1 && outputs.size() == 1 && !parts.isEmpty()) {
      NeuralNetConfiguration.ListBuilder list = base().list();
      for (Part p : parts.values()) {
        list.layer(p.layer());
      }
      MultiLayerNetwork network =
          new MultiLayerNetwork(list.validateOutputLayerConfig(false).build());
      network.init();
      return network;
    }
    ComputationGraphConfiguration.GraphBuilder graph = base().graphBuilder();
    graph.addInputs(config.inputs().stream().map(i -> safe(i.name())).toList());
    for (Part p : parts.values()) {
      String[] ins = p.inputs().toArray(new String[0]);
      if (p.layer() != null) {
        graph.addLayer(p.name(), p.layer(), ins);
      } else {
        graph.addVertex(p.name(), ready(p.name(), p.vertex()), ins);
      }
    }
    graph.setOutputs(outputs.toArray(new String[0]));
    graph.validateOutputLayerConfig(false);
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  /** Masks that nothing takes; DL4J refuses a graph with loose ends. */
  private void dropUnusedMasks(List<String> outputs) {
    boolean again = true;
    while (again) {
      Set<String> taken = new HashSet<>(outputs);
      parts.values().forEach(p -> taken.addAll(p.inputs()));
      again = parts.keySet().removeIf(n -> n.endsWith("@mask") && !taken.contains(n));
    }
  }

  /**
   * Makes output i trainable, if there is a loss for it; gives the vertex that is then the output.
   */
  private String withLoss(List<String> outputs, int i) {
    String vertex = outputs.get(i);
    KerasModelConfig.Tensor t = config.outputs().get(i);
    Value v = values.get(t.producer());
    TrainingConfig.Loss loss =
        TrainingConfig.loss(file, options, i, t.producer(), v.shape(), notes);
    if (loss == null) {
      boolean dangling = !parts.containsKey(vertex) || outputs.indexOf(vertex) != i;
      if (dangling) {
        String name = vertex + "@output" + i;
        put(
            new Part(
                name,
                new ActivationLayer.Builder().activation(Activation.IDENTITY).name(name).build(),
                null,
                List.of(vertex)));
        return name;
      }
      return vertex;
    }
    Part p = parts.get(vertex);
    Layer asOutput = p == null || p.layer() == null ? null : loss.replace(p.layer());
    boolean last =
        parts.values().stream().noneMatch(o -> o.inputs().contains(vertex))
            && outputs.indexOf(vertex) == outputs.lastIndexOf(vertex);
    if (asOutput != null && last) {
      asOutput.setLayerName(vertex);
      parts.put(vertex, new Part(vertex, asOutput, null, p.inputs()));
      return vertex;
    }
    String name = vertex + "@loss" + (outputs.size() > 1 ? i : "");
    Layer layer = loss.layer(v.shape());
    layer.setLayerName(name);
    put(new Part(name, layer, null, List.of(vertex)));
    return name;
  }

  // --- copying ------------------------------------------------------------------------------

  private static Map<String, INDArray> parameters(Model model, String vertex) {
    if (model instanceof MultiLayerNetwork n) {
      return n.getLayer(vertex).paramTable();
    }
    return ((ComputationGraph) model).getVertex(vertex).paramTable(false);
  }

  private void copyWeights(Model model) {
    Set<String> filled = new HashSet<>();
    for (Copy c : copies) {
      MappedLayer.Weight w = c.weight();
      if (w.parameter() == null) {
        continue;
      }
      INDArray parameter = parameters(model, c.vertex()).get(w.parameter());
      if (parameter == null) {
        throw new IllegalStateException(
            c.vertex()
                + " has no parameter "
                + w.parameter()
                + ", only "
                + parameters(model, c.vertex()).keySet());
      }
      INDArray value = Nd4j.createFromArray(c.array().values().read()).reshape('c', w.shape());
      value = w.change().apply(value);
      if (value.length() != parameter.length()) {
        throw new IllegalStateException(
            c.vertex()
                + " "
                + w.parameter()
                + ": "
                + Arrays.toString(value.shape())
                + " does not fit "
                + Arrays.toString(parameter.shape()));
      }
      if (!Arrays.equals(value.shape(), parameter.shape())) {
        value = value.dup('c').reshape('c', parameter.shape());
      }
      parameter.assign(
          SavedArray.narrowed(
              value, parameter.dataType(), file.label() + ": " + c.array().place()));
      if (!filled.add(c.vertex() + "/" + w.parameter())) {
        throw new IllegalStateException(c.vertex() + " " + w.parameter() + " is filled twice");
      }
    }
    constants.forEach(
        (vertex, all) ->
            all.forEach(
                (key, value) -> {
                  parameters(model, vertex).get(key).assign(value);
                  filled.add(vertex + "/" + key);
                }));
    List<String> empty = new ArrayList<>();
    for (Part p : parts.values()) {
      for (String key : parameters(model, p.name()).keySet()) {
        if (!filled.contains(p.name() + "/" + key)) {
          empty.add(p.name() + " " + key);
        }
      }
    }
    if (!empty.isEmpty()) {
      throw new KerasImportException(
          file.label() + ": no weight of the file fills these parameters: " + empty);
    }
  }
}
