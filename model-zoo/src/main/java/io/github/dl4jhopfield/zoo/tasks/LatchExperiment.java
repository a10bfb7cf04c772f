package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The latch task of hopfield-layers (Hochreiter and Mozer, 2001): the first character of a sequence
 * says its class, the others say nothing. Defaults are the settings of its example: 4,096 sequences
 * of 32 of 20 characters, 20 epochs (18 there for the lookup networks, 20 here for all).
 */
public final class LatchExperiment extends TaskExperiment {

  /** For the service loader. */
  public LatchExperiment() {
    super(
        "latch",
        "Sequences whose first character decides: Hopfield, HopfieldPooling and HopfieldLayer"
            + " beside an LSTM and plain pooling, with and without LwPF units",
        Arrays.asList(TaskNetwork.values()),
        20);
  }

  @Override
  List<ExperimentOption> dataOptions() {
    return List.of(
        ExperimentOption.integer("sequences", 4096, 16, 1_000_000, "sequences"),
        ExperimentOption.integer("steps", 32, 1, 10_000, "characters of a sequence"),
        ExperimentOption.integer("characters", 20, 3, 1000, "different characters"));
  }

  @Override
  SequenceSet data(Map<String, String> options, long seed) {
    return SequenceSet.latch(
        count(options, "sequences"), count(options, "steps"), count(options, "characters"), seed);
  }

  @Override
  String task(SequenceSet data) {
    return data.size()
        + " sequences of "
        + data.steps()
        + " one-hot characters out of "
        + data.features()
        + ". The first character is one of two and is the class; the question is which.";
  }
}
