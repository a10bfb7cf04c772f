package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.layers.Associations;
import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.reference.Answer;
import io.github.dl4jhopfield.reference.CannotRun;
import io.github.dl4jhopfield.reference.CaseRunner;
import io.github.dl4jhopfield.reference.CaseRunners;
import io.github.dl4jhopfield.reference.ReferenceArray;
import io.github.dl4jhopfield.reference.ReferenceCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs the reference cases of ml-jku/DeepRC by the layers that {@link DeepRC} is made of: attention
 * pooling over ragged bags, plain and with the units of LwPF, and the embedding by convolutions.
 */
public final class RepertoireCases implements CaseRunners {
  private static final String INPUT = "x";
  private static final String OUTPUT = "y";

  /** For the service loader. */
  public RepertoireCases() {}

  @Override
  public Map<String, CaseRunner> byOp() {
    return Map.of(
        "deeprc_pooling", RepertoireCases::pooling,
        "deeprc_sequence_embedding", RepertoireCases::embedding);
  }

  // ---------------------------------------------------------------- pooling

  private static Answer pooling(ReferenceCase reference, DataType type) {
    if (!reference.text("activation", "SELU").equals("SELU")) {
      throw new CannotRun("activation " + reference.text("activation", "") + ": SELU only");
    }
    INDArray x = reference.input(INPUT).toArray(type);
    List<?> sizes = (List<?>) reference.hyper().get("bag_sizes");
    int[] bags = sizes.stream().mapToInt(size -> ((Number) size).intValue()).toArray();
    int layers = reference.integer("n_layers", 2);
    int width = (int) x.size(1);
    int units = (int) weight(reference, "attention.attention_nn.0.weight", type).size(0);
    INDArray out = weight(reference, "output.output_nn.0.weight", type);
    DeepRcParameters parameters = parameters(reference.unit(), width, units, layers);
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(type)
            .graphBuilder()
            .addInputs(INPUT)
            .addLayer(DeepRC.KEYS, new SequenceKeys(width, units, layers), INPUT)
            .addVertex(DeepRC.POOLING, DeepRC.pooling(parameters, width), DeepRC.KEYS, INPUT)
            .addLayer(
                OUTPUT,
                new DenseLayer.Builder()
                    .nIn(width)
                    .nOut(out.size(0))
                    .activation(Activation.IDENTITY)
                    .build(),
                DeepRC.POOLING)
            .setOutputs(OUTPUT);
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    Map<String, INDArray> keys = graph.getLayer(DeepRC.KEYS).paramTable();
    for (int i = 0; i < layers; i++) {
      String name = "attention.attention_nn." + 2 * i;
      keys.get("W" + i).assign(weight(reference, name + ".weight", type).transpose());
      keys.get("b" + i).assign(weight(reference, name + ".bias", type).reshape(1, units));
    }
    String last = "attention.attention_nn." + 2 * layers;
    INDArray query = weight(reference, last + ".weight", type);
    INDArray bias = weight(reference, last + ".bias", type).reshape(1, 1);
    graph
        .getVertex(DeepRC.POOLING)
        .paramTable(false)
        .get("pooling")
        .assign(Nd4j.concat(1, query, bias));
    graph.getLayer(OUTPUT).getParam("W").assign(out.transpose());
    graph
        .getLayer(OUTPUT)
        .getParam("b")
        .assign(weight(reference, "output.output_nn.0.bias", type).reshape(1, out.size(0)));

    INDArray padded = padded(x, bags);
    INDArray mask = padded(Nd4j.ones(type, x.size(0), 1), bags).reshape(bags.length, -1);
    // before the graph is run: looking at it clears what it keeps for a backward pass
    INDArray attention =
        Associations.of(graph, DeepRC.POOLING, new INDArray[] {padded}, new INDArray[] {mask});
    Backward run = new Backward(graph, padded, mask);
    Map<String, INDArray> outputs = new LinkedHashMap<>();
    outputs.put("y", run.of(OUTPUT));
    outputs.put("pooled", run.of(DeepRC.POOLING));
    INDArray logits =
        NDHopfield.ops()
            .dense(
                run.of(DeepRC.KEYS),
                Nd4j.concat(1, query, bias).transpose().dup('c'),
                null,
                DenseActivation.NONE);
    outputs.put("scores", ragged(logits, bags));
    outputs.put("attention", ragged(attention.reshape(bags.length, padded.size(1), 1), bags));
    if (reference.gradOut().isEmpty()) {
      return new Answer(outputs, Map.of(), Map.of());
    }
    ReferenceArray cotangent = reference.gradOut().values().iterator().next();
    Map<String, INDArray> gradients = run.backward(cotangent.toArray(type));
    Map<String, INDArray> weights = new LinkedHashMap<>();
    for (int i = 0; i < layers; i++) {
      String name = "attention.attention_nn." + 2 * i;
      weights.put(name + ".weight", gradients.get(DeepRC.KEYS + "/W" + i).transpose());
      weights.put(name + ".bias", gradients.get(DeepRC.KEYS + "/b" + i).reshape(units));
    }
    INDArray atQuery = gradients.get(DeepRC.POOLING + "/pooling");
    weights.put(last + ".weight", atQuery.get(NDArrayIndex.all(), NDArrayIndex.interval(0, units)));
    weights.put(
        last + ".bias",
        atQuery.get(NDArrayIndex.all(), NDArrayIndex.interval(units, units + 1)).dup().reshape(1));
    weights.put("output.output_nn.0.weight", gradients.get(OUTPUT + "/W").transpose());
    weights.put("output.output_nn.0.bias", gradients.get(OUTPUT + "/b").reshape(out.size(0)));
    return new Answer(outputs, Map.of(INPUT, ragged(gradients.get(INPUT), bags)), weights);
  }

