package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;

class BagFilesTest {
  private static final Path SHARED_MIL =
      Path.of(System.getProperty("hopfield.root", "..")).resolve("../shared/data/mil");

  @TempDir Path folder;

  @Test
  void musk1InTheJarHasThe92MoleculesOfItsSource() {
    BagDataset musk1 = BagFiles.musk1();
    assertThat(musk1.name()).isEqualTo("musk1");
    assertThat(musk1.size()).isEqualTo(92);
    assertThat(musk1.positives()).isEqualTo(47);
    assertThat(musk1.instances()).isEqualTo(476);
    assertThat(musk1.features()).isEqualTo(166);
    assertThat(musk1.bags().get(0).instances()[0]).startsWith(42, -198, -109);
  }

  @Test
  void rowsOfOneIdFormABagWhereverTheyStand() throws IOException {
    BagDataset data = read("1,a,1,2\n0,b,3,4\n1,a,5,6\n-1, c ,7e1,-.5\n");
    assertThat(data.bags()).extracting(Bag::id).containsExactly("a", "b", "c");
    assertThat(data.labels()).containsExactly(1, 0, 0);
    assertThat(data.bags().get(0).instances()).isDeepEqualTo(new double[][] {{1, 2}, {5, 6}});
    assertThat(data.bags().get(2).instances()).isDeepEqualTo(new double[][] {{70, -0.5}});
  }

  @Test
  void aHeaderIsOptional() throws IOException {
    BagDataset data = read("label,bag,f1\n1,a,1\n0,b,2\n");
    assertThat(data.size()).isEqualTo(2);
    assertThat(data.features()).isEqualTo(1);
  }

  @Test
  void aByteOrderMarkBelongsToNoField() throws IOException {
    BagDataset marked = read("\uFEFF1,a,.31,1.2\n0,b,.77,.2\n");
    assertThat(marked.bags())
        .usingRecursiveComparison()
        .isEqualTo(read("1,a,.31,1.2\n0,b,.77,.2\n").bags());
    assertThat(read("\uFEFFlabel,bag,x\n1,a,.31\n0,b,.2\n").bags()).hasSize(2);
  }

  @Test
  void numbersOfColumnsAreAHeader() throws IOException {
    BagDataset data = read("0,1,2,3\n1,7,.31,1.2\n1,7,.28,1.1\n0,8,.77,.2\n0,9,.5,.25\n");
    assertThat(data.bags()).hasSize(3);
    assertThat(data.instances()).isEqualTo(4);
    assertThat(read("0,1,2,4\n1,7,.31,1.2\n").bags()).hasSize(2);
    bad("0,1,2\n1,7,.31\n", ":1: expected a header of names or an instance, found 0,1,2, which");
  }

  @Test
  void eachBadCsvIsRefusedInOneLineWithItsPlace() throws IOException {
    bad("1,a,1,2\n0,b,3\n", ":2: expected 4 columns as in line 1, found 3 columns");
    bad(
        "l,b,f,g\n1,a,1,2\n0,b,3,4,5\n",
        ":3: expected 4 columns as in the header in line 1, found 5");
    bad("1,a,1,2\n0,b,3,x\n", ":2: expected a finite number in column 4, found \"x\"");
    bad("1,a,1,2\n0,b,,4\n", ":2: expected a finite number in column 3, found an empty field");
    bad("1,a,1,2\n0,b,NaN,4\n", ":2: expected a finite number in column 3, found \"NaN\"");
    bad("1,a,1,2\n0,b,3,-Infinity\n", ":2: expected a finite number in column 4, found");
    bad("1,a,1,2\n0,b,3,1e999\n", ":2: expected a finite number in column 4, found \"1e999\"");
    bad("1,a,1,2\n0,b,3,0x1p3\n", ":2: expected a finite number in column 4");
    bad("1,a,x,2\n0,b,3,4\n", ":1: expected a finite number in column 3, found \"x\"");
    bad("1,a,1,2\n0,b,,\n", ":2: expected 2 features, found none: the empty bag \"b\"");
    bad(
        "1,a,1,2\n0,b\n",
        ":2: expected 4 columns as in line 1, found 2 columns: the empty bag \"b\"");
    bad("1,a,1,2\n0,,3,4\n", ":2: expected a bag id in column 2, found an empty field");
    bad("1,a,1,2\n2,b,3,4\n", ":2: expected a bag label of 1, 0 or -1 in column 1, found \"2\"");
    bad(
        "1,a,1\n0,b,3\n0,a,4\n",
        ":3: expected one label for bag \"a\", as in line 1, found the other");
    bad(
        "1,a,1\n1,b,3\n",
        ": expected positive and negative bags (label 1, and 0 or -1), found 2 bags, all positive");
    bad("-1,a,1\n0,b,3\n", "found 2 bags, all negative");
    bad("label,bag,f\n", "found no rows of data");
    bad("\n\n", "found no rows of data");
    bad("", "found an empty file");
    bad("1 2 3\n", ":1: expected bag label, bag id and at least one feature, separated by commas");
    bad("1,a,1\n\"0,b,2\n", ":2: expected 3 columns");
  }

