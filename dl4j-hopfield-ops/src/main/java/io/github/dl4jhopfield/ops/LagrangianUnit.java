package io.github.dl4jhopfield.ops;

import java.io.Serializable;
import java.util.Objects;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An element-wise map that forgets small scores before they are separated (Ota et al., Learning
 * with Partial Forgetting in Modern Hopfield Networks, AISTATS 2023). It gives D(x), and D'(x) in
 * {0, 1}, which says what was kept; no gradient flows through D'. A median is a score like the
 * others: it receives the gradient of all that b stands for, as in the original code. Immutable;
 * survives DL4J's JSON and Java serialisation.
 *
 * <p>ReLU: D(x) = max(x, 0), D'(x) = 1[x &gt; 0]. PFU: D(x) = x where x &gt; t, else b, D'(x) = 1[x
 * &gt; t], with the threshold t = mu + sigma<sup>2</sup> noise and b = t or a number; mu is a
 * number or a median. As in the original code, the noise is drawn in training only and scaled by
 * sigma squared.
 */
public final class LagrangianUnit implements Serializable {

  /** Which map. */
  public enum Kind {
    /** Scores pass as they are. */
    NONE,
    /** Forget what is not positive. */
    RELU,
    /** Partial forgetting unit. */
    PFU
  }

  /** What one median is taken over. Masked entries never enter it. */
  public enum MedianScope {
    /** The whole tensor, as in the original: a prediction then depends on its batch mates. */
    TENSOR,
    /** Each example, that is each index of the first dimension. */
    SAMPLE,
    /** Each row along the axis of the op. */
    ROW
  }

  private static final long serialVersionUID = 1L;
  private static final LagrangianUnit NONE =
      new LagrangianUnit(Kind.NONE, null, null, 0, MedianScope.SAMPLE);
  private static final LagrangianUnit RELU =
      new LagrangianUnit(Kind.RELU, null, null, 0, MedianScope.SAMPLE);

  private final Kind kind;
  private final Double mu;
  private final Double bias;
  private final double sigma;
  private final MedianScope medianScope;

  @JsonCreator
  private LagrangianUnit(
      @JsonProperty("kind") Kind kind,
      @JsonProperty("mu") Double mu,
      @JsonProperty("bias") Double bias,
      @JsonProperty("sigma") double sigma,
      @JsonProperty("medianScope") MedianScope medianScope) {
    this.kind = Objects.requireNonNull(kind, "kind");
    this.mu = mu;
    this.bias = bias;
    this.sigma = sigma;
    this.medianScope = medianScope == null ? MedianScope.SAMPLE : medianScope;
  }

  /** No unit. */
  public static LagrangianUnit none() {
    return NONE;
  }

  /** The ReLU unit. */
  public static LagrangianUnit relu() {
    return RELU;
  }

  /** The PFU of the paper's experiments: median of each example as mu and as bias, sigma 0.01. */
  public static LagrangianUnit pfu() {
    return pfuBuilder().build();
  }

  /** Refuses what this version does not know, instead of dropping it. */
  @JsonAnySetter
  private void refuse(String name, Object value) {
    throw Checks.unknownOption(name, value, "a Lagrangian unit");
  }

  /** A PFU with chosen options. */
  public static PfuBuilder pfuBuilder() {
    return new PfuBuilder();
  }

  @JsonProperty("kind")
  public Kind getKind() {
    return kind;
  }

  /** The fixed mu of a PFU, or null: the median. */
  @JsonProperty("mu")
  public Double getMu() {
    return mu;
  }

  /** The fixed value of forgotten entries of a PFU, or null: the threshold. */
  @JsonProperty("bias")
  public Double getBias() {
    return bias;
  }

  /** Square root of the scale of a PFU's training noise. */
  @JsonProperty("sigma")
  public double getSigma() {
    return sigma;
  }

  @JsonProperty("medianScope")
  public MedianScope getMedianScope() {
    return medianScope;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LagrangianUnit that
        && kind == that.kind
        && Objects.equals(mu, that.mu)
        && Objects.equals(bias, that.bias)
        && sigma == that.sigma
        && medianScope == that.medianScope;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, mu, bias, sigma, medianScope);
  }

  /** For example {@code pfu(mu=median of each sample, bias=mu, sigma=0.01)}. */
  @Override
  public String toString() {
    return switch (kind) {
      case NONE -> "none";
      case RELU -> "relu";
      case PFU ->
          "pfu(mu="
              + (mu == null ? "median of each " + medianScope.name().toLowerCase() : mu)
              + ", bias="
              + (bias == null ? "threshold" : bias)
              + ", sigma="
              + sigma
              + ")";
    };
  }

  /** Options of a PFU. */
  public static final class PfuBuilder {
    private Double mu;
    private Double bias;
    private double sigma = 0.01;
    private MedianScope medianScope = MedianScope.SAMPLE;

    private PfuBuilder() {}

    /** A fixed mu. (The original code fails on one; the paper's formula is followed.) */
    public PfuBuilder mu(double mu) {
      this.mu = Checks.finite("pfu", "mu", mu);
      return this;
    }

    /** mu is the lower median of the scores over the given scope; the default, by sample. */
    public PfuBuilder medianOf(MedianScope scope) {
      this.mu = null;
      this.medianScope = Objects.requireNonNull(scope, "scope");
      return this;
    }

    /** Forgotten entries become this number. */
    public PfuBuilder bias(double bias) {
      this.bias = Checks.finite("pfu", "bias", bias);
      return this;
    }

    /** Forgotten entries become the threshold; the default. */
    public PfuBuilder biasIsThreshold() {
      this.bias = null;
      return this;
    }

    /** Noise of training is sigma squared times a standard normal number. */
    public PfuBuilder sigma(double sigma) {
      if (!(sigma >= 0) || Double.isInfinite(sigma)) {
        throw new IllegalArgumentException(
            "pfu: argument sigma: expected a finite number of at least 0, found " + sigma);
      }
      this.sigma = sigma;
      return this;
    }

    public LagrangianUnit build() {
      return new LagrangianUnit(Kind.PFU, mu, bias, sigma, medianScope);
    }
  }
}
