package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.LastAxisDense;
import io.github.dl4jhopfield.keras.layers.MaskedInputs;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationVertex;
import io.github.dl4jhopfield.keras.layers.SharedVertex;
import io.github.dl4jhopfield.keras.layers.StopGradient;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
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
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * From a Keras file to a network: maps every call, checks every weight, and only then builds the
 * network and copies.
 */
final class ModelAssembler {

  /** A tensor of the graph under construction. Mask: the vertex that computes it, or null. */
  private record Value(String vertex, long[] shape, String mask, boolean sizes) {}

  private final KerasFile file;
  private final KerasImportOptions options;
  private final KerasModelConfig config;
  private final Map<String, Value> values = new HashMap<>();
  private final NetworkParts parts;
  private final WeightCopies copies = new WeightCopies();
  private final List<ImportSummary.LayerRow> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final TrainingConfig.Optimizer optimizer;
  private final WeightMatcher matcher;
  private final Map<String, List<KerasModelConfig.Call>> byLayer = new LinkedHashMap<>();
  private long parameters;

  ModelAssembler(KerasFile file, KerasImportOptions options) {
    this.file = file;
    this.options = options;
    this.config = KerasModelConfig.parse(file.label(), file.model());
    this.optimizer = TrainingConfig.optimizer(file, options, notes);
    this.parts = new NetworkParts(file.label(), options.dataType(), optimizer);
    this.matcher = new WeightMatcher(file.weights());
  }

  KerasImport assemble() {
    List<String> unknown = unknownLayers();
    if (!unknown.isEmpty()) {
      throw new KerasImportException(file.label() + " has " + String.join("; and ", unknown));
    }
    addInputs();
    for (KerasModelConfig.Call call : config.calls()) {
      add(call);
    }
    matcher.requireComplete(file.label());
    Model model = build();
    copies.into(model, parts.all().stream().map(NetworkParts.Part::name).toList(), file.label());
    return new KerasImport(
        model,
        new ImportSummary(
            file.label(),
            file.version().text(),
            config.sequential() ? "Sequential" : "Functional",
            List.copyOf(rows),
            List.copyOf(new LinkedHashSet<>(notes))),
        config.inputs().stream().map(KerasModelConfig.Input::shape).toList());
  }

  /** Maps every call whose inputs are known and collects what is wrong; builds nothing. */
  ImportReport check() {
    List<String> problems = new ArrayList<>(unknownLayers());
    List<String> unchecked = new ArrayList<>();
    addInputs();
    for (KerasModelConfig.Call call : config.calls()) {
      if (mapper(call) == null) {
        matcher.skip(call);
        continue;
      }
      if (!call.inputs().stream().allMatch(t -> values.containsKey(key(t)))) {
        matcher.skip(call);
        unchecked.add("\"" + call.layer() + "\" (" + call.type() + ")");
        continue;
      }
      try {
        add(call);
      } catch (KerasImportException e) {
        matcher.skip(call);
        problems.add(e.getMessage());
      }
    }
    problems.addAll(matcher.problems());
    if (problems.isEmpty()) {
      for (int i = 0; i < config.outputs().size(); i++) {
        TrainingConfig.loss(file, options, output(i), notes);
      }
    }
    return new ImportReport(
        file.label(),
        file.version().text(),
        List.copyOf(problems),
        List.copyOf(unchecked),
        List.copyOf(new LinkedHashSet<>(notes)),
        config.calls().size());
  }

  private void addInputs() {
    Set<String> usedNames = new HashSet<>();
    for (KerasModelConfig.Input in : config.inputs()) {
      requireNew(usedNames, in.name());
      values.put(in.name(), new Value(safe(in.name()), in.shape(), null, false));
    }
    for (KerasModelConfig.Call call : config.calls()) {
      byLayer.computeIfAbsent(call.layer(), k -> new ArrayList<>()).add(call);
      requireNew(usedNames, call.name());
    }
  }

  private void requireNew(Set<String> usedNames, String name) {
    if (!usedNames.add(safe(name))) {
      throw new KerasImportException(
          file.label() + ": two inputs or layers have the name \"" + name + "\"");
    }
  }

  private static String safe(String name) {
    return name.replace('/', '.');
  }

  private static String key(KerasModelConfig.Tensor t) {
    return t.index() == 0 ? t.producer() : t.producer() + "#" + t.index();
  }

