package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Adds to each step of a sequence what says where it stands; an association by itself cannot tell
 * the order of its patterns.
 *
 * <pre>
 *   y_t = x_t + p_t
 *   sinusoidal:  p_{t,2i} = sin(t / base^(2i/F)),  p_{t,2i+1} = cos(t / base^(2i/F)),  t = 0, 1, ...
 *   learned:     p_t a trained row of the parameter "position" [maxLength, F], N(0, 0.02) at first
 * </pre>
 *
 * <p>Input [B, F, T] (NCW) or [B, T, F] (NWC), output the same; T may change from call to call, up
 * to maxLength when learned. Padded steps get their p_t too; the mask goes on to the next layer.
 *
 * <p>Source: Vaswani et al., Attention Is All You Need, 2017, section 3.5. An odd F, which that
 * formula leaves open, ends in a sine.
 */
public class PositionalEncoding extends MendedSameDiffLayer {

  /** Where the encoding comes from. */
  public enum Kind {
    /** Fixed sines and cosines. */
    SINUSOIDAL,
    /** Trained. */
    LEARNED
  }

  private static final long serialVersionUID = 1L;
  private static final String POSITION = "position";
  private static final double INITIAL_STANDARD_DEVIATION = 0.02;

  private Kind kind = Kind.SINUSOIDAL;
  private long nIn;
  private long maxLength;
  private double base = 10_000;
  private RNNFormat rnnFormat;

  /** For JSON. */
  protected PositionalEncoding() {}

  protected PositionalEncoding(Builder builder) {
    super(builder);
    kind = builder.kind;
    nIn = builder.nIn;
    maxLength = builder.maxLength;
    base = builder.base;
    rnnFormat = builder.rnnFormat;
    initializeConstraints(builder);
  }

  /** Where the encoding comes from. */
  public Kind getKind() {
    return kind;
  }

  /** For JSON. */
  public void setKind(Kind kind) {
    this.kind = kind;
  }

  /** Features F; 0 until inferred. */
  public long getNIn() {
    return nIn;
  }

  /** For JSON. */
  public void setNIn(long nIn) {
    this.nIn = nIn;
  }

  /** Most steps of a learned encoding; 0 until set or inferred. */
  public long getMaxLength() {
    return maxLength;
  }

  /** For JSON. */
  public void setMaxLength(long maxLength) {
    this.maxLength = maxLength;
  }

  /** Base of the wavelengths. */
  public double getBase() {
    return base;
  }

  /** For JSON. */
  public void setBase(double base) {
    this.base = base;
  }

  /** Order of the input's dimensions; null until set or inferred. */
  public RNNFormat getRnnFormat() {
    return rnnFormat;
  }

  /** For JSON. */
  public void setRnnFormat(RNNFormat rnnFormat) {
    this.rnnFormat = rnnFormat;
  }

  private boolean channelsFirst() {
    return rnnFormat == null || rnnFormat == RNNFormat.NCW;
  }

  @Override
  protected RNNFormat timeFormat() {
    return channelsFirst() ? RNNFormat.NCW : RNNFormat.NWC;
  }

  private String owner() {
    return "PositionalEncoding \"" + getLayerName() + "\"";
  }

  private boolean learned() {
    return kind == Kind.LEARNED;
  }

