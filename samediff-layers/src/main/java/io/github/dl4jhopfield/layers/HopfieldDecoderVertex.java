package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Transformer decoder block with Hopfield associations in place of attention: a target retrieves
 * from itself, then from a memory (the encoder's output).
 *
 * <pre>
 *   x1 = LN(x + self(x))    x2 = LN(x1 + cross(memory, x1))    y = LN(x2 + f(x2 W1 + b1) W2 + b2)
 * </pre>
 *
 * <p>Inputs: target [B, nIn, T], memory [B, memorySize, S] (NCW; NWC likewise); then, where asked
 * for, the association mask of the target [B, T, T] or [B, H, T, T] and that of the memory [B, T,
 * S] or [B, H, T, S], both added to the scores. Output [B, nIn, T]. The masks of target and memory
 * hide padded steps; the target's goes on. The Builder's options are those of both associations;
 * {@link Builder#cross} sets others for the second.
 *
 * <p>Source: as {@link HopfieldEncoderLayer}; hflayers' {@code HopfieldDecoderLayer}. A memory of
 * another depth is an addition.
 */
public class HopfieldDecoderVertex extends TransformerVertex {

  private static final long serialVersionUID = 1L;

  static final String TARGET = "target";
  static final String MEMORY = "memory";
  static final String MEMORY_MASK = "memoryMask";

  private AssociationOptions crossAssociation = new AssociationOptions();
  private boolean memoryMaskInput;

  /** For JSON. */
  protected HopfieldDecoderVertex() {}

  protected HopfieldDecoderVertex(Builder builder) {
    super(builder);
    crossAssociation = builder.crossOptions();
    memoryMaskInput = builder.memoryMaskInput;
  }

  /** The options of the association with the memory. */
  public AssociationOptions getCrossAssociation() {
    return crossAssociation;
  }

  /** For JSON. */
  public void setCrossAssociation(AssociationOptions crossAssociation) {
    this.crossAssociation = crossAssociation;
  }

  /** Whether the last input is an association mask of target and memory. */
  public boolean isMemoryMaskInput() {
    return memoryMaskInput;
  }

  /** For JSON. */
  public void setMemoryMaskInput(boolean memoryMaskInput) {
    this.memoryMaskInput = memoryMaskInput;
  }

  @Override
  TransformerCore core() {
    return TransformerCore.decoder(getAssociation(), crossAssociation, getFeedForward());
  }

  @Override
  List<String> patternInputs() {
    return List.of(TARGET, MEMORY);
  }

  @Override
  List<String> maskInputs() {
    List<String> names = new ArrayList<>(super.maskInputs());
    if (memoryMaskInput) {
      names.add(MEMORY_MASK);
    }
    return names;
  }

  @Override
  long[] maskSize(String mask, INDArray[] inputs) {
    long target = PatternInput.length(inputs[0], getRnnFormat());
    long memory = PatternInput.length(inputs[1], getRnnFormat());
    return new long[] {target, mask.equals(MEMORY_MASK) ? memory : target};
  }

  @Override
  long heads(String mask) {
    return mask.equals(MEMORY_MASK) ? crossAssociation.nHeads : super.heads(mask);
  }

  @Override
  long depth(String input) {
    return input.equals(TARGET) ? getAssociation().nIn : core().associations().get(1).storedSize();
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput target = in(TARGET);
    return target.turned(
        core().new Graph(context, target)
            .define(in(MEMORY), maskInput(), memoryMaskInput ? MEMORY_MASK : null));
  }

  @Override
  protected void validate() {
    super.validate();
    AssociationCore cross = core().associations().get(1);
    if (cross.storedSize() != cross.projectionSize()) {
      throw LayerChecks.wrong(
          owner(),
          "the memory is stored pattern and pattern projection: storedPatternSize = "
              + cross.storedSize()
              + ", patternProjectionSize = "
              + cross.projectionSize());
    }
  }

  @Override
  public HopfieldDecoderVertex clone() {
    HopfieldDecoderVertex copy = (HopfieldDecoderVertex) super.clone();
    copy.crossAssociation = crossAssociation.copy();
    copy.memoryMaskInput = memoryMaskInput;
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && crossAssociation.equals(((HopfieldDecoderVertex) other).crossAssociation)
        && memoryMaskInput == ((HopfieldDecoderVertex) other).memoryMaskInput;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + crossAssociation.hashCode();
  }

  @Override
  public String toString() {
    return super.toString() + " cross " + crossAssociation;
  }

  /** Builds a {@link HopfieldDecoderVertex}. */
  public static class Builder extends TransformerVertex.Builder<Builder> {

    private long memorySize;
    private boolean memoryMaskInput;
    private Consumer<Cross> cross = c -> {};

    /** Depth of the memory. Default: nIn. */
    public Builder memorySize(long size) {
      memorySize = size;
      return this;
    }

    /** Options of the association with the memory that differ from the other's. */
    public Builder cross(Consumer<Cross> options) {
      cross = options;
      return this;
    }

    /** Adds a last input: the association mask of target and memory. Default off. */
    public Builder memoryMaskInput(boolean on) {
      memoryMaskInput = on;
      return this;
    }

    private AssociationOptions crossOptions() {
      AssociationOptions options = options().copy();
      if (memorySize > 0) {
        options.storedPatternSize = memorySize;
        options.patternProjectionSize = memorySize;
      }
      cross.accept(new Cross(options));
      return options;
    }

    /** The vertex. */
    public HopfieldDecoderVertex build() {
      return new HopfieldDecoderVertex(this);
    }
  }

  /** Sets options of the association with the memory. */
  public static final class Cross implements AssociationBuilder<Cross> {
    private final AssociationOptions options;

    private Cross(AssociationOptions options) {
      this.options = options;
    }

    @Override
    public AssociationOptions options() {
      return options;
    }
  }
}
