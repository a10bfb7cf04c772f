package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Association.StopScope;
import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.Separation;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The number that stands for each constant of an enum in the arguments of an op: in saved graphs
 * and in native code. A code never changes and is never given again; the order of the constants in
 * the enum says nothing.
 */
public final class WireCodes<E extends Enum<E>> {
  /** The kinds of separations. Sequential k-subsets are an op of their own. */
  public static final WireCodes<Separation.Kind> SEPARATION =
      new WireCodes<>("Separation", Separation.Kind.class)
          .with(Separation.Kind.SOFTMAX, 0)
          .with(Separation.Kind.SPARSEMAX, 1)
          .with(Separation.Kind.ENTMAX15, 2)
          .with(Separation.Kind.ENTMAX, 3)
          .with(Separation.Kind.LEARNED_ENTMAX, 4)
          .with(Separation.Kind.NORMMAX, 5)
          .with(Separation.Kind.K_SUBSETS, 6)
          .with(Separation.Kind.SOFTMAX1, 7)
          .without(Separation.Kind.SEQUENTIAL_K_SUBSETS)
          .complete();

  public static final WireCodes<LagrangianUnit.Kind> UNIT =
      new WireCodes<>("Unit", LagrangianUnit.Kind.class)
          .with(LagrangianUnit.Kind.NONE, 0)
          .with(LagrangianUnit.Kind.RELU, 1)
          .with(LagrangianUnit.Kind.PFU, 2)
          .complete();

  public static final WireCodes<MedianScope> MEDIAN_SCOPE =
      new WireCodes<>("MedianScope", MedianScope.class)
          .with(MedianScope.TENSOR, 0)
          .with(MedianScope.SAMPLE, 1)
          .with(MedianScope.ROW, 2)
          .complete();

  public static final WireCodes<StopScope> STOP_SCOPE =
      new WireCodes<>("StopScope", StopScope.class)
          .with(StopScope.SAMPLE, 0)
          .with(StopScope.BATCH, 1)
          .complete();

  public static final WireCodes<DenseActivation> ACTIVATION =
      new WireCodes<>("Activation", DenseActivation.class)
          .with(DenseActivation.NONE, 0)
          .with(DenseActivation.RELU, 1)
          .with(DenseActivation.GELU, 2)
          .with(DenseActivation.GELU_TANH, 3)
          .complete();

  private final String name;
  private final Class<E> type;
  private final Map<E, Integer> codes;

  private WireCodes(String name, Class<E> type) {
    this.name = name;
    this.type = type;
    codes = new EnumMap<>(type);
  }

  private WireCodes<E> with(E constant, int code) {
    if (code < 0 || code > 62 || codes.put(constant, code) != null) {
      throw new IllegalStateException(constant + ": a code from 0 to 62, given once");
    }
    return this;
  }

  /** A constant that never crosses to an op. */
  private WireCodes<E> without(E constant) {
    codes.put(constant, null);
    return this;
  }

  private WireCodes<E> complete() {
    for (E constant : type.getEnumConstants()) {
      if (!codes.containsKey(constant)) {
        throw new IllegalStateException(type.getName() + "." + constant + " has no wire code");
      }
    }
    if (codes.values().stream().distinct().count() != codes.size()) {
      throw new IllegalStateException(type.getName() + ": a wire code is given twice");
    }
    return this;
  }

  /** Every enum that crosses. */
  static List<WireCodes<?>> all() {
    return List.of(SEPARATION, UNIT, MEDIAN_SCOPE, STOP_SCOPE, ACTIVATION);
  }

  /** Name of the enum in native code. */
  String name() {
    return name;
  }

  /** Constants and their codes, those that have one. */
  Map<E, Integer> codes() {
    Map<E, Integer> given = new EnumMap<>(codes);
    given.values().removeIf(code -> code == null);
    return given;
  }

  /** The code of a constant. */
  public int of(E constant) {
    Integer code = codes.get(constant);
    if (code == null) {
      throw new IllegalArgumentException(
          type.getSimpleName() + " " + constant + " has no form as an argument of an op");
    }
    return code;
  }

  /**
   * The constant of a code.
   *
   * @throws IllegalArgumentException that names op, argument and the known codes
   */
  E at(String op, String argument, long code) {
    for (Map.Entry<E, Integer> entry : codes.entrySet()) {
      if (entry.getValue() != null && entry.getValue() == code) {
        return entry.getKey();
      }
    }
    throw Checks.bad(op, argument, "a code of " + this, code + " (of a newer version?)");
  }

  /** For example {@code 0 sample, 1 batch}. */
  @Override
  public String toString() {
    StringJoiner all = new StringJoiner(", ");
    codes().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(e -> all.add(e.getValue() + " " + e.getKey().name().toLowerCase(Locale.ROOT)));
    return all.toString();
  }
}
