package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

class BagClassifierTest {
  private static final BagDataset DATA = SyntheticBags.of(60, 5, 3);
  private static BagClassifier classifier;

  @TempDir Path folder;

  @BeforeAll
  static void train() {
    classifier = BagClassifier.train(DATA.bags(), MilParameters.DEFAULT.withEpochs(30), 1);
  }

  @Test
  void itLearnsWhatMakesABagPositive() {
    BagDataset unseen = SyntheticBags.of(100, 5, 4);
    assertThat(RocCurve.of(unseen.labels(), classifier.scores(unseen.bags())).area())
        .isGreaterThan(0.9);
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
    MilParameters few = MilParameters.DEFAULT.withEpochs(3);
    double[] first = BagClassifier.train(DATA.bags(), few, 5).scores(DATA.bags());
    // draws in between must not matter
    Nd4j.rand(7, 7);
    assertThat(BagClassifier.train(DATA.bags(), few, 5).scores(DATA.bags())).isEqualTo(first);
    assertThat(BagClassifier.train(DATA.bags(), few, 6).scores(DATA.bags())).isNotEqualTo(first);
  }

  @Test
  void aScoreDoesNotDependOnBatchMatesOrPadding() {
    double[] together = classifier.scores(DATA.bags());
    for (int b = 0; b < DATA.size(); b += 7) {
      assertThat(classifier.scores(List.of(DATA.bags().get(b)))[0])
          .as("bag %d", b)
          .isCloseTo(together[b], within(1e-5));
    }
  }

  @Test
  void aScoreDoesNotDependOnTheOrderOfInstances() {
    Bag bag = DATA.bags().stream().filter(b -> b.size() > 3).findFirst().orElseThrow();
    double[][] reversed = new double[bag.size()][];
    for (int t = 0; t < reversed.length; t++) {
      reversed[t] = bag.instances()[reversed.length - 1 - t];
    }
    assertThat(classifier.scores(List.of(Bag.of("r", 0, reversed)))[0])
        .isCloseTo(classifier.scores(List.of(bag))[0], within(1e-5));
  }

  @Test
  void attentionIsADistributionOverTheInstancesAndFindsTheDecisiveOne() {
    int found = 0;
    int bags = 0;
    for (Bag bag : DATA.bags()) {
      double[] attention = classifier.attention(bag);
      assertThat(attention).hasSize(bag.size());
      assertThat(Arrays.stream(attention).sum()).isCloseTo(1, within(1e-5));
      assertThat(Arrays.stream(attention).allMatch(a -> a >= 0)).isTrue();
      if (bag.label() == 1 && bag.size() > 1) {
        bags++;
        int decisive = 0;
        int attended = 0;
        for (int t = 0; t < bag.size(); t++) {
          decisive = bag.instances()[t][0] > bag.instances()[decisive][0] ? t : decisive;
          attended = attention[t] > attention[attended] ? t : attended;
        }
        found += decisive == attended ? 1 : 0;
      }
    }
    assertThat(found).as("of %d positive bags", bags).isGreaterThan(bags * 3 / 4);
  }

  @Test
  void aSavedModelScoresTheSame() throws IOException {
    Path file = folder.resolve("model.zip");
    classifier.save(file);
    BagClassifier loaded = BagClassifier.load(file);
    assertThat(loaded.scores(DATA.bags())).isEqualTo(classifier.scores(DATA.bags()));
    assertThat(loaded.parameters()).isEqualTo(classifier.parameters());
    assertThat(loaded.training()).containsEntry("bags", 60).containsEntry("seed", 1);
    try (var files = Files.list(folder)) {
      assertThat(files).as("no temporary file is left").containsExactly(file);
    }
  }

  @Test
  void aSavedModelIsAlsoOneOfDl4j() throws IOException {
    Path file = folder.resolve("model.zip");
    classifier.save(file);
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
    assertThat(network.params()).isEqualTo(classifier.network().params());
  }

  @Test
  void equalModelsAreEqualFiles() throws IOException {
    classifier.save(folder.resolve("a.zip"));
    classifier.save(folder.resolve("b.zip"));
    assertThat(folder.resolve("a.zip")).hasSameBinaryContentAs(folder.resolve("b.zip"));
  }

  @Test
  void bagsOfOtherFeaturesAreRefused() {
    Bag bag = Bag.of("wide", 1, new double[][] {{1, 2, 3, 4, 5, 6}});
    assertThatThrownBy(() -> classifier.scores(List.of(bag)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the model expects instances of 5 features, found 6 in bag \"wide\"");
  }

  @Test
  void whatIsNoModelIsRefusedInOneLine() throws IOException {
    assertRefused(folder.resolve("none.zip"), "found no such file");
    assertRefused(Files.writeString(folder.resolve("text.zip"), "hello"), "found no zip");
    assertRefused(zip("a.zip", "other.txt", "x"), "found an entry \"other.txt\"");
    assertRefused(zip("b.zip", "preprocessor.bin", "x"), "found an entry \"preprocessor.bin\"");
    assertRefused(zip("c.zip", "hopfield.json", "{}"), "found no entry configuration.json");
  }

  @Test
  void aConfigurationThatNamesOtherClassesIsRefused() throws IOException {
    Path model = folder.resolve("model.zip");
    classifier.save(model);
    Path changed = folder.resolve("changed.zip");
    try (ZipFile from = new ZipFile(model.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(changed))) {
      for (ZipEntry entry : from.stream().toList()) {
        byte[] bytes = from.getInputStream(entry).readAllBytes();
        if (entry.getName().equals("configuration.json")) {
          String text = new String(bytes, StandardCharsets.UTF_8);
          assertThat(text).contains("org.nd4j.linalg.learning.config.Adam");
          bytes =
              text.replace("org.nd4j.linalg.learning.config.Adam", "java.util.HashMap")
                  .getBytes(StandardCharsets.UTF_8);
        }
        to.putNextEntry(new ZipEntry(entry.getName()));
        to.write(bytes);
      }
    }
    assertRefused(changed, "found \"java.util.HashMap\"");
  }

  @Test
  void aDamagedModelNeverLoadsSilentlyWrong() throws IOException {
    Path model = folder.resolve("model.zip");
    classifier.save(model);
    byte[] whole = Files.readAllBytes(model);
    double[] scores = classifier.scores(DATA.bags());
    long seed = 11;
    Random random = new Random(seed);
    for (int trial = 0; trial < 60; trial++) {
      byte[] damaged = whole.clone();
      if (trial % 2 == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      } else {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Path file = Files.write(folder.resolve("damaged.zip"), damaged);
      try {
        // a byte of the zip's own directory, which is not needed, may be damaged without loss
        assertThat(BagClassifier.load(file).scores(DATA.bags())).isEqualTo(scores);
      } catch (DataFormatException e) {
        assertThat(e.getMessage()).as("seed %d, trial %d", seed, trial).doesNotContain("\n");
      }
    }
  }

  private Path zip(String name, String entry, String content) throws IOException {
    Path file = folder.resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> BagClassifier.load(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }
}
