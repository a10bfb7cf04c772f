package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/**
 * What the one-input Hopfield layers share. Input [B, F, T] (NCW, DL4J's order) or [B, T, F] (NWC).
 */
public abstract class HopfieldBase extends MendedSameDiffLayer {

  private AssociationOptions association = new AssociationOptions();
  private RNNFormat rnnFormat;

  /** For JSON. */
  protected HopfieldBase() {}

  protected HopfieldBase(Builder<?> builder) {
    super(builder);
    association = builder.options().copy();
    rnnFormat = builder.rnnFormat;
    setWeightNoise(builder.weightNoise);
    initializeConstraints(builder);
  }

  abstract LayerCore core();

  /** The options. */
  public AssociationOptions getAssociation() {
    return association;
  }

  /** For JSON. */
  public void setAssociation(AssociationOptions association) {
    this.association = association;
  }

  /** Order of the input's dimensions; null until set or inferred. */
  public RNNFormat getRnnFormat() {
    return rnnFormat;
  }

  /** For JSON. */
  public void setRnnFormat(RNNFormat rnnFormat) {
    this.rnnFormat = rnnFormat;
  }

  RNNFormat format() {
    return rnnFormat == null ? RNNFormat.NCW : rnnFormat;
  }

  @Override
  protected RNNFormat timeFormat() {
    return format();
  }

  /** State patterns, stored patterns and their projection, in heads. */
  @Override
  protected long workingValues(InputType inputType) {
    return inputType instanceof InputType.InputTypeRecurrent recurrent
        ? core().projectedSize() * LayerChecks.length(owner(), recurrent)
        : core().projectedSize();
  }

  String owner() {
    return getClass().getSimpleName() + " \"" + getLayerName() + "\"";
  }

  PatternInput in() {
    return new PatternInput(INPUT, format());
  }

  @Override
  protected void validate() {
    core().validate(owner());
  }

  /** Worked out from the options each time: they decide it, and they are what is saved. */
  @Override
  @JsonIgnore
  public SDLayerParams getLayerParams() {
    SDLayerParams params = new SDLayerParams();
    defineParameters(params);
    setLayerParams(params);
    return params;
  }

