package io.github.dl4jhopfield.search.strategy;

import java.util.List;
import java.util.Map;

/** The defaults as candidate 0, then what a strategy proposes. */
final class DefaultsFirst implements Strategy {
  private final Map<String, Object> defaults;
  private final Strategy strategy;
  private boolean asked;
  private boolean told;

  DefaultsFirst(Map<String, Object> defaults, Strategy strategy) {
    this.defaults = defaults;
    this.strategy = strategy;
  }

  @Override
  public String name() {
    return strategy.name();
  }

  @Override
  public List<Map<String, Object>> ask(int most) {
    if (asked) {
      return strategy.ask(most);
    }
    asked = true;
    return List.of(defaults);
  }

  @Override
  public void tell(List<Outcome> outcomes) {
    if (told) {
      strategy.tell(outcomes);
      return;
    }
    told = true;
    strategy.observe(defaults, outcomes.get(0));
  }

  @Override
  public void observe(Map<String, Object> values, Outcome outcome) {
    strategy.observe(values, outcome);
  }
}
