package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layers give hflayers' outputs and gradients, case by case of the reference file. */
class HflayersReferenceTest {

  /** Cases where hflayers does something odd and we do what our documentation says. */
  private static final List<String> OTHER_HERE =
      List.of(
          "hf_padmask_full_row",
          "hf_scaling_tensor",
          "pool_batch_second",
          // the peer's gradient of padded softmax pooling is NaN
          "pool_softmax",
          // fewer neighbours than k: the peer attends to patterns that are none, whichever come
          "dahn_graph_attention");

  @BeforeAll
  static void referenceFileIsThere() {
    assumeTrue(Golden.file() != null, "no ../shared/reference/golden.json beside the repository");
  }

  @TestFactory
  Stream<DynamicTest> everyCaseGivesTheReferenceNumbers() {
    return Stream.of("hflayers", "lwpf", "hfyn", "difflayers")
        .flatMap(group -> cases(group).stream())
        .filter(c -> c.op().startsWith("Hopfield") || c.op().equals("DiffusedHopfield"))
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> givesTheReferenceNumbers(c)));
  }

  private static List<Golden.Case> cases(String group) {
    try {
      return Golden.cases(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void givesTheReferenceNumbers(Golden.Case c) {
    HflayersNetwork net = HflayersNetwork.of(c.op(), c.hyper(), c.unit(), c.inputs());
    net.load(c.weights());
    Map<String, INDArray> out = net.outputs(c.inputs());
    String main = c.outputs().keySet().iterator().next();
    INDArray gradOut = OTHER_HERE.contains(c.name()) ? out.get(main) : c.gradOut().get(main);
    HflayersNetwork.Gradients g = net.gradients(c.inputs(), gradOut);
    if (OTHER_HERE.contains(c.name())) {
      assertThat(out.values()).allMatch(a -> Double.isFinite(a.sumNumber().doubleValue()));
      assertThat(g.weights().values()).allMatch(a -> Double.isFinite(a.sumNumber().doubleValue()));
      return;
    }
    c.outputs().forEach((n, a) -> close(c, "output " + n, out.get(n), a));
    c.inputGrads().forEach((n, a) -> close(c, "gradient of input " + n, g.inputs().get(n), a));
    c.weightGrads().forEach((n, a) -> close(c, "gradient of " + n, g.weights().get(n), a));
  }

  private static void close(Golden.Case c, String what, INDArray ours, INDArray reference) {
    assertThat(ours).as(c + ": " + what).isNotNull();
    assertThat(Golden.difference(ours, reference))
        .as(c + ": " + what + ", ours " + ours + ", reference " + reference)
        .isLessThanOrEqualTo(c.tolerance());
  }
}
