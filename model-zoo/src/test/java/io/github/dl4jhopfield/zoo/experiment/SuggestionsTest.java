package io.github.dl4jhopfield.zoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
  private static final List<String> COMMANDS = List.of("run", "verify", "doctor", "sweep");

  @Test
  void findsWhatWasMeant() {
    assertThat(Suggestions.closest("rnu", COMMANDS)).contains("run");
    assertThat(Suggestions.closest("VERIFI", COMMANDS)).contains("verify");
    assertThat(Suggestions.closest("docter", COMMANDS)).contains("doctor");
    assertThat(Suggestions.hint("swep", COMMANDS)).isEqualTo(" (did you mean 'sweep'?)");
  }

  @Test
  void staysSilentWhereNothingIsNear() {
    assertThat(Suggestions.closest("frobnicate", COMMANDS)).isEmpty();
    assertThat(Suggestions.hint("x", List.of())).isEmpty();
  }

  @Test
  void countsASwapOfNeighboursAsOne() {
    assertThat(Suggestions.distance("rnu", "run")).isEqualTo(1);
    assertThat(Suggestions.distance("", "abc")).isEqualTo(3);
    assertThat(Suggestions.distance("kitten", "sitting")).isEqualTo(3);
  }
}
