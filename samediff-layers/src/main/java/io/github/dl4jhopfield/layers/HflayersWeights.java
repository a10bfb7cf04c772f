package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.MendedVertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Maps the state dicts of hflayers (PyTorch's {@code module.state_dict()} of Hopfield,
 * HopfieldPooling, HopfieldLayer and the encoder and decoder layers) to the parameters of our
 * layers, and back. Names are hflayers': {@code association_core.in_proj_weight} with rows q | k |
 * v, {@code q_proj_weight}... where depths differ, {@code in_proj_bias}, {@code out_proj.weight},
 * {@code norm_state_pattern.weight}, {@code pooling_weights}...; wrapped modules have the prefix
 * {@code hopfield.}.
 *
 * <p>Typical use, from arrays read from a file:
 *
 * <pre>{@code
 * HflayersWeights map = HflayersWeights.of(layerConfig);
 * map.load(network, 0, stateDict);              // MultiLayerNetwork, layer 0
 * Map<String, INDArray> out = map.stateDict(network.getLayer(0).paramTable());
 * }</pre>
 *
 * <p>{@link #stateDict} serves gradients as well: it is the same rearrangement.
 */
public final class HflayersWeights {

  private enum Form {
    /** Ours [in, out], theirs rows of [out, in]. */
    LINEAR,
    /** Ours [1, n], theirs part of [n]. */
    VECTOR,
    /** Ours [quantity, size], theirs [1, quantity, size]. */
    PATTERNS
  }

  private record Slot(String ours, String theirs, Form form, long from, long rows, long columns) {}

  private final String owner;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final List<String> withoutEffect = new ArrayList<>();

  private HflayersWeights(String owner) {
    this.owner = owner;
  }

  /** The map of a layer. Its nIn must be known. */
  public static HflayersWeights of(HopfieldBase layer) {
    return of(layer.core(), layer.owner());
  }

  /** The map of a vertex. */
  public static HflayersWeights of(HopfieldVertexBase vertex) {
    return of(vertex.core(), vertex.owner());
  }

  private static HflayersWeights of(LayerCore core, String owner) {
    core.validate(owner);
    HflayersWeights map = new HflayersWeights(owner);
    if (core instanceof TransformerCore transformer) {
      map.transformer(transformer);
    } else {
      map.wrapped((AssociationCore) core);
    }
    return map;
  }

  /** hflayers' separation is softmax: a learned alpha would be lost. */
  private static void softmaxOnly(AssociationCore core, String owner) {
    if (core.parameters().containsKey(core.prefix() + "alpha")) {
      throw LayerChecks.wrong(owner, "hflayers has no weight for a learned alpha");
    }
  }

  private void wrapped(AssociationCore core) {
    association(core, core.kind() == AssociationCore.Kind.ASSOCIATION ? "" : "hopfield.");
  }

  private void transformer(TransformerCore core) {
    for (AssociationCore a : core.associations()) {
      String whose = a.prefix().isEmpty() ? "" : "_" + a.prefix();
      association(a, "hopfield_association" + whose + ".");
    }
    Map<String, AssociationCore.Parameter> ours = core.parameters();
    for (String norm : core.norms()) {
      // ResidualSelf is norm_residual_self
      String theirs = norm.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
      norm(ours, "%s" + norm, "norm_" + theirs);
    }
    feedForward(ours, "inner", "linear_residual");
    feedForward(ours, "outer", "linear_output");
  }

  private void feedForward(
      Map<String, AssociationCore.Parameter> ours, String part, String theirs) {
    AssociationCore.Parameter w = ours.get("W" + part);
    linear(w.name(), theirs + ".weight", 0, w.columns(), w.rows());
    vector("b" + part, theirs + ".bias", 0, w.columns());
  }

  private void association(AssociationCore core, String prefix) {
    softmaxOnly(core, owner);
    AssociationOptions o = core.options();
    String own = core.prefix();
    long h = o.nHeads;
    long d = h * core.hidden();
    long p = h * core.pattern();
    if (core.kind() == AssociationCore.Kind.POOLING) {
      patterns(own + "pooling", "pooling_weights", o.quantity, o.nIn);
    }
    if (core.kind() == AssociationCore.Kind.LOOKUP) {
      patterns(own + "lookup", "lookup_weights", o.quantity, core.storedSize());
      if (o.lookupWeightsAsSeparated) {
        patterns(own + "targets", "target_weights", o.quantity, core.projectionSize());
      }
    }
    Map<String, AssociationCore.Parameter> ours = core.parameters();
    String inner = prefix + "association_core.";
    if (ours.containsKey(own + "gainSpace")) {
      vector(own + "gainSpace", inner + "p_norm_weight", 0, core.hidden());
      vector(own + "shiftSpace", inner + "p_norm_bias", 0, core.hidden());
    }
    if (ours.containsKey(own + "gainPost")) {
      vector(own + "gainPost", inner + "query_ln.weight", 0, core.hidden());
      vector(own + "shiftPost", inner + "query_ln.bias", 0, core.hidden());
    }
    boolean same =
        core.storedSize() == o.nIn
            && core.projectionSize() == o.nIn
            && o.patternSize <= 0
            && !o.patternProjectionAsConnected;
    long row = 0;
    long biasAt = 0;
    for (String role : List.of("q", "k", "v")) {
      AssociationCore.Parameter w = ours.get(own + "W" + role);
      if (w == null) {
        continue;
      }
      String theirs = inner + (same ? "in_proj_weight" : role + "_proj_weight");
      linear(w.name(), theirs, same ? row : 0, w.columns(), w.rows());
      row += w.columns();
      if (o.inputBias) {
        vector(own + "b" + role, inner + "in_proj_bias", biasAt, w.columns());
        biasAt += w.columns();
      }
    }
    if (o.inputBias && row > 0 && o.patternProjectionAsStatic) {
      // hflayers keeps an unused bias for a static pattern projection
      long unused = o.patternSize > 0 ? h * o.patternSize : d;
      shapes.put(inner + "in_proj_bias", new long[] {biasAt + unused});
    }
    if (!o.disableOutProjection) {
      linear(own + "Wo", inner + "out_proj.weight", 0, core.outputSize(), p);
      if (o.inputBias) {
        vector(own + "bo", inner + "out_proj.bias", 0, core.outputSize());
      }
    }
    norm(ours, own + "%sStored", prefix + "norm_stored_pattern");
    norm(ours, own + "%sState", prefix + "norm_state_pattern");
    norm(ours, own + "%sProjection", prefix + "norm_pattern_projection");
    withoutEffect.add(inner + "bias_k");
    withoutEffect.add(inner + "bias_v");
  }

  private void norm(Map<String, AssociationCore.Parameter> ours, String form, String theirs) {
    AssociationCore.Parameter gain = ours.get(String.format(form, "gain"));
    if (gain != null) {
      vector(gain.name(), theirs + ".weight", 0, gain.columns());
      vector(String.format(form, "shift"), theirs + ".bias", 0, gain.columns());
    }
  }

  private void linear(String ours, String theirs, long from, long out, long in) {
    slots.add(new Slot(ours, theirs, Form.LINEAR, from, out, in));
    shapes.merge(
        theirs, new long[] {from + out, in}, (a, b) -> new long[] {Math.max(a[0], b[0]), b[1]});
  }

  private void vector(String ours, String theirs, long from, long length) {
    slots.add(new Slot(ours, theirs, Form.VECTOR, from, length, 1));
    shapes.merge(theirs, new long[] {from + length}, (a, b) -> a[0] > b[0] ? a : b);
  }

  private void patterns(String ours, String theirs, long quantity, long size) {
    slots.add(new Slot(ours, theirs, Form.PATTERNS, 0, quantity, size));
    shapes.put(theirs, new long[] {1, quantity, size});
  }

  boolean trained(String theirs, LayerCore core) {
    return slots.stream()
        .filter(s -> s.theirs().equals(theirs))
        .allMatch(s -> core.trainable(s.ours()));
  }

  /** hflayers' names and shapes for this layer. */
  public Map<String, long[]> shapes() {
    return new LinkedHashMap<>(shapes);
  }

  /**
   * Our parameters from a state dict.
   *
   * @throws IllegalArgumentException if a name is missing or unknown, or a shape is not the
   *     expected one
   */
  public Map<String, INDArray> parameters(Map<String, INDArray> stateDict) {
    TreeSet<String> unknown = new TreeSet<>(stateDict.keySet());
    unknown.removeAll(shapes.keySet());
    withoutEffect.forEach(unknown::remove);
    TreeSet<String> missing = new TreeSet<>(shapes.keySet());
    missing.removeAll(stateDict.keySet());
    if (!unknown.isEmpty() || !missing.isEmpty()) {
      throw LayerChecks.wrong(
          owner,
          "hflayers weights: missing "
              + missing
              + ", not expected "
              + unknown
              + "; the configuration expects "
              + describe());
    }
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (Slot s : slots) {
      INDArray theirs = stateDict.get(s.theirs());
      if (!Arrays.equals(theirs.shape(), shapes.get(s.theirs()))) {
        throw LayerChecks.wrong(
            owner,
            "hflayers weight \""
                + s.theirs()
                + "\": expected shape "
                + Arrays.toString(shapes.get(s.theirs()))
                + ", found "
                + Arrays.toString(theirs.shape()));
      }
      INDArray ours =
          switch (s.form()) {
            case LINEAR ->
                theirs
                    .get(NDArrayIndex.interval(s.from(), s.from() + s.rows()), NDArrayIndex.all())
                    .transpose();
            case VECTOR ->
                theirs
                    .get(NDArrayIndex.interval(s.from(), s.from() + s.rows()))
                    .reshape(1, s.rows());
            case PATTERNS -> theirs.reshape(s.rows(), s.columns());
          };
      result.put(s.ours(), ours.dup('c'));
    }
    return result;
  }

  private String describe() {
    StringBuilder text = new StringBuilder("{");
    shapes.forEach(
        (n, s) -> text.append(text.length() > 1 ? ", " : "").append(n).append(Arrays.toString(s)));
    return text.append('}').toString();
  }

  /** hflayers' arrays from our parameters (or from gradients of them). */
  public Map<String, INDArray> stateDict(Map<String, INDArray> parameters) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (Slot s : slots) {
      INDArray ours = parameters.get(s.ours());
      if (ours == null) {
        throw LayerChecks.wrong(
            owner, "no parameter \"" + s.ours() + "\" among " + parameters.keySet());
      }
      DataType type = ours.dataType();
      INDArray theirs =
          result.computeIfAbsent(s.theirs(), n -> Nd4j.zeros(type, shapes.get(s.theirs())));
      switch (s.form()) {
        case LINEAR ->
            theirs
                .get(NDArrayIndex.interval(s.from(), s.from() + s.rows()), NDArrayIndex.all())
                .assign(ours.reshape(s.columns(), s.rows()).transpose());
        case VECTOR ->
            theirs
                .get(NDArrayIndex.interval(s.from(), s.from() + s.rows()))
                .assign(ours.reshape(s.rows()));
        case PATTERNS -> theirs.assign(ours.reshape(1, s.rows(), s.columns()));
      }
    }
    return result;
  }

  /** Puts a state dict into a layer of a network. */
  public void load(MultiLayerNetwork network, int layer, Map<String, INDArray> stateDict) {
    parameters(stateDict).forEach((n, a) -> network.getLayer(layer).setParam(n, a));
  }

  /** Puts a state dict into a layer or vertex of a graph. */
  public void load(ComputationGraph graph, String vertex, Map<String, INDArray> stateDict) {
    Map<String, INDArray> parameters = parameters(stateDict);
    if (graph.getVertex(vertex) instanceof MendedVertex v) {
      parameters.forEach(v::setParam);
    } else if (graph.getLayer(vertex) != null) {
      parameters.forEach((n, a) -> graph.getLayer(vertex).setParam(n, a));
    } else {
      throw LayerChecks.wrong(owner, "the graph has no Hopfield layer \"" + vertex + "\"");
    }
  }
}
