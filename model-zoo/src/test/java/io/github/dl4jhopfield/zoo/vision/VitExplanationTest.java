package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Picture;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Where a Vision Transformer looks, against ND4J's own products. */
class VitExplanationTest {
  private static VitShape.Builder small() {
    return VitShape.builder()
        .image(4, 6)
        .patch(2, 3)
        .channels(3)
        .width(6)
        .depth(2)
        .heads(2)
        .hidden(8)
        .classes(3);
  }

  private static VitExplanation looked(MultiLayerNetwork network) {
    return VitExplanation.of(
        new VitModel(network, null, List.of(), Provenance.UNKNOWN),
        "image",
        Picture.colours(new int[24], 4, 6),
        Nd4j.rand(DataType.DOUBLE, 1, 3, 4, 6));
  }

  private static INDArray norm(INDArray x, INDArray gain, INDArray shift) {
    INDArray centred = x.sub(x.mean(true, 2));
    INDArray scale = Transforms.sqrt(centred.mul(centred).mean(true, 2).add(1e-6));
    return centred.div(scale).mul(gain.reshape(1, 1, -1)).add(shift.reshape(1, 1, -1));
  }

  /** [heads, T, T] of a block, by its parameters. */
  private static INDArray expected(MultiLayerNetwork network, int block, INDArray x, boolean relu) {
    var layer = network.getLayer(1 + block);
    INDArray h = norm(x, layer.getParam("gain1"), layer.getParam("shift1")).slice(0);
    INDArray q = h.mmul(layer.getParam("Wq")).addRowVector(layer.getParam("bq"));
    INDArray k = h.mmul(layer.getParam("Wk")).addRowVector(layer.getParam("bk"));
    int heads = 2;
    int width = (int) q.size(1) / heads;
    INDArray result = Nd4j.create(DataType.DOUBLE, heads, q.size(0), q.size(0));
    for (int i = 0; i < heads; i++) {
      INDArray qi = q.getColumns(i * width, i * width + 1, i * width + 2);
      INDArray ki = k.getColumns(i * width, i * width + 1, i * width + 2);
      INDArray scores = qi.mmul(ki.transpose()).div(Math.sqrt(width));
      INDArray kept = relu ? scores.gt(0).castTo(DataType.DOUBLE) : Nd4j.onesLike(scores);
      result.slice(i).assign(Transforms.softmax(scores.mul(kept), true).mul(kept));
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"token", "average", "relu"})
  void weightsAndRolloutAreThoseOfTheFormulas(String kind) {
    VitShape.Builder b = small();
    VitShape shape =
        switch (kind) {
          case "average" -> b.classToken(false).pool(VitShape.Pool.AVG).build();
          case "relu" -> b.unit(LagrangianUnit.relu()).build();
          default -> b.build();
        };
    Nd4j.getRandom().setSeed(11);
    MultiLayerNetwork network =
        VisionTransformer.builder()
            .shape(shape)
            .dataType(DataType.DOUBLE)
            .updater(new NoOp())
            .build()
            .init();
    network.params().assign(Nd4j.rand(DataType.DOUBLE, network.params().shape()).subi(0.5).muli(2));
    INDArray x = Nd4j.rand(DataType.DOUBLE, 1, 3, 4, 6);
    VitModel model = new VitModel(network, null, List.of(), Provenance.UNKNOWN);
    VitExplanation found = VitExplanation.of(model, "image", Picture.colours(new int[24], 4, 6), x);

    List<INDArray> activations = network.feedForwardToLayer(2, x);
    int tokens = shape.tokens();
    INDArray rollout = Nd4j.eye(tokens).castTo(DataType.DOUBLE);
    for (int block = 0; block < 2; block++) {
      INDArray weights = expected(network, block, activations.get(1 + block), kind.equals("relu"));
      assertThat(found.weights(block).slice(0).sub(weights).amaxNumber().doubleValue())
          .isLessThan(1e-9);
      for (int head = 0; head < 2; head++) {
        double[] forgotten = found.forgottenKeys(block, head);
        for (int patch = 0; patch < 4; patch++) {
          double share = 0;
          for (int token = 0; token < tokens; token++) {
            double weight = weights.getDouble(head, token, shape.prefixTokens() + patch);
            share += weight == 0 ? 1.0 / tokens : 0;
          }
          assertThat(forgotten[patch]).isCloseTo(share, within(1e-12));
        }
      }
      INDArray mixed = weights.mean(0).add(Nd4j.eye(tokens).castTo(DataType.DOUBLE));
      rollout = mixed.divColumnVector(mixed.sum(1)).mmul(rollout);
    }
    int prefix = shape.prefixTokens();
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      double read =
          kind.equals("average")
              ? rollout.getColumn(prefix + i).meanNumber().doubleValue()
              : rollout.getDouble(0, prefix + i);
      assertThat(found.rollout()[i]).isCloseTo(read, within(1e-9));
      sum += read;
    }
    assertThat(sum).isBetween(0.1, 1 + 1e-9);
    assertThat(Arrays.stream(found.forgotten()).sum())
        .satisfies(zeros -> assertThat(zeros > 0).isEqualTo(kind.equals("relu")));
    assertThat(found.regimes().layers()).hasSize(2);
    HtmlReport page = new HtmlReport("test");
    found.addTo(page);
    assertThat(page.toHtml()).contains("data:image/png").contains("block 2");
    if (kind.equals("relu")) {
      assertThat(page.toHtml()).contains("Which keys were forgotten");
    } else {
      assertThat(page.toHtml()).doesNotContain("Which keys were forgotten");
    }
  }

  @Test
  void aPatchThatIsForgottenByAllIsBlue() {
    VitShape shape = small().units(List.of(LagrangianUnit.none(), LagrangianUnit.relu())).build();
    MultiLayerNetwork network =
        VisionTransformer.builder().shape(shape).dataType(DataType.DOUBLE).build().init();
    // keys without direction: every score is 0, and none of them above it
    network.getLayer(2).getParam("Wk").assign(0);
    VitExplanation found = looked(network);
    assertThat(found.forgottenKeys(0, 1)).containsOnly(0);
    assertThat(found.forgottenKeys(1, 1)).containsOnly(1);
    int remembered = found.forgottenPicture(0).pixel(9, 9);
    int forgotten = found.forgottenPicture(1).pixel(9, 9);
    assertThat(remembered & 0xff).isZero();
    assertThat(forgotten & 0xff).isGreaterThan(150).isGreaterThan(forgotten >> 16 & 0xff);
  }

  @Test
  void theEncoderIsExplainedToo() {
    VitShape shape = small().block(VitShape.Block.ENCODER).build();
    MultiLayerNetwork network =
        VisionTransformer.builder().shape(shape).dataType(DataType.DOUBLE).build().init();
    VitExplanation found = looked(network);
    assertThat(found.weights(1).shape()).containsExactly(1, 2, 5, 5);
    assertThat(found.weights(1).sum(3).sub(1).amaxNumber().doubleValue()).isLessThan(1e-9);
    assertThat(found.regimes().layers().get(0).type()).isEqualTo("HopfieldEncoderLayer");
  }
}
