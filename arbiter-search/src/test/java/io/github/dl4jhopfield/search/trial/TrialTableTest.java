package io.github.dl4jhopfield.search.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is put into a table comes out of it. */
class TrialTableTest {
  @TempDir Path folder;

  /** Values of all kinds, failed, given up, with several objectives, in turn. */
  private static TrialResult result(int number) {
    Random random = new Random(number);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("rate", random.nextDouble());
    values.put("units", random.nextInt() >> random.nextInt(32));
    values.put("many", 1L << 40 | number);
    values.put("word", "word " + number % 3);
    values.put("flag", number % 2 == 0);
    values.put("sizes", List.of(number % 5, 0.5));
    boolean pruned = number % 7 == 0;
    boolean failed = pruned || number % 5 == 0;
    return new TrialResult(
        number,
        values,
        failed ? Double.NaN : random.nextGaussian(),
        failed ? List.of() : List.of(random.nextDouble(), -0.0, Double.MIN_VALUE),
        number % 3 == 0 && !failed ? Map.of("auc", 0.5, "latency", 1e300) : Map.of(),
        number % 2 == 0 ? List.of(new TrialResult.Step(0.1, 0.7)) : List.of(),
        pruned,
        random.nextDouble() * 1000,
        1_795_000_000_000L + number,
        "host:" + number % 4,
        failed ? "IllegalStateException: größer als " + number : null);
  }

  @Test
  void resultsOfAllKindsInAnyOrderComeOutAsTheyWere() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 9_000; i += 1 + i % 3) {
      order.add(i);
    }
    List<Integer> sorted = List.copyOf(order);
    Collections.shuffle(order, new Random(1));
    TrialTable table = new TrialTable();
    order.forEach(number -> table.put(result(number)));
    assertThat(table.size()).isEqualTo(order.size());
    assertThat(table.all()).hasSize(order.size());
    for (int i = 0; i < sorted.size(); i++) {
      TrialResult expected = result(sorted.get(i));
      assertThat(table.all().number(i)).isEqualTo(sorted.get(i));
      assertThat(table.get(sorted.get(i))).isEqualTo(expected);
      assertThat((Double) table.score(sorted.get(i))).isEqualTo((Double) expected.score());
      assertThat(List.copyOf(table.get(sorted.get(i)).values().keySet()))
          .isEqualTo(List.copyOf(expected.values().keySet()));
    }
    assertThat(table.get(2)).isNull();
    assertThat(table.get(-1)).isNull();
    assertThat(table.get(1 << 30)).isNull();
    assertThat(table.of(3, 0)).containsExactly(result(3), result(0));
    assertThat(table.all().where(TrialResult::pruned))
        .hasSameElementsAs(sorted.stream().filter(n -> n % 7 == 0).map(n -> result(n)).toList());
  }

  @Test
  void listsDoNotChangeAndTheFirstResultOfANumberStays() {
    TrialTable table = new TrialTable();
    table.put(result(1));
    TrialTable.Results before = table.all();
    table.put(result(0));
    TrialResult other = result(1);
    table.put(new TrialResult(1, Map.of(), 5, List.of(), 1, 1, "elsewhere", null));
    assertThat(before).containsExactly(other);
    assertThat(table.first(2)).containsExactly(result(0), other);
    assertThat(table.get(1)).isEqualTo(other);
  }

  @Test
  void aLongErrorIsKept() {
    TrialTable table = new TrialTable();
    String error = "x".repeat(200_000);
    table.put(result(1));
    table.put(new TrialResult(2, Map.of(), Double.NaN, List.of(), 1, 1, "h", error));
    table.put(result(3));
    assertThat(table.get(2).error()).isEqualTo(error);
    assertThat(table.all()).hasSize(3).contains(result(1), result(3));
  }

  @Test
  void aRecordWithAnImpossibleNumberIsDamageAndTakesNoMemory() throws IOException {
    TrialTable table = new TrialTable();
    TrialResult far = result(1);
    for (int number : new int[] {-1, TrialTable.MOST_TRIALS, Integer.MAX_VALUE}) {
      TrialResult wrong = new TrialResult(number, far.values(), 1, List.of(), 1, 1, "h", null);
      assertThatThrownBy(() -> table.put(wrong))
          .hasMessage("expected a candidate from 0 to 99999999, found " + number);
    }
    try (TrialStore store = TrialStore.open(folder)) {
      store.ended(far);
    }
    Path file = folder.resolve(TrialStore.FILE);
    String line = Files.readString(file);
    String record = line.substring(line.indexOf("\"record\":") + 9, line.length() - 2);
    String wrong = record.replace("\"candidate\":1,", "\"candidate\":2000000000,");
    CRC32C crc = new CRC32C();
    crc.update(wrong.getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        file,
        String.format(
            "{\"length\":%d,\"crc32c\":\"%08x\",\"record\":%s}%n",
            wrong.getBytes(StandardCharsets.UTF_8).length, crc.getValue(), wrong),
        StandardOpenOption.APPEND);
    try (TrialStore store = TrialStore.open(folder)) {
      assertThat(store.damage())
          .containsExactly(
              file + ":2: expected a candidate from 0 to 99999999, found 2000000000; left out");
      assertThat(store.results().all().stream().map(TrialResult::withoutTimes))
          .containsExactly(far.withoutTimes());
    }
  }
}
