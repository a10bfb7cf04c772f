package io.github.dl4jhopfield.ops;

import java.io.Serializable;
import java.util.Objects;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonInclude;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How a Hopfield association turns scores into weights: the map that separates the stored patterns.
 * Immutable; survives DL4J's JSON and Java serialisation.
 *
 * <p>{@code softmax} (Ramsauer et al., ICLR 2021, equation 3); {@code sparsemax} (Martins and
 * Astudillo, ICML 2016); {@code entmax} (Peters, Niculae and Martins, ACL 2019), with {@code alpha}
 * given or learned (Correia, Niculae and Martins, EMNLP 2019); {@code normmax} and {@code
 * k-subsets} (Santos et al., ICML 2024, sections 4 and 5).
 */
public final class Separation implements Serializable {

  /** The family of the map. */
  public enum Kind {
    /** Dense: every stored pattern gets weight. */
    SOFTMAX,
    /** Softmax with a one in the denominator: a pattern may attend to nothing. */
    SOFTMAX1,
    /** alpha-entmax with alpha = 2. */
    SPARSEMAX,
    /** alpha-entmax with alpha = 1.5. */
    ENTMAX15,
    /** alpha-entmax with any alpha from 1 (softmax) on. */
    ENTMAX,
    /**
     * alpha-entmax whose alpha is a trained variable; {@link Separation#getAlpha()} is its start.
     */
    LEARNED_ENTMAX,
    /** Sparse, uniform for large p. */
    NORMMAX,
    /** Weights in [0, 1] that sum to k: retrieves k patterns at once. */
    K_SUBSETS,
    /** k-subsets with a score for the neighbourhood of chosen patterns in sequence. */
    SEQUENTIAL_K_SUBSETS
  }

  private static final long serialVersionUID = 1L;
  private static final Separation SOFTMAX = new Separation(Kind.SOFTMAX, 1, 0, 0, false, 0);
  private static final Separation SOFTMAX1 = new Separation(Kind.SOFTMAX1, 0, 0, 0, false, 0);
  private static final Separation SPARSEMAX = new Separation(Kind.SPARSEMAX, 2, 0, 0, false, 0);
  private static final Separation ENTMAX15 = new Separation(Kind.ENTMAX15, 1.5, 0, 0, false, 0);

  private final Kind kind;
  private final double alpha;
  private final double p;
  private final int k;
  private final boolean atMost;
  private final double edgeScore;

  @JsonCreator
  private Separation(
      @JsonProperty("kind") Kind kind,
      @JsonProperty("alpha") double alpha,
      @JsonProperty("p") double p,
      @JsonProperty("k") int k,
      @JsonProperty("atMost") boolean atMost,
      @JsonProperty("edgeScore") double edgeScore) {
    this.kind = Objects.requireNonNull(kind, "kind");
    this.alpha = alpha;
    this.p = p;
    this.k = k;
    this.atMost = atMost;
    this.edgeScore = edgeScore;
  }

  /** The exponential map of the modern Hopfield network. */
  public static Separation softmax() {
    return SOFTMAX;
  }

  /**
   * Softmax with a one in the denominator, exp(z_i) / (1 + sum_j exp(z_j)): the weights sum to less
   * than 1, and to almost nothing where no score is above 0, so a pattern may attend to nothing (Hu
   * et al., Outlier-Efficient Hopfield Layers for Large Transformer-Based Models, ICML 2024).
   */
  public static Separation softmax1() {
    return SOFTMAX1;
  }

  /** The Euclidean projection onto the simplex. */
  public static Separation sparsemax() {
    return SPARSEMAX;
  }

  /** Between softmax and sparsemax, in closed form. */
  public static Separation entmax15() {
    return ENTMAX15;
  }

  /**
   * alpha-entmax; 1 is softmax exactly, 2 sparsemax exactly.
   *
   * @throws IllegalArgumentException if alpha is not a finite number of at least 1
   */
  public static Separation entmax(double alpha) {
    return new Separation(Kind.ENTMAX, Checks.alpha("separation entmax", alpha), 0, 0, false, 0);
  }

