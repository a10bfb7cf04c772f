package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code inspect} tells files apart by what they hold; the cases of formats have their own test.
 */
class InspectTest {
  @TempDir Path folder;

  private JsonNode json(Path file, String... options) throws IOException {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "inspect";
    arguments[1] = file.toString();
    arguments[2] = "--json";
    System.arraycopy(options, 0, arguments, 3, options.length);
    MainTest.Run run = MainTest.run(arguments);
    assertThat(run.status()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void bagsWithAnIdAreNoTableOfRepertoires() throws IOException {
    for (String header : new String[] {"", "label,id,f1,f2\n", "label,bag,f1,f2\n"}) {
      Path bags = write("bags.csv", header + "1,a,0.5,2\n1,a,1e-3,3\n0,b,4,-5\n");
      JsonNode found = json(bags);
      assertThat(found.path("bags").asInt()).as(header).isEqualTo(2);
      assertThat(found.path("instances").asInt()).isEqualTo(3);
    }
  }

  @Test
  void aTableOfNumbersIsOneOfRepertoiresWhenItsColumnIsNamed() throws IOException {
    write("7.tsv", "junction_aa\nCASSF\n");
    write("8.tsv", "junction_aa\nCASTF\n");
    Path table = write("table.csv", "label,id,age\n1,7,30\n0,8,40\n");
    assertThat(json(table, "--id-column", "id").path("repertoires")).hasSize(2);
  }

  @Test
  void allFaultsOfATablesFilesALineEach() throws IOException {
    write("a.tsv", "junction_aa\nC*F\n");
    write("b.tsv", "junction_aa\n");
    write("c.tsv", "junction_aa\nCASSF\n");
    Path table = write("table.tsv", "file\tlabel\na.tsv\t0\nb.tsv\t1\nc.tsv\t1\n");
    MainTest.Run run = MainTest.run("inspect", table.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(2).allMatch(line -> line.contains("usable sequence"));
  }

  @Test
  void muchDroppedIsAWarning() throws IOException {
    Path file = write("a.tsv", "junction_aa\nCASSF\nC*F\nCASTF\n");
    MainTest.Run run = MainTest.run("inspect", file.toString());
    assertThat(run.err()).contains("33% of the rows were dropped (1 stop_codon)");
    assertThat(run.out()).contains("3 rows, 2 used, dropped 1 stop_codon");
  }

  @Test
  void theCacheIsFilledAndSaid() throws IOException {
    Path file = write("a.tsv", "junction_aa\nCASSF\n");
    Path cache = folder.resolve("cache");
    MainTest.Run run = MainTest.run("inspect", file.toString(), "--cache", cache.toString());
    assertThat(run.status()).isZero();
    assertThat(run.err()).contains("cache " + cache).contains("deleting the folder empties it");
    assertThat(json(file, "--cache", cache.toString(), "--values").path("sequences").toString())
        .isEqualTo("[[\"CASSF\",1]]");
  }

  @ParameterizedTest
  @CsvSource({
    "--locus XYZ, expected a locus of TRB",
    "--where species, expected COLUMN=VALUE",
    "--max-length -1, expected 0 or more",
    "--reduction-fraction 0, expected a number above 0",
    "--region cdr1, --region",
    "--merge nt, --merge",
    "--locsu TRB, did you mean '--locus'"
  })
  void wrongOptionsAreFoundBeforeTheFileIsOpened(String option, String message) {
    String[] words = option.split(" ");
    MainTest.Run run = MainTest.run("inspect", "no-such-file", words[0], words[1]);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void arraysInEitherOrderOfIndicesAndBytes() throws IOException {
    Path c = folder.resolve("c.npy");
    NpyFile.write(c, Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, Float.NaN}}));
    assertThat(json(c, "--values").path("tensors").path("c").toString())
        .isEqualTo("{\"dtype\":\"F32\",\"shape\":[2,3],\"values\":[1.0,2.0,3.0,4.0,5.0,\"nan\"]}");
    String header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n";
    ByteBuffer f = ByteBuffer.allocate(10 + header.length() + 12);
    f.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    f.put(header.getBytes(StandardCharsets.US_ASCII));
    for (int value : new int[] {1, 4, 2, 5, 3, -6}) {
      f.putShort((short) value);
    }
    Path file = Files.write(folder.resolve("f.npy"), f.array());
    assertThat(json(file, "--values").path("tensors").path("f").path("values").toString())
        .isEqualTo("[1,2,3,4,5,-6]");
    Files.write(file, java.util.Arrays.copyOf(f.array(), f.capacity() - 1));
    assertThat(MainTest.run("inspect", file.toString()).err()).contains("truncated");
  }

  @Test
  void idxPlainAndPacked() throws IOException {
    byte[] idx = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
    Path plain = Files.write(folder.resolve("images-idx2-ubyte"), idx);
    assertThat(json(plain).path("tensors").path("data").toString())
        .isEqualTo("{\"dtype\":\"U8\",\"shape\":[2,3]}");
    Path packed = folder.resolve("packed");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(idx, 0, idx.length - 1);
    }
    MainTest.Run run = MainTest.run("inspect", packed.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("expected 6 bytes of data for shape [2, 3], found 5");
  }

  @Test
  void aModelAndOtherZipArchives() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder().nIn(3).nOut(2).build())
                .build());
    network.init();
    Path model = folder.resolve("model.zip");
    NetworkFile.write(model, network);
    JsonNode found = json(model);
    assertThat(found.path("model").asText()).isEqualTo("MultiLayerNetwork");
    assertThat(found.path("parameters").asInt()).isEqualTo(8);
    assertThat(found.path("layers").get(0).path("type").asText()).isEqualTo("OutputLayer");
    Path other = folder.resolve("other.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(other))) {
      zip.putNextEntry(new ZipEntry("readme.txt"));
    }
    MainTest.Run run = MainTest.run("inspect", other.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("found another zip archive").doesNotContain("internal");
    Files.write(other, new byte[] {'P', 'K', 3, 4, 9});
    assertThat(MainTest.run("inspect", other.toString()).err()).contains("whole zip archive");
  }

  @Test
  void preprocessingHasNoDefaults() throws IOException {
    String whole =
        "{\"pretrained_cfg\": {\"input_size\": [3, 224, 192], \"interpolation\": \"bilinear\","
            + " \"crop_pct\": 0.875, \"crop_mode\": \"squash\", \"mean\": [0.1, 0.2, 0.3],"
            + " \"std\": [1, 1, 1]}}";
    JsonNode found = json(write("config.json", whole)).path("preprocessing");
    assertThat(found.path("crop").toString()).isEqualTo("[224,192]");
    assertThat(found.path("resizeShortEdge").asInt()).isEqualTo(219);
    assertThat(found.path("cropMode").asText()).isEqualTo("squash");
    for (String name : new String[] {"input_size", "interpolation", "crop_pct", "mean", "std"}) {
      Path file = write("config.json", whole.replace("\"" + name + "\"", "\"x\""));
      MainTest.Run run = MainTest.run("inspect", file.toString());
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err()).contains(name.replace("std", "std")).contains("found none");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', an empty file",
    "'hello world', expected a column of amino acids",
    "'a,b\n1,2\n', expected a column of amino acids"
  })
  void textThatIsNothingIsSaidToBe(String text, String message) throws IOException {
    MainTest.Run run = MainTest.run("inspect", write("x.txt", text).toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains(message).doesNotContain("internal");
  }
}
