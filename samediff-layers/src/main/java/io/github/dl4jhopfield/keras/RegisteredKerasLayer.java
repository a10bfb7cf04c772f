package io.github.dl4jhopfield.keras;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.modelimport.keras.KerasLayer;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** One of our layers in DL4J's own Keras importer, which makes it by reflection. */
public final class RegisteredKerasLayer extends KerasLayer {

  private static final String INSTEAD = "; HopfieldKerasImport can import it";

  private final JsonNode options;
  private MappedLayer mapped;

  /**
   * @param layerConfig as DL4J read it
   */
  public RegisteredKerasLayer(Map<String, Object> layerConfig)
      throws InvalidKerasConfigurationException, UnsupportedKerasConfigurationException {
    super(layerConfig);
    options = new ObjectMapper().<JsonNode>valueToTree(layerConfig).path("config");
  }

  private String title() {
    return className + " \"" + layerName + "\"";
  }

  /** Sizes without the batch. */
  private long[] shape(InputType type) throws UnsupportedKerasConfigurationException {
    if (type instanceof InputType.InputTypeRecurrent r && r.getFormat() == RNNFormat.NWC) {
      return new long[] {r.getTimeSeriesLength() < 1 ? -1 : r.getTimeSeriesLength(), r.getSize()};
    }
    if (type instanceof InputType.InputTypeFeedForward f) {
      return new long[] {f.getSize()};
    }
    throw new UnsupportedKerasConfigurationException(
        title()
            + ": expected [batch, time, features] or [batch, features], found "
            + type
            + INSTEAD);
  }

  private MappedLayer map(InputType type) throws UnsupportedKerasConfigurationException {
    KerasLayerInfo info =
        new KerasLayerInfo(
            layerName,
            className.substring(className.lastIndexOf('>') + 1),
            HopfieldKerasLayers.version(),
            false,
            options,
            List.of(shape(type)),
            List.of(""),
            List.of(false),
            Map.of());
    try {
      MappedLayer result = KerasLayers.builtIn(className).map(info);
      LayerTraining.apply(info, result, 0);
      return result;
    } catch (KerasImportException e) {
      throw new UnsupportedKerasConfigurationException(e.getMessage());
    }
  }

  @Override
  public InputType getOutputType(InputType... inputs)
      throws InvalidKerasConfigurationException, UnsupportedKerasConfigurationException {
    if (inputs.length != 1) {
      throw new UnsupportedKerasConfigurationException(
          title() + ": expected one input, found " + inputs.length + INSTEAD);
    }
    if (mapped == null) {
      MappedLayer found = map(inputs[0]);
      if (found.stages.size() != 1 || found.stages.get(0).layer() == null) {
        throw new UnsupportedKerasConfigurationException(
            title() + ": is not one layer of one input" + INSTEAD);
      }
      if (!HopfieldKerasLayers.isReadable(found.weights.size())) {
        throw new UnsupportedKerasConfigurationException(
            title()
                + " has "
                + found.weights.size()
                + " weights; DL4J's reader crashes the JVM on more than "
                + HopfieldKerasLayers.MOST_WEIGHTS
                + " in files later than those of TF 2.4. For a file of that call"
                + " HopfieldKerasLayers.register(file) before"
                + INSTEAD);
      }
      mapped = found;
      layer = found.stages.get(0).layer();
      layer.setLayerName(layerName);
    }
    long[] out = mapped.outputShape;
    return out.length == 1
        ? InputType.feedForward(out[0])
        : InputType.recurrent(out[1], out[0], RNNFormat.NWC);
  }

  @Override
  public int getNumParams() {
    return mapped == null ? 0 : mapped.weights.size();
  }

  @Override
  public void setWeights(Map<String, INDArray> found) throws InvalidKerasConfigurationException {
    Set<String> left = new HashSet<>(found.keySet());
    List<String> problems = new ArrayList<>();
    for (MappedLayer.Weight w : mapped.weights) {
      INDArray value = found.get(w.name());
      left.remove(w.name());
      if (value == null) {
        problems.add("the weight " + w.name() + " is missing");
      } else if (!Arrays.equals(value.shape(), w.shape()) && !isVector(value, w.shape())) {
        problems.add(
            "the weight "
                + w.name()
                + " should have the shape "
                + Arrays.toString(w.shape())
                + ", found "
                + Arrays.toString(value.shape()));
      }
    }
    left.forEach(name -> problems.add("the weight " + name + " is none of this layer's"));
    if (!problems.isEmpty()) {
      throw new InvalidKerasConfigurationException(title() + ": " + String.join("; ", problems));
    }
    weights = found;
  }

  /** DL4J may give a vector as a row. */
  private static boolean isVector(INDArray value, long[] shape) {
    return shape.length == 1 && value.isVector() && value.length() == shape[0];
  }

  @Override
  public void copyWeightsToLayer(Layer target) throws InvalidKerasConfigurationException {
    if (mapped.weights.isEmpty()) {
      return;
    }
    if (weights == null || weights.isEmpty()) {
      throw new InvalidKerasConfigurationException(
          title() + ": the file has no weights for this layer, which would keep random ones");
    }
    Map<String, INDArray> parameters = target.paramTable();
    for (MappedLayer.Weight w : mapped.weights) {
      INDArray parameter = parameters.get(w.parameter());
      INDArray value = w.change().apply(weights.get(w.name()).dup('c').reshape('c', w.shape()));
      parameter.assign(value.dup('c').reshape('c', parameter.shape()));
    }
    mapped.constants.forEach((name, value) -> parameters.get(name).assign(value));
  }
}
