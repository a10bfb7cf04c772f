package io.github.dl4jhopfield.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The part of the runtime that layers and vertices share: picks, defines and runs graphs. */
final class LayerRunner {

  private record Key(
      boolean training,
      int unroll,
      Map<String, Integer> inputRanks,
      Map<String, Integer> maskRanks,
      Collection<String> exposures) {}

  private final MendedConfiguration config;
  private final DataType type;
  private final Map<Key, LayerGraph> graphs = new HashMap<>();
  private final Map<String, INDArray> drawn = new HashMap<>();
  private int unroll;
  private boolean lastTraining;
  private LayerGraph current;

  /** The parameters with noise of the last forward pass in training; null without noise. */
  private Map<String, INDArray> noisy;

  LayerRunner(MendedConfiguration config, DataType type) {
    this.config = config;
    this.type = type;
    this.unroll = config.initialSteps();
  }

  /**
   * The output for the layer or vertex, in its workspace.
   *
   * @param layer gives a layer with the parameters, at the iteration and epoch that schedules of
   *     weight noise go by
   */
  INDArray activate(
      boolean training,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Supplier<? extends Layer> layer,
      LayerWorkspaceMgr workspaces) {
    if (!training) {
      INDArray direct = direct(inputs, masks, params, workspaces);
      if (direct != null) {
        return direct;
      }
    }
    LayerGraph.Forward result;
    try (MemoryWorkspace ws = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      noisy = noisy(config.getWeightNoise(), training, layer);
      GraphProgram.Place place =
          (t, shape) -> workspaces.createUninitialized(ArrayType.ACTIVATIONS, t, shape, 'c');
      Map<String, INDArray> used = noisy == null ? params : noisy;
      result = forward(training, inputs, masks, used, none(), place);
    }
    INDArray copy =
        result.placed() ? result.output() : workspaces.dup(ArrayType.ACTIVATIONS, result.output());
    if (!training) {
      finished();
    }
    return copy;
  }

  /** The result is valid until {@link #finished} or the next run. */
  LayerGraph.Forward forward(
      boolean training,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Collection<String> exposures) {
    return forward(training, inputs, masks, params, exposures, null);
  }

  private LayerGraph.Forward forward(
      boolean training,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Collection<String> exposures,
      GraphProgram.Place atOutput) {
    drawn.clear();
    lastTraining = training;
    GraphContext.Call call = new GraphContext.Call(inputs, masks, params, type);
    unroll = config.initialSteps();
    while (true) {
      LayerGraph graph = graph(training, inputs, masks, params, exposures);
      LayerGraph.Forward result =
          graph.forward(inputs, masks, params, graph.feeds(call, drawn), training, atOutput);
      if (result.unfinished() == 0 || unroll >= config.maximumSteps()) {
        return result;
      }
      unroll = Math.min(2 * unroll, config.maximumSteps());
    }
  }

  /** The output of a layer that can do without its graph, in its workspace; null for others. */
  private INDArray direct(
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      LayerWorkspaceMgr workspaces) {
    if (!(config instanceof DirectInference layer)) {
      return null;
    }
    Supplier<INDArray> last = layer.inference(inputs, masks, params);
    if (last == null) {
      return null;
    }
    try (MemoryWorkspace ws = workspaces.notifyScopeBorrowed(ArrayType.ACTIVATIONS)) {
      return last.get();
    }
  }

