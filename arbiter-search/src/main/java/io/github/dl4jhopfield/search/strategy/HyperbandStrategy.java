package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Many candidates with little of a resource (epochs, say), the best of them with more (Hyperband,
 * Li et al. 2018, algorithm 1): brackets of successive halving from the widest to the one that
 * gives every candidate all. Each round of a bracket is a batch; a candidate that goes on is
 * trained afresh with the greater resource. After the last bracket the first comes again. The one
 * that gives every candidate all, which is a random search at a great part of the cost, is left out
 * unless it is asked for.
 *
 * <p>Since they are trained afresh, each round of a bracket costs as much as the last one: a
 * bracket of k rounds costs k times as much as random search where early scores mean nothing, and a
 * round in the middle pays only where it sorts out much better than the one before. So one in nine
 * goes on by default, not one in three as where trainings are resumed: half the rounds.
 *
 * <p>Those that go on are the best of all that ever had as much and were left behind, not only of
 * this bracket: a good one among better ones has its turn when worse ones come, as in ASHA (Li et
 * al. 2020, section 3.1).
 *
 * <p>New candidates are random, or come from a {@link TpeModel} of the outcomes with the greatest
 * resource that has enough of them (Falkner et al. 2018).
 */
final class HyperbandStrategy extends BatchStrategy {
  /** Every third candidate is random all the same, so that the model cannot lock itself in. */
  private static final int RANDOM_EVERY = 3;

  /** Worse ones will never go on. */
  private static final int MOST_LEFT_BEHIND = 1_000;

  private final Places places;
  private final String resource;
  private final int min;
  private final int max;
  private final int eta;
  private final int used;
  private final boolean model;
  private final SplittableRandom random;
  private final TpeModel draws;

  /** All newcomers: no model proposes one again. */
  private final Tried tried = new Tried();

  /** By resource, how those did that have not gone on. */
  private final Map<Integer, Map<Map<String, Object>, Outcome>> leftBehind = new HashMap<>();

  private final NavigableMap<Integer, TpeModel> byResource = new TreeMap<>();

  private int bracket;
  private int rung;
  private int drawn;
  private List<Map<String, Object>> going = List.of();

  /**
   * @param resource name of the value that says how much a candidate gets
   * @param min least amount, at least 1
   * @param max all of it
   * @param eta of how many one goes on, at least 2
   * @param used how many brackets, from the widest
   */
  HyperbandStrategy(
      Space space, long seed, String resource, int min, int max, int eta, int used, boolean model) {
    places = new Places(space);
    this.resource = resource;
    this.min = min;
    this.max = max;
    this.eta = eta;
    this.used = used;
    this.model = model;
    random = new SplittableRandom(seed);
    draws = new TpeModel(places, random.split(), tried);
    bracket = brackets() - 1;
  }

  private int brackets() {
    return brackets(min, max, eta);
  }

  /** How often the least amount can be multiplied by eta, and one more. */
  static int brackets(int min, int max, int eta) {
    int brackets = 1;
    for (long r = (long) min * eta; r <= max; r *= eta) {
      brackets++;
    }
    return brackets;
  }

  @Override
  public String name() {
    return model ? "tpe+hyperband" : "hyperband";
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    if (going.isEmpty()) {
      rung = 0;
      going = newcomers();
    }
    int amount = amount();
    return going.stream().limit(most).map(values -> with(values, amount)).toList();
  }

  /** What each candidate of this round gets. */
  private int amount() {
    return Math.max(min, (int) Math.round(max / Math.pow(eta, bracket - rung)));
  }

  private Map<String, Object> with(Map<String, Object> values, int amount) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put(resource, amount);
    return all;
  }

  private List<Map<String, Object>> newcomers() {
    int count = (int) Math.ceil(brackets() / (bracket + 1.0) * Math.pow(eta, bracket));
    Set<Map<String, Object>> proposed = new LinkedHashSet<>();
    TpeModel learned = model ? learned() : null;
    int byModel = 0;
    for (int i = 0; i < count; i++) {
      if (learned != null && ++drawn % RANDOM_EVERY != 0) {
        byModel++;
      } else {
        proposed.add(draws.drawRandom(proposed));
      }
    }
    if (learned != null) {
      learned.draw(byModel, proposed);
    }
    proposed.forEach(tried::add);
    return List.copyOf(proposed);
  }

  /** The model of the greatest resource that has more observations than parameters. */
  private TpeModel learned() {
    for (TpeModel candidate : byResource.descendingMap().values()) {
      if (candidate.observations() >= places.dimensions() + 2) {
        return candidate;
      }
    }
    return null;
  }

  @Override
  void learn(List<Map<String, Object>> proposed, List<Outcome> outcomes) {
    TpeModel level =
        byResource.computeIfAbsent(amount(), a -> new TpeModel(places, random.split(), tried));
    for (int i = 0; i < proposed.size(); i++) {
      level.observe(going.get(i), outcomes.get(i));
    }
    going = rung < bracket ? goOn(outcomes, proposed.size() / eta) : List.of();
    rung++;
    if (going.isEmpty()) {
      bracket = bracket == brackets() - used ? brackets() - 1 : bracket - 1;
    }
  }

  /** The best so many of those with this resource that have not gone on. */
  private List<Map<String, Object>> goOn(List<Outcome> outcomes, int count) {
    Map<Map<String, Object>, Outcome> left =
        leftBehind.computeIfAbsent(amount(), a -> new LinkedHashMap<>());
    for (int i = 0; i < outcomes.size(); i++) {
      if (!outcomes.get(i).failed()) {
        left.put(going.get(i), outcomes.get(i));
      }
    }
    List<Map<String, Object>> candidates = List.copyOf(left.keySet());
    List<Integer> order = Ranking.order(List.copyOf(left.values()));
    List<Map<String, Object>> best = order.stream().limit(count).map(candidates::get).toList();
    left.keySet().removeAll(Set.copyOf(best));
    order.stream().skip(MOST_LEFT_BEHIND).map(candidates::get).toList().forEach(left::remove);
    return best;
  }
}
