package io.github.dl4jhopfield.zoo.repertoire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.TrainingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The state of a {@link DeepRcTraining} beside its network's parameters and updater: what a killed
 * training goes on from. A file of other data, parameters, settings or seed is refused.
 *
 * @param key fingerprint of what it is a training of
 * @param best lowest validation loss so far
 */
@JsonInclude
record Checkpoint(
    String key,
    int step,
    int bestStep,
    double best,
    long sequences,
    List<DeepRcTraining.Look> looks) {
  private static final TrainingFile<Checkpoint> FILES =
      TrainingFile.of("deeprc-training", 1, Checkpoint.class);

  /** What a file holds; the network was filled. The parameters are those of the best step. */
  record Content(Checkpoint state, INDArray bestParameters) {}

  /** Writes it, whole or not at all. */
  void write(Path file, ComputationGraph network, INDArray bestParameters) throws IOException {
    FILES.write(
        file,
        network,
        this,
        bestParameters == null ? Map.of() : Map.of(TrainingFile.BEST, bestParameters));
  }

  /** Reads a checkpoint into a network. */
  static Content read(Path file, ComputationGraph network, String key) throws IOException {
    TrainingFile.Content<Checkpoint> content =
        FILES.read(
            file,
            network,
            network.getUpdater().getStateViewArray(),
            state -> {
              if (!key.equals(state.key())) {
                throw new DataFormatException(
                    file.toString(),
                    0,
                    "a checkpoint of this training",
                    "one of other data, options or seed; remove it to start anew");
              }
            });
    return new Content(content.state(), content.arrays().get(TrainingFile.BEST));
  }
}