  @Override
  protected void validate() {
    if (nIn < 1) {
      throw LayerChecks.wrong(owner(), "nIn = " + nIn + ", expected at least 1");
    }
    if (learned() && maxLength < 1) {
      throw LayerChecks.wrong(
          owner(),
          "maxLength = "
              + maxLength
              + ", a learned encoding expects at least 1 (or an input type that knows its length)");
    }
    if (!(base > 0) || Double.isInfinite(base)) {
      throw LayerChecks.wrong(owner(), "base = " + base + ", expected a number above 0");
    }
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    if (learned()) {
      params.addWeightParam(POSITION, maxLength, nIn);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    INDArray position = params.get(POSITION);
    if (position != null) {
      position.assign(
          Nd4j.randn(position.dataType(), position.shape()).muli(INITIAL_STANDARD_DEVIATION));
    }
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public SDVariable define(GraphContext context) {
    SDVariable encoding = learned() ? learnedEncoding(context) : sinusoidalEncoding(context);
    return context.input(INPUT).add(context.sd().expandDims(encoding, 0));
  }

  /** The first T rows of the parameter, as a product with rows of the identity, in input order. */
  private SDVariable learnedEncoding(GraphContext context) {
    SDVariable rows =
        context.feed(
            "rows",
            context.dataType(),
            new long[] {-1, maxLength},
            call -> firstRows(length(call), maxLength, context.dataType()));
    SDVariable position = context.param(POSITION);
    return channelsFirst()
        ? context.sd().mmul(position, rows, true, true, false)
        : rows.mmul(position);
  }

  private SDVariable sinusoidalEncoding(GraphContext context) {
    return context.feed(
        "sinusoids",
        context.dataType(),
        channelsFirst() ? new long[] {nIn, -1} : new long[] {-1, nIn},
        call -> {
          INDArray rows = sinusoids(length(call), nIn, base, context.dataType());
          return channelsFirst() ? rows.transpose().dup('c') : rows;
        });
  }

  private int length(GraphContext.Call call) {
    return (int) call.input(INPUT).size(channelsFirst() ? 2 : 1);
  }

  /** The first rows of the identity. */
  private static INDArray firstRows(int rows, long columns, DataType type) {
    INDArray identity = Nd4j.zeros(type, rows, columns);
    for (int i = 0; i < rows; i++) {
      identity.putScalar(i, i, 1);
    }
    return identity;
  }

  /** The encoding of the first steps: [length, features]. */
  static INDArray sinusoids(int length, long features, double base, DataType type) {
    double[] values = new double[Math.toIntExact(Math.multiplyExact(length, features))];
    for (int t = 0; t < length; t++) {
      for (int f = 0; f < features; f++) {
        double angle = t / Math.pow(base, (double) (f - f % 2) / features);
        values[t * (int) features + f] = f % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
      }
    }
    return Nd4j.create(values, new long[] {length, features}, 'c').castTo(type);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    InputType.InputTypeRecurrent type = LayerChecks.recurrent(owner(), inputType);
    if (nIn <= 0 || override) {
      nIn = type.getSize();
    } else if (nIn != type.getSize()) {
      throw LayerChecks.wrong(
          owner(), "nIn = " + nIn + ", the input " + inputType + " has depth " + type.getSize());
    }
    if (rnnFormat == null || override) {
      rnnFormat = type.getFormat();
    }
    if (learned() && maxLength <= 0) {
      maxLength = type.getTimeSeriesLength();
    }
    validate();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreprocessorForInputTypeRnnLayers(
        inputType, channelsFirst() ? RNNFormat.NCW : RNNFormat.NWC, getLayerName());
  }

  @Override
  public void validateInput(INDArray input) {
    int features = channelsFirst() ? 1 : 2;
    if (input.rank() != 3 || input.size(features) != nIn) {
      throw LayerChecks.wrong(
          owner(),
          "expected an input "
              + (channelsFirst() ? "[batch, " + nIn + ", time]" : "[batch, time, " + nIn + "]")
              + ", found shape "
              + Arrays.toString(input.shape()));
    }
    long time = input.size(3 - features);
    if (learned() && time > maxLength) {
      throw LayerChecks.wrong(
          owner(), "maxLength = " + maxLength + ", the input has " + time + " steps");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArray, currentMaskState);
  }

  @Override
  public PositionalEncoding clone() {
    return (PositionalEncoding) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PositionalEncoding that
        && super.equals(other)
        && kind == that.kind
        && nIn == that.nIn
        && maxLength == that.maxLength
        && base == that.base
        && rnnFormat == that.rnnFormat;
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof PositionalEncoding;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), kind, nIn, maxLength, base, rnnFormat);
  }

  /** Builds a {@link PositionalEncoding}. */
  public static class Builder
      extends org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer.Builder<Builder> {
    private Kind kind = Kind.SINUSOIDAL;
    private long nIn;
    private long maxLength;
    private double base = 10_000;
    private RNNFormat rnnFormat;

    /** A trained encoding instead of sines. Default off. */
    public Builder learned(boolean on) {
      kind = on ? Kind.LEARNED : Kind.SINUSOIDAL;
      return this;
    }

    /** Features F. Inferred from the input type where there is one. */
    public Builder nIn(long nIn) {
      this.nIn = nIn;
      return this;
    }

    /** Most steps of a learned encoding. Default: the length of the input type. */
    public Builder maxLength(long maxLength) {
      this.maxLength = maxLength;
      return this;
    }

    /** Base of the wavelengths, from 2 pi to base times 2 pi. Default 10,000. */
    public Builder base(double base) {
      this.base = base;
      return this;
    }

    /** Order of the input's dimensions. Default: that of the input type, else NCW. */
    public Builder rnnFormat(RNNFormat format) {
      this.rnnFormat = format;
      return this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public PositionalEncoding build() {
      return new PositionalEncoding(this);
    }
  }
}
