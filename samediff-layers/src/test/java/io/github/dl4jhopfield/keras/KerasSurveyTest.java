package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.keras.KerasSurvey.Outcome;
import io.github.dl4jhopfield.keras.KerasSurvey.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Models by real Keras, one for each option of each standard layer, operators, typical networks and
 * ways to train (python/survey; packed by pack.py): all compute and train as in Keras, or are
 * refused in words, and docs/keras-layers.md says which.
 */
class KerasSurveyTest {

  private static final Path PACKED = Path.of("src/test/resources/keras-survey");
  private static final Path PAGE = Path.of("../docs/keras-layers.md");

  /** What is refused, with a piece of what is said. */
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("layer_Activation_28", "sparsemax"),
          Map.entry("layer_Dense_28", "sparsemax"),
          Map.entry("layer_Concatenate_05", "axis 0"),
          Map.entry("layer_ConvLSTM1D_01", "ConvLSTM1D"),
          Map.entry("layer_ConvLSTM2D_01", "ConvLSTM2D"),
          Map.entry("layer_ConvLSTM2D_02", "ConvLSTM2D"),
          Map.entry("layer_Hashing_01", "Hashing"),
          Map.entry("layer_IntegerLookup_01", "IntegerLookup"),
          Map.entry("layer_Lambda_01", "never run"),
          Map.entry("net_einsum_attention", "called with no inputs"),
          Map.entry("op_einsum", "called with no inputs"),
          Map.entry("op_median", "ops.Median"),
          Map.entry("op_ops_arctan2", "ops.Arctan2"),
          Map.entry("op_sort", "ops.Sort"),
          Map.entry("op_tensordot", "mixes the samples"),
          Map.entry("op_top_k", "ops.TopK"));

  @TempDir static Path directory;

  private static final Map<String, List<Result>> RESULTS = new LinkedHashMap<>();

  @BeforeAll
  static void runAll() throws IOException {
    for (String keras : List.of("keras3", "tf215")) {
      Path folder = Files.createDirectory(directory.resolve(keras));
      try (ZipInputStream in =
          new ZipInputStream(Files.newInputStream(PACKED.resolve(keras + ".zip")))) {
        for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
          Files.copy((InputStream) in, folder.resolve(Path.of(e.getName()).getFileName()));
        }
      }
      RESULTS.put(keras, KerasSurvey.files(folder).stream().map(KerasSurvey::run).toList());
    }
  }

  private static String name(Result r) {
    return r.file().substring(0, r.file().lastIndexOf('.'));
  }

  private static List<Result> of(Outcome... outcomes) {
    List<Outcome> wanted = List.of(outcomes);
    return RESULTS.values().stream()
        .flatMap(List::stream)
        .filter(r -> wanted.contains(r.outcome()))
        .toList();
  }

  @Test
  void nothingIsWrongAndNothingThrowsInOtherWords() {
    assertThat(of(Outcome.WRONG, Outcome.THROWN)).isEmpty();
  }

  @Test
  void whatIsRefusedIsSaidAndKnown() {
    for (Result r : of(Outcome.REFUSED)) {
      assertThat(REFUSED).as(r.toString()).containsKey(name(r));
      assertThat(r.detail()).contains(REFUSED.get(name(r)));
    }
  }

  @Test
  void mostOfItIsThereAndRight() {
    assertThat(RESULTS.values().stream().mapToInt(List::size).sum()).isGreaterThan(1200);
    assertThat(of(Outcome.RIGHT).size()).isGreaterThan(1180);
    assertThat(of(Outcome.RIGHT).stream().filter(r -> r.file().startsWith("fit_net_")).count())
        .as("networks whose step of training is Keras's")
        .isGreaterThanOrEqualTo(60);
  }

  /** One model of each class of layers, and networks. */
  @Test
  void savedByDl4jAndLoadedTheyComputeTheSame() throws IOException {
    Set<String> seen = new HashSet<>();
    List<String> wrong = new ArrayList<>();
    for (Result r : RESULTS.get("keras3")) {
      boolean one = seen.add(name(r).replaceFirst("^(layer_[^_]+)_.*", "$1"));
      if (r.outcome() == Outcome.RIGHT && one && !r.file().startsWith("op_")) {
        String found = KerasSurvey.afterSaving(directory.resolve("keras3").resolve(r.file()));
        if (found != null) {
          wrong.add(found);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(200);
    assertThat(wrong).isEmpty();
  }

  @Test
  void thePageSaysWhatImports() throws IOException {
    String page = page();
    if (System.getProperty("keras.page", "").equals("write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/keras-layers.md; make it again with -Dkeras.page=write")
        .isEqualTo(page);
  }

  // --- the page -----------------------------------------------------------------------------

  private static final String HEAD =
      """
      # What of Keras imports

      Made by `KerasSurveyTest` from models that Keras 3.15 and Keras 2.15 wrote, one for each line; not by hand. "yes": computes what Keras
      computed, to 1e-4 of the largest value (float). "note": imports, and the summary says what is left out. Otherwise what the import says. An
      empty column was not tried with that Keras.

      """;

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    table(page, "Layers", "layer", "layer | option");
    table(page, "Operators", "operator", "operator | ");
    table(page, "Training", "training", "optimizer, loss or network | ");
    return page.toString();
  }

  private static void table(StringBuilder page, String title, String group, String head)
      throws IOException {
    page.append("## ").append(title).append("\n| ").append(head);
    page.append(" | Keras 3 | Keras 2 |\n|---|---|---|---|\n");
    Map<String, String[]> rows = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    int column = 0;
    for (Map.Entry<String, List<Result>> e : RESULTS.entrySet()) {
      for (Result r : e.getValue()) {
        if (r.group().equals(group)) {
          JsonNode record =
              new ObjectMapper()
                  .readTree(directory.resolve(e.getKey()).resolve(name(r) + ".json").toFile());
          String what = record.get("class").asText();
          String option = record.get("option").asText();
          if (group.equals("training")) {
            what = option;
            option = "";
          }
          rows.computeIfAbsent(
                      "| " + cell(what) + " | " + cell(option) + " | ", k -> new String[] {"", ""})[
                  column] =
              said(r);
        }
      }
      column++;
    }
    rows.forEach(
        (key, columns) ->
            page.append(key).append(columns[0]).append(" | ").append(columns[1]).append(" |\n"));
    page.append('\n');
  }

  private static String said(Result r) {
    String detail = r.detail().replaceAll("\\s+", " ");
    switch (r.outcome()) {
      case RIGHT:
        return detail.isEmpty() ? "yes" : "yes; note: " + cell(plain(detail));
      case NOTED:
        return "note: " + cell(plain(detail));
      default:
        return "no: " + cell(plain(detail));
    }
  }

  /** Without the names of files and layers, which say nothing here. */
  private static String plain(String text) {
    String t = text.replaceFirst("^(layer|op|net|fit)_\\w+\\.(h5|keras):? ", "");
    t = t.replaceFirst("^Layer \"[^\"]*\" \\([\\w.]+\\): ", "");
    int more = t.indexOf("; say ");
    t = more > 0 ? t.substring(0, more) : t;
    return t.length() > 160 ? t.substring(0, 157) + "..." : t;
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
