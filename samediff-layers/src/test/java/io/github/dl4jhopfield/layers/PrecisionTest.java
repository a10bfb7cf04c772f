package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Networks of other data types predict and train as those of doubles do, within their precision.
 */
class PrecisionTest {

  private static final double LEARNING_RATE = 0.5;

  /** Largest difference of an output or a parameter after a step, by what the type can hold. */
  private static final Map<DataType, Double> TOLERANCE =
      Map.of(DataType.FLOAT, 1e-5, DataType.HALF, 6e-3, DataType.BFLOAT16, 5e-2);

  private static Map<String, HopfieldBase> layers() {
    Map<String, HopfieldBase> layers = new LinkedHashMap<>();
    layers.put("hopfield", new Hopfield.Builder().nHeads(2).build());
    layers.put("update steps", new Hopfield.Builder().nHeads(2).updateSteps(2).build());
    layers.put("entmax15", new Hopfield.Builder().separation(Separation.entmax15()).build());
    layers.put(
        "learned entmax", new Hopfield.Builder().separation(Separation.learnedEntmax(1.5)).build());
    layers.put(
        "stepped",
        new Hopfield.Builder().updateSteps(2).postTransform(PostTransform.LAYER_NORM).build());
    layers.put("unit", new Hopfield.Builder().lagrangianUnit(LagrangianUnit.relu()).build());
    layers.put("pooling", new HopfieldPooling.Builder().quantity(2).build());
    layers.put("lookup", new HopfieldLayer.Builder().quantity(6).build());
    layers.put(
        "encoder",
        new HopfieldEncoderLayer.Builder().nHeads(2).feedForwardSize(5).residualDropout(0).build());
    for (Activation activation : new Activation[] {Activation.TANH, Activation.GELU}) {
      layers.put(
          activation.toString(), new Hopfield.Builder().associationActivation(activation).build());
    }
    return layers;
  }

  @TestFactory
  Stream<DynamicTest> everyTypePredictsAndTrains() {
    return layers().entrySet().stream()
        .flatMap(
            layer ->
                TOLERANCE.keySet().stream()
                    .map(
                        type ->
                            DynamicTest.dynamicTest(
                                layer.getKey() + " " + type,
                                () -> compare(layer.getValue(), type))));
  }

  private static void compare(HopfieldBase layer, DataType type) {
    MultiLayerNetwork exact =
        // DL4J's tanh has no gradient in bfloat16
        Networks.of(
            new Sgd(LEARNING_RATE),
            RNNFormat.NCW,
            Activation.IDENTITY,
            (HopfieldBase) layer.clone());
    MultiLayerNetwork low = exact.convertDataType(type);
    INDArray x = Networks.input(RNNFormat.NCW);
    INDArray mask = Networks.mask();
    assertThat(low.params().dataType()).isEqualTo(type);
    INDArray expected = exact.output(x, false, mask, null);
    INDArray found = low.output(x.castTo(type), false, mask.castTo(type), null);
    assertThat(found.dataType()).isEqualTo(type);
    close(found, expected, type);
    INDArray start = exact.params().dup();
    boolean pooled = layer instanceof HopfieldPooling;
    INDArray labels = Networks.labels(pooled, RNNFormat.NCW);
    INDArray labelMask = pooled ? null : mask;
    exact.fit(new DataSet(x, labels, mask, labelMask));
    low.fit(
        new DataSet(
            x.castTo(type),
            labels.castTo(type),
            mask.castTo(type),
            pooled ? null : mask.castTo(type)));
    assertThat(Difference.of(exact.params(), start)).isGreaterThan(0.1);
    close(low.params(), exact.params(), type);
  }

  private static void close(INDArray found, INDArray expected, DataType type) {
    assertThat(Difference.of(found.castTo(DataType.DOUBLE), expected))
        .isLessThan(TOLERANCE.get(type));
  }
}
