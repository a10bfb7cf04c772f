package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is no token id is refused, instead of being taken for one. */
class TokenInputsTest {

  private static INDArray ids(Fixture fixture, DataType type) {
    return fixture.inputs()[0].castTo(DataType.LONG).castTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "keras3/embedding_plain.keras",
        "keras3/embedding_masked_pooling.keras",
        "keras3/embedding_of_reshaped_ids.keras"
      })
  void idsBeyondAnIntAreRefused(String name) {
    Fixture fixture = Fixture.of(name);
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    INDArray asLongs = imported.predict(ids(fixture, DataType.LONG))[0];
    assertThat(asLongs).isEqualTo(imported.predict(ids(fixture, DataType.FLOAT))[0]);
    for (long wrong : new long[] {(1L << 32) + 1, 1L << 31, -(1L << 32)}) {
      long[] numbers = ids(fixture, DataType.LONG).dup('c').data().asLong();
      numbers[0] = wrong;
      INDArray ids = Nd4j.createFromArray(numbers).reshape(fixture.inputs()[0].shape());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> imported.predict(ids))
          .withMessageContainingAll("Input 1", "token ids", Long.toString(wrong));
    }
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e30}) {
      INDArray ids = ids(fixture, DataType.DOUBLE);
      ids.putScalar(0, wrong);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> imported.predict(ids))
          .withMessageContainingAll("Input 1", Double.toString(wrong));
    }
    INDArray outside = ids(fixture, DataType.LONG);
    outside.putScalar(0, 1_000_000);
    assertThatThrownBy(() -> imported.predict(outside)).hasMessageContaining("1000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras3/mlp.keras", "keras3/cross_attention.keras"})
  void otherInputsMayBeAnyNumbers(String name) {
    Fixture fixture = Fixture.of(name);
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    assertThat(TokenInputs.of(imported.model())).doesNotContain(true);
    INDArray[] large = fixture.inputs();
    large[0] = Nd4j.valueArrayOf(large[0].shape(), 1e12, DataType.DOUBLE);
    assertThat(imported.predict(large)[0].length()).isPositive();
  }
}
