package io.github.dl4jhopfield.zoo.explain;

import io.github.dl4jhopfield.layers.Associations;
import io.github.dl4jhopfield.layers.HeadRegime;
import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import io.github.dl4jhopfield.layers.HopfieldLayer;
import io.github.dl4jhopfield.layers.HopfieldVertexBase;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the Hopfield layers of a trained network do with an input: the regime of each head (see
 * {@link HeadRegime}), as tables, pictures and data.
 *
 * @param layers the Hopfield layers, in the network's order
 */
public record Explanation(List<LayerRegimes> layers) {

  /**
   * One layer's heads.
   *
   * @param index of the layer in the network
   * @param name of the layer
   * @param type of the layer
   * @param heads the regime of each head
   */
  public record LayerRegimes(int index, String name, String type, List<HeadRegime> heads) {}

  /** Copies the list. */
  public Explanation {
    layers = List.copyOf(layers);
  }

  /**
   * Of either kind of network.
   *
   * @param inputs one for a MultiLayerNetwork, for a ComputationGraph all of them, in order
   * @param mask feature mask [B, T] of a MultiLayerNetwork, or null
   * @throws IllegalArgumentException for a mask or a number of inputs that the network does not
   *     take, or a network without Hopfield layers
   */
  public static Explanation of(Model network, INDArray[] inputs, INDArray mask) {
    for (int i = 0; i < inputs.length; i++) {
      String which = "input " + (i + 1);
      if (inputs[i].isEmpty()) {
        throw new IllegalArgumentException(
            which
                + ": expected at least one sample, found shape "
                + Arrays.toString(inputs[i].shape()));
      }
      // a sum is finite only if all are, but for sums that overflow
      if (inputs[i].dataType().isFPType()
          && !Double.isFinite(inputs[i].sumNumber().doubleValue())
          && !allFinite(inputs[i])) {
        throw new IllegalArgumentException(
            which + ": expected finite numbers, found NaN or infinities");
      }
    }
    if (network instanceof ComputationGraph graph) {
      if (mask != null) {
        throw new IllegalArgumentException(
            "mask: expected with a MultiLayerNetwork only, found a ComputationGraph");
      }
      return of(graph, inputs);
    }
    if (inputs.length != 1) {
      throw new IllegalArgumentException(
          "expected one input of a MultiLayerNetwork, found " + inputs.length);
    }
    return of((MultiLayerNetwork) network, inputs[0], mask);
  }