  @Override
  public boolean trainable(String parameter) {
    return core().trainable(parameter);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    core().declare(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    core().initialise(params);
    if (paramWeightInit != null) {
      paramWeightInit.forEach((name, init) -> reinitialise(params, name, init));
    }
  }

  private void reinitialise(Map<String, INDArray> params, String name, IWeightInit init) {
    INDArray p = params.get(name);
    if (p == null) {
      throw LayerChecks.wrong(
          owner(), "weightInit of \"" + name + "\": its parameters are " + params.keySet());
    }
    init.init(p.size(0), p.size(1), p.shape(), paramReshapeOrder(name), p);
  }

  @Override
  public boolean differsInTraining() {
    return core().differsInTraining();
  }

  @Override
  public List<String> innerNames() {
    return core().innerNames();
  }

  @Override
  public int initialSteps() {
    return core().initialSteps();
  }

  @Override
  public int maximumSteps() {
    return core().maximumSteps();
  }

  @Override
  public IUpdater getUpdaterByParam(String paramName) {
    return core().trainable(paramName) ? super.getUpdaterByParam(paramName) : new NoOp();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String paramName) {
    if (isEmpty(regularization) && isEmpty(regularizationBias)) {
      return List.of(); // asked for each parameter at each step
    }
    getLayerParams();
    return core().trainable(paramName) ? super.getRegularizationByParam(paramName) : List.of();
  }

  private static boolean isEmpty(List<Regularization> regularization) {
    return regularization == null || regularization.isEmpty();
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (calledFrom(Bidirectional.class)) {
      throw LayerChecks.wrong(
          owner(),
          "Bidirectional is for DL4J's recurrent layers: an association sees the steps before and"
              + " after each step already");
    }
    long size = inputSize(inputType);
    if (association.nIn > 0
        && association.nIn != size
        && calledFrom(TransferLearning.Builder.class)) {
      throw LayerChecks.wrong(
          owner(),
          "nIn = "
              + association.nIn
              + ", the layer before it now gives "
              + size
              + " (nOutReplace). DL4J adapts its own feed-forward layers only: remove this layer"
              + " and those after it (removeLayersFromOutput) and add them again");
    }
    if (association.nIn <= 0 || override) {
      association.nIn = size;
    } else if (association.nIn != size) {
      throw LayerChecks.wrong(
          owner(), "nIn = " + association.nIn + ", the input " + inputType + " has depth " + size);
    }
    if (inputType instanceof InputType.InputTypeRecurrent recurrent) {
      RNNFormat given = recurrent.getFormat();
      if (rnnFormat == null || override) {
        rnnFormat = given;
      } else if (given != null && given != rnnFormat) {
        throw LayerChecks.wrong(
            owner(), "rnnFormat = " + rnnFormat + ", the input " + inputType + " has " + given);
      }
    }
    core().validate(owner());
  }

  /** Depth of an input of that type. */
  long inputSize(InputType inputType) {
    return LayerChecks.recurrent(owner(), inputType).getSize();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    long time = LayerChecks.recurrent(owner(), inputType).getTimeSeriesLength();
    return InputType.recurrent(core().outputSize(), time, format());
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    RNNFormat format =
        inputType instanceof InputType.InputTypeRecurrent recurrent && rnnFormat == null
            ? recurrent.getFormat()
            : format();
    return InputTypeUtil.getPreprocessorForInputTypeRnnLayers(inputType, format, getLayerName());
  }

  @Override
  public void validateInput(INDArray input) {
    if (input.rank() != 3) {
      throw LayerChecks.wrong(
          owner(),
          "expected an input of rank 3 "
              + shapeText()
              + ", found shape "
              + java.util.Arrays.toString(input.shape()));
    }
    checkDepth(input, format() == RNNFormat.NCW ? 1 : 2);
  }

  String shapeText() {
    return format() == RNNFormat.NCW ? "[batch, features, time]" : "[batch, time, features]";
  }

  void checkDepth(INDArray input, int dimension) {
    if (input.size(dimension) != association.nIn) {
      throw LayerChecks.wrong(
          owner(),
          "nIn = "
              + association.nIn
              + ", the input has "
              + input.size(dimension)
              + " features (shape "
              + java.util.Arrays.toString(input.shape())
              + ", "
              + shapeText()
              + ")");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArray, currentMaskState);
  }

  @Override
  public void applyGlobalConfigToLayer(NeuralNetConfiguration.Builder globalConfig) {
    // nothing global: weights start as in the originals unless weightInit(name, init) says
    // otherwise
  }

  @Override
  public HopfieldBase clone() {
    HopfieldBase copy = (HopfieldBase) super.clone();
    copy.association = association.copy();
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && super.equals(other)
        && association.equals(((HopfieldBase) other).association)
        && rnnFormat == ((HopfieldBase) other).rnnFormat
        && Objects.equals(getWeightNoise(), ((HopfieldBase) other).getWeightNoise());
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof HopfieldBase;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + association.hashCode();
  }

  @Override
  public String toString() {
    return owner() + " " + association;
  }

  /** Builder of the one-input layers. */
  public abstract static class Builder<T extends Builder<T>>
      extends org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer.Builder<T>
      implements AssociationBuilder<T> {

    private final AssociationOptions options = new AssociationOptions();
    private RNNFormat rnnFormat;
    private IWeightNoise weightNoise;

    @Override
    public AssociationOptions options() {
      return options;
    }

    /** Order of the input's dimensions. Default: that of the input type, else NCW. */
    public T rnnFormat(RNNFormat format) {
      this.rnnFormat = format;
      return self();
    }

    /** Noise on the weights in training, such as {@code DropConnect}. Default none. */
    public T weightNoise(IWeightNoise noise) {
      this.weightNoise = noise;
      return self();
    }
  }
}
