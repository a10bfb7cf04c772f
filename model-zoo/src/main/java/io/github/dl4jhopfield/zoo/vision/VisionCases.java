package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.reference.Answer;
import io.github.dl4jhopfield.reference.CaseRunner;
import io.github.dl4jhopfield.reference.CaseRunners;
import io.github.dl4jhopfield.reference.ReferenceCase;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs the reference's blocks of timm's Vision Transformer, plain and with the units of LwPF. */
public final class VisionCases implements CaseRunners {
  /** For the service loader. */
  public VisionCases() {}

  @Override
  public Map<String, CaseRunner> byOp() {
    return Map.of("vit_block", VisionCases::block);
  }

  private static Answer block(ReferenceCase reference, DataType type) {
    INDArray x = reference.input("x").toArray(type);
    int width = reference.integer("dim", null);
    VitShape shape =
        VitShape.builder()
            .image(1, (int) x.size(1) - 1)
            .patch(1, 1)
            .width(width)
            .depth(1)
            .heads(reference.integer("num_heads", null))
            .hidden((int) Math.round(width * reference.number("mlp_ratio", 4.0)))
            .qkvBias(reference.flag("qkv_bias", true))
            .eps(reference.number("norm_eps", 1e-6))
            .unit(unit(reference))
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .list()
                .layer(new VitBlock(shape, 0))
                .build());
    network.init();
    network.initGradientsView();
    Layer layer = network.getLayer(0);
    reference
        .weights()
        .forEach((name, array) -> VitWeights.assignBlock(layer, name, array.toArray(type)));
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    layer.setInput(x, none);
    Map<String, INDArray> outputs = Map.of("y", layer.activate(true, none).dup());
    if (reference.gradOut().isEmpty()) {
      return new Answer(outputs, Map.of(), Map.of());
    }
    INDArray cotangent = reference.gradOut().values().iterator().next().toArray(type);
    layer.setInput(x, none);
    Pair<Gradient, INDArray> back = layer.backpropGradient(cotangent, none);
    Map<String, INDArray> weights = new LinkedHashMap<>();
    for (String name : reference.weights().keySet()) {
      INDArray gradient = VitWeights.blockArray(name, part -> back.getFirst().getGradientFor(part));
      weights.put(
          name,
          gradient.dup('c').reshape('c', reference.weights().get(name).toArray(type).shape()));
    }
    return new Answer(outputs, Map.of("x", back.getSecond()), weights);
  }

  /** Without noise, which the originals draw in training only. */
  private static LagrangianUnit unit(ReferenceCase reference) {
    if (reference.unit() == null) {
      return LagrangianUnit.none();
    }
    return reference.unit().equals("relu")
        ? LagrangianUnit.relu()
        : LagrangianUnit.pfuBuilder().medianOf(MedianScope.TENSOR).sigma(0).build();
  }
}
