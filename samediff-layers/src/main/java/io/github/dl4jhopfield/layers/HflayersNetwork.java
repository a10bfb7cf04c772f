package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * An hflayers module as a DL4J network: made from the module's constructor arguments and state
 * dict, called with its inputs, giving outputs, input gradients and weight gradients under
 * hflayers' names. Used by {@code hopfield verify} and to move models over.
 *
 * <pre>{@code
 * HflayersNetwork net = HflayersNetwork.of("Hopfield", Map.of("input_size", 6), null, inputs);
 * net.load(stateDict);
 * Map<String, INDArray> out = net.outputs(inputs);             // y, association, projected
 * HflayersNetwork.Gradients g = net.gradients(inputs, gradOut); // of sum(y * gradOut)
 * }</pre>
 *
 * <p>Inputs by name: {@code x}, or {@code stored}, {@code state}, {@code projection} (pooling:
 * {@code stored}, {@code projection}), all [B, T, F], or [T, B, F] with {@code batch_first=False};
 * {@code stored_pattern_padding_mask} [B, S], 1 or true = ignored; {@code association_mask} [L, S]
 * or [B*H, L, S], of type BOOL (true = ignored) or floating (added to the scores).
 *
 * <p>Update steps stop as in hflayers ({@link UpdateStepScope#REFERENCE}), and a PFU's median is
 * over the whole tensor. Options that mean something else here than there (a beta for each head)
 * mean what this package documents; {@code concat_bias_pattern} has no effect in hflayers and none
 * here. An argument that is not known is refused.
 */
public final class HflayersNetwork {

  /** Gradients under hflayers' names. */
  public record Gradients(Map<String, INDArray> inputs, Map<String, INDArray> weights) {}

  private static final String NAME = "hopfield";

  private final AssociationCore core;
  private final HflayersWeights weights;
  private final MultiLayerNetwork network;
  private final ComputationGraph graph;
  private final List<String> graphInputs;
  private final boolean batchFirst;

  private HflayersNetwork(
      AssociationCore core,
      HflayersWeights weights,
      MultiLayerNetwork network,
      ComputationGraph graph,
      List<String> graphInputs,
      boolean batchFirst) {
    this.core = core;
    this.weights = weights;
    this.network = network;
    this.graph = graph;
    this.graphInputs = graphInputs;
    this.batchFirst = batchFirst;
  }

  /**
   * Makes the network.
   *
   * @param module {@code Hopfield}, {@code HopfieldPooling} or {@code HopfieldLayer}
   * @param arguments the constructor's arguments by name; those starting with {@code _} and {@code
   *     cls} are left out
   * @param unit {@code relu}, {@code pfu} (median, sigma 0.01) or null
   * @param inputs the inputs that it will be called with, for depths and data type
   * @throws IllegalArgumentException if the module or an argument is not known here
   */
  public static HflayersNetwork of(
      String module, Map<String, ?> arguments, String unit, Map<String, INDArray> inputs) {
    AssociationOptions o = options(arguments, module);
    o.lagrangianUnit = unit(unit);
    boolean batchFirst = !Boolean.FALSE.equals(arguments.get("batch_first"));
    boolean masked = inputs.containsKey("association_mask");
    DataType type = inputs.values().iterator().next().dataType();
    if (o.nIn <= 0) {
      o.nIn = inputs.get(inputs.containsKey("x") ? "x" : "state").size(2);
      o.storedPatternSize = size(inputs, "stored", o.storedPatternSize);
      o.patternProjectionSize = size(inputs, "projection", o.patternProjectionSize);
    }
    NeuralNetConfiguration.Builder conf =
        new NeuralNetConfiguration.Builder().dataType(type).updater(new Sgd(1)).seed(1);
    if (inputs.containsKey("x") && !masked) {
      HopfieldBase layer =
          switch (module) {
            case "Hopfield" -> new Hopfield.Builder().rnnFormat(RNNFormat.NWC).build();
            case "HopfieldPooling" ->
                new HopfieldPooling.Builder().rnnFormat(RNNFormat.NWC).build();
            case "HopfieldLayer" -> new HopfieldLayer.Builder().rnnFormat(RNNFormat.NWC).build();
            default -> throw new IllegalArgumentException("hflayers: no module \"" + module + "\"");
          };
      layer.setAssociation(o);
      layer.setLayerName(NAME);
      MultiLayerNetwork network = new MultiLayerNetwork(conf.list().layer(layer).build());
      network.init();
      return new HflayersNetwork(
          layer.core(), HflayersWeights.of(layer), network, null, null, batchFirst);
    }
    HopfieldVertexBase vertex =
        switch (module) {
          case "Hopfield" ->
              new HopfieldVertex.Builder()
                  .rnnFormat(RNNFormat.NWC)
                  .associationMaskInput(masked)
                  .build();
          case "HopfieldPooling" ->
              new HopfieldPoolingVertex.Builder()
                  .rnnFormat(RNNFormat.NWC)
                  .associationMaskInput(masked)
                  .build();
          default ->
              throw new IllegalArgumentException(
                  "hflayers: module \"" + module + "\" with inputs " + inputs.keySet());
        };
    vertex.setAssociation(o);
    List<String> names = new java.util.ArrayList<>(vertex.patternInputs());
    if (masked) {
      names.add(HopfieldVertexBase.ASSOCIATION_MASK);
    }
    ComputationGraph graph =
        new ComputationGraph(
            conf.graphBuilder()
                .addInputs(names)
                .addVertex(NAME, vertex, names.toArray(new String[0]))
                .setOutputs(NAME)
                .build());
    graph.init();
    return new HflayersNetwork(
        vertex.core(), HflayersWeights.of(vertex), null, graph, names, batchFirst);
  }

  private static long size(Map<String, INDArray> inputs, String name, long given) {
    return given > 0 || !inputs.containsKey(name) ? given : inputs.get(name).size(2);
  }

  private static LagrangianUnit unit(String unit) {
    if (unit == null) {
      return LagrangianUnit.none();
    }
    return switch (unit) {
      case "relu" -> LagrangianUnit.relu();
      case "pfu" -> LagrangianUnit.pfuBuilder().medianOf(LagrangianUnit.MedianScope.TENSOR).build();
      default ->
          throw new IllegalArgumentException("unit: expected relu or pfu, found \"" + unit + "\"");
    };
  }

  /** The map of weights. */
  public HflayersWeights weights() {
    return weights;
  }

  /** The network: a MultiLayerNetwork, or a ComputationGraph where there are several inputs. */
  public org.deeplearning4j.nn.api.Model network() {
    return network != null ? network : graph;
  }

  /** Sets the weights from a state dict. */
  public void load(Map<String, INDArray> stateDict) {
    Map<String, INDArray> dict = new LinkedHashMap<>(stateDict);
    if (!batchFirst) {
      // there pooling_weights and the like are [quantity, 1, size]
      dict.replaceAll(
          (n, a) -> a.rank() == 3 && !n.contains("bias_") ? a.reshape(1, a.size(0), a.size(2)) : a);
    }
    if (network != null) {
      weights.load(network, 0, dict);
    } else {
      weights.load(graph, NAME, dict);
    }
  }

  private INDArray turned(INDArray a) {
    return batchFirst ? a : a.permute(1, 0, 2).dup('c');
  }

  private static INDArray keep(Map<String, INDArray> inputs, DataType type) {
    INDArray padding = inputs.get("stored_pattern_padding_mask");
    return padding == null ? null : padding.castTo(type).rsub(1);
  }

  private INDArray[] arrays(Map<String, INDArray> inputs) {
    INDArray[] result = new INDArray[graphInputs.size()];
    for (int i = 0; i < result.length; i++) {
      String name = graphInputs.get(i);
      if (name.equals(HopfieldVertexBase.ASSOCIATION_MASK)) {
        result[i] = associationMask(inputs.get("association_mask"), result[0]);
      } else {
        INDArray a = inputs.containsKey("x") ? inputs.get("x") : inputs.get(name);
        if (a == null) {
          throw new IllegalArgumentException(
              "hflayers: no input \"" + name + "\" among " + inputs.keySet());
        }
        result[i] = turned(a);
      }
    }
    return result;
  }

  private INDArray associationMask(INDArray mask, INDArray stored) {
    INDArray added = mask.castTo(stored.dataType());
    if (mask.dataType() == DataType.BOOL) {
      added = Nd4j.zeros(stored.dataType(), mask.shape());
      added.putScalar(0, added.getDouble(0));
      for (long i = 0; i < mask.length(); i++) {
        if (mask.getDouble(i) != 0) {
          added.putScalar(i, Double.NEGATIVE_INFINITY);
        }
      }
    }
    long batch = stored.size(0);
    if (added.rank() == 2) {
      return Nd4j.tile(added.reshape(1, added.size(0), added.size(1)), (int) batch, 1, 1);
    }
    long heads = core.options().nHeads;
    if (added.size(0) != batch * heads) {
      throw new IllegalArgumentException(
          "association_mask: expected first dimension batch * heads = "
              + batch * heads
              + ", found "
              + added.size(0));
    }
    return added.reshape(batch, heads, added.size(1), added.size(2));
  }

  private INDArray[] masks(Map<String, INDArray> inputs, INDArray[] arrays) {
    INDArray keep = keep(inputs, arrays[0].dataType());
    if (keep == null) {
      return null;
    }
    INDArray[] masks = new INDArray[arrays.length];
    masks[0] = keep;
    return masks;
  }

  /**
   * Output {@code y}, {@code association} (as there, without D' of a Lagrangian unit) and {@code
   * projected}.
   */
  public Map<String, INDArray> outputs(Map<String, INDArray> inputs) {
    Map<String, INDArray> result = new LinkedHashMap<>();
    INDArray y;
    INDArray association;
    INDArray projected;
    long batch;
    if (network != null) {
      INDArray x = turned(inputs.get("x"));
      INDArray keep = keep(inputs, x.dataType());
      batch = x.size(0);
      y = network.output(x, false, keep, null);
      association = Associations.inspect(network, 0, x, keep, AssociationCore.SEPARATED);
      projected = Associations.projectedPatterns(network, 0, x, keep);
    } else {
      INDArray[] in = arrays(inputs);
      INDArray[] masks = masks(inputs, in);
      batch = in[0].size(0);
      y = graph.output(false, in, masks, null)[0];
      association = Associations.inspect(graph, NAME, in, masks, AssociationCore.SEPARATED);
      projected = Associations.projectedPatterns(graph, NAME, in, masks);
    }
    result.put("y", batchFirst || y.rank() == 2 ? y : y.permute(1, 0, 2).dup('c'));
    result.put("association", perSample(association, batch));
    result.put("projected", expand(projected, batch));
    return result;
  }

  /** [1, H, B*L, S] of a lookup that all samples share, as [B, H, L, S]. */
  private static INDArray perSample(INDArray a, long batch) {
    if (a.size(0) == batch) {
      return a;
    }
    return a.reshape(a.size(1), batch, a.size(2) / batch, a.size(3)).permute(1, 0, 2, 3).dup('c');
  }

  private static INDArray expand(INDArray a, long batch) {
    return a.size(0) == batch ? a : Nd4j.tile(a, (int) batch, 1, 1, 1);
  }

  /**
   * Gradients of {@code sum(y * gradOut)} with respect to inputs and weights, without dropout and
   * noise (PyTorch's eval mode). Weights that are not trained have none.
   */
  public Gradients gradients(Map<String, INDArray> inputs, INDArray gradOut) {
    INDArray error = batchFirst || gradOut.rank() == 2 ? gradOut : turned(gradOut);
    Map<String, INDArray> ours = new LinkedHashMap<>();
    Map<String, INDArray> atInputs = new LinkedHashMap<>();
    if (network != null) {
      INDArray x = turned(inputs.get("x"));
      INDArray keep = keep(inputs, x.dataType());
      if (keep != null) {
        network.setLayerMaskArrays(keep, null);
      }
      network.setInput(x);
      network.feedForward(false, false);
      Pair<Gradient, INDArray> result = network.backpropGradient(error, null);
      network.clearLayerMaskArrays();
      result
          .getFirst()
          .gradientForVariable()
          .forEach((n, g) -> ours.put(n.substring(n.indexOf('_') + 1), g));
      atInputs.put("x", turned(result.getSecond()));
    } else {
      INDArray[] in = arrays(inputs);
      GraphVertex vertex = graph.getVertex(NAME);
      LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
      graph.initGradientsView();
      vertex.clear();
      vertex.feedForwardMaskArrays(masks(inputs, in), null, (int) in[0].size(0));
      for (int i = 0; i < in.length; i++) {
        vertex.setInput(i, in[i], none);
      }
      vertex.doForward(false, none);
      vertex.setEpsilon(error);
      Pair<Gradient, INDArray[]> result = vertex.doBackward(false, none);
      vertex.clear();
      ours.putAll(result.getFirst().gradientForVariable());
      for (int i = 0; i < in.length; i++) {
        String name = graphInputs.get(i);
        if (!name.equals(HopfieldVertexBase.ASSOCIATION_MASK)) {
          INDArray g = turned(result.getSecond()[i]);
          if (inputs.containsKey("x")) {
            atInputs.merge("x", g, INDArray::add);
          } else {
            atInputs.put(name, g);
          }
        }
      }
    }
    Map<String, INDArray> theirs = weights.stateDict(ours);
    theirs.keySet().removeIf(n -> !weights.trained(n, core));
    return new Gradients(atInputs, theirs);
  }

  // ---------------------------------------------------------------- arguments

  /**
   * Our options from the arguments of an hflayers constructor.
   *
   * @throws IllegalArgumentException for an argument that is not known here
   */
  public static AssociationOptions options(Map<String, ?> arguments, String module) {
    AssociationOptions o = new AssociationOptions();
    o.updateStepScope = UpdateStepScope.REFERENCE;
    boolean disabled = Boolean.TRUE.equals(arguments.get("disable_out_projection"));
    for (Map.Entry<String, ?> e : arguments.entrySet()) {
      String name = e.getKey();
      Object v = e.getValue();
      if (name.startsWith("_") || name.equals("cls")) {
        continue;
      }
      switch (name) {
        case "input_size" -> o.nIn = size(v);
        case "hidden_size" -> o.hiddenSize = size(v);
        case "output_size" -> o.nOut = disabled ? 0 : size(v);
        case "pattern_size" -> o.patternSize = size(v);
        case "num_heads" -> o.nHeads = (int) size(v);
        case "scaling" -> o.beta = v == null ? null : numbers(v);
        case "update_steps_max" -> o.updateSteps = steps(v);
        case "update_steps_eps" -> o.updateStepsEps = numbers(v);
        case "normalize_stored_pattern" -> o.normaliseStoredPattern = is(name, v);
        case "normalize_stored_pattern_affine" -> o.normaliseStoredPatternAffine = is(name, v);
        case "normalize_stored_pattern_eps" -> o.normaliseStoredPatternEps = numbers(v)[0];
        case "normalize_state_pattern" -> o.normaliseStatePattern = is(name, v);
        case "normalize_state_pattern_affine" -> o.normaliseStatePatternAffine = is(name, v);
        case "normalize_state_pattern_eps" -> o.normaliseStatePatternEps = numbers(v)[0];
        case "normalize_pattern_projection" -> o.normalisePatternProjection = is(name, v);
        case "normalize_pattern_projection_affine" ->
            o.normalisePatternProjectionAffine = is(name, v);
        case "normalize_pattern_projection_eps" -> o.normalisePatternProjectionEps = numbers(v)[0];
        case "normalize_hopfield_space" -> o.normaliseHopfieldSpace = is(name, v);
        case "normalize_hopfield_space_affine" -> o.normaliseHopfieldSpaceAffine = is(name, v);
        case "normalize_hopfield_space_eps" -> o.normaliseHopfieldSpaceEps = numbers(v)[0];
        case "stored_pattern_as_static" -> o.storedPatternAsStatic = is(name, v);
        case "state_pattern_as_static" -> o.statePatternAsStatic = is(name, v);
        case "pattern_projection_as_static" -> o.patternProjectionAsStatic = is(name, v);
        case "pattern_projection_as_connected" -> o.patternProjectionAsConnected = is(name, v);
        case "stored_pattern_size" -> o.storedPatternSize = size(v);
        case "pattern_projection_size" -> o.patternProjectionSize = size(v);
        case "association_activation" ->
            o.associationActivation =
                v == null ? null : Activation.valueOf(v.toString().toUpperCase(Locale.ROOT));
        case "dropout" -> o.dropout = numbers(v)[0];
        case "input_bias" -> o.inputBias = is(name, v);
        case "add_zero_association" -> o.addZeroAssociation = is(name, v);
        case "disable_out_projection" -> o.disableOutProjection = is(name, v);
        case "quantity" -> o.quantity = (int) size(v);
        case "trainable" -> o.trainable = is(name, v);
        case "lookup_weights_as_separated" -> o.lookupWeightsAsSeparated = is(name, v);
        case "lookup_targets_as_trainable" -> o.lookupTargetsAsTrainable = is(name, v);
        case "batch_first", "concat_bias_pattern" -> is(name, v);
        default ->
            throw new IllegalArgumentException(
                "hflayers " + module + ": argument \"" + name + "\" = " + v + " is not known");
      }
    }
    return o;
  }

  private static boolean is(String name, Object v) {
    if (v instanceof Boolean b) {
      return b;
    }
    if (v instanceof Number n) {
      return n.doubleValue() != 0;
    }
    throw new IllegalArgumentException(
        "hflayers: argument \"" + name + "\": expected true or false, found " + v);
  }

  private static long size(Object v) {
    return v == null ? 0 : ((Number) v).longValue();
  }

  private static double[] numbers(Object v) {
    if (v instanceof Number n) {
      return new double[] {n.doubleValue()};
    }
    return ((List<?>) v).stream().mapToDouble(e -> ((Number) e).doubleValue()).toArray();
  }

  private static int[] steps(Object v) {
    if (v == null) {
      return new int[] {AssociationOptions.UNTIL_CONVERGED};
    }
    double[] given = numbers(v);
    int[] result = new int[given.length];
    for (int i = 0; i < given.length; i++) {
      result[i] = given[i] < 0 ? AssociationOptions.UNTIL_CONVERGED : (int) given[i];
    }
    return result;
  }
}
