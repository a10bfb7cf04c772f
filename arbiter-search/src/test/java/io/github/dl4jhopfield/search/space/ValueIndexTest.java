package io.github.dl4jhopfield.search.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Candidates are known again by their values, and by nothing else. */
class ValueIndexTest {
  @Test
  void whatWasAddedIsFoundAndNothingElse() {
    ValueIndex index = new ValueIndex();
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      all.add(Map.of("x", i / 7.0, "n", i, "word", i % 2 == 0 ? "Aa" : "BB"));
      index.add(all.get(i), i);
    }
    assertThat(index.size()).isEqualTo(5_000);
    for (int i = 0; i < all.size(); i++) {
      Map<String, Object> values = all.get(i);
      assertThat(index.find(values, n -> all.get(n).equals(values))).isEqualTo(i);
      assertThat(index.find(values, n -> true)).as("no other hash is the same").isEqualTo(i);
    }
    assertThat(index.find(Map.of("x", 0.5, "n", 1, "word", "Aa"), n -> true)).isEqualTo(-1);
    assertThat(index.find(Map.of(), n -> true)).isEqualTo(-1);
  }

  @Test
  void textsWithTheSameHashCodeAreToldApart() {
    assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
    ValueIndex index = new ValueIndex();
    index.add(Map.of("word", "Aa", "list", List.of("Aa", 1)), 0);
    assertThat(index.find(Map.of("word", "BB", "list", List.of("Aa", 1)), n -> true)).isNegative();
    assertThat(index.find(Map.of("word", "Aa", "list", List.of("BB", 1)), n -> true)).isNegative();
    assertThat(index.find(Map.of("word", "Aa", "list", List.of(1, "Aa")), n -> true)).isNegative();
    assertThat(index.find(Map.of("list", List.of("Aa", 1), "word", "Aa"), n -> true)).isZero();
  }

  @Test
  void theOrderOfValuesMeansNothing() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("a", 1);
    one.put("b", 2.5);
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("b", 2.5);
    other.put("a", 1);
    ValueIndex index = new ValueIndex();
    index.add(one, 7);
    assertThat(index.find(other, n -> true)).isEqualTo(7);
    assertThat(index.find(Map.of("a", 2.5, "b", 1), n -> true)).isNegative();
  }

  @Test
  void ofTwoWithTheSameHashTheOneThatIsMeantIsFound() {
    ValueIndex index = new ValueIndex();
    Map<String, Object> values = Map.of("x", 1.0);
    index.add(values, 0);
    index.add(values, 1);
    assertThat(index.find(values, n -> n == 1)).isEqualTo(1);
    assertThat(index.find(values, n -> n == 2)).isEqualTo(-1);
  }
}
