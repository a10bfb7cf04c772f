package io.github.dl4jhopfield.runtime;

import io.github.dl4jhopfield.ops.Checks;
import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;

/**
 * Base of layer configurations written in SameDiff, with a runtime that mends what is wrong with
 * {@code SameDiffLayer} in DL4J 1.0.0-M2.1. A subclass overrides {@link #define}, {@code
 * defineParameters} and {@code initializeParameters} as it would for {@code SameDiffLayer}.
 *
 * <table>
 *   <caption>What is mended</caption>
 *   <tr><th>DL4J's SameDiffLayer</th><th>here</th></tr>
 *   <tr><td>gradients come out exactly doubled (four times for two stacked layers)</td>
 *       <td>right: the error enters as an ordinary input of the graph</td></tr>
 *   <tr><td>l1, l2 and weight decay act on updates but are missing from the score</td>
 *       <td>in the score</td></tr>
 *   <tr><td>dropOut of the layer is ignored</td><td>applied to the input, in training</td></tr>
 *   <tr><td>there is no weight noise</td><td>{@link #setWeightNoise}</td></tr>
 *   <tr><td>nOutReplace ends in a ClassCastException</td><td>says what to do instead</td></tr>
 *   <tr><td>the graph does not know whether it trains</td>
 *       <td>{@link GraphContext#training()}, one graph for each</td></tr>
 *   <tr><td>LastTimeStep around it throws; MaskZeroLayer takes time for features in NWC</td>
 *       <td>works; is refused (where {@link #timeFormat} is known)</td></tr>
 *   <tr><td>a mask of another length fails somewhere in an op, or is not noticed</td>
 *       <td>refused with the layer's name and both shapes</td></tr>
 *   <tr><td>a memory report throws</td><td>{@link #getMemoryReport}</td></tr>
 *   <tr><td>setParam checks the shape and does nothing</td><td>checks and sets</td></tr>
 *   <tr><td>setParams throws</td><td>checks the length and sets</td></tr>
 *   <tr><td>lines on stdout for each gradient</td><td>none</td></tr>
 *   <tr><td>a copy of each parameter at each call, a session for each thread that called</td>
 *       <td>no copy, one session for each graph</td></tr>
 * </table>
 *
 * <p>Nothing here is about Hopfield networks: the base is made to be proposed upstream.
 */
public abstract class MendedSameDiffLayer extends SameDiffLayer implements MendedConfiguration {

  /** Name of the input in {@link GraphContext}. */
  public static final String INPUT = "input";

  private IWeightNoise weightNoise;

  /** For JSON. */
  protected MendedSameDiffLayer() {}

  protected MendedSameDiffLayer(Builder<?> builder) {
    super(builder);
  }

  @Override
  public IWeightNoise getWeightNoise() {
    return weightNoise;
  }

  /** Sets {@link #getWeightNoise}. */
  public void setWeightNoise(IWeightNoise weightNoise) {
    this.weightNoise = weightNoise;
  }

  /**
   * Transfer learning calls this where it is about to take a layer for a feed-forward layer, which
   * would end in a ClassCastException.
   */
  @Override
  public void resetLayerDefaultConfig() {
    throw new UnsupportedOperationException(
        getClass().getSimpleName()
            + " \""
            + getLayerName()
            + "\": nOutReplace and nInReplace are for DL4J's feed-forward layers only. Remove this"
            + " layer (removeVertexAndConnections, or removeLayersFromOutput of a"
            + " MultiLayerNetwork) and add one of the new size");
  }

  /** Refuses what this version does not know, where DL4J's reader would drop it. */
  @JsonAnySetter
  void refuse(String name, Object value) {
    throw Checks.unknownOption(name, value, getClass().getSimpleName());
  }

  /** Order of an input's dimensions where it has time steps; null where that is not known. */
  protected RNNFormat timeFormat() {
    return null;
  }

  /** Name and class, for messages. */
  final String ownName() {
    return getClass().getSimpleName() + " \"" + getLayerName() + "\"";
  }

  /**
   * Refuses a mask that is not that of the input's time steps.
   *
   * @throws IllegalArgumentException that names the layer and both shapes
   */
  final void validateMask(INDArray input, INDArray mask) {
    RNNFormat format = timeFormat();
    if (format != null && input.rank() == 3) {
      TimeMasks.check(ownName(), "mask", format, input, mask);
    }
  }

  /** Whether a method of that class is running: for what some of its methods cannot be told. */
  protected static boolean calledFrom(Class<?> type) {
    return Callers.anyIs(type);
  }

  /** Values of one example that the graph keeps beside its input and output, for memory reports. */
  protected long workingValues(InputType inputType) {
    return 0;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(
        getLayerName(),
        getClass(),
        inputType,
        getOutputType(-1, inputType),
        getLayerParams().getParamShapes(),
        this::getUpdaterByParam,
        workingValues(inputType));
  }

  /**
   * Refuses an impossible configuration; called before the layer is made.
   *
   * @throws IllegalArgumentException that names the layer and what disagrees
   */
  protected void validate() {}

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    validate();
    MendedLayer layer = new MendedLayer(conf, networkDataType);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }

  /**
   * Not used by this runtime; a layer of this base cannot run in DL4J's own {@code SameDiffLayer},
   * which would double its gradients.
   */
  @Override
  public final SDVariable defineLayer(
      SameDiff sameDiff,
      SDVariable layerInput,
      Map<String, SDVariable> paramTable,
      SDVariable mask) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName()
            + " defines its graph in define(GraphContext) and runs in MendedLayer only");
  }

  @Override
  public MendedSameDiffLayer clone() {
    MendedSameDiffLayer copy = (MendedSameDiffLayer) super.clone();
    copy.weightNoise = weightNoise == null ? null : weightNoise.clone();
    return copy;
  }
}
