package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.MendedSameDiffVertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/** What the Hopfield vertices share. Inputs [B, F, T] (NCW) or [B, T, F] (NWC). */
public abstract class HopfieldVertexBase extends MendedSameDiffVertex {

  static final String STORED = "stored";
  static final String STATE = "state";
  static final String PROJECTION = "projection";
  static final String ASSOCIATION_MASK = "associationMask";

  private AssociationOptions association = new AssociationOptions();
  private RNNFormat rnnFormat = RNNFormat.NCW;
  private boolean associationMaskInput;

  /** For JSON. */
  protected HopfieldVertexBase() {}

  protected HopfieldVertexBase(Builder<?> builder) {
    association = builder.options().copy();
    rnnFormat = builder.rnnFormat;
    associationMaskInput = builder.associationMaskInput;
    setWeightNoise(builder.weightNoise);
  }

  abstract LayerCore core();

  /** Names of the inputs with patterns, in order. */
  abstract List<String> patternInputs();

  /** Depth that the input of that name must have. */
  abstract long depth(String input);

  /** The options. */
  public AssociationOptions getAssociation() {
    return association;
  }

  /** For JSON. */
  public void setAssociation(AssociationOptions association) {
    this.association = association;
  }

  /** Order of the inputs' dimensions. */
  public RNNFormat getRnnFormat() {
    return rnnFormat;
  }

  /** For JSON. */
  public void setRnnFormat(RNNFormat rnnFormat) {
    this.rnnFormat = rnnFormat;
  }

  /** Whether the last input is an association mask. */
  public boolean isAssociationMaskInput() {
    return associationMaskInput;
  }

  /** For JSON. */
  public void setAssociationMaskInput(boolean associationMaskInput) {
    this.associationMaskInput = associationMaskInput;
  }

  @Override
  protected RNNFormat timeFormat(String input) {
    return patternInputs().contains(input) ? rnnFormat : null;
  }

  /** State patterns, stored patterns and their projection, in heads. */
  @Override
  protected long workingValues(InputType... inputTypes) {
    long longest = 1;
    for (InputType type : inputTypes) {
      if (type instanceof InputType.InputTypeRecurrent recurrent) {
        longest = Math.max(longest, LayerChecks.length(owner(), recurrent));
      }
    }
    return core().projectedSize() * longest;
  }

  String owner() {
    return getClass().getSimpleName() + " \"" + getName() + "\"";
  }

  PatternInput in(String name) {
    return new PatternInput(name, rnnFormat);
  }

  String maskInput() {
    return associationMaskInput ? ASSOCIATION_MASK : null;
  }

  /** Names of the inputs with association masks, which come after those with patterns. */
  List<String> maskInputs() {
    return associationMaskInput ? List.of(ASSOCIATION_MASK) : List.of();
  }

  /** Length L x S that the association mask of that name must have, of these inputs. */
  long[] maskSize(String mask, INDArray[] inputs) {
    int state = patternInputs().indexOf(STATE);
    return new long[] {
      state < 0 ? association.quantity : PatternInput.length(inputs[state], rnnFormat),
      PatternInput.length(inputs[0], rnnFormat)
    };
  }

  /** Whether the input of that name must be as long as the stored patterns. */
  boolean asLongAsStored(String input) {
    return !input.equals(STATE);
  }

  @Override
  protected void validate() {
    core().validate(owner());
  }

  /** Worked out from the options each time: they decide it, and they are what is saved. */
  @Override
  @JsonIgnore
  public SDVertexParams getVertexParams() {
    SDVertexParams params = new SDVertexParams();
    defineParametersAndInputs(params);
    setVertexParams(params);
    return params;
  }