  /**
   * Gradients for the arrays of the last forward run, whose weight noise is used again; valid until
   * {@link #finished} or the next run.
   *
   * @param places where gradients of parameters go
   */
  LayerGraph.Backward backward(
      INDArray error,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Map<String, INDArray> places,
      LayerWorkspaceMgr workspaces) {
    Map<String, INDArray> used = noisy == null ? params : noisy;
    GraphContext.Call call = new GraphContext.Call(inputs, masks, used, type);
    LayerGraph graph = graph(lastTraining, inputs, masks, used, none());
    return graph.backward(
        error,
        inputs,
        masks,
        used,
        graph.feeds(call, drawn),
        (t, shape) -> workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, t, shape, 'c'),
        trainable(places));
  }

  private Map<String, INDArray> trainable(Map<String, INDArray> places) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    if (places != null) {
      places.forEach(
          (name, place) -> {
            if (config.trainable(name)) {
              result.put(name, place);
            }
          });
    }
    return result;
  }

  /**
   * Copies the gradients of the parameters that are not there already into their places in the flat
   * gradient array.
   */
  Gradient gradient(
      String owner,
      LayerGraph.Backward result,
      Collection<String> params,
      Map<String, INDArray> places) {
    Gradient gradient = new DefaultGradient();
    for (String name : params) {
      INDArray place = places.get(name);
      store(owner, name, config.trainable(name) ? result.params().get(name) : null, place);
      gradient.gradientForVariable().put(name, place);
    }
    return gradient;
  }

  /** To be called when results have been copied and no backward run follows. */
  void finished() {
    if (current != null) {
      current.release();
    }
  }

  private LayerGraph graph(
      boolean training,
      Map<String, INDArray> inputs,
      Map<String, INDArray> masks,
      Map<String, INDArray> params,
      Collection<String> exposures) {
    boolean separate = training && config.differsInTraining();
    Key key = new Key(separate, unroll, ranks(inputs), ranks(masks), exposures);
    LayerGraph graph = graphs.computeIfAbsent(key, k -> define(k, params));
    if (current != null && current != graph) {
      current.release();
    }
    current = graph;
    return graph;
  }

  private LayerGraph define(Key key, Map<String, INDArray> params) {
    return new LayerGraph(
        new LayerGraph.Definition() {
          @Override
          public SDVariable define(GraphContext context) {
            return config.define(context);
          }

          @Override
          public Map<String, Integer> inputRanks() {
            return key.inputRanks();
          }

          @Override
          public Map<String, Integer> maskRanks() {
            return key.maskRanks();
          }

          @Override
          public Map<String, long[]> paramShapes() {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            params.forEach((n, p) -> shapes.put(n, p.shape()));
            return shapes;
          }
        },
        type,
        key.training(),
        key.unroll(),
        key.exposures());
  }

  private static Map<String, Integer> ranks(Map<String, INDArray> arrays) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    arrays.forEach((n, a) -> ranks.put(n, a.rank()));
    return ranks;
  }

  /**
   * The parameters of a layer with the noise of one iteration; null where there is none.
   *
   * @param holder gives the layer, with the iteration and epoch that schedules of the noise go by
   */
  private static Map<String, INDArray> noisy(
      IWeightNoise noise, boolean training, Supplier<? extends Layer> holder) {
    if (!training || noise == null) {
      return null;
    }
    Layer layer = holder.get();
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (String name : layer.paramTable().keySet()) {
      result.put(
          name,
          noise.getParameter(
              layer,
              name,
              layer.getIterationCount(),
              layer.getEpochCount(),
              true,
              LayerWorkspaceMgr.noWorkspaces()));
    }
    return result;
  }

  /** Copies a gradient into its place in the flat gradient array; zero where there is none. */
  private static void store(String owner, String name, INDArray gradient, INDArray place) {
    if (gradient == null) {
      place.assign(0);
      return;
    }
    if (gradient.length() != place.length()) {
      throw new IllegalStateException(
          owner
              + ": gradient of parameter \""
              + name
              + "\" has shape "
              + java.util.Arrays.toString(gradient.shape())
              + ", expected "
              + java.util.Arrays.toString(place.shape()));
    }
    boolean there =
        gradient.data().address() == place.data().address()
            && gradient.offset() == place.offset()
            && gradient.ordering() == 'c'
            && place.ordering() == 'c';
    if (!there) {
      place.assign(gradient.rank() == place.rank() ? gradient : gradient.reshape(place.shape()));
    }
  }

  /** Assigns a parameter after checking its shape: INDArray.assign itself does not check. */
  static void assign(String owner, Map<String, INDArray> table, String key, INDArray value) {
    INDArray current = table.get(key);
    if (current == null) {
      throw new IllegalArgumentException(
          owner + ": no parameter \"" + key + "\"; it has " + table.keySet());
    }
    if (!java.util.Arrays.equals(current.shape(), value.shape())) {
      throw new IllegalArgumentException(
          owner
              + ": parameter \""
              + key
              + "\" has shape "
              + java.util.Arrays.toString(current.shape())
              + ", the new array "
              + java.util.Arrays.toString(value.shape()));
    }
    double most = largest(current.dataType());
    if (value.dataType().width() > current.dataType().width() && !value.isEmpty()) {
      double largest = value.amaxNumber().doubleValue();
      if (largest > most && !Double.isInfinite(largest)) {
        throw new IllegalArgumentException(
            owner
                + ": parameter \""
                + key
                + "\" is "
                + current.dataType()
                + " and holds numbers up to "
                + most
                + ", the new array has one of "
                + largest);
      }
    }
    current.assign(value);
  }

  private static double largest(DataType type) {
    return switch (type) {
      case HALF -> 65504;
      case BFLOAT16 -> 0x1.FEp127;
      case FLOAT -> Float.MAX_VALUE;
      default -> Double.MAX_VALUE;
    };
  }

  private static Collection<String> none() {
    return List.of();
  }
}
