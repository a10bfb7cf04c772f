package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * or [B*H, L, S], of type BOOL (true = ignored) or floating (added to the scores). Encoder: {@code
 * src}, {@code src_mask}, {@code src_key_padding_mask}; decoder: {@code tgt}, {@code memory} and
 * their masks, named likewise.
 *
 * <p>Update steps stop as in hflayers ({@link UpdateStepScope#REFERENCE}), and a PFU's median is
 * over the whole tensor. Options that mean something else here than there (a beta for each head)
 * mean what this package documents; {@code concat_bias_pattern} has no effect in hflayers and none
 * here. An argument that is not known is refused. With {@code ypsi} among the arguments, the module
 * is that of Hopfield-Fenchel-Young networks (deep-spin/HFYN): its {@code alpha}, {@code normmax},
 * {@code sparseMAP}, {@code k}, {@code ypsi}, and no layer normalisation of inputs by default.
 */
public final class HflayersNetwork {

  /** Gradients under hflayers' names. */
  public record Gradients(Map<String, INDArray> inputs, Map<String, INDArray> weights) {}

  private static final String NAME = "hopfield";
  static final String ENCODER = "HopfieldEncoderLayer";
  static final String DIFFUSED = "DiffusedHopfield";
  static final String DECODER = "HopfieldDecoderLayer";

  /** Our vertices' inputs by the names that the originals have for them, where they differ. */
  private static final Map<String, List<String>> THEIRS =
      Map.of(
          HopfieldVertexBase.STORED, List.of("stored", "x"),
          HopfieldVertexBase.STATE, List.of("state", "src", "x"),
          HopfieldVertexBase.PROJECTION, List.of("projection", "x"),
          HopfieldDecoderVertex.TARGET, List.of("tgt"),
          HopfieldVertexBase.ASSOCIATION_MASK, List.of("association_mask", "src_mask", "tgt_mask"),
          HopfieldDecoderVertex.MEMORY_MASK, List.of("memory_mask"));

  private final LayerCore core;
  private final HflayersWeights weights;
  private final MultiLayerNetwork network;
  private final ComputationGraph graph;
  private final List<String> graphInputs;
  private final boolean batchFirst;

  private HflayersNetwork(
      LayerCore core,
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
   * @param module {@code Hopfield}, {@code HopfieldPooling}, {@code HopfieldLayer}, {@code
   *     HopfieldEncoderLayer}, {@code HopfieldDecoderLayer} or difflayers' {@code DiffusedHopfield}
   * @param arguments the constructor's arguments by name, for encoder and decoder those of the
   *     associations beside; those starting with {@code _} and {@code cls} are left out
   * @param unit {@code relu}, {@code pfu} (median, sigma 0.01) or null
   * @param inputs the inputs that it will be called with, for depths and data type
   * @throws IllegalArgumentException if the module or an argument is not known here
   */
  public static HflayersNetwork of(
      String module, Map<String, ?> arguments, String unit, Map<String, INDArray> inputs) {
    AssociationOptions o = options(arguments, module);
    o.lagrangianUnit = unit(unit);
    boolean batchFirst = !Boolean.FALSE.equals(arguments.get("batch_first"));
    boolean masked =
        inputs.containsKey("association_mask")
            || inputs.containsKey("src_mask")
            || inputs.containsKey("tgt_mask");
    DataType type = inputs.values().iterator().next().dataType();
    if (o.nIn <= 0) {
      o.nIn = inputs.get(inputs.containsKey("x") ? "x" : "state").size(2);
      o.storedPatternSize = size(inputs, "stored", o.storedPatternSize);
      o.patternProjectionSize = size(inputs, "projection", o.patternProjectionSize);
    }
    NeuralNetConfiguration.Builder conf =
        new NeuralNetConfiguration.Builder().dataType(type).updater(new Sgd(1)).seed(1);
    if ((inputs.containsKey("x") || inputs.containsKey("src")) && !masked) {
      HopfieldBase layer = layer(module, arguments);
      layer.setAssociation(o);
      layer.setLayerName(NAME);
      MultiLayerNetwork network = new MultiLayerNetwork(conf.list().layer(layer).build());
      network.init();
      return new HflayersNetwork(
          layer.core(), HflayersWeights.of(layer), network, null, null, batchFirst);
    }
    HopfieldVertexBase vertex = vertex(module, arguments, o, masked, inputs);
    List<String> names = new ArrayList<>(vertex.patternInputs());
    names.addAll(vertex.maskInputs());
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

  /**
   * Our options from the arguments of an hflayers constructor.
   *
   * @throws IllegalArgumentException for an argument that is not known here
   */
  public static AssociationOptions options(Map<String, ?> arguments, String module) {
    return HflayersArguments.options(arguments, module);
  }

  private static HopfieldBase layer(String module, Map<String, ?> arguments) {
    return switch (module) {
      case "Hopfield", DIFFUSED -> new Hopfield.Builder().rnnFormat(RNNFormat.NWC).build();
      case "HopfieldPooling" -> new HopfieldPooling.Builder().rnnFormat(RNNFormat.NWC).build();
      case "HopfieldLayer" -> new HopfieldLayer.Builder().rnnFormat(RNNFormat.NWC).build();
      case ENCODER ->
          feedForward(new HopfieldEncoderLayer.Builder().rnnFormat(RNNFormat.NWC), arguments)
              .build();
      default -> throw new IllegalArgumentException("hflayers: no module \"" + module + "\"");
    };
  }

  private static HopfieldVertexBase vertex(
      String module,
      Map<String, ?> arguments,
      AssociationOptions o,
      boolean masked,
      Map<String, INDArray> inputs) {
    HopfieldVertexBase.Builder<?> builder =
        switch (module) {
          case "Hopfield", DIFFUSED -> new HopfieldVertex.Builder();
          case "HopfieldPooling" -> new HopfieldPoolingVertex.Builder();
          case ENCODER -> feedForward(new HopfieldEncoderVertex.Builder(), arguments);
          case DECODER ->
              feedForward(new HopfieldDecoderVertex.Builder(), arguments)
                  .memorySize(inputs.get("memory").size(2))
                  .memoryMaskInput(inputs.containsKey("memory_mask"));
          default ->
              throw new IllegalArgumentException(
                  "hflayers: module \"" + module + "\" with inputs " + inputs.keySet());
        };
    o.copyInto(builder.options());
    builder.rnnFormat(RNNFormat.NWC).associationMaskInput(masked);
    if (builder instanceof HopfieldVertex.Builder b) {
      return b.build();
    }
    if (builder instanceof HopfieldPoolingVertex.Builder b) {
      return b.build();
    }
    if (builder instanceof HopfieldEncoderVertex.Builder b) {
      return b.build();
    }
    return ((HopfieldDecoderVertex.Builder) builder).build();
  }

  /** The arguments of encoder and decoder that are not the associations'. */
  private static <B extends FeedForwardBuilder<B>> B feedForward(
      B builder, Map<String, ?> arguments) {
    builder.feedForwardActivation(Activation.RELU);
    for (Map.Entry<String, ?> e : arguments.entrySet()) {
      Object v = e.getValue();
      switch (e.getKey()) {
        case "dim_feedforward" -> builder.feedForwardSize(HflayersArguments.size(v));
        case "dropout" -> builder.residualDropout(HflayersArguments.numbers(v)[0]);
        case "activation" -> builder.feedForwardActivation(HflayersArguments.activation(v));
        default -> {}
      }
    }
    return builder;
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

  private static INDArray keep(Map<String, INDArray> inputs, DataType type, String... names) {
    for (String name : names) {
      if (inputs.containsKey(name)) {
        return inputs.get(name).castTo(type).rsub(1);
      }
    }
    return null;
  }

  private static INDArray keep(Map<String, INDArray> inputs, DataType type) {
    return keep(
        inputs,
        type,
        "stored_pattern_padding_mask",
        "src_key_padding_mask",
        "tgt_key_padding_mask");
  }

  /** The name in {@code inputs} of our vertex's input. */
  private static String theirs(String ours, Map<String, INDArray> inputs) {
    List<String> names = THEIRS.getOrDefault(ours, List.of(ours));
    return names.stream()
        .filter(inputs::containsKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "hflayers: no input " + names + " among " + inputs.keySet()));
  }

  private static String only(Map<String, INDArray> inputs) {
    return inputs.containsKey("src") ? "src" : "x";
  }

  private static boolean isMask(String ours) {
    return ours.equals(HopfieldVertexBase.ASSOCIATION_MASK)
        || ours.equals(HopfieldDecoderVertex.MEMORY_MASK);
  }

  private INDArray[] arrays(Map<String, INDArray> inputs) {
    INDArray[] result = new INDArray[graphInputs.size()];
    for (int i = 0; i < result.length; i++) {
      String name = graphInputs.get(i);
      INDArray a = inputs.get(theirs(name, inputs));
      result[i] = isMask(name) ? associationMask(a, result[0]) : turned(a);
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
    long heads = heads();
    if (added.size(0) != batch * heads) {
      throw new IllegalArgumentException(
          "association_mask: expected first dimension batch * heads = "
              + batch * heads
              + ", found "
              + added.size(0));
    }
    return added.reshape(batch, heads, added.size(1), added.size(2));
  }

  private List<AssociationCore> associations() {
    return core instanceof TransformerCore t ? t.associations() : List.of((AssociationCore) core);
  }

  private long heads() {
    return associations().get(0).options().nHeads;
  }

  private INDArray[] masks(Map<String, INDArray> inputs, INDArray[] arrays) {
    INDArray[] masks = new INDArray[arrays.length];
    masks[0] = keep(inputs, arrays[0].dataType());
    int memory = graphInputs.indexOf(HopfieldDecoderVertex.MEMORY);
    if (memory >= 0) {
      masks[memory] = keep(inputs, arrays[0].dataType(), "memory_key_padding_mask");
    }
    return Arrays.stream(masks).allMatch(Objects::isNull) ? null : masks;
  }

  /**
   * Output {@code y}, {@code association} (as there, without D' of a Lagrangian unit) and {@code
   * projected}, with a Lagrangian unit its {@code kept} (D') and {@code weights} (the association
   * times D'); of a decoder {@code self_association} and so on.
   */
  public Map<String, INDArray> outputs(Map<String, INDArray> inputs) {
    INDArray y;
    Map<String, INDArray> inner;
    long batch;
    List<String> names = new ArrayList<>(core.innerNames());
    // not those of single steps
    names.removeIf(n -> n.contains("-"));
    if (network != null) {
      INDArray x = turned(inputs.get(only(inputs)));
      INDArray keep = keep(inputs, x.dataType());
      batch = x.size(0);
      y = network.output(x, false, keep, null);
      inner = Associations.inspect(network, 0, x, keep, names);
    } else {
      INDArray[] in = arrays(inputs);
      INDArray[] masks = masks(inputs, in);
      batch = in[0].size(0);
      y = graph.output(false, in, masks, null)[0];
      inner = Associations.inspect(graph, NAME, in, masks, names);
    }
    Map<String, INDArray> result = new LinkedHashMap<>();
    result.put("y", batchFirst || y.rank() == 2 ? y : y.permute(1, 0, 2).dup('c'));
    for (AssociationCore a : associations()) {
      String p = a.prefix();
      String whose = p.isEmpty() ? "" : p + "_";
      result.put(whose + "association", perSample(inner.get(p + AssociationCore.SEPARATED), batch));
      result.put(whose + "projected", expand(inner.get(p + AssociationCore.PROJECTED), batch));
      if (inner.containsKey(p + AssociationCore.KEPT)) {
        result.put(whose + "weights", perSample(inner.get(p + AssociationCore.ASSOCIATION), batch));
        result.put(whose + "kept", perSample(inner.get(p + AssociationCore.KEPT), batch));
      }
    }
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
      INDArray x = turned(inputs.get(only(inputs)));
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
      atInputs.put(only(inputs), turned(result.getSecond()));
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
        if (!isMask(name)) {
          atInputs.merge(theirs(name, inputs), turned(result.getSecond()[i]), INDArray::add);
        }
      }
    }
    Map<String, INDArray> theirs = weights.stateDict(ours);
    theirs.keySet().removeIf(n -> !weights.trained(n, core));
    return new Gradients(atInputs, theirs);
  }
}
