package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.SweepState;
import io.github.dl4jhopfield.zoo.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * A running search in a few lines for a terminal: the best so far, how many ended how, what runs
 * and for how long, what is left.
 */
final class SweepTable {
  private static final int MOST_RUNNING = 8;

  private final SweepState state;
  private final LongSupplier clock;

  SweepTable(SweepState state, LongSupplier clock) {
    this.state = state;
    this.clock = clock;
  }

  /** The lines as they are now; the display cuts them to the terminal's width. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        state
            .best()
            .map(
                best ->
                    String.format(
                        Locale.ROOT,
                        "  best     candidate %-5d %s %.4f  %s",
                        best.candidate(),
                        state.metric(),
                        best.score(),
                        shown(best.values())))
            .orElse("  best     none has a score yet"));
    StringBuilder counts = new StringBuilder("  ended    ");
    int failed = state.failed();
    int pruned = state.pruned();
    counts.append(state.done() - failed - pruned).append(" with a score, ");
    counts.append(failed).append(" failed");
    if (pruned > 0) {
      counts.append(", ").append(pruned).append(" pruned");
    }
    state
        .secondsLeft()
        .ifPresent(
            seconds ->
                counts
                    .append("; about ")
                    .append(ProgressDisplay.duration(seconds))
                    .append(" left"));
    lines.add(counts.toString());
    List<SweepState.Running> running = state.running();
    for (SweepState.Running one : running.subList(0, Math.min(MOST_RUNNING, running.size()))) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  running  candidate %-5d %s  %s",
              one.candidate(),
              ProgressDisplay.duration((clock.getAsLong() - one.since()) / 1000.0),
              shown(one.values())));
    }
    if (running.size() > MOST_RUNNING) {
      lines.add("           and " + (running.size() - MOST_RUNNING) + " more");
    }
    return lines;
  }

  /** The values that are searched, short. */
  private String shown(Map<String, Object> values) {
    return values.entrySet().stream()
        .filter(e -> !state.space().fixed().containsKey(e.getKey()))
        .map(
            e ->
                e.getKey()
                    + "="
                    + (e.getValue() instanceof Double number ? Numbers.of(number) : e.getValue()))
        .collect(Collectors.joining(" "));
  }
}
