package io.github.dl4jhopfield.zoo.learn;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.TrainingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The state of a {@link Training} beside its network's parameters and updater.
 *
 * @param batch batches of the epoch that were trained on
 * @param loss sum of the losses since the last validation
 * @param losses their number
 * @param iteration the network's count of updates, which schedules and Adam go by
 * @param networkEpoch the network's count of epochs
 */
@JsonInclude
record Checkpoint(
    long seed,
    long step,
    int epoch,
    long batch,
    double loss,
    long losses,
    int iteration,
    int networkEpoch,
    double bestScore,
    long bestStep,
    int scoresSinceBest,
    long averaged,
    List<Training.Seen> seen) {
  private static final TrainingFile<Checkpoint> FILES =
      TrainingFile.of("training", 1, Checkpoint.class);

  /** What a file holds; the network was filled. Null where there is no such array. */
  record Content(Checkpoint state, INDArray best, INDArray average) {}

  void write(Path file, Model network, INDArray best, INDArray average) throws IOException {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    if (best != null) {
      arrays.put(TrainingFile.BEST, best);
    }
    if (average != null) {
      arrays.put(TrainingFile.AVERAGE, average);
    }
    FILES.write(file, network, this, arrays);
  }

  /**
   * Reads a checkpoint into a network.
   *
   * @throws IllegalArgumentException if it is of another seed or another network
   */
  static Content read(Path file, Model network, long seed) throws IOException {
    TrainingFile.Content<Checkpoint> content =
        FILES.read(
            file,
            network,
            Networks.updaterState(network),
            state -> {
              if (state.seed() != seed) {
                throw new DataFormatException(
                    file.toString(),
                    0,
                    "a checkpoint of a training with seed " + seed,
                    "seed " + state.seed());
              }
            });
    return new Content(
        content.state(),
        content.arrays().get(TrainingFile.BEST),
        content.arrays().get(TrainingFile.AVERAGE));
  }
}