  /**
   * alpha-entmax whose alpha is trained, starting at {@code start}.
   *
   * @throws IllegalArgumentException if start is not a finite number of at least 1
   */
  public static Separation learnedEntmax(double start) {
    return new Separation(
        Kind.LEARNED_ENTMAX, Checks.alpha("separation learnedEntmax", start), 0, 0, false, 0);
  }

  /**
   * normmax, the projection with the p-norm as regulariser.
   *
   * @throws IllegalArgumentException if p is not a finite number above 1
   */
  public static Separation normmax(double p) {
    return new Separation(Kind.NORMMAX, 0, Checks.p("separation normmax", p), 0, false, 0);
  }

  /**
   * Weights in [0, 1] that sum to k, or to at most k.
   *
   * @throws IllegalArgumentException if k is below 1
   */
  public static Separation kSubsets(int k, boolean atMost) {
    return new Separation(Kind.K_SUBSETS, 0, 0, Checks.k("separation kSubsets", k), atMost, 0);
  }

  /** Refuses what this version does not know, instead of dropping it. */
  @JsonAnySetter
  private void refuse(String name, Object value) {
    throw Checks.unknownOption(name, value, "a separation");
  }

  /**
   * k-subsets in a chain: each pair of chosen neighbours earns {@code edgeScore}.
   *
   * @throws IllegalArgumentException if k is below 1 or the score not finite
   */
  public static Separation sequentialKSubsets(int k, double edgeScore) {
    return new Separation(
        Kind.SEQUENTIAL_K_SUBSETS,
        0,
        0,
        Checks.k("separation sequentialKSubsets", k),
        false,
        Checks.finite("separation sequentialKSubsets", "edgeScore", edgeScore));
  }

  @JsonProperty("kind")
  public Kind getKind() {
    return kind;
  }

  /** The number that the ops know a separation by beside its kind: p of normmax, k, else alpha. */
  public double parameter() {
    return switch (kind) {
      case NORMMAX -> p;
      case K_SUBSETS -> k;
      default -> alpha;
    };
  }

  /** Whether every pattern gets weight: softmax, softmax1, and alpha-entmax with alpha 1. */
  @JsonIgnore
  public boolean isDense() {
    return switch (kind) {
      case SOFTMAX, SOFTMAX1 -> true;
      case ENTMAX, LEARNED_ENTMAX -> alpha == 1;
      default -> false;
    };
  }

  /** alpha of entmax; 1 for softmax, 0 where the family has none. */
  @JsonProperty("alpha")
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public double getAlpha() {
    return alpha;
  }

  /** p of normmax, else 0. */
  @JsonProperty("p")
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public double getP() {
    return p;
  }

  /** k of k-subsets, else 0. */
  @JsonProperty("k")
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public int getK() {
    return k;
  }

  /** Whether k-subsets may choose fewer than k. */
  @JsonProperty("atMost")
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public boolean isAtMost() {
    return atMost;
  }

  /** The score of chosen neighbours of sequential k-subsets, else 0. */
  @JsonProperty("edgeScore")
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public double getEdgeScore() {
    return edgeScore;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Separation that
        && kind == that.kind
        && alpha == that.alpha
        && p == that.p
        && k == that.k
        && atMost == that.atMost
        && edgeScore == that.edgeScore;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, alpha, p, k, atMost, edgeScore);
  }

  /** For example {@code entmax(1.3)}. */
  @Override
  public String toString() {
    return switch (kind) {
      case SOFTMAX -> "softmax";
      case SOFTMAX1 -> "softmax1";
      case SPARSEMAX -> "sparsemax";
      case ENTMAX15 -> "entmax15";
      case ENTMAX -> "entmax(" + alpha + ")";
      case LEARNED_ENTMAX -> "learnedEntmax(" + alpha + ")";
      case NORMMAX -> "normmax(" + p + ")";
      case K_SUBSETS -> "kSubsets(" + k + (atMost ? ", at most)" : ")");
      case SEQUENTIAL_K_SUBSETS -> "sequentialKSubsets(" + k + ", edge score " + edgeScore + ")";
    };
  }
}