  /**
   * Runs a network on an input and looks into its Hopfield layers.
   *
   * @param mask feature mask [B, T], or null
   * @throws IllegalArgumentException if the network has no Hopfield layer
   */
  public static Explanation of(MultiLayerNetwork network, INDArray input, INDArray mask) {
    List<LayerRegimes> found = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = inner(network.getLayer(i));
      types.add(layer.conf().getLayer().getClass().getSimpleName());
      if (layer.conf().getLayer() instanceof HopfieldBase hopfield) {
        INDArray association = Associations.of(network, i, input, mask);
        boolean ownPatterns = hopfield instanceof HopfieldLayer;
        found.add(
            new LayerRegimes(
                i,
                hopfield.getLayerName() == null ? "layer" + i : hopfield.getLayerName(),
                hopfield.getClass().getSimpleName(),
                HeadRegime.of(association, ownPatterns ? null : storedMask(mask, association))));
      }
    }
    return of(found, types);
  }

  /**
   * Runs a graph on its inputs and looks into its Hopfield layers and vertices, of a decoder into
   * both associations. The index of a layer is that of its vertex.
   *
   * @throws IllegalArgumentException if the graph has no Hopfield layer or vertex
   */
  public static Explanation of(ComputationGraph graph, INDArray... inputs) {
    if (inputs.length != graph.getNumInputArrays()) {
      throw new IllegalArgumentException(
          "expected "
              + graph.getNumInputArrays()
              + " inputs "
              + graph.getConfiguration().getNetworkInputs()
              + ", found "
              + inputs.length);
    }
    List<LayerRegimes> found = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (GraphVertex vertex : graph.getVertices()) {
      String name = vertex.getVertexName();
      Object configuration =
          vertex.hasLayer()
              ? inner(vertex.getLayer()).conf().getLayer()
              : graph.getConfiguration().getVertices().get(name);
      if (configuration == null) {
        continue;
      }
      types.add(configuration.getClass().getSimpleName());
      Map<String, INDArray> associations = new LinkedHashMap<>();
      if (configuration instanceof HopfieldDecoderVertex) {
        associations.put(name + ", target", Associations.ofTarget(graph, name, inputs, null));
        associations.put(name + ", memory", Associations.ofMemory(graph, name, inputs, null));
      } else if (configuration instanceof HopfieldBase
          || configuration instanceof HopfieldVertexBase) {
        associations.put(name, Associations.of(graph, name, inputs, null));
      }
      associations.forEach(
          (label, association) ->
              found.add(
                  new LayerRegimes(
                      vertex.getVertexIndex(),
                      label,
                      configuration.getClass().getSimpleName(),
                      HeadRegime.of(association))));
    }
    return of(found, types);
  }

  private static boolean allFinite(INDArray array) {
    for (double value : array.dup().ravel().toDoubleVector()) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static Explanation of(List<LayerRegimes> found, List<String> types) {
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a network with a Hopfield layer, found " + types);
    }
    return new Explanation(found);
  }

  private static Layer inner(Layer layer) {
    return layer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : layer;
  }

  /** The zero pattern that a layer may add is never masked. */
  private static INDArray storedMask(INDArray mask, INDArray association) {
    if (mask == null || mask.size(1) == association.size(3)) {
      return mask;
    }
    return Nd4j.concat(1, mask, Nd4j.ones(mask.dataType(), mask.size(0), 1));
  }

  /** A table for each layer. */
  public List<ResultTable> tables() {
    return layers.stream().map(Explanation::table).toList();
  }

  private static ResultTable table(LayerRegimes layer) {
    List<List<String>> rows = new ArrayList<>();
    for (HeadRegime head : layer.heads()) {
      rows.add(
          List.of(
              Integer.toString(head.head() + 1),
              words(head.kind()),
              number(head.median()),
              number(head.quantile(0.25)),
              number(head.quantile(0.75)),
              number(head.stored())));
    }
    return new ResultTable(
        "layer "
            + layer.index()
            + ", "
            + layer.type()
            + " \""
            + layer.name()
            + "\": stored patterns k that hold 90% of a state pattern's association",
        List.of("head", "regime", "median k", "lower quartile", "upper quartile", "stored"),
        rows);
  }

  private static String words(HeadRegime.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** The same for JSON. */
  public List<Map<String, Object>> toList() {
    List<Map<String, Object>> list = new ArrayList<>();
    for (LayerRegimes layer : layers) {
      List<Map<String, Object>> heads = new ArrayList<>();
      for (HeadRegime head : layer.heads()) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("head", head.head());
        fields.put("regime", words(head.kind()));
        fields.put("medianK", head.median());
        fields.put("lowerQuartileK", head.quantile(0.25));
        fields.put("upperQuartileK", head.quantile(0.75));
        fields.put("stored", head.stored());
        heads.add(fields);
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("layer", layer.index());
      fields.put("name", layer.name());
      fields.put("type", layer.type());
      fields.put("heads", heads);
      list.add(fields);
    }
    return list;
  }

  /** A page with a picture and a table for each layer. */
  public String toHtml(String title) {
    HtmlReport page = new HtmlReport(title);
    page.paragraph(
        "How many stored patterns k it takes to hold 90% of a state pattern's association, by head:"
            + " above half of the stored patterns the head averages over all of them, at 1 it"
            + " retrieves a single pattern, between lie metastable states.");
    for (LayerRegimes layer : layers) {
      page.section("Layer " + layer.index() + ", " + layer.type() + " \"" + layer.name() + "\"");
      page.figure(figure(layer), "Quartiles of k over the state patterns of the input, by head.");
      page.table(table(layer));
    }
    return page.toHtml();
  }

  private static BarPlot figure(LayerRegimes layer) {
    List<HeadRegime> heads = layer.heads();
    return new BarPlot(
            "Stored patterns with 90% of the association",
            "head",
            heads.stream().map(h -> Integer.toString(h.head() + 1)).toList(),
            Axis.linear("patterns"))
        .group(
            "median, between quartiles",
            heads.stream().mapToDouble(HeadRegime::median).toArray(),
            heads.stream().mapToDouble(h -> h.quantile(0.25)).toArray(),
            heads.stream().mapToDouble(h -> h.quantile(0.75)).toArray())
        .group("all stored", heads.stream().mapToDouble(HeadRegime::stored).toArray());
  }
}
