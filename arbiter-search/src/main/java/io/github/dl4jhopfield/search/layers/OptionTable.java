package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.AssociationOptions;
import io.github.dl4jhopfield.layers.DiffusionMode;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;

/**
 * The options of a layer or vertex, read off its Builder: each method with one argument is an
 * option of its name. A new option of a Builder can therefore be searched without more code here.
 *
 * <p>An option that means nothing beside the value of another is left at its default then, so that
 * two candidates that mean the same are equal: see {@link #CONDITIONS}.
 */
final class OptionTable {

  /** An option exists only where another, if it is searched, has a value that is accepted. */
  private record Condition(String parent, Predicate<Object> accepts) {}

  private static final Map<String, Condition> CONDITIONS = new LinkedHashMap<>();

  static {
    for (String norm :
        List.of(
            "normaliseStoredPattern",
            "normaliseStatePattern",
            "normalisePatternProjection",
            "normaliseHopfieldSpace")) {
      when(norm + "Affine", norm, Boolean.TRUE::equals);
      when(norm + "Eps", norm, Boolean.TRUE::equals);
    }
    Predicate<Object> severalSteps = steps -> !numbers(steps).stream().allMatch(n -> n == 0);
    when("updateStepsEps", "updateSteps", severalSteps);
    when("updateStepScope", "updateSteps", severalSteps);
    when(
        "maxUpdateSteps",
        "updateSteps",
        steps -> numbers(steps).contains((double) AssociationOptions.UNTIL_CONVERGED));
    when("postTransformAffine", "postTransform", is(PostTransform.LAYER_NORM));
    when("postTransformEps", "postTransform", is(PostTransform.NONE).negate());
    when("lookupTargetsAsTrainable", "lookupWeightsAsSeparated", Boolean.TRUE::equals);
    for (String option :
        List.of(
            "eta",
            "neighbours",
            "normalised",
            "steps",
            "storedPatterns",
            "statePatterns",
            "graphAttention",
            "adaptiveEta",
            "energyTolerance",
            "compatible")) {
      when(option, "mode", is(DiffusionMode.NONE).negate());
    }
    when("adaptiveTemperature", "adaptiveEta", Boolean.TRUE::equals);
    when("adaptiveThreshold", "adaptiveEta", Boolean.TRUE::equals);
  }

  /** Options of DL4J's own Builders; the others that these have are no single values. */
  private static final Set<String> OF_DL4J =
      Set.of(
          "name",
          "dropOut",
          "l1",
          "l2",
          "l1Bias",
          "l2Bias",
          "weightDecay",
          "weightDecayBias",
          "updater",
          "biasUpdater");

  private static final String OURS = "io.github.dl4jhopfield.layers.";

  /** Sets an option. */
  private interface Setter {
    void set(Object target, Object value) throws ReflectiveOperationException;
  }

  private record Option(Class<?> type, Setter setter) {}

  private final String owner;
  private final Map<String, Option> options = new TreeMap<>();

  private OptionTable(String owner) {
    this.owner = owner;
  }

  private static void when(String option, String parent, Predicate<Object> accepts) {
    CONDITIONS.put(option, new Condition(parent, accepts));
  }

  /** An enumeration's value, or its name as JSON has it. */
  private static Predicate<Object> is(Enum<?> value) {
    return found -> found != null && found.toString().equals(value.name());
  }

  /** The options of a Builder's methods. */
  static OptionTable ofBuilder(String owner, Class<?> builder) {
    OptionTable table = new OptionTable(owner);
    for (Method method : builder.getMethods()) {
      boolean ours = method.getDeclaringClass().getName().startsWith(OURS);
      if (method.getParameterCount() == 1
          && !method.isBridge()
          && !Modifier.isStatic(method.getModifiers())
          && (ours || OF_DL4J.contains(method.getName()))
          && method.getReturnType() != void.class
          && !method.getParameterTypes()[0].getSimpleName().equals("IDropout")) {
        table.options.put(
            method.getName(), new Option(method.getParameterTypes()[0], method::invoke));
      }
    }
    return table;
  }

