package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.reference.CaseResult;
import io.github.dl4jhopfield.reference.CaseResult.Status;
import io.github.dl4jhopfield.reference.Reference;
import io.github.dl4jhopfield.reference.ReferenceCase;
import io.github.dl4jhopfield.reference.Verification;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The layers give the outputs and gradients of hflayers, LwPF, HFYN and difflayers, case by case of
 * the committed copy of their reference file.
 */
class HflayersReferenceTest {

  /** Cases where the original does something odd and we do what docs/verify.md says. */
  private static final List<String> OTHER_HERE =
      List.of(
          "hf_padmask_full_row", "hf_scaling_tensor", "pool_batch_second", "dahn_graph_attention");

  private static final Verification DOUBLE = new Verification(DataType.DOUBLE);

  @TestFactory
  Stream<DynamicTest> everyCaseGivesTheReferenceNumbers() {
    return Reference.cases(c -> c.op().startsWith("Hopfield") || c.op().equals("DiffusedHopfield"))
        .stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> givesTheReferenceNumbers(c)));
  }

  private static void givesTheReferenceNumbers(ReferenceCase c) {
    CaseResult result = DOUBLE.run(c);
    boolean other = OTHER_HERE.contains(c.name());
    assertThat(result.status())
        .as(result.toString())
        .isEqualTo(other ? Status.differs : Status.passed);
  }
}
