package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import java.util.List;
import java.util.Map;

/**
 * The bit pattern task of hopfield-layers: does a bag of bit patterns hold one of a few patterns?
 * Defaults are the settings of its example: 2,048 bags of 16 instances of 8 bits, 8 signals, 250
 * epochs.
 */
public final class BitPatternExperiment extends TaskExperiment {

  /** For the service loader. */
  public BitPatternExperiment() {
    super(
        "bit-pattern",
        "Bags of bit patterns, some with a signal: Hopfield, HopfieldPooling and HopfieldLayer"
            + " beside plain pooling, with and without LwPF units",
        TaskNetwork.withoutLstm(),
        250);
  }

  @Override
  List<ExperimentOption> dataOptions() {
    return List.of(
        ExperimentOption.integer("bags", 2048, 16, 1_000_000, "bags, half of them with a signal"),
        ExperimentOption.integer("instances", 16, 1, 1000, "instances of a bag"),
        ExperimentOption.integer("bits", 8, 2, 16, "bits of an instance"),
        ExperimentOption.integer("signals", 8, 1, 1000, "patterns that make a bag positive"));
  }

  @Override
  SequenceSet data(Map<String, String> options, long seed) {
    return SequenceSet.bitPatterns(
        count(options, "bags"),
        count(options, "instances"),
        count(options, "bits"),
        count(options, "signals"),
        seed);
  }

  @Override
  String task(SequenceSet data) {
    return data.size()
        + " bags of "
        + data.steps()
        + " instances of "
        + data.features()
        + " bits. A positive bag holds one of a few signal patterns in one instance; the question"
        + " is whether a bag is positive.";
  }
}
