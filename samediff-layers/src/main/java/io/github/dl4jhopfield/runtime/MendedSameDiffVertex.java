package io.github.dl4jhopfield.runtime;

import io.github.dl4jhopfield.ops.Checks;
import java.util.ArrayList;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;

/**
 * As {@link MendedSameDiffLayer}, for a vertex of a ComputationGraph with several inputs. Besides
 * what is mended there: masks of every input are given at each call (DL4J's vertex refreshes only
 * every second one), and a missing mask is no mask instead of a row of ones.
 *
 * <p>Not mendable from outside: ComputationGraph leaves vertices out of the regularisation score
 * and out of getParam/setParam; use {@link MendedVertex#setParam}.
 */
public abstract class MendedSameDiffVertex extends SameDiffVertex implements MendedConfiguration {

  private IWeightNoise weightNoise;

  @Override
  public IWeightNoise getWeightNoise() {
    return weightNoise;
  }

  /** Sets {@link #getWeightNoise}. */
  public void setWeightNoise(IWeightNoise weightNoise) {
    this.weightNoise = weightNoise;
  }

  /** Sets in {@code copy} what every vertex has: for {@code clone}. */
  protected final void copyInto(MendedSameDiffVertex copy) {
    copy.setName(getName());
    copy.regularization = regularization == null ? null : new ArrayList<>(regularization);
    copy.regularizationBias =
        regularizationBias == null ? null : new ArrayList<>(regularizationBias);
    copy.updater = updater == null ? null : updater.clone();
    copy.biasUpdater = biasUpdater == null ? null : biasUpdater.clone();
    copy.gradientNormalization = gradientNormalization;
    copy.gradientNormalizationThreshold = gradientNormalizationThreshold;
    copy.dataType = dataType;
    copy.weightNoise = weightNoise == null ? null : weightNoise.clone();
  }

  @Override
  public GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    setName(name);
    validate();
    return new MendedVertex(this, graph, name, idx, paramsView, initializeParams, networkDatatype);
  }

  /** Refuses what this version does not know, where DL4J's reader would drop it. */
  @JsonAnySetter
  void refuse(String name, Object value) {
    // DL4J writes it for every vertex and cannot read it back
    if (!name.equals("layerName")) {
      throw Checks.unknownOption(name, value, getClass().getSimpleName());
    }
  }

  /** Order of the dimensions of that input where it has time steps; null where not known. */
  protected RNNFormat timeFormat(String input) {
    return null;
  }

  /**
   * Refuses a mask that is not that of its input's time steps.
   *
   * @throws IllegalArgumentException that names the vertex, the input and both shapes
   */
  final void validateMask(String name, INDArray input, INDArray mask) {
    RNNFormat format = timeFormat(name);
    if (format != null && input.rank() == 3) {
      TimeMasks.check(
          getClass().getSimpleName() + " \"" + getName() + "\"",
          "mask of input \"" + name + "\"",
          format,
          input,
          mask);
    }
  }

  /** Values of one example that the graph keeps beside its inputs and output. */
  protected long workingValues(InputType... inputTypes) {
    return 0;
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return MemoryReports.of(
        getName(),
        getClass(),
        inputTypes[0],
        getOutputType(-1, inputTypes),
        getVertexParams().getParamShapes(),
        this::getUpdaterByParam,
        workingValues(inputTypes));
  }

  /**
   * Refuses an impossible configuration; called before the vertex is made.
   *
   * @throws IllegalArgumentException that names the vertex and what disagrees
   */
  protected void validate() {}

  @Override
  public final SDVariable defineVertex(
      SameDiff sameDiff,
      Map<String, SDVariable> layerInput,
      Map<String, SDVariable> paramTable,
      Map<String, SDVariable> maskVars) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName()
            + " defines its graph in define(GraphContext) and runs in MendedVertex only");
  }
}
