package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training of Vision Transformers that is cut off. */
class VitTrainingTest {
  @TempDir Path folder;

  private INDArray train(Path data, String name, Progress progress) throws IOException {
    Map<String, String> options = new HashMap<>();
    options.put("depth", "1");
    options.put("width", "8");
    options.put("heads", "1");
    options.put("patch", "16");
    options.put("epochs", "5");
    options.put("batch-size", "5");
    options.put("unit", "pfu");
    options.put("dropout", "0.2");
    options.put("average", "0.9");
    options.put("mixup", "0.4");
    options.put("checkpoint", folder.resolve(name + ".checkpoint").toString());
    Path out = Files.createDirectories(folder.resolve(name));
    new VitWorkflow()
        .train(
            ExperimentContext.builder()
                .data(data)
                .out(out)
                .options(options)
                .seed(7)
                .progress(progress)
                .build());
    return VitModel.load(out.resolve("model.zip")).network().params();
  }

  @Test
  void aTrainingThatIsCutOffEndsWithTheSameWeights() throws IOException {
    Path data = CifarFiles.write(folder.resolve("cifar"), 24, 5);
    INDArray whole = train(data, "whole", Progress.NONE);
    Random random = new Random();
    long seed = random.nextLong();
    random.setSeed(seed);
    for (int steps : new int[] {1 + random.nextInt(12), 1 + random.nextInt(6)}) {
      assertThatThrownBy(() -> train(data, "cut", new EndsAfter(steps)))
          .isInstanceOf(CancellationException.class);
    }
    assertThat(train(data, "cut", Progress.NONE)).as("seed " + seed).isEqualTo(whole);
  }
}
