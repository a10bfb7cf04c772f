package io.github.dl4jhopfield.layers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One defined graph of a layer (training or inference, with a given set of masks, with a given
 * number of steps) and its session. Everything goes in as a placeholder, so that SameDiff keeps no
 * copy of parameters, and the session belongs to the layer instead of to each thread that ever
 * called it.
 */
final class LayerGraph {

  /** What the runtimes of layers and vertices need from their configuration. */
  interface Definition {
    /** Defines the layer. */
    SDVariable define(GraphContext context);

    /** Names of inputs, with the ranks that the call has. */
    Map<String, Integer> inputRanks();

    /** Ranks of the masks that the call has. */
    Map<String, Integer> maskRanks();

    /** Parameter shapes in order. */
    Map<String, long[]> paramShapes();
  }

  private static final String ERROR = "dL-dOutput";

  private final GraphContext context;
  private final SDVariable output;
  private final InferenceSession session;
  private Map<String, SDVariable> gradients;

  LayerGraph(Definition definition, DataType type, boolean training, int unroll) {
    SameDiff sd = SameDiff.create();
    context = new GraphContext(sd, type, training, unroll);
    definition
        .inputRanks()
        .forEach(
            (name, rank) ->
                context.inputs().put(name, sd.placeHolder("in-" + name, type, unknown(rank))));
    definition
        .maskRanks()
        .forEach(
            (name, rank) ->
                context.masks().put(name, sd.placeHolder("mask-" + name, type, unknown(rank))));
    definition
        .paramShapes()
        .forEach(
            (name, shape) -> context.params().put(name, sd.placeHolder("p-" + name, type, shape)));
    output = definition.define(context);
    session = new InferenceSession(sd);
  }

  private static long[] unknown(int rank) {
    long[] shape = new long[rank];
    java.util.Arrays.fill(shape, -1);
    return shape;
  }

  boolean mayRepeat() {
    return context.unfinished() != null;
  }

  boolean exposes(String name) {
    return context.exposed().containsKey(name);
  }

  Collection<String> exposed() {
    return context.exposed().keySet();
  }

  /** The arrays that Java gives for this call; random ones from {@code drawn} where it has them. */
  Map<String, INDArray> feeds(GraphContext.Call call, Map<String, INDArray> drawn) {
    Map<String, INDArray> result = new HashMap<>();
    for (Map.Entry<String, GraphContext.Feed> e : context.feeds().entrySet()) {
      INDArray value = e.getValue().random() ? drawn.get(e.getKey()) : null;
      if (value == null) {
        value = e.getValue().value().apply(call);
        if (e.getValue().random()) {
          drawn.put(e.getKey(), value);
        }
      }
      result.put(e.getKey(), value);
    }
    return result;
  }

  /** Result of a forward run. */
  record Forward(INDArray output, double unfinished, Map<String, INDArray> exposed) {}

  Forward forward(
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds,
      Collection<String> exposures) {
    List<String> names = new ArrayList<>();
    names.add(output.name());
    if (mayRepeat()) {
      names.add(context.unfinished().name());
    }
    for (String e : exposures) {
      names.add(context.exposed().get(e).name());
    }
    Map<String, INDArray> out = run(names, inputs, masks, params, feeds, null);
    double unfinished =
        mayRepeat() ? out.get(context.unfinished().name()).sumNumber().doubleValue() : 0;
    Map<String, INDArray> shown = new LinkedHashMap<>();
    for (String e : exposures) {
      shown.put(e, out.get(context.exposed().get(e).name()));
    }
    return new Forward(out.get(output.name()), unfinished, shown);
  }

  /** Result of a backward run; null for a variable that the output does not depend on. */
  record Backward(Map<String, INDArray> inputs, Map<String, INDArray> params) {}

  Backward backward(
      INDArray error,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds) {
    if (gradients == null) {
      List<SDVariable> wanted = new ArrayList<>(context.inputs().values());
      wanted.addAll(context.params().values());
      SDVariable dLdY = context.sd().placeHolder(ERROR, context.dataType(), unknown(error.rank()));
      gradients = ReverseMode.gradients(context.sd(), output, dLdY, wanted);
    }
    List<String> names = new ArrayList<>();
    for (SDVariable g : gradients.values()) {
      if (!names.contains(g.name())) {
        names.add(g.name());
      }
    }
    Map<String, INDArray> out =
        names.isEmpty() ? Collections.emptyMap() : run(names, inputs, masks, params, feeds, error);
    return new Backward(collect(context.inputs(), out::get), collect(context.params(), out::get));
  }

  private Map<String, INDArray> collect(
      Map<String, SDVariable> variables, Function<String, INDArray> arrays) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    variables.forEach(
        (name, v) -> {
          SDVariable g = gradients.get(v.name());
          result.put(name, g == null ? null : arrays.apply(g.name()));
        });
    return result;
  }

  private Map<String, INDArray> run(
      List<String> names,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds,
      INDArray error) {
    Map<String, INDArray> values = new HashMap<>(feeds);
    context.inputs().forEach((n, v) -> values.put(v.name(), inputs.get(n)));
    context.masks().forEach((n, v) -> values.put(v.name(), masks.get(n)));
    context.params().forEach((n, v) -> values.put(v.name(), params.get(n)));
    if (error != null) {
      values.put(ERROR, error);
    }
    return session.output(names, values, null, Collections.emptyList(), null, At.defaultAt());
  }
}
