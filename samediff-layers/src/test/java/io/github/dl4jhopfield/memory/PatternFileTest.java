package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.ops.Separation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PatternFileTest {
  @TempDir Path folder;

  @Test
  void mappedFilesGiveTheAnswersOfTheSamePatternsInMemory() throws IOException {
    INDArray x = HopfieldMemoryTest.normal(2200, 17, 1, DataType.DOUBLE);
    INDArray q = HopfieldMemoryTest.normal(5, 17, 2, DataType.DOUBLE);
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT, DataType.HALF}) {
      Path file = folder.resolve(type + ".npy");
      NpyFile.write(file, x.castTo(type));
      MappedPatterns mapped = MappedPatterns.open(file);
      assertThat(mapped.size()).isEqualTo(2200);
      INDArray same = x.castTo(type).castTo(mapped.dataType());
      assertThat(mapped.rows(0, 2199, 17))
          .isEqualTo(org.nd4j.linalg.factory.Nd4j.pullRows(same, 1, new int[] {0, 2199, 17}));
      for (Separation separation :
          List.of(Separation.softmax(), Separation.sparsemax(), Separation.entmax15())) {
        for (StateMap map : StateMap.values()) {
          HopfieldMemory.Builder memory =
              HopfieldMemory.builder(mapped).separation(separation).stateMap(map).beta(2);
          HopfieldMemory.Builder reference =
              HopfieldMemory.builder(same).separation(separation).stateMap(map).beta(2);
          RetrievalOptions options = RetrievalOptions.defaults().withMaxSteps(8);
          Retrieval ours = memory.build().retrieve(q, options);
          Retrieval theirs = reference.build().retrieve(q, options);
          assertThat(ours.states().sub(theirs.states()).amaxNumber().doubleValue())
              .as("%s %s %s", type, separation, map)
              .isLessThan(type == DataType.DOUBLE ? 1e-10 : 1e-4);
          for (int i = 0; i < ours.results().size(); i++) {
            // float rounds weights to 0 or away from it, and so the size of a mixture
            if (type == DataType.DOUBLE) {
              same(ours.result(i), theirs.result(i));
            }
          }
          double[] energies = memory.build().energies(ours.states());
          double[] expected = reference.build().energies(ours.states());
          for (int i = 0; i < energies.length; i++) {
            if (Double.isFinite(expected[i])) {
              assertThat(energies[i]).isCloseTo(expected[i], Offset.offset(1e-4));
            }
          }
        }
      }
    }
  }

  @Test
  void aSetOfPatternsIsOneOnEitherPath() throws IOException {
    INDArray x = HopfieldMemoryTest.normal(20, 17, 1, DataType.DOUBLE);
    INDArray q = HopfieldMemoryTest.normal(8, 17, 101, DataType.DOUBLE);
    int sets = 0;
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      Path file = folder.resolve("sets-" + type + ".npy");
      NpyFile.write(file, x.castTo(type));
      MappedPatterns mapped = MappedPatterns.open(file);
      for (Separation separation :
          List.of(
              Separation.kSubsets(1, false),
              Separation.kSubsets(3, false),
              Separation.kSubsets(3, true),
              Separation.kSubsets(8, false))) {
        for (double beta : new double[] {0.02, 0.3, 2, 20}) {
          for (RetrievalOptions options :
              List.of(RetrievalOptions.steps(1), RetrievalOptions.steps(4))) {
            List<Retrieval.Result> ours =
                memory(mapped, separation, beta).retrieve(q.castTo(type), options).results();
            List<Retrieval.Result> theirs =
                memory(ArrayPatterns.of(x.castTo(type)), separation, beta)
                    .retrieve(q.castTo(type), options)
                    .results();
            for (int i = 0; i < ours.size(); i++) {
              FixedPoint point = ours.get(i).fixedPoint();
              FixedPoint expected = theirs.get(i).fixedPoint();
              String what = type + " " + separation + " beta " + beta + " query " + i;
              assertThat(point.kind()).as(what).isEqualTo(expected.kind());
              assertThat(point.size()).as(what).isEqualTo(expected.size());
              assertThat(point.patterns()).as(what).containsExactlyInAnyOrder(expected.patterns());
              sets += point.kind() == FixedPoint.Kind.PATTERN_SET ? 1 : 0;
            }
          }
        }
      }
    }
    assertThat(sets).isGreaterThan(100);
  }

  private static HopfieldMemory memory(PatternStore store, Separation separation, double beta) {
    return HopfieldMemory.builder(store).separation(separation).beta(beta).build();
  }

  private static void same(Retrieval.Result ours, Retrieval.Result theirs) {
    double tolerance = 1e-9;
    assertThat(ours.fixedPoint().kind()).isEqualTo(theirs.fixedPoint().kind());
    assertThat(ours.matches()).hasSameSizeAs(theirs.matches());
    for (int i = 0; i < ours.matches().size(); i++) {
      assertThat(ours.matches().get(i).weight())
          .isCloseTo(theirs.matches().get(i).weight(), Offset.offset(tolerance));
      assertThat(ours.matches().get(i).score())
          .isCloseTo(theirs.matches().get(i).score(), Offset.offset(tolerance * 10));
    }
    assertThat(ours.matches().get(0).pattern()).isEqualTo(theirs.matches().get(0).pattern());
    if (ours.fixedPoint().size() >= 0) {
      assertThat(ours.fixedPoint().size()).isEqualTo(theirs.fixedPoint().size());
      assertThat(ours.fixedPoint().patterns())
          .containsExactlyInAnyOrder(theirs.fixedPoint().patterns());
    }
  }

  @Test
  void growsByAppendingAndAppearsOnlyOnCommit() throws IOException {
    Path file = folder.resolve("store.npy");
    INDArray x = HopfieldMemoryTest.normal(100, 8, 3, DataType.FLOAT);
    try (PatternFile writer = PatternFile.create(file, 8, DataType.FLOAT)) {
      writer.append(x);
      writer.append(x.getRow(5));
      assertThat(Files.exists(file)).isFalse();
      writer.commit();
    }
    assertThat(MappedPatterns.open(file).size()).isEqualTo(101);
    MappedPatterns before = MappedPatterns.open(file);
    try (PatternFile writer = PatternFile.append(file)) {
      writer.append(x);
    }
    assertThat(MappedPatterns.open(file).size()).as("not committed").isEqualTo(101);
    try (PatternFile writer = PatternFile.append(file)) {
      writer.append(x);
      assertThat(writer.rows()).isEqualTo(201);
      writer.commit();
    }
    assertThat(MappedPatterns.open(file).size()).isEqualTo(201);
    assertThat(before.size()).isEqualTo(101);
    assertThat(before.rows(100).getRow(0))
        .as("an open store stays as it was")
        .isEqualTo(x.getRow(5));
    assertThat(NpyFile.read(file).getRow(150)).isEqualTo(x.getRow(49));
    try (var files = Files.list(folder)) {
      assertThat(files).as("no temporary files are left").containsExactly(file);
    }
  }

  @Test
  void aTruncatedOrForeignFileIsNamed() throws IOException {
    Path file = folder.resolve("patterns.npy");
    NpyFile.write(file, HopfieldMemoryTest.normal(10, 4, 1, DataType.FLOAT));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 7));
    assertThatThrownBy(() -> MappedPatterns.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("patterns.npy")
        .hasMessageContaining("truncated");
    assertThatThrownBy(() -> PatternFile.append(file)).hasMessageContaining("truncated");
    NpyFile.write(file, HopfieldMemoryTest.normal(10, 4, 1, DataType.FLOAT).castTo(DataType.INT));
    assertThatThrownBy(() -> MappedPatterns.open(file)).hasMessageContaining("data type");
    NpyFile.write(file, HopfieldMemoryTest.normal(10, 4, 1, DataType.FLOAT).reshape(10, 2, 2));
    assertThatThrownBy(() -> MappedPatterns.open(file)).hasMessageContaining("rank 2");
    Files.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> MappedPatterns.open(file)).hasMessageContaining("patterns.npy");
  }

  @Test
  void aNanInTheFileIsFoundWhenItIsMetAndByVerify() throws IOException {
    Path file = folder.resolve("nan.npy");
    INDArray x = HopfieldMemoryTest.normal(3000, 4, 1, DataType.FLOAT);
    x.putScalar(2500, 3, Double.NaN);
    NpyFile.write(file, x);
    MappedPatterns mapped = MappedPatterns.open(file);
    String message = "nan.npy, row 2500, column 3: expected a finite number, found NaN";
    assertThatThrownBy(mapped::verify).hasMessageContaining(message);
    for (Separation separation : List.of(Separation.softmax(), Separation.sparsemax())) {
      HopfieldMemory memory = HopfieldMemory.builder(mapped).separation(separation).build();
      assertThatThrownBy(() -> memory.retrieve(x.getRow(0)))
          .as(separation.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void numbersThatFloat16CannotHoldAreRefused() throws IOException {
    try (PatternFile writer = PatternFile.create(folder.resolve("half.npy"), 2, DataType.HALF)) {
      assertThatThrownBy(
              () -> writer.append(org.nd4j.linalg.factory.Nd4j.createFromArray(1f, 1e6f)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("as HALF, row 0, column 1");
    }
  }
}