  private Value value(KerasModelConfig.Tensor t) {
    Value v = values.get(key(t));
    if (v == null) {
      throw new KerasImportException(
          file.label()
              + ": output "
              + t.index()
              + " of the layer \""
              + t.producer()
              + "\" is used, which is not imported");
    }
    return v;
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

  private List<String> unknownLayers() {
    Set<String> unknown = new TreeSet<>();
    Set<String> lambdas = new LinkedHashSet<>();
    Set<String> operators = new TreeSet<>();
    for (KerasModelConfig.Call call : config.calls()) {
      if (mapper(call) == null) {
        if (call.type().equals("Lambda") || call.type().endsWith(">Lambda")) {
          lambdas.add("\"" + call.layer() + "\"");
        } else if (call.type().startsWith("ops.") || call.type().startsWith("tf.")) {
          operators.add(call.type() + " (\"" + call.layer() + "\")");
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
    if (!operators.isEmpty()) {
      what.add(
          "operations that are not known here: "
              + String.join(", ", operators)
              + "; say what they do with KerasImportOptions.builder().layer(name, mapper)");
    }
    if (!lambdas.isEmpty()) {
      what.add(
          "Lambda layers, whose Python code is never run: "
              + String.join(", ", lambdas)
              + "; say what they do with KerasImportOptions.builder().lambda(name, mapper)");
    }
    return what;
  }

  // --- one call -----------------------------------------------------------------------------

  /** Maps a call and adds its parts. */
  private void add(KerasModelConfig.Call call) {
    List<KerasModelConfig.Call> siblings = byLayer.get(call.layer());
    List<Value> in = new ArrayList<>();
    for (KerasModelConfig.Tensor t : call.inputs()) {
      in.add(value(t));
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
    if (in.stream().anyMatch(Value::sizes)) {
      if (!call.type().endsWith("getitem")) {
        throw info.error("computes with the shape of a tensor, which is not imported");
      }
      info.setOfSizes();
    }
    precision(info);
    MappedLayer mapped = mapper(call).map(info);
    if (!options.predictionsOnly()) {
      LayerTraining.apply(info, mapped, optimizer.weightDecay());
    }
    boolean first = siblings.get(0) == call;
    String name = safe(call.name());
    if (mapped.note != null) {
      notes.add(mapped.note);
    }
    String mask = maskOf(name, in, mapped, info);
    if (mapped.stopsGradient && (mask != null || !isInput(in.get(0).vertex()))) {
      parts.put(name + "@ids", null, new StopGradient(), List.of(in.get(0).vertex()));
      Value x = in.get(0);
      in.set(0, new Value(name + "@ids", x.shape(), x.mask(), false));
    }
    if (mapped.ownMaskAsInput) {
      in.add(new Value(mask, new long[] {-1}, null, false));
    }
    boolean shared = siblings.size() > 1 && !mapped.weights.isEmpty();
    String owner = shared && !first ? safe(siblings.get(0).name()) : null;
    List<String> stages = addStages(name, in, mapped, shared, owner);
    String last = stages.isEmpty() ? in.get(0).vertex() : stages.get(stages.size() - 1);
    if (mapped.outputs.isEmpty()) {
      values.put(call.name(), new Value(last, mapped.outputShape, mask, mapped.sizesOnly));
    }
    for (int k = 0; k < mapped.outputs.size(); k++) {
      MappedLayer.Output o = mapped.outputs.get(k);
      values.put(
          key(new KerasModelConfig.Tensor(call.name(), k)),
          new Value(stages.get(o.stage()), o.shape(), k == 0 ? mask : null, false));
    }
    count(call, info, mapped, in, first, stages);
  }

  /** What a layer computes in: quantised it is refused, in half precision noted. */
  private void precision(KerasLayerInfo info) {
    JsonNode dtype = info.option("dtype");
    String policy = dtype == null ? "" : dtype.path("config").path("name").asText(dtype.asText(""));
    String kind = dtype == null ? "" : dtype.path("class_name").asText("");
    boolean ordinary = List.of("", "DTypePolicy", "FloatDTypePolicy", "Policy").contains(kind);
    if (!ordinary || policy.contains("_from_") || info.has("quantization_config")) {
      String mode = dtype == null ? "" : dtype.path("config").path("mode").asText(policy);
      throw info.error(
          "is quantised ("
              + (mode.isEmpty() ? kind : mode)
              + "), which is not imported; save the model before it is quantised");
    }
    if (policy.contains("float16")) {
      notes.add("Keras computes this model in " + policy + "; here it is computed in float32.");
    }
  }

  /** Matches the weights of a call and counts its parameters, once for each layer. */
  private void count(
      KerasModelConfig.Call call,
      KerasLayerInfo info,
      MappedLayer mapped,
      List<Value> in,
      boolean first,
      List<String> stages) {
    long own = 0;
    int matched = 0;
    if (first) {
      if (!mapped.constants.isEmpty()) {
        copies.constants(stages.get(0), mapped.constants);
      }
      mapped.constantsOfStages.forEach((stage, all) -> copies.constants(stages.get(stage), all));
      for (Map.Entry<MappedLayer.Weight, SavedArray> e : matcher.match(call, mapped).entrySet()) {
        MappedLayer.Weight w = e.getKey();
        copies.add(stages.isEmpty() ? "" : stages.get(w.stage()), w, e.getValue());
        matched++;
      }
      for (MappedLayer.Weight w : mapped.weights) {
        own += Arrays.stream(w.shape()).reduce(1, Math::multiplyExact);
      }
    }
    rows.add(
        new ImportSummary.LayerRow(
            call.name(),
            info.type(),
            mapped.stages.isEmpty() ? "-" : describe(mapped.stages),
            String.join(", ", in.stream().map(v -> KerasLayerInfo.show(v.shape())).toList()),
            KerasLayerInfo.show(mapped.outputShape),
            own,
            matched));
    parameters += own;
    if (parameters > options.maxParameters()) {
      throw new KerasImportException(
          file.label()
              + ": the model has more than "
              + options.maxParameters()
              + " parameters, the limit (KerasImportOptions.maxParameters)");
    }
  }

  private boolean isInput(String vertex) {
    return config.inputs().stream().anyMatch(i -> safe(i.name()).equals(vertex));
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

  /** Adds the parts of a call; gives their names. */
  private List<String> addStages(
      String name, List<Value> in, MappedLayer mapped, boolean shared, String owner) {
    List<String> names = new ArrayList<>();
    for (int s = 0; s < mapped.stages.size(); s++) {
      MappedLayer.Stage stage = mapped.stages.get(s);
      List<String> inputs = new ArrayList<>();
      List<Integer> maskOf = new ArrayList<>();
      List<String> masks = new ArrayList<>();
      int[] takes = takes(stage, s, in.size(), mapped);
      for (int i = 0; i < takes.length; i++) {
        int from = takes[i];
        inputs.add(from >= 0 ? names.get(from) : in.get(-1 - from).vertex());
        int masking =
            stage.maskOf() != null && i < stage.maskOf().length
                ? stage.maskOf()[i]
                : stage.inputs() == null && s == 0 && mapped.usesMask(i) ? -1 - from : -1;
        if (masking >= 0 && in.get(masking).mask() != null) {
          maskOf.add(i);
          masks.add(in.get(masking).mask());
        }
      }
      String own = stageName(name, s);
      int holder = mapped.sameWeights.getOrDefault(s, s);
      boolean weighs =
          mapped.weights.stream().anyMatch(w -> w.parameter() != null && w.stage() == holder);
      boolean inSeveralPlaces = shared || mapped.sameWeights.containsValue(holder);
      String holding = owner != null ? stageName(owner, holder) : names(name, s, holder);
      put(own, stage, inputs, maskOf, masks, weighs && inSeveralPlaces, holding);
      names.add(own);
    }
    return names;
  }

  /** The part that has the parameters of a stage; null if it is the stage itself. */
  private static String names(String name, int stage, int holder) {
    return stage == holder ? null : stageName(name, holder);
  }

  private static int[] takes(MappedLayer.Stage stage, int s, int inputs, MappedLayer mapped) {
    if (stage.inputs() != null) {
      return stage.inputs();
    }
    if (s > 0) {
      return new int[] {s - 1};
    }
    int[] all = new int[mapped.inputOrder == null ? inputs : mapped.inputOrder.length];
    Arrays.setAll(
        all, i -> MappedLayer.input(mapped.inputOrder == null ? i : mapped.inputOrder[i]));
    return all;
  }

  private void put(
      String name,
      MappedLayer.Stage stage,
      List<String> inputs,
      List<Integer> maskOf,
      List<String> masks,
      boolean shared,
      String owner) {
    Layer layer = stage.layer();
    GraphVertex vertex = stage.vertex();
    if (!maskOf.isEmpty()) {
      vertex = parts.masked(name, layer, vertex, maskOf);
      layer = null;
      inputs.addAll(masks);
    }
    if (shared) {
      vertex = parts.shared(name, layer, vertex, owner);
      layer = null;
    }
    parts.put(name, layer, vertex, inputs);
  }

  // --- masks --------------------------------------------------------------------------------

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
      of = place(call, name, of, k - names.indexOf("mask"));
      Value v = in.get(of);
      in.set(of, new Value(v.vertex(), v.shape(), in.get(k).vertex(), v.sizes()));
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
            call.numberedPath(),
            Map.of());
  }

  /** In a list of masks, which may have holes, the place of the one that comes as number n. */
  private static int place(KerasModelConfig.Call call, String name, int otherwise, int n) {
    List<Integer> places = call.places().get(name);
    return places == null || n >= places.size() ? otherwise : places.get(n);
  }

  /** The input that query_mask, value_mask or key_mask is for. */
  private static int role(List<String> names, String mask) {
    String role = mask.substring(0, mask.indexOf('_'));
    int named = names.indexOf(role);
    return named >= 0 ? named : List.of("query", "value", "key").indexOf(role);
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
        // Keras 3 keeps a step that any input keeps, Keras 2 one that all keep
        return merged(name, masks, info.kerasMajor() >= 3 ? "maximum" : "multiply");
      case ALL_KEEP:
        return merged(name, masks, "multiply");
      case CONCATENATED:
        return masks.isEmpty() ? null : concatenated(name, in);
      case NOT_ZERO:
      case NOT_VALUE:
        parts.put(
            name + "@mask",
            null,
            new TokenMask(mapped.maskValue, mapped.maskOut == MappedLayer.MaskOut.NOT_VALUE),
            List.of(in.get(0).vertex()));
        return name + "@mask";
      default:
        throw new IllegalStateException(mapped.maskOut.name());
    }
  }

  private String merged(String name, List<String> masks, String how) {
    if (masks.size() < 2) {
      return masks.isEmpty() ? null : masks.get(0);
    }
    parts.put(name + "@mask", null, new MergeTensors(how, 0, masks.size()), masks);
    return name + "@mask";
  }

  /** The masks one after another in time; an input without one keeps all its steps. */
  private String concatenated(String name, List<Value> in) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < in.size(); i++) {
      Value v = in.get(i);
      String mask = v.mask();
      if (mask == null) {
        mask = name + "@all" + i;
        parts.put(
            mask, null, new OperationVertex(Operation.of("all_steps", 1)), List.of(v.vertex()));
      }
      all.add(mask);
    }
    parts.put(name + "@mask", null, new MergeTensors("concatenate", 1, in.size()), all);
    return name + "@mask";
  }

  // --- building -----------------------------------------------------------------------------

  private Model build() {
    List<String> outputs = new ArrayList<>();
    for (KerasModelConfig.Tensor t : config.outputs()) {
      outputs.add(value(t).vertex());
    }
    for (int i = 0; i < outputs.size(); i++) {
      outputs.set(i, withLoss(outputs, i));
    }
    parts.prune(outputs, copies.vertices());
    return parts.build(
        config.inputs().stream().map(i -> safe(i.name())).toList(), outputs, config.sequential());
  }

  private TrainingConfig.Output output(int i) {
    KerasModelConfig.Tensor t = config.outputs().get(i);
    Value v = value(t);
    NetworkParts.Part p = parts.get(v.vertex());
    // what is applied to each step has the name of its wrapper
    int at = t.producer().indexOf('@');
    return new TrainingConfig.Output(
        i,
        at < 0 ? t.producer() : t.producer().substring(0, at),
        v.shape(),
        p == null ? "" : lastFunction(p.layer()),
        v.mask() != null);
  }

  /** The function at the end of a layer: "softmax", "sigmoid" or another text. */
  private static String lastFunction(Layer layer) {
    if (layer instanceof TensorActivation a) {
      return a.function();
    }
    if (layer instanceof LastAxisDense d) {
      return d.function();
    }
    if (layer instanceof BaseLayer b && b.getActivationFn() != null) {
      return b.getActivationFn().toString();
    }
    return "";
  }

  /**
   * Makes output i trainable, if there is a loss for it; gives the vertex that is then the output.
   */
  private String withLoss(List<String> outputs, int i) {
    String vertex = outputs.get(i);
    KerasModelConfig.Tensor t = config.outputs().get(i);
    Value v = value(t);
    TrainingConfig.Loss loss = TrainingConfig.loss(file, options, output(i), notes);
    NetworkParts.Part p = parts.get(vertex);
    if (loss == null) {
      // DL4J's batch normalisation and embedding cannot be outputs of a graph
      boolean dangling =
          p == null
              || outputs.indexOf(vertex) != i
              || p.layer() instanceof BatchNormalization
              || p.layer() instanceof EmbeddingSequenceLayer
              || p.vertex() instanceof SharedVertex
              || p.vertex() instanceof MaskedInputs;
      if (dangling) {
        String name = vertex + "@output" + i;
        parts.put(
            name,
            new ActivationLayer.Builder().activation(Activation.IDENTITY).name(name).build(),
            null,
            List.of(vertex));
        return name;
      }
      return vertex;
    }
    Layer asOutput = p == null || p.layer() == null ? null : loss.replace(p.layer());
    boolean last = !parts.isTaken(vertex) && outputs.indexOf(vertex) == outputs.lastIndexOf(vertex);
    if (asOutput != null && last) {
      parts.replace(vertex, asOutput);
      return vertex;
    }
    String name = vertex + "@loss" + (outputs.size() > 1 ? i : "");
    parts.put(name, loss.layer(v.shape()), null, List.of(vertex));
    return name;
  }
}
