package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
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

  private static final Map<String, String> EVERYTHING =
      Map.ofEntries(
          Map.entry("depth", "1"),
          Map.entry("width", "8"),
          Map.entry("heads", "1"),
          Map.entry("patch", "16"),
          Map.entry("epochs", "5"),
          Map.entry("batch-size", "5"),
          Map.entry("unit", "pfu"),
          Map.entry("dropout", "0.2"),
          Map.entry("average", "0.9"),
          Map.entry("mixup", "0.4"),
          Map.entry("rand-augment", "2"),
          Map.entry("workers", "2"));

  private INDArray train(Path data, String name, Progress progress) throws IOException {
    return train(data, name, progress, Map.of());
  }

  private INDArray train(Path data, String name, Progress progress, Map<String, String> other)
      throws IOException {
    Map<String, String> options = new HashMap<>(EVERYTHING);
    options.put("checkpoint", folder.resolve(name + ".checkpoint").toString());
    options.putAll(other);
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

  @Test
  void anyNumberOfWorkersMakesTheSame() throws IOException {
    Path data = CifarFiles.write(folder.resolve("cifar"), 24, 5);
    INDArray none = train(data, "none", Progress.NONE, Map.of("workers", "0"));
    assertThat(train(data, "one", Progress.NONE, Map.of("workers", "1"))).isEqualTo(none);
    assertThat(train(data, "three", Progress.NONE, Map.of("workers", "3"))).isEqualTo(none);
    assertThat(train(data, "unchanged", Progress.NONE, Map.of("rand-augment", "0")))
        .isNotEqualTo(none);
  }

  @Test
  void accumulatedBatchesAreALargeOne() throws IOException {
    Path data = CifarFiles.write(folder.resolve("cifar"), 40, 5);
    Map<String, String> plain =
        Map.of(
            "unit", "none", "dropout", "0", "mixup", "0", "rand-augment", "0", "augment", "false");
    Map<String, String> large = new HashMap<>(plain);
    large.put("batch-size", "16");
    large.put("epochs", "2");
    Map<String, String> small = new HashMap<>(plain);
    small.put("batch-size", "4");
    small.put("epochs", "2");
    small.put("accumulate", "4");
    INDArray expected = train(data, "large", Progress.NONE, large);
    INDArray found = train(data, "small", Progress.NONE, small);
    // Adam divides by the gradient's size: where that is as small as rounding, so is the difference
    double off = found.sub(expected).norm2Number().doubleValue();
    assertThat(off).isLessThan(1e-3 * expected.norm2Number().doubleValue());
  }

  @Test
  void whatBlocksAreOfIsCheckedBeforeDataAreRead() {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> train(none, "a", Progress.NONE, Map.of("unit", "none,pfu")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("units for each of 1 blocks");
    assertThatThrownBy(() -> train(none, "a", Progress.NONE, Map.of("unit", "prelu")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prelu");
    assertThatThrownBy(() -> train(none, "a", Progress.NONE, Map.of("separation", "softmin")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("softmin");
  }

  @Test
  void eachBlockIsOfItsOwn() throws IOException {
    Path data = CifarFiles.write(folder.resolve("cifar"), 24, 5);
    train(
        data,
        "own",
        Progress.NONE,
        Map.of(
            "depth", "2", "unit", "none,relu", "separation", "sparsemax,softmax", "epochs", "1"));
    VitShape shape = VitModel.load(folder.resolve("own").resolve("model.zip")).shape();
    assertThat(shape.unit(0).getKind()).isEqualTo(LagrangianUnit.Kind.NONE);
    assertThat(shape.unit(1).getKind()).isEqualTo(LagrangianUnit.Kind.RELU);
    assertThat(shape.separation(0)).isEqualTo(Separation.sparsemax());
    assertThat(shape.separation(1)).isEqualTo(Separation.softmax());
    train(data, "encoder", Progress.NONE, Map.of("block", "encoder", "epochs", "1"));
    assertThat(VitModel.load(folder.resolve("encoder").resolve("model.zip")).shape().block())
        .isEqualTo(VitShape.Block.ENCODER);
  }
}
