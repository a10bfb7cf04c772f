package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.zoo.files.NetworkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A training in a process of its own, killed at random moments. Minutes of processes that start:
 * {@link TrainingTest} cuts a training off within one.
 */
@EnabledIfSystemProperty(
    named = "hopfield.long",
    matches = "true",
    disabledReason = "takes minutes: -Dhopfield.long=true")
@Timeout(1200)
class KilledTrainingTest {
  private static final int KILLS = 20;

  private static final int STEPS = 60;

  @TempDir Path folder;

  /** The process: trains with a checkpoint at each step and writes the network at the end. */
  public static final class Program {
    private Program() {}

    /**
     * @param arguments the checkpoint, and where the network goes
     */
    public static void main(String[] arguments) throws IOException {
      train(Path.of(arguments[0]), Path.of(arguments[1]), 20);
    }
  }

  private static void train(Path checkpoint, Path result, long pause) throws IOException {
    MultiLayerNetwork network = TrainingTest.network();
    WeightAverage average = new WeightAverage(0.9);
    network.setListeners(new DecoupledWeightDecay(1e-3), average);
    Training.builder(network, (epoch, seed, from) -> slowly(epoch, seed, from, pause))
        .seed(7)
        .steps(STEPS)
        .average(average)
        .validate(4, Measure.LOG_LOSS, () -> TrainingTest.accuracy(network), Integer.MAX_VALUE)
        .checkpoint(checkpoint, 1)
        .build()
        .run();
    NetworkFile.write(result, network, true);
  }

  /** So that most kills meet a training at work. */
  private static Iterator<MultiDataSet> slowly(int epoch, long seed, long from, long pause) {
    Iterator<MultiDataSet> batches = TrainingTest.epoch(epoch, seed, from);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return batches.hasNext();
      }

      @Override
      public MultiDataSet next() {
        try {
          Thread.sleep(pause);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return batches.next();
      }
    };
  }

  @Test
  void aTrainingThatIsKilledEndsWithTheSameBytes() throws Exception {
    Path whole = folder.resolve("whole.zip");
    train(folder.resolve("whole-checkpoint.zip"), whole, 0);
    Path checkpoint = folder.resolve("checkpoint.zip");
    Path result = folder.resolve("result.zip");
    Random random = new Random(3);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(checkpoint, result);
      // from the first checkpoint on, whenever that is on this machine
      long written = written(checkpoint);
      while (process.isAlive() && written(checkpoint) == written) {
        process.waitFor(10, TimeUnit.MILLISECONDS);
      }
      process.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    assertThat(checkpoint).exists();
    assertThat(start(checkpoint, result).waitFor()).isZero();
    assertThat(Files.readAllBytes(result)).isEqualTo(Files.readAllBytes(whole));
  }

  private static long written(Path file) throws IOException {
    return Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : 0;
  }

  private Process start(Path checkpoint, Path result) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            checkpoint.toString(),
            result.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log.txt").toFile())
        .start();
  }
}
