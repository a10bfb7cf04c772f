package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardizerTest {
  private static final List<Bag> BAGS =
      List.of(
          Bag.of("a", 1, new double[][] {{1, 5, 1e12}, {3, 5, 1e12}}),
          Bag.of("b", 0, new double[][] {{5, 5, 1e12}}));

  @Test
  void meanAndDeviationAreOverAllInstances() {
    Standardizer standardizer = Standardizer.fit(BAGS);
    assertThat(standardizer.mean()).containsExactly(new double[] {3, 5, 1e12}, within(1e-3));
    assertThat(standardizer.deviation()[0]).isCloseTo(Math.sqrt(8.0 / 3), within(1e-12));
    assertThat(standardizer.apply(5, 0)).isCloseTo(2 / Math.sqrt(8.0 / 3), within(1e-12));
  }

  @Test
  void aConstantFeatureAndAFarValueStayWithinBounds() {
    Standardizer standardizer = Standardizer.fit(BAGS);
    assertThat(standardizer.deviation()[1]).isEqualTo(1);
    assertThat(standardizer.deviation()[2]).isEqualTo(1);
    assertThat(standardizer.apply(1e300, 0)).isEqualTo(Standardizer.LIMIT);
    assertThat(standardizer.apply(-1e300, 0)).isEqualTo(-Standardizer.LIMIT);
  }

  @Test
  void itsJsonReadsBackToTheBit() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Standardizer standardizer = Standardizer.fit(BAGS);
    Standardizer read = json.readValue(json.writeValueAsString(standardizer), Standardizer.class);
    assertThat(read.mean()).isEqualTo(standardizer.mean());
    assertThat(read.deviation()).isEqualTo(standardizer.deviation());
    assertThatThrownBy(
            () -> json.readValue("{\"mean\":[1,2],\"deviation\":[0,1]}", Standardizer.class))
        .hasMessageContaining("positive deviations, found 1.0 and 0.0 for feature 1");
  }
}