  @Override
  public boolean trainable(String parameter) {
    return core().trainable(parameter);
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.clear();
    List<String> names = new ArrayList<>(patternInputs());
    names.addAll(maskInputs());
    params.defineInputs(names.toArray(new String[0]));
    core().declare(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    core().initialise(params);
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
    getVertexParams();
    return core().trainable(paramName) ? super.getRegularizationByParam(paramName) : List.of();
  }

  @Override
  public int minVertexInputs() {
    return patternInputs().size() + maskInputs().size();
  }

  @Override
  public int maxVertexInputs() {
    return minVertexInputs();
  }

  /** Depth of the i-th input's type, checked against the options. */
  void checkTypes(InputType... types) {
    if (types.length != minVertexInputs()) {
      throw LayerChecks.wrong(
          owner(), "expected " + minVertexInputs() + " inputs, found " + types.length);
    }
    for (int i = 0; i < patternInputs().size(); i++) {
      String input = "input \"" + patternInputs().get(i) + "\"";
      long size = LayerChecks.recurrent(owner() + ": " + input, types[i]).getSize();
      long depth = depth(patternInputs().get(i));
      if (size != depth) {
        throw LayerChecks.wrong(owner(), input + " has depth " + size + ", expected " + depth);
      }
    }
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    int given = 0;
    for (INDArray in : inputs == null ? new INDArray[0] : inputs) {
      given += in == null ? 0 : 1;
    }
    if (given != minVertexInputs()) {
      throw LayerChecks.wrong(owner(), "expected " + minVertexInputs() + " inputs, found " + given);
    }
    int feature = rnnFormat == RNNFormat.NCW ? 1 : 2;
    int time = 3 - feature;
    long storedLength = -1;
    for (int i = 0; i < patternInputs().size(); i++) {
      String name = patternInputs().get(i);
      INDArray in = inputs[i];
      if (in.rank() != 3) {
        throw LayerChecks.wrong(
            owner(),
            "input \"" + name + "\": expected rank 3, found " + Arrays.toString(in.shape()));
      }
      if (in.size(feature) != depth(name)) {
        throw LayerChecks.wrong(
            owner(),
            "input \""
                + name
                + "\" has "
                + in.size(feature)
                + " features, expected "
                + depth(name)
                + " (shape "
                + Arrays.toString(in.shape())
                + ")");
      }
      if (in.size(0) != inputs[0].size(0)) {
        throw LayerChecks.wrong(
            owner(),
            "input \""
                + name
                + "\" has batch size "
                + in.size(0)
                + ", input \""
                + patternInputs().get(0)
                + "\" "
                + inputs[0].size(0));
      }
      if (asLongAsStored(name)) {
        if (storedLength >= 0 && in.size(time) != storedLength) {
          throw LayerChecks.wrong(
              owner(),
              "input \""
                  + name
                  + "\" has length "
                  + in.size(time)
                  + ", the stored patterns "
                  + storedLength);
        }
        storedLength = in.size(time);
      }
    }
    for (int i = 0; i < maskInputs().size(); i++) {
      checkMask(maskInputs().get(i), inputs[patternInputs().size() + i], inputs);
    }
  }

  private void checkMask(String name, INDArray mask, INDArray[] inputs) {
    long[] size = maskSize(name, inputs);
    int rank = mask.rank();
    boolean fits =
        (rank == 3 || rank == 4 && mask.size(1) == heads(name))
            && mask.size(0) == inputs[0].size(0)
            && mask.size(rank - 2) == size[0]
            && mask.size(rank - 1) == size[1];
    if (!fits) {
      String batch = "[" + inputs[0].size(0) + ", ";
      String lengths = size[0] + ", " + size[1] + "]";
      throw LayerChecks.wrong(
          owner(),
          "input \""
              + name
              + "\": expected shape "
              + batch
              + lengths
              + " or "
              + batch
              + heads(name)
              + ", "
              + lengths
              + ", found "
              + Arrays.toString(mask.shape()));
    }
  }

  /** Heads of the association that the mask of that name is for. */
  long heads(String mask) {
    return association.nHeads;
  }

  @Override
  public HopfieldVertexBase clone() {
    try {
      var constructor = getClass().getDeclaredConstructor();
      constructor.setAccessible(true);
      HopfieldVertexBase copy = constructor.newInstance();
      copyInto(copy);
      copy.association = association.copy();
      copy.rnnFormat = rnnFormat;
      copy.associationMaskInput = associationMaskInput;
      return copy;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && association.equals(((HopfieldVertexBase) other).association)
        && rnnFormat == ((HopfieldVertexBase) other).rnnFormat
        && associationMaskInput == ((HopfieldVertexBase) other).associationMaskInput
        && Objects.equals(getWeightNoise(), ((HopfieldVertexBase) other).getWeightNoise());
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof HopfieldVertexBase;
  }

  @Override
  public int hashCode() {
    return association.hashCode();
  }

  @Override
  public String toString() {
    return owner() + " " + association;
  }

  static Pair<INDArray, MaskState> mask(INDArray[] masks, int index, MaskState state) {
    return masks == null || index >= masks.length || masks[index] == null
        ? null
        : new Pair<>(masks[index], state);
  }

  /** Builder of the vertices. */
  public abstract static class Builder<T extends Builder<T>> implements AssociationBuilder<T> {

    private final AssociationOptions options = new AssociationOptions();
    private RNNFormat rnnFormat = RNNFormat.NCW;
    private boolean associationMaskInput;
    private IWeightNoise weightNoise;

    @Override
    public AssociationOptions options() {
      return options;
    }

    /** Order of the inputs' dimensions. Default NCW. */
    public T rnnFormat(RNNFormat format) {
      this.rnnFormat = format;
      return self();
    }

    /** Noise on the weights in training, such as {@code DropConnect}. Default none. */
    public T weightNoise(IWeightNoise noise) {
      this.weightNoise = noise;
      return self();
    }

    /** Depth of the stored patterns. Default: nIn. */
    public T storedPatternSize(long size) {
      options.storedPatternSize = size;
      return self();
    }

    /** Depth of the pattern projection's input. Default: nIn. */
    public T patternProjectionSize(long size) {
      options.patternProjectionSize = size;
      return self();
    }

    /**
     * Adds a last input: the association mask, [B, L, S] for all heads or [B, H, L, S], added to
     * the scores; -infinity hides a stored pattern from a state pattern. No gradient flows to it.
     * (hflayers' boolean mask is -infinity where true, its [B*H, L, S] is [B, H, L, S] here.)
     */
    public T associationMaskInput(boolean on) {
      this.associationMaskInput = on;
      return self();
    }
  }
}
