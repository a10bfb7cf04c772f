package io.github.dl4jhopfield.ops.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The declarations, and what follows from them. */
class OpDeclarationTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private static void follows(Path file, String text) throws IOException {
    if (Boolean.getBoolean("dl4jhopfield.update")) {
      Files.writeString(file, text);
    }
    assertThat(Files.readString(file))
        .as("%s follows from the declarations (-Ddl4jhopfield.update=true writes it)", file)
        .isEqualTo(text);
  }

  @Test
  void theNativeReaderFollows() throws IOException {
    follows(ROOT.resolve("custom-ops-cpp/libnd4j/declarations.h"), NativeHeader.text());
  }

  @Test
  void thePageOfArgumentsFollows() throws IOException {
    follows(ROOT.resolve("docs/op-arguments.md"), ArgumentsPage.text());
  }

  /** What a call writes is what its op reads: the tiny calls of the self-tests, every argument. */
  @Test
  void callsAreReadAsTheyWereWritten() {
    for (String name : OpCatalog.names()) {
      HopfieldOp op = OpCatalog.create(name);
      OpCall<INDArray> call = op.selfTestCall();
      OpArgs args = OpArgs.of(call);
      OpChecks.check(args);
      assertThat(op.declaration().inputCount(args.iArgs()))
          .as(name)
          .isEqualTo(call.inputs().size());
      int place = 0;
      for (OpDeclaration.Input input : op.declaration().inputs()) {
        INDArray found = args.get(input);
        if (found != null && input.group() == null) {
          assertThat(found).as("%s of %s", input.name(), name).isSameAs(call.inputs().get(place));
        }
        place += found == null || input.group() != null ? 0 : 1;
      }
      assertThat(op.eager(call).getNumOutputs()).as(name).isEqualTo(op.checkedShapes().size());
    }
  }

  @Test
  void wrongNumbersOfArgumentsAreRefused() {
    INDArray x = Nd4j.ones(DataType.FLOAT, 2, 3);
    refused(new long[] {-1}, new double[] {1}, "integer arguments: expected 2, found 1", x);
    refused(new long[] {-1, 0}, new double[0], "floating arguments: expected 1, found 0", x);
    refused(new long[] {-1, 64}, new double[] {1}, "flags: expected bits of 3, found 64", x);
    refused(new long[] {-1, 1}, new double[] {1}, "mask: expected an array, found none", x);
    refused(new long[] {-1, 0}, new double[] {1}, "inputs: expected 1 arrays, found 2", x, x);
    refused(new long[] {-1, 0}, new double[] {Double.NaN}, "beta: expected a finite number", x);
  }

  private static void refused(long[] iArgs, double[] tArgs, String words, INDArray... inputs) {
    MaskedSoftmax op = new MaskedSoftmax();
    op.addInputArgument(inputs);
    op.addIArgument(iArgs);
    op.addTArgument(tArgs);
    assertThatThrownBy(op::checkedShapes)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("hopfield_masked_softmax: argument", words);
  }

  @Test
  void anUnknownCodeIsRefused() {
    OpCall<INDArray> call = new Conjugate().selfTestCall();
    long[] iArgs = call.iArgs();
    iArgs[Conjugate.SEPARATION.kind().index()] = 62;
    Conjugate op = new Conjugate();
    op.addInputArgument(call.inputs().toArray(new INDArray[0]));
    op.addIArgument(iArgs);
    op.addTArgument(call.tArgs());
    assertThatThrownBy(op::checkedShapes)
        .hasMessageContainingAll(
            "hopfield_conjugate: argument separation", "0 softmax, 1 sparsemax", "found 62");
  }

  /**
   * Written here once more, by hand: a code that changes would change the meaning of saved graphs.
   */
  @Test
  void codesNeverChange() {
    List<String> codes = WireCodes.all().stream().map(c -> c.name() + " " + c).toList();
    assertThat(codes)
        .containsExactly(
            "Separation 0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax,"
                + " 6 k_subsets, 7 softmax1",
            "Unit 0 none, 1 relu, 2 pfu",
            "MedianScope 0 tensor, 1 sample, 2 row",
            "StopScope 0 sample, 1 batch",
            "Activation 0 none, 1 relu, 2 gelu, 3 gelu_tanh");
  }

  @Test
  void groupsOfInputsAreFoundInTheirOrder() {
    OpCall<INDArray> call = new ProjectionOp().selfTestCall();
    OpArgs args = OpArgs.of(call);
    assertThat(args.get(ProjectionOp.WEIGHT, 1).shape()).containsExactly(4, 5);
    assertThat(args.get(ProjectionOp.BIAS, 1).length()).isEqualTo(5);
    assertThat(Arrays.asList(args.inputs()).indexOf(args.get(ProjectionOp.SHIFT, 0))).isEqualTo(4);
    assertThat(args.get(ProjectionOp.WEIGHT, 2)).isNull();
  }
}
