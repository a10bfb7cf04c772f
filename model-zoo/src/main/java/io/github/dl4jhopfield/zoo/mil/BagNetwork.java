package io.github.dl4jhopfield.zoo.mil;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How the instances of a bag become one vector: what of a network for bags differs from another.
 *
 * @param pooling kind of pooling
 * @param separation of the associations, by name; see {@link AssociationTexts}
 * @param post what is done to patterns after each association, by name
 * @param unit Lagrangian unit of the scores, by name
 * @param sigma of the noise of the PFU's threshold in training
 */
public record BagNetwork(
    Pooling pooling, String separation, String post, String unit, double sigma) {

  /** Kinds of pooling. */
  public enum Pooling {
    /** A trained state pattern retrieves from the instances (Ramsauer et al., 2021). */
    HOPFIELD_POOLING("hopfield-pooling"),
    /** The instances are associated with each other first, then pooled by Hopfield pooling. */
    HOPFIELD("hopfield"),
    /** Each instance retrieves from trained stored patterns; the maximum of what they retrieve. */
    HOPFIELD_LAYER("hopfield-layer"),
    /** Attention by a small network with a gate (Ilse et al., 2018, equation 9). */
    GATED_ATTENTION("gated-attention"),
    /** Attention by a small network (Ilse et al., 2018, equation 8). */
    ATTENTION("attention"),
    /** The mean of the embedded instances. */
    MEAN("mean"),
    /** The maximum of each feature of the embedded instances. */
    MAX("max");

    private final String label;

    Pooling(String label) {
      this.label = label;
    }

    /** Its name as an option. */
    public String label() {
      return label;
    }

    /** Whether it is made of associations. */
    public boolean associates() {
      return this == HOPFIELD_POOLING || this == HOPFIELD || this == HOPFIELD_LAYER;
    }

    /** Whether it weighs instances, and says how. */
    public boolean weighs() {
      return this == HOPFIELD_POOLING
          || this == HOPFIELD
          || this == ATTENTION
          || this == GATED_ATTENTION;
    }
  }

  /** Hopfield pooling with softmax. */
  public static final BagNetwork DEFAULT = of(Pooling.HOPFIELD_POOLING);

  private static final double SIGMA = 0.1;

  /** Checks the names. */
  public BagNetwork {
    Objects.requireNonNull(pooling, "pooling");
    AssociationTexts.separation(separation);
    AssociationTexts.post(post);
    AssociationTexts.unit(unit, sigma);
    boolean plain = separation.equals("softmax") && post.equals("none") && unit.equals("none");
    if (!pooling.associates() && !plain) {
      throw new IllegalArgumentException(
          pooling.label()
              + " has no association: expected neither separation, post nor unit, found "
              + String.join(", ", separation, post, unit));
    }
  }

  /** That pooling with softmax, no post transform and no unit. */
  public static BagNetwork of(Pooling pooling) {
    return new BagNetwork(pooling, "softmax", "none", "none", SIGMA);
  }

  /** As Jackson and options say it. */
  @JsonIgnore
  Separation separationOp() {
    return AssociationTexts.separation(separation);
  }

  @JsonIgnore
  PostTransform postTransform() {
    return AssociationTexts.post(post);
  }

  @JsonIgnore
  LagrangianUnit lagrangianUnit() {
    return AssociationTexts.unit(unit, sigma);
  }

  /** Its name: that of the pooling and what is not as usual, {@code hopfield-pooling:sparsemax}. */
  public String label() {
    List<String> parts = new ArrayList<>();
    if (!separation.equals("softmax")) {
      parts.add(separation);
    }
    if (!post.equals("none")) {
      parts.add(post);
    }
    if (unit.equals("pfu") && sigma != SIGMA) {
      parts.add(String.format(Locale.ROOT, "pfu(%s)", sigma));
    } else if (!unit.equals("none")) {
      parts.add(unit);
    }
    return parts.isEmpty() ? pooling.label() : pooling.label() + ':' + String.join("+", parts);
  }
}