  private static DeepRcParameters parameters(String unit, int width, int units, int layers) {
    DeepRcParameters base = DeepRcParameters.DEFAULT;
    LagrangianUnit own =
        unit == null
            ? LagrangianUnit.none()
            : unit.equals("relu") ? LagrangianUnit.relu() : LagrangianUnit.pfu();
    return new DeepRcParameters(
        base.embedding(),
        base.maxLength(),
        base.kernelSize(),
        width,
        1,
        false,
        GeneVocabulary.NONE,
        CountScale.NONE,
        units,
        layers,
        Separation.softmax(),
        own,
        1);
  }

  /** Rows of bags one after the other, [n, F], to [B, most, F]. */
  private static INDArray padded(INDArray rows, int[] bags) {
    int most = java.util.Arrays.stream(bags).max().orElse(0);
    INDArray padded = Nd4j.zeros(rows.dataType(), bags.length, most, rows.size(1));
    int at = 0;
    for (int b = 0; b < bags.length; b++) {
      padded
          .get(NDArrayIndex.point(b), NDArrayIndex.interval(0, bags[b]), NDArrayIndex.all())
          .assign(rows.get(NDArrayIndex.interval(at, at + bags[b]), NDArrayIndex.all()));
      at += bags[b];
    }
    return padded;
  }

  /** The reverse. */
  private static INDArray ragged(INDArray padded, int[] bags) {
    List<INDArray> rows = new ArrayList<>();
    for (int b = 0; b < bags.length; b++) {
      rows.add(
          padded
              .get(
                  NDArrayIndex.interval(b, b + 1),
                  NDArrayIndex.interval(0, bags[b]),
                  NDArrayIndex.all())
              .dup('c')
              .reshape(bags[b], padded.size(2)));
    }
    return Nd4j.concat(0, rows.toArray(new INDArray[0]));
  }

  // ---------------------------------------------------------------- embedding

