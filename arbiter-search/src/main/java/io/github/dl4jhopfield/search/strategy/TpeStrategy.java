package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Random candidates at first, then those of a {@link TpeModel} of all that were tried. */
final class TpeStrategy extends BatchStrategy {
  private final TpeModel model;
  private final int startup;
  private final int batch;

  TpeStrategy(Space space, long seed, int startup, int batch) {
    model = new TpeModel(new Places(space), new SplittableRandom(seed));
    this.startup = startup;
    this.batch = batch;
  }

  @Override
  public String name() {
    return "tpe";
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    Set<Map<String, Object>> proposed = new LinkedHashSet<>();
    int known = model.observations();
    int size = known < startup ? Math.min(batch, startup - known) : batch;
    // In a small space all may have been tried: then the batch is smaller, or one known candidate.
    if (known < startup) {
      for (int i = 0; i < Math.min(most, size); i++) {
        proposed.add(model.drawRandom(proposed));
      }
    } else {
      model.draw(Math.min(most, size), proposed);
    }
    return List.copyOf(proposed);
  }

  @Override
  void learn(List<Map<String, Object>> proposed, List<Outcome> outcomes) {
    for (int i = 0; i < proposed.size(); i++) {
      model.observe(proposed.get(i), outcomes.get(i));
    }
  }

  @Override
  public void observe(Map<String, Object> values, Outcome outcome) {
    model.observe(values, outcome);
  }
}
