package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class NpyBagsTest {
  @TempDir Path folder;

  /** The synthetic bags as files, in every type and order that is read in a way of its own. */
  private BagDataset write(BagDataset bags) throws IOException {
    StringBuilder table = new StringBuilder("slide_id,site,label\n");
    for (int i = 0; i < bags.size(); i++) {
      Bag bag = bags.bags().get(i);
      var array = Nd4j.create(bag.instances()).castTo(DataType.DOUBLE);
      NpyFile.write(
          folder.resolve(bag.id() + ".npy"), i % 3 == 0 ? array.castTo(DataType.FLOAT) : array);
      table.append(bag.id()).append(".npy").append(",x,").append(bag.label());
      table.append('\n');
    }
    Files.writeString(folder.resolve("labels.csv"), table);
    return BagFiles.read(folder);
  }

  @Test
  void aFolderOfArraysIsReadAsTheBagsInMemory() throws IOException {
    BagDataset bags = SyntheticBags.of(20, 4, 3);
    BagDataset read = write(bags);
    assertThat(read.size()).isEqualTo(20);
    assertThat(read.features()).isEqualTo(4);
    assertThat(read.instances()).isEqualTo(bags.instances());
    assertThat(read.labels()).isEqualTo(bags.labels());
    for (int i = 0; i < 20; i++) {
      double[][] expected = bags.bags().get(i).instances();
      double[][] found = read.bags().get(i).instances();
      for (int t = 0; t < expected.length; t++) {
        for (int f = 0; f < 4; f++) {
          double value = expected[t][f];
          assertThat(found[t][f]).isEqualTo(i % 3 == 0 ? (float) value : value);
        }
      }
    }
    assertThat(BagFiles.read(folder.resolve("labels.csv")).fingerprint())
        .isEqualTo(read.fingerprint())
        .isNotEmpty();
    // trained on files and in memory: the same bits
    List<Bag> inMemory =
        read.bags().stream().map(b -> Bag.of(b.id(), b.label(), b.instances())).toList();
    MilParameters parameters = MilParameters.DEFAULT.withEpochs(2);
    assertThat(BagClassifier.train(read.bags(), parameters, 1).network().params())
        .isEqualTo(BagClassifier.train(inMemory, parameters, 1).network().params());
  }

  @Test
  void otherTypesAndOrdersAreRead() throws IOException {
    double[][] rows = {{1, -2, 3}, {4, 5, -6}};
    Path file = folder.resolve("a.npy");
    for (DataType type : List.of(DataType.HALF, DataType.INT, DataType.BYTE)) {
      NpyFile.write(file, Nd4j.create(rows).castTo(type));
      assertThat(NpyBag.of("a", 1, file).instances()).as(type.name()).isDeepEqualTo(rows);
    }
    // the same array in Fortran order, big-endian floats
    byte[] header = NpyFile.headerBytes("f4", new long[] {2, 3});
    String text = new String(header, java.nio.charset.StandardCharsets.ISO_8859_1);
    var out = new java.io.ByteArrayOutputStream();
    out.write(
        text.replace("'<f4'", "'>f4'").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    var data = java.nio.ByteBuffer.allocate(24);
    for (double[] row : rows) {
      for (double v : row) {
        data.putFloat((float) v);
      }
    }
    out.write(data.array());
    Files.write(file, out.toByteArray());
    assertThat(NpyBag.of("a", 1, file).instances()).isDeepEqualTo(rows);
  }

  @Test
  void everythingThatIsWrongWithATableIsSaidAtOnce() throws IOException {
    NpyFile.write(folder.resolve("a.npy"), Nd4j.ones(2, 3));
    NpyFile.write(folder.resolve("b.npy"), Nd4j.ones(2, 4));
    NpyFile.write(folder.resolve("flat.npy"), Nd4j.ones(3));
    Files.writeString(folder.resolve("text.npy"), "no array");
    Path table =
        Files.writeString(
            folder.resolve("slides.tsv"),
            "file\tlabel\na\t1\nb\t0\nflat\t1\ntext\t0\ngone\t1\na\t1\nb.npy\tmaybe\n");
    assertThatThrownBy(() -> BagFiles.read(table))
        .isInstanceOf(BagFaults.class)
        .satisfies(
            e ->
                assertThat(((BagFaults) e).faults())
                    .hasSize(6)
                    .anyMatch(s -> s.contains("flat.npy: expected a NumPy array [instances, feat"))
                    .anyMatch(s -> s.contains("text.npy: expected a NumPy array"))
                    .anyMatch(
                        s -> s.contains("slides.tsv:6: expected the file \"gone\", found non"))
                    .anyMatch(
                        s -> s.contains("slides.tsv:7: expected each file once, found \"a\" as"))
                    .anyMatch(s -> s.contains("slides.tsv:8: expected a label of 1, 0 or -1"))
                    .anyMatch(s -> s.contains("b.npy: expected 3 features as in")));
    assertThatThrownBy(() -> BagFiles.read(folder))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("found a folder without a table labels.csv or labels.tsv");
    assertThatThrownBy(() -> BagFiles.read(folder.resolve("a.npy")))
        .hasMessageContaining("found one NumPy file: its label is in no table");
    assertThat(BagFiles.readForPrediction(folder.resolve("a.npy")).bags())
        .extracting(Bag::size)
        .containsExactly(2);
  }

  @Test
  void whatIsNoNumberOrChangedMeanwhileEndsTheReading() throws IOException {
    BagDataset read = write(SyntheticBags.of(6, 4, 3));
    Bag changed = read.bags().stream().filter(bag -> bag.size() != 2).findFirst().orElseThrow();
    NpyFile.write(
        folder.resolve(changed.id()),
        Nd4j.create(new double[][] {{1, 2, 3, 4}, {1, 2, Double.NaN, 4}}).castTo(DataType.DOUBLE));
    assertThatThrownBy(changed::instances)
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("that was there at first, found [2, 4] of DOUBLE");
    assertThatThrownBy(() -> NpyBag.of("x", 1, folder.resolve(changed.id())).instances())
        .hasMessageContaining("expected finite numbers, found NaN in row 2, column 3");
  }

  @Test
  void runMilTakesTheFolder() throws IOException {
    write(SyntheticBags.of(12, 4, 3));
    var result =
        new MilExperiment()
            .run(
                ExperimentContext.builder()
                    .data(folder)
                    .option("folds", "2")
                    .option("tune", "false")
                    .option("epochs", "2")
                    .build());
    assertThat(result.details()).containsEntry("bags", 12);
  }
}