  private static Answer embedding(ReferenceCase reference, DataType type) {
    INDArray x = reference.input(INPUT).toArray(type);
    int layers = reference.integer("n_layers", 1);
    int kernelSize = reference.integer("kernel_size", null);
    int kernels = reference.integer("n_kernels", null);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .graphBuilder()
                .addInputs(INPUT)
                .addLayer(
                    OUTPUT,
                    SequenceEmbedding.ofFeatures((int) x.size(2), kernelSize, kernels, layers),
                    INPUT)
                .setOutputs(OUTPUT)
                .build());
    graph.init();
    for (int i = 0; i < layers; i++) {
      INDArray w = weight(reference, "network." + 2 * i + ".weight", type);
      // [kernels, depth, taps] to [taps, depth, kernels]
      graph
          .getLayer(OUTPUT)
          .getParam("W" + i)
          .assign(w.permute(2, 1, 0).dup('c').reshape('c', kernelSize * w.size(1), kernels));
      graph
          .getLayer(OUTPUT)
          .getParam("b" + i)
          .assign(weight(reference, "network." + 2 * i + ".bias", type).reshape(1, kernels));
    }
    Backward run = new Backward(graph, x, null);
    Map<String, INDArray> outputs = Map.of("y", run.of(OUTPUT));
    if (reference.gradOut().isEmpty()) {
      return new Answer(outputs, Map.of(), Map.of());
    }
    ReferenceArray cotangent = reference.gradOut().values().iterator().next();
    Map<String, INDArray> gradients = run.backward(cotangent.toArray(type));
    Map<String, INDArray> weights = new LinkedHashMap<>();
    for (int i = 0; i < layers; i++) {
      INDArray g = gradients.get(OUTPUT + "/W" + i);
      long depth = g.size(0) / kernelSize;
      weights.put(
          "network." + 2 * i + ".weight",
          g.dup('c').reshape('c', kernelSize, depth, kernels).permute(2, 1, 0));
      weights.put("network." + 2 * i + ".bias", gradients.get(OUTPUT + "/b" + i).reshape(kernels));
    }
    return new Answer(outputs, Map.of(INPUT, gradients.get(INPUT)), weights);
  }

  private static INDArray weight(ReferenceCase reference, String name, DataType type) {
    ReferenceArray array = reference.weights().get(name);
    if (array == null) {
      throw new CannotRun("no weight " + name + ", found " + reference.weights().keySet());
    }
    return array.toArray(type);
  }

  // ---------------------------------------------------------------- running a graph

  /** A graph's vertices run one by one, forward and back to its input. */
  private static final class Backward {
    private final ComputationGraph graph;
    private final Map<String, INDArray> values = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();
    private final LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();

    Backward(ComputationGraph graph, INDArray x, INDArray mask) {
      this.graph = graph;
      graph.initGradientsView();
      values.put(INPUT, x);
      for (int index : graph.topologicalSortOrder()) {
        GraphVertex vertex = graph.getVertices()[index];
        if (vertex.isInputVertex()) {
          continue;
        }
        order.add(vertex.getVertexName());
        List<String> inputs = inputs(vertex);
        for (int i = 0; i < inputs.size(); i++) {
          vertex.setInput(i, values.get(inputs.get(i)), none);
        }
        if (vertex.getVertexName().equals(DeepRC.POOLING)) {
          vertex.feedForwardMaskArrays(new INDArray[] {mask, mask}, null, (int) x.size(0));
        }
        values.put(vertex.getVertexName(), vertex.doForward(false, none));
      }
    }

    private List<String> inputs(GraphVertex vertex) {
      return graph.getConfiguration().getVertexInputs().get(vertex.getVertexName());
    }

    INDArray of(String vertex) {
      return values.get(vertex).dup();
    }

    /** Gradients of parameters by vertex/name, and of the input under its name. */
    Map<String, INDArray> backward(INDArray error) {
      Map<String, INDArray> gradients = new LinkedHashMap<>();
      Map<String, INDArray> errors = new LinkedHashMap<>();
      errors.put(OUTPUT, error);
      for (int i = order.size() - 1; i >= 0; i--) {
        GraphVertex vertex = graph.getVertex(order.get(i));
        vertex.setEpsilon(errors.get(order.get(i)));
        var result = vertex.doBackward(false, none);
        if (result.getFirst() != null) {
          result
              .getFirst()
              .gradientForVariable()
              .forEach((name, g) -> gradients.put(vertex.getVertexName() + "/" + name, g.dup()));
        }
        List<String> inputs = inputs(vertex);
        for (int in = 0; in < inputs.size(); in++) {
          errors.merge(inputs.get(in), result.getSecond()[in].dup(), INDArray::add);
        }
      }
      gradients.put(INPUT, errors.get(INPUT));
      return gradients;
    }
  }
}
