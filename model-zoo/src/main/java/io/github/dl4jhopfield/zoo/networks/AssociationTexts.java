package io.github.dl4jhopfield.zoo.networks;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The words with which options name how an association works: separations, what is done to patterns
 * after it, Lagrangian units.
 */
public final class AssociationTexts {
  private static final Map<String, Separation> SEPARATIONS = new LinkedHashMap<>();
  private static final Map<String, PostTransform> POSTS = new LinkedHashMap<>();
  private static final List<String> UNITS = List.of("none", "relu", "pfu");

  static {
    SEPARATIONS.put("softmax", Separation.softmax());
    SEPARATIONS.put("softmax1", Separation.softmax1());
    SEPARATIONS.put("sparsemax", Separation.sparsemax());
    SEPARATIONS.put("entmax15", Separation.entmax15());
    SEPARATIONS.put("normmax2", Separation.normmax(2));
    SEPARATIONS.put("normmax5", Separation.normmax(5));
    SEPARATIONS.put("k-subsets1", Separation.kSubsets(1, true));
    SEPARATIONS.put("k-subsets2", Separation.kSubsets(2, true));
    SEPARATIONS.put("k-subsets4", Separation.kSubsets(4, true));
    POSTS.put("none", PostTransform.NONE);
    POSTS.put("l2", PostTransform.L2);
    POSTS.put("layer-norm", PostTransform.LAYER_NORM);
  }

  /** Those of the separations that every association of the zoo takes. */
  private static final List<String> COMMON = List.of("softmax", "sparsemax", "entmax15");

  private AssociationTexts() {}

  /** The words for separations where few are offered. */
  public static List<String> commonSeparations() {
    return COMMON;
  }

  /** The words for separations; those of k-subsets take at most k. */
  public static List<String> separations() {
    return List.copyOf(SEPARATIONS.keySet());
  }

  /** The words for post transforms. */
  public static List<String> posts() {
    return List.copyOf(POSTS.keySet());
  }

  /** The words for Lagrangian units. */
  public static List<String> units() {
    return UNITS;
  }

  /**
   * The separation of that name.
   *
   * @throws IllegalArgumentException that lists the names, if there is none
   */
  public static Separation separation(String name) {
    return found(SEPARATIONS, "separation", name);
  }

  /**
   * The post transform of that name.
   *
   * @throws IllegalArgumentException that lists the names, if there is none
   */
  public static PostTransform post(String name) {
    return found(POSTS, "post", name);
  }

  /**
   * The unit of that name.
   *
   * @param sigma of the noise of the PFU's threshold in training
   * @throws IllegalArgumentException that lists the names, if there is none
   */
  public static LagrangianUnit unit(String name, double sigma) {
    return switch (name) {
      case "none" -> LagrangianUnit.none();
      case "relu" -> LagrangianUnit.relu();
      case "pfu" -> LagrangianUnit.pfuBuilder().sigma(sigma).build();
      default -> throw unknown("unit", UNITS, name);
    };
  }

  private static <T> T found(Map<String, T> known, String what, String name) {
    T value = known.get(name);
    if (value == null) {
      throw unknown(what, List.copyOf(known.keySet()), name);
    }
    return value;
  }

  private static IllegalArgumentException unknown(String what, List<String> known, String name) {
    return new IllegalArgumentException(
        what + ": expected one of " + String.join(", ", known) + ", found \"" + name + '"');
  }
}
