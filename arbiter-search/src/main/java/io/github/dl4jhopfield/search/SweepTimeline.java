package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.Timeline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a search ran when. A process that ran several candidates at once has as many lanes. Pauses,
 * as between a kill and a resume, are left out of the time.
 */
final class SweepTimeline {
  /** A pause that is longer than this part of all the time that something ran is left out. */
  private static final double PAUSE = 0.05;

  private SweepTimeline() {}

  private record Piece(double from, double to, String host, String state) {}

  static Timeline of(List<TrialResult> results, List<SweepState.Running> running) {
    List<Piece> pieces = new ArrayList<>();
    for (TrialResult c : results) {
      double from = c.started() / 1000.0;
      pieces.add(new Piece(from, from + c.seconds(), c.host(), c.status()));
    }
    double now = System.currentTimeMillis() / 1000.0;
    running.forEach(
        r -> pieces.add(new Piece(Math.min(now, r.since() / 1000.0), now, "running", "running")));
    pieces.sort(Comparator.comparingDouble(Piece::from).thenComparingDouble(Piece::to));

    List<double[]> pauses = pauses(pieces);
    double start = pieces.get(0).from();
    double length = pieces.stream().mapToDouble(Piece::to).max().orElse(start) - start;
    length -= pauses.stream().mapToDouble(p -> p[1] - p[0]).sum();
    double unit = length < 300 ? 1 : length < 3 * 3600 ? 60 : 3600;
    String time = unit == 1 ? "seconds" : unit == 60 ? "minutes" : "hours";

    Map<String, List<Double>> lanes = new LinkedHashMap<>();
    List<Integer> laneOfHost = new ArrayList<>();
    for (Piece piece : pieces) {
      List<Double> ends = lanes.computeIfAbsent(piece.host(), host -> new ArrayList<>());
      int lane = 0;
      while (lane < ends.size() && ends.get(lane) > piece.from() + 0.002) {
        lane++;
      }
      if (lane == ends.size()) {
        ends.add(piece.to());
      } else {
        ends.set(lane, piece.to());
      }
      laneOfHost.add(lane);
    }
    Map<String, Integer> first = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    lanes.forEach(
        (host, ends) -> {
          first.put(host, names.size());
          for (int i = 0; i < ends.size(); i++) {
            names.add(i == 0 ? host : "");
          }
        });
    Timeline timeline =
        new Timeline("", Axis.linear(time + " since the start"), names)
            .state("running", 5)
            .state("done", 2)
            .state("pruned", 4)
            .state("failed", 1);
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      timeline.span(
          first.get(piece.host()) + laneOfHost.get(i),
          (without(pauses, piece.from()) - start) / unit,
          (without(pauses, piece.to()) - start) / unit,
          piece.state());
    }
    pauses.forEach(pause -> timeline.gap((without(pauses, pause[1]) - start) / unit));
    return timeline;
  }

  /** From when to when nothing ran, where that was long. */
  private static List<double[]> pauses(List<Piece> pieces) {
    List<double[]> all = new ArrayList<>();
    double busy = 0;
    double end = pieces.get(0).from();
    for (Piece piece : pieces) {
      if (piece.from() > end) {
        all.add(new double[] {end, piece.from()});
        end = piece.from();
      }
      busy += Math.max(0, piece.to() - end);
      end = Math.max(end, piece.to());
    }
    double least = Math.max(1, PAUSE * busy);
    return all.stream().filter(pause -> pause[1] - pause[0] > least).toList();
  }

  private static double without(List<double[]> pauses, double at) {
    double left = at;
    for (double[] pause : pauses) {
      if (at >= pause[1]) {
        left -= pause[1] - pause[0];
      }
    }
    return left;
  }
}