  @Test
  void whatIsNoTextFileIsRefused() throws IOException {
    assertBad(folder.resolve("none.csv"), "none.csv: expected a MIL CSV", "found no such file");
    assertBad(folder, "found a folder");
    Path binary = Files.write(folder.resolve("b.csv"), new byte[] {1, 2, 0, 3});
    assertBad(binary, "found a binary file");
    Path latin1 =
        Files.write(folder.resolve("l.csv"), "1,é,2\n".getBytes(StandardCharsets.ISO_8859_1));
    assertBad(latin1, ":1: expected text in UTF-8, found other bytes");
    Path long1 = Files.writeString(folder.resolve("long.csv"), "1,a," + "1".repeat(20_000_000));
    assertBad(long1, "long.csv:1: expected ");
    assumeTrue(Files.exists(Path.of("/dev/zero")), "no /dev/zero here");
    assertBad(Path.of("/dev/zero"), "found not a regular file");
  }

  @Test
  void moreValuesThanTheHeapHoldsAreRefused() {
    assertThatThrownBy(
            () -> CsvBags.read(new StringReader("1,a,1,2\n0,b,3,4\n"), "x.csv", "x", true, 3))
        .isInstanceOf(DataFormatException.class)
        .hasMessage("x.csv:2: expected at most 3 values, what this heap has room for, found more");
  }

  @Test
  void predictionTakesBagsOfOneClass() throws IOException {
    Path file = Files.writeString(folder.resolve("new.csv"), "0,a,1\n0,b,2\n");
    assertThat(BagFiles.readForPrediction(file).size()).isEqualTo(2);
  }

  @Test
  void denseAndSparseMatFilesReadTheSame() {
    for (String name : new String[] {"dense.mat", "sparse.mat"}) {
      BagDataset data = BagFiles.read(fixture(name));
      assertThat(data.bags()).extracting(Bag::id).containsExactly("1", "2", "7");
      assertThat(data.labels()).containsExactly(1, 0, 0);
      assertThat(data.bags().get(0).instances())
          .isDeepEqualTo(new double[][] {{0.5, 0, -3}, {1, 0, 0}});
      assertThat(data.bags().get(2).instances()).isDeepEqualTo(new double[][] {{0, 0, 4.25}});
    }
  }

  @Test
  void theClassicBenchmarksRead() {
    assumeTrue(Files.isDirectory(SHARED_MIL), "no benchmark files at " + SHARED_MIL);
    BagDataset elephant = BagFiles.read(SHARED_MIL.resolve("elephant_100x100.mat"));
    assertThat(elephant.name()).isEqualTo("elephant");
    assertThat(elephant.size()).isEqualTo(200);
    assertThat(elephant.positives()).isEqualTo(100);
    assertThat(elephant.instances()).isEqualTo(1391);
    assertThat(elephant.features()).isEqualTo(230);
    assertThat(elephant.bags().get(0).instances()[0]).startsWith(2.05773, 1.62976, 0.080978);
    BagDataset tiger = BagFiles.read(SHARED_MIL.resolve("tiger_100x100.mat"));
    assertThat(tiger.instances()).isEqualTo(1220);
    BagDataset musk1 = BagFiles.read(SHARED_MIL.resolve("musk1.csv"));
    assertThat(musk1.instances()).isEqualTo(BagFiles.musk1().instances());
  }