  /** The options that are public fields. */
  static OptionTable ofFields(String owner, Class<?> fields) {
    OptionTable table = new OptionTable(owner);
    for (Field field : fields.getFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        table.options.put(field.getName(), new Option(field.getType(), field::set));
      }
    }
    return table;
  }

  Set<String> names() {
    return options.keySet();
  }

  /**
   * The options in their order, checked by name.
   *
   * @throws IllegalArgumentException for an unknown one
   */
  Map<String, ParameterSpace<?>> checked(Map<String, ParameterSpace<?>> spaces) {
    if (spaces == null) {
      throw new IllegalArgumentException(owner + ": expected options, found none");
    }
    spaces.forEach(
        (name, space) -> {
          if (!options.containsKey(name)) {
            throw new IllegalArgumentException(
                owner
                    + ": expected an option of its Builder, found \""
                    + name
                    + '"'
                    + Suggestions.hint(name, options.keySet()));
          }
          if (space == null) {
            throw new IllegalArgumentException(
                owner + ": option " + name + ": expected a space of values, found none");
          }
        });
    return Collections.unmodifiableMap(new LinkedHashMap<>(spaces));
  }

  /** Sets what a candidate has on a Builder. */
  void apply(Object target, Map<String, ParameterSpace<?>> spaces, double[] places) {
    Map<String, Object> values = new LinkedHashMap<>();
    spaces.forEach((name, space) -> values.put(name, space.getValue(places)));
    values.forEach(
        (name, value) -> {
          if (exists(name, values)) {
            set(target, name, value);
          }
        });
  }

  private static boolean exists(String name, Map<String, Object> values) {
    Condition condition = CONDITIONS.get(name);
    return condition == null
        || !values.containsKey(condition.parent())
        || exists(condition.parent(), values)
            && condition.accepts().test(values.get(condition.parent()));
  }

  private void set(Object target, String name, Object value) {
    Option option = options.get(name);
    try {
      option.setter().set(target, typed(name, value, option.type()));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Object typed(String name, Object value, Class<?> type) {
    if (type.isInstance(value) || type == boolean.class && value instanceof Boolean) {
      return value;
    }
    if (type == int.class || type == long.class || type == int[].class) {
      for (double number : numbers(value)) {
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
          throw wrong(name, "a whole number", value);
        }
      }
    }
    if (type.isPrimitive() && value instanceof Number number) {
      return type == int.class
          ? (Object) number.intValue()
          : type == long.class ? (Object) number.longValue() : (Object) number.doubleValue();
    }
    if (type == double[].class && !numbers(value).isEmpty()) {
      return numbers(value).stream().mapToDouble(Double::doubleValue).toArray();
    }
    if (type == int[].class && !numbers(value).isEmpty()) {
      return numbers(value).stream().mapToInt(Double::intValue).toArray();
    }
    if (value instanceof String || value instanceof Map) {
      // as Arbiter's spaces are read back from JSON
      try {
        return NeuralNetConfiguration.mapper().convertValue(value, type);
      } catch (IllegalArgumentException e) {
        throw wrong(name, "a " + type.getSimpleName(), value);
      }
    }
    throw wrong(name, "a " + type.getSimpleName(), value);
  }

  private IllegalArgumentException wrong(String name, String expected, Object found) {
    return new IllegalArgumentException(
        owner + ": option " + name + ": expected " + expected + ", found " + found);
  }

  /** A number or a list of numbers; empty for anything else. */
  private static List<Double> numbers(Object value) {
    if (value instanceof Number number) {
      return List.of(number.doubleValue());
    }
    if (value instanceof double[] array) {
      return Arrays.stream(array).boxed().toList();
    }
    if (value instanceof int[] array) {
      return Arrays.stream(array).mapToObj(n -> (double) n).toList();
    }
    return value instanceof Collection<?> list && list.stream().allMatch(Number.class::isInstance)
        ? list.stream().map(n -> ((Number) n).doubleValue()).toList()
        : List.of();
  }
}
