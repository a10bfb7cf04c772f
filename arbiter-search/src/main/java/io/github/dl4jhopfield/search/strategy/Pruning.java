package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.trial.Scoring.Rung;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

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

  /** A bar without scores. */
  public Bar start(boolean greaterIsBetter) {
    return new Bar(rule, greaterIsBetter);
  }

  /** What candidates before had at each rung, in order, so that the next one costs little. */
  public static final class Bar {
    private final Rule rule;
    private final boolean greaterIsBetter;

    /** Scores at each rung, the best last. */
    private final double[][] ascending;

    private final int[] counts;

    /** How many were given up before each rung. */
    private final int[] missing;

    private Bar(Rule rule, boolean greaterIsBetter) {
      this.rule = rule;
      this.greaterIsBetter = greaterIsBetter;
      ascending = new double[rule.rungs().size()][16];
      counts = new int[rule.rungs().size()];
      missing = new int[rule.rungs().size()];
    }

    /** The result of a candidate of a group that is complete. */
    public void take(TrialResult result) {
      for (int r = 0; r < counts.length; r++) {
        double done = rule.rungs().get(r);
        OptionalDouble score =
            result.steps().stream()
                .filter(step -> step.done() == done)
                .mapToDouble(TrialResult.Step::score)
                .findFirst();
        if (score.isPresent()) {
          insert(r, greaterIsBetter ? score.getAsDouble() : -score.getAsDouble());
        } else if (result.pruned() && rule.ofAll()) {
          missing[r]++;
        }
      }
    }

    private void insert(int r, double score) {
      if (counts[r] == ascending[r].length) {
        ascending[r] = Arrays.copyOf(ascending[r], 2 * counts[r]);
      }
      int found = Arrays.binarySearch(ascending[r], 0, counts[r], score);
      int at = found < 0 ? -found - 1 : found;
      System.arraycopy(ascending[r], at, ascending[r], at + 1, counts[r] - at);
      ascending[r][at] = score;
      counts[r]++;
    }

    /** The rungs for the next group. */
    public List<Rung> rungs() {
      List<Rung> rungs = new ArrayList<>();
      for (int r = 0; r < counts.length; r++) {
        rungs.add(new Rung(rule.rungs().get(r), threshold(r)));
      }
      return rungs;
    }

    /** The score of the worst one that goes on; null for none. */
    private Double threshold(int r) {
      int all = counts[r] + missing[r];
      int goOn = Math.max(1, (int) Math.round(rule.best() * all));
      if (all < LEAST_SCORES || goOn > counts[r]) {
        return null;
      }
      double score = ascending[r][counts[r] - goOn];
      return greaterIsBetter ? score : -score;
    }
  }
}