  @Test
  void eachBadMatFileIsRefusedInOneLine() throws IOException {
    assertBad(
        fixture("no_labels.mat"),
        "expected the numeric variables features, labels and bag_ids, found no labels, no bag_ids;"
            + " the file has: features, bags, labels");
    Path text = Files.writeString(folder.resolve("text.mat"), "1,a,2\n0,b,3\n");
    assertBad(text, "expected a MATLAB 5 file", "found other content");
    Path hdf = Files.writeString(folder.resolve("h.mat"), "MATLAB 7.3 MAT-file" + " ".repeat(200));
    assertBad(hdf, "found a MATLAB 7.3 (HDF5) file; save it with the option -v7");
    byte[] whole = Files.readAllBytes(fixture("sparse.mat"));
    assertBad(
        Files.write(folder.resolve("cut.mat"), Arrays.copyOf(whole, whole.length / 2)), "found");
    assertBad(Files.write(folder.resolve("empty.mat"), new byte[0]), "found an empty file");
    assertBad(Files.write(folder.resolve("head.mat"), Arrays.copyOf(whole, 128)), "found");

    assertBad(
        mat(matrix(3, 2), matrix(1, 2), matrix(1, 3)),
        "labels with one entry for each of the 3 instances, found 1x2");
    Matrix nan = matrix(2, 2);
    nan.setDouble(1, 0, Double.NaN);
    assertBad(
        mat(nan, matrix(1, 2), matrix(1, 2)),
        "expected finite numbers in features, found NaN at row 2, column 1");
    Matrix two = matrix(1, 2);
    two.setDouble(0, 2);
    assertBad(
        mat(matrix(2, 2), two, matrix(1, 2)), "expected labels of 1, 0 or -1, found 2.0 at row 1");
    assertBad(mat(matrix(2, 2), matrix(1, 2), matrix(1, 2)), "found 1 bags, all negative");
    Matrix half = matrix(1, 2);
    half.setDouble(1, 0.5);
    assertBad(
        mat(matrix(2, 2), matrix(1, 2), half),
        "expected whole numbers in bag_ids, found 0.5 at row 2");
    assertBad(
        mat(matrix(0, 0), matrix(1, 2), matrix(1, 2)),
        "expected features as a matrix [instances, features], found 0x0");
  }

  /** One that claims 40,000 x 40,000 doubles in a few hundred bytes. */
  @Test
  void aMatFileThatClaimsMoreThanTheHeapIsRefused() throws IOException {
    ByteBuffer element = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    element.putInt(14).putInt(Integer.MAX_VALUE); // miMATRIX
    element.putInt(6).putInt(8).putInt(6).putInt(0); // array flags: double
    element.putInt(5).putInt(8).putInt(40_000).putInt(40_000); // dimensions
    element.putInt(1).putInt(8).put("features".getBytes(StandardCharsets.US_ASCII));
    element.putInt(9).putInt(Integer.MAX_VALUE - 7); // miDOUBLE
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
      out.write(element.array());
    }
    byte[] header = Arrays.copyOf(Files.readAllBytes(fixture("sparse.mat")), 128);
    ByteBuffer file = ByteBuffer.allocate(128 + 8 + deflated.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.put(header).putInt(15).putInt(deflated.size()).put(deflated.toByteArray());
    Path bomb = Files.write(folder.resolve("bomb.mat"), file.array());
    assertBad(bomb, "bomb.mat: expected ");
  }

  @Test
  void aDamagedMatFileNeverDoesWorseThanAnErrorOfOneLine() throws IOException {
    long seed = 20261122;
    Random random = new Random(seed);
    for (String name : new String[] {"dense.mat", "sparse.mat"}) {
      byte[] whole = Files.readAllBytes(fixture(name));
      for (int trial = 0; trial < 300; trial++) {
        byte[] damaged = whole.clone();
        for (int i = 0; i <= trial % 3; i++) {
          damaged[128 + random.nextInt(damaged.length - 128)] = (byte) random.nextInt();
        }
        Path file = Files.write(folder.resolve("damaged.mat"), damaged);
        try {
          BagFiles.read(file);
        } catch (DataFormatException e) {
          assertThat(e.getMessage()).as("seed %d trial %d", seed, trial).doesNotContain("\n");
        } catch (Throwable e) {
          throw new AssertionError(name + ", seed " + seed + ", trial " + trial, e);
        }
      }
    }
  }

  private static Matrix matrix(int rows, int columns) {
    return Mat5.newMatrix(rows, columns);
  }

  private Path mat(Matrix features, Matrix labels, Matrix ids) throws IOException {
    Path file = folder.resolve("made.mat");
    try (MatFile mat = Mat5.newMatFile()) {
      mat.addArray("features", features).addArray("labels", labels).addArray("bag_ids", ids);
      Mat5.writeToFile(mat, file.toFile());
    }
    return file;
  }

  private Path fixture(String name) {
    Path copy = folder.resolve(name);
    try (InputStream in = getClass().getResourceAsStream(name)) {
      Files.write(copy, in.readAllBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return copy;
  }

  private BagDataset read(String csv) throws IOException {
    return BagFiles.read(Files.writeString(folder.resolve("bags.csv"), csv));
  }

  private void bad(String csv, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("bags.csv"), csv);
    assertBad(file, file.toString(), message);
  }

  private static void assertBad(Path file, String... parts) {
    assertThatThrownBy(() -> BagFiles.read(file))
        .isInstanceOf(DataFormatException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
  }
}
