package io.github.dl4jhopfield.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One defined graph of a layer (training or inference, with a given set of masks, with a given
 * number of steps) and the program that runs it. Everything goes in as a placeholder, so that
 * SameDiff keeps no copy of parameters, and no session for each thread that ever called.
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
  private final GraphProgram program;
  private final List<String> exposures;
  private Map<String, SDVariable> gradients;
  private final Map<String, INDArray> byShape = new HashMap<>();
  private String fedShapes;

  LayerGraph(
      Definition definition,
      DataType type,
      boolean training,
      int unroll,
      Collection<String> exposures) {
    SameDiff sd = SameDiff.create();
    this.exposures = List.copyOf(exposures);
    context = new GraphContext(sd, type, training, unroll, !exposures.isEmpty());
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
            (name, shape) ->
                context
                    .params()
                    .put(name, sd.placeHolder(GraphProgram.PARAMETER + name, type, shape)));
    output = definition.define(context);
    List<SDVariable> wanted = new ArrayList<>();
    wanted.add(output);
    if (mayRepeat()) {
      wanted.add(context.unfinished());
    }
    for (String e : this.exposures) {
      wanted.add(context.exposed().get(e));
    }
    program = new GraphProgram(sd, wanted);
  }

  private static long[] unknown(int rank) {
    long[] shape = new long[rank];
    java.util.Arrays.fill(shape, -1);
    return shape;
  }

  boolean mayRepeat() {
    return context.unfinished() != null;
  }

  /** The arrays that Java gives for this call; random ones from {@code drawn} where it has them. */
  Map<String, INDArray> feeds(GraphContext.Call call, Map<String, INDArray> drawn) {
    String shapes = call.shapes();
    if (!shapes.equals(fedShapes)) {
      byShape.clear();
      fedShapes = shapes;
    }
    Map<String, INDArray> result = new HashMap<>();
    for (Map.Entry<String, GraphContext.Feed> e : context.feeds().entrySet()) {
      Map<String, INDArray> before =
          switch (e.getValue().kind()) {
            case EACH_RUN -> null;
            case BY_SHAPE -> byShape;
            case RANDOM -> drawn;
          };
      INDArray value =
          before == null
              ? e.getValue().value().apply(call)
              : before.computeIfAbsent(e.getKey(), k -> e.getValue().value().apply(call));
      result.put(e.getKey(), value);
    }
    return result;
  }

  /**
   * Result of a forward run.
   *
   * @param placed whether the output lies where it was to go
   */
  record Forward(
      INDArray output, double unfinished, Map<String, INDArray> exposed, boolean placed) {}

  Forward forward(
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds,
      boolean backwardFollows,
      GraphProgram.Place atOutput) {
    if (backwardFollows) {
      defineBackward();
    }
    boolean may = atOutput != null && !mayRepeat() && exposures.isEmpty();
    boolean placed =
        program.forward(
            values(inputs, masks, params, feeds),
            backwardFollows,
            may ? output : null,
            may ? atOutput : null);
    double unfinished =
        mayRepeat() ? program.value(context.unfinished()).sumNumber().doubleValue() : 0;
    Map<String, INDArray> shown = new LinkedHashMap<>();
    for (String e : exposures) {
      shown.put(e, program.value(context.exposed().get(e)).dup('c'));
    }
    return new Forward(program.value(output), unfinished, shown, placed);
  }

  private void defineBackward() {
    if (gradients != null) {
      return;
    }
    List<SDVariable> wanted = new ArrayList<>(context.inputs().values());
    wanted.addAll(context.params().values());
    SDVariable dLdY = context.sd().placeHolder(ERROR, context.dataType());
    gradients = ReverseMode.gradients(context.sd(), output, dLdY, wanted);
    program.addBackward(gradients.values());
  }

  /** To be called when the results have been copied. */
  void release() {
    program.release();
  }

  /**
   * Result of a backward run; null for a variable that the output does not depend on.
   *
   * @param placed whether the gradient of the only input lies where it was to go
   */
  record Backward(Map<String, INDArray> inputs, Map<String, INDArray> params, boolean placed) {}

  /**
   * @param atInput where the gradient of the input goes, if there is one input and it is large
   * @param atParams where gradients of parameters go
   */
  Backward backward(
      INDArray error,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds,
      GraphProgram.Place atInput,
      Map<String, INDArray> atParams) {
    if (!program.forwardDone()) {
      forward(inputs, masks, params, feeds, true, null);
    }
    Map<String, INDArray> values = values(inputs, masks, params, feeds);
    values.put(ERROR, error);
    SDVariable one = onlyGradient();
    Map<SDVariable, INDArray> given = new HashMap<>();
    atParams.forEach(
        (name, array) -> {
          SDVariable g = gradients.get(context.params().get(name).name());
          if (g != null) {
            given.put(g, array);
          }
        });
    boolean placed =
        program
            .backward(values, one == null ? Map.of() : Map.of(one, atInput), given)
            .contains(one);
    return new Backward(collect(context.inputs()), collect(context.params()), placed);
  }

  /** Of the input, where there is one input: two may have one and the same gradient. */
  private SDVariable onlyGradient() {
    return context.inputs().size() == 1
        ? gradients.get(context.inputs().values().iterator().next().name())
        : null;
  }

  private Map<String, INDArray> collect(Map<String, SDVariable> variables) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    variables.forEach(
        (name, v) -> {
          SDVariable g = gradients.get(v.name());
          result.put(name, g == null ? null : program.value(g));
        });
    return result;
  }

  private Map<String, INDArray> values(
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> feeds) {
    Map<String, INDArray> values = new HashMap<>(feeds);
    context.inputs().forEach((n, v) -> values.put(v.name(), inputs.get(n)));
    context.masks().forEach((n, v) -> values.put(v.name(), masks.get(n)));
    context.params().forEach((n, v) -> values.put(v.name(), params.get(n)));
    return values;
  }
}
