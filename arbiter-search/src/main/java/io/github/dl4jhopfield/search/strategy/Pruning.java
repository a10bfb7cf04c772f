package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.trial.Scoring.Rung;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * When candidates are given up before their end: at rungs of their work, where their score so far
 * is worse than what those before them had there.
 *
 * <p>Thresholds follow from the candidates of completed groups of {@link #GROUP}, never from those
 * that run beside, so that the same are given up with any number of workers and after an
 * interruption. (Hyperband's successive halving as ASHA, Li et al. 2020, decides from whoever has
 * arrived; {@code halving} is the same rule on completed groups.)
 *
 * <table>
 * <caption>Names and rules</caption>
 * <tr><td>median</td><td>not in the better half of all before, those given up earlier being worse;
 *     at each tenth of the work from two tenths on</td></tr>
 * <tr><td>halving</td><td>not in the best third of those before that came so far; at a ninth and a
 *     third of the work</td></tr>
 * </table>
 */
public final class Pruning {
  /** Candidates that run under the same thresholds. */
  public static final int GROUP = 8;

  /** A rung with fewer scores has no threshold. */
  private static final int LEAST_SCORES = 5;

  /**
   * @param rungs shares of the work
   * @param best which part of those before a candidate must belong to
   * @param ofAll whether those count that were given up before the rung: without them the bar would
   *     rise from rung to rung, since only good ones come so far
   */
  private record Rule(List<Double> rungs, double best, boolean ofAll) {}

  private static final Map<String, Rule> RULES =
      Map.of(
          "median", new Rule(List.of(.2, .3, .4, .5, .6, .7, .8, .9), 1 / 2.0, true),
          "halving", new Rule(List.of(1 / 9.0, 1 / 3.0), 1 / 3.0, false));

  private final String name;
  private final Rule rule;

  private Pruning(String name, Rule rule) {
    this.name = name;
    this.rule = rule;
  }

  /** The names of all rules. */
  public static List<String> names() {
    return List.of("median", "halving");
  }

  /**
   * The rule of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Pruning of(String name) {
    Rule rule = RULES.get(name);
    if (rule == null) {
      throw new IllegalArgumentException(
          "prune: expected one of "
              + String.join(", ", names())
              + ", found \""
              + name
              + '"'
              + Suggestions.hint(name, names()));
    }
    return new Pruning(name, rule);
  }

  /** As in {@code --prune}. */
  public String name() {
    return name;
  }

  /**
   * The rungs for the next group.
   *
   * @param before results of all groups that are complete
   */
  public List<Rung> rungs(Collection<TrialResult> before, boolean greaterIsBetter) {
    List<Rung> rungs = new ArrayList<>();
    for (double done : rule.rungs()) {
      double[] scores =
          before.stream()
              .map(result -> score(result, done))
              .filter(Objects::nonNull)
              .mapToDouble(score -> greaterIsBetter || score.isInfinite() ? score : -score)
              .sorted()
              .toArray();
      rungs.add(new Rung(done, threshold(scores, greaterIsBetter)));
    }
    return rungs;
  }

  /** At a rung; negative infinity for one given up before, null for one that does not count. */
  private Double score(TrialResult result, double done) {
    for (TrialResult.Step step : result.steps()) {
      if (step.done() == done) {
        return step.score();
      }
    }
    return result.pruned() && rule.ofAll() ? Double.NEGATIVE_INFINITY : null;
  }

  /** The score of the worst one that goes on; null for none. */
  private Double threshold(double[] ascending, boolean greaterIsBetter) {
    if (ascending.length < LEAST_SCORES) {
      return null;
    }
    int goOn = Math.max(1, (int) Math.round(rule.best() * ascending.length));
    double score = ascending[ascending.length - goOn];
    if (Double.isInfinite(score)) {
      return null;
    }
    return greaterIsBetter ? score : -score;
  }
}
