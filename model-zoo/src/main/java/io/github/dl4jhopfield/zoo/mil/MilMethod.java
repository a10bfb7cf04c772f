package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.learn.Learner;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A method of a study: how it is called, how it learns.
 *
 * @param <P> its hyperparameters
 * @param <M> its models
 */
final class MilMethod<P, M extends BagModel> {
  /** Mean of the instances and logistic regression. */
  static final String LOGISTIC = "logistic";

  /** Multiple-instance learning via embedded instance selection. */
  static final String MILES = "miles";

  private static final String ALL = "all";

  private final String label;
  private final Learner<double[][], P, M> learner;
  private final P fixed;
  private final Function<P, String> words;
  private final MilParameters network;

  private MilMethod(
      String label,
      Learner<double[][], P, M> learner,
      P fixed,
      Function<P, String> words,
      MilParameters network) {
    this.label = label;
    this.learner = learner;
    this.fixed = fixed;
    this.words = words;
    this.network = network;
  }

  /** Its name in tables. */
  String label() {
    return label;
  }

  Learner<double[][], P, M> learner() {
    return learner;
  }

  /** Hyperparameters in a few words. */
  String words(P parameters) {
    return words.apply(parameters);
  }

  /** Of a network its hyperparameters before any choice; null of what has no epochs. */
  MilParameters network() {
    return network;
  }

  /** Its choice and training. */
  NestedCrossValidation<double[][], P, M> validation(int innerFolds, Progress progress) {
    var validation = NestedCrossValidation.builder(learner).progress(progress);
    if (fixed != null) {
      validation.parameters(fixed);
    } else {
      validation.choose(innerFolds);
    }
    return validation.build();
  }

  /** Trainings of one fold. */
  int trainings(int innerFolds) {
    return validation(innerFolds, Progress.NONE).trainingsPerModel();
  }

  /** The names that {@link #parse} knows, without variants. */
  static List<String> names() {
    List<String> names =
        new ArrayList<>(
            Arrays.stream(BagNetwork.Pooling.values()).map(BagNetwork.Pooling::label).toList());
    names.add(LOGISTIC);
    names.add(MILES);
    return names;
  }

  /**
   * Methods by name, separated by commas; {@code all} for every one. Of those that associate a
   * variant is named with a colon: {@code hopfield-pooling:sparsemax}, {@code
   * hopfield:entmax15+layer-norm+relu}.
   *
   * @param settings of the networks; linear methods choose theirs by inner folds always
   */
  static List<MilMethod<?, ?>> parse(String text, MilSettings settings) {
    Map<String, MilMethod<?, ?>> methods = new LinkedHashMap<>();
    for (String name : text.equals(ALL) ? names() : List.of(text.split(",", -1))) {
      MilMethod<?, ?> method = one(name.strip(), settings);
      if (methods.put(method.label(), method) != null) {
        throw new IllegalArgumentException("methods: expected each once, found " + name + " twice");
      }
    }
    return List.copyOf(methods.values());
  }

  private static MilMethod<?, ?> one(String name, MilSettings settings) {
    if (name.equals(LOGISTIC)) {
      return linear(name, LinearBags.Embedding.MEAN);
    }
    if (name.equals(MILES)) {
      return linear(name, LinearBags.Embedding.SIMILARITIES);
    }
    String kind = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
    BagNetwork.Pooling pooling =
        Arrays.stream(BagNetwork.Pooling.values())
            .filter(p -> p.label().equals(kind))
            .findFirst()
            .orElseThrow(() -> unknown(kind));
    MilParameters parameters =
        settings.parameters().withNetwork(variant(pooling, name, settings.parameters().network()));
    return new MilMethod<>(
        parameters.network().label(),
        new MilLearner(parameters),
        settings.tune() ? null : parameters,
        chosen -> "dropout " + chosen.dropout() + ", " + chosen.epochs() + " epochs",
        parameters);
  }

  private static MilMethod<?, ?> linear(String name, LinearBags.Embedding embedding) {
    return new MilMethod<>(
        name, new LinearBags.Method(embedding), null, LinearBags.Settings::text, null);
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "methods: expected "
            + ALL
            + " or some of "
            + String.join(", ", names())
            + ", found \""
            + name
            + '"'
            + Suggestions.hint(name, names()));
  }

  private static BagNetwork variant(BagNetwork.Pooling pooling, String name, BagNetwork options) {
    if (!pooling.associates()) {
      if (name.contains(":")) {
        throw new IllegalArgumentException(
            "methods: "
                + pooling.label()
                + " has no association and so no variants, found \""
                + name
                + '"');
      }
      return BagNetwork.of(pooling);
    }
    String separation = options.separation();
    String post = options.post();
    String unit = options.unit();
    if (name.contains(":")) {
      for (String part : name.substring(name.indexOf(':') + 1).split("\\+", -1)) {
        if (AssociationTexts.separations().contains(part)) {
          separation = part;
        } else if (AssociationTexts.posts().contains(part)) {
          post = part;
        } else if (AssociationTexts.units().contains(part)) {
          unit = part;
        } else {
          List<String> known = new ArrayList<>(AssociationTexts.separations());
          known.addAll(AssociationTexts.posts());
          known.addAll(AssociationTexts.units());
          throw new IllegalArgumentException(
              "methods: \""
                  + name
                  + "\": expected after the colon some of "
                  + String.join(", ", known)
                  + " joined by +, found \""
                  + part
                  + '"'
                  + Suggestions.hint(part, known));
        }
      }
    }
    return new BagNetwork(pooling, separation, post, unit, options.sigma());
  }
}
