package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.AssociationInputs;
import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A block of a Vision Transformer, normalised before each part, with a Hopfield association in
 * place of attention:
 *
 * <pre>
 *   x1 = x  + s1 (association(LN(x)) Wo + bo)
 *   y  = x1 + s2 (gelu(LN(x1) W1 + b1) W2 + b2)
 * </pre>
 *
 * <p>The association is that of {@link Association}: softmax with 1 / sqrt(d) is attention; with a
 * Lagrangian unit it forgets keys (learning with partial forgetting); it may take update steps and
 * another separation. gelu is the exact one. s1, s2 are 1 without layer scale.
 *
 * <p>Input and output [B, T, D] (NWC). Parameters: gain1, shift1, gain2, shift2 [1, D]; Wq, Wk, Wv,
 * Wo [D, D], bq, bk, bv, bo [1, D]; W1 [D, hidden], b1, W2 [hidden, D], b2; scale1, scale2 [1, D]
 * with layer scale. In training stochastic depth leaves a sample's residual out with probability p
 * and divides it by 1 - p otherwise.
 *
 * <p>Source: Dosovitskiy et al., ICLR 2021, equations 2 and 3; Ota et al., Learning with Partial
 * Forgetting in Modern Hopfield Networks, AISTATS 2023; timm's {@code Block}, whose numbers these
 * are.
 */
public class VitBlock extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;
  private static final double START = 0.02;
  private static final double SCALE_START = 1e-5;

  @JsonProperty private VitShape shape;
  @JsonProperty private double skip;

  /** For JSON. */
  VitBlock() {}

  /**
   * @param shape of the model
   * @param skip probability to leave a residual out in training
   */
  public VitBlock(VitShape shape, double skip) {
    this.shape = shape;
    this.skip = skip;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    int d = shape.width();
    for (String name : List.of("gain1", "shift1", "gain2", "shift2")) {
      params.addBiasParam(name, 1, d);
    }
    for (String role : List.of("q", "k", "v", "o")) {
      params.addWeightParam("W" + role, d, d);
      if (hasBias(role)) {
        params.addBiasParam("b" + role, 1, d);
      }
    }
    params.addWeightParam("W1", d, shape.hidden());
    params.addBiasParam("b1", 1, shape.hidden());
    params.addWeightParam("W2", shape.hidden(), d);
    params.addBiasParam("b2", 1, d);
    if (shape.layerScale()) {
      params.addBiasParam("scale1", 1, d);
      params.addBiasParam("scale2", 1, d);
    }
  }

  private boolean hasBias(String role) {
    return role.equals("o") || shape.qkvBias();
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (name.startsWith("W")) {
            try (INDArray start = Nd4j.randn(array.dataType(), array.shape()).muli(START)) {
              array.assign(start);
            }
          } else {
            array.assign(name.startsWith("gain") ? 1 : name.startsWith("scale") ? SCALE_START : 0);
          }
        });
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDHopfield ops = SDHopfield.of(c.sd());
    SDVariable x = c.input(INPUT);
    SDVariable x1 = around(c, x, associated(c, ops, x), "o", "association", 1);
    SDVariable inner =
        ops.gelu(ops.layerNormProject(x1, shape.eps(), List.of(projection(c, "1", 2)))[0], false);
    inner = dropout(c, "inner", inner, shape.hidden());
    return around(c, x1, inner, "2", "outer", 2);
  }

  /** The projection of that name, after the layer norm of that number. */
  private Projection<SDVariable> projection(GraphContext c, String name, int norm) {
    return Projection.of(c.param("W" + name))
        .withBias(c.param("b" + name))
        .withAffine(c.param("gain" + norm), c.param("shift" + norm));
  }

  private SDVariable associated(GraphContext c, SDHopfield ops, SDVariable x) {
    SameDiff sd = c.sd();
    SDVariable[] roles =
        ops.layerNormProject(
            x,
            shape.eps(),
            List.of(projection(c, "q", 1), projection(c, "k", 1), projection(c, "v", 1)));
    SDVariable heads = c.shape("heads", call -> heads(call.input(INPUT)));
    AssociationInputs<SDVariable> in =
        AssociationInputs.of(
            sd.reshape(roles[0], heads), sd.reshape(roles[1], heads), sd.reshape(roles[2], heads));
    LagrangianUnit unit = shape.unit();
    boolean noisy =
        c.training() && unit.getKind() == LagrangianUnit.Kind.PFU && unit.getSigma() > 0;
    if (noisy) {
      in.noise(
          c.random(
              "noise",
              c.dataType(),
              new long[] {-1, -1},
              call ->
                  Nd4j.randn(call.dataType(), shape.updateSteps() + 1, groups(call.input(INPUT)))));
    }
    return sd.reshape(
        ops.association(association(shape).build(), in).out(),
        c.shape("flat", call -> call.input(INPUT).shape()));
  }

  private static Association.Builder association(VitShape shape) {
    return Association.builder()
        .separation(shape.separation())
        .lagrangianUnit(shape.unit())
        .beta(shape.effectiveBeta())
        .updateSteps(shape.updateSteps());
  }

  /**
   * What the association of a block weighs, outside of training.
   *
   * @param layer of a network, whose configuration is a block
   * @param x tokens that go into it [B, T, D]
   * @return [B, heads, T, T], of the last update step
   */
  static INDArray weights(Layer layer, INDArray x) {
    VitBlock block = (VitBlock) layer.conf().getLayer();
    NDHopfield ops = NDHopfield.ops();
    List<Projection<INDArray>> roles = new ArrayList<>();
    for (String role : List.of("q", "k", "v")) {
      roles.add(
          Projection.of(layer.getParam("W" + role))
              .withBias(block.hasBias(role) ? layer.getParam("b" + role) : null)
              .withAffine(layer.getParam("gain1"), layer.getParam("shift1")));
    }
    INDArray[] projected = ops.layerNormProject(x, block.shape.eps(), roles);
    long[] heads = block.heads(x);
    return ops.association(
            association(block.shape).withWeights().build(),
            AssociationInputs.of(
                projected[0].reshape(heads),
                projected[1].reshape(heads),
                projected[2].reshape(heads)))
        .weights();
  }

  private long[] heads(INDArray x) {
    return new long[] {x.size(0), x.size(1), shape.heads(), shape.headWidth()};
  }

  private long groups(INDArray x) {
    return switch (shape.unit().getMedianScope()) {
      case TENSOR -> 1;
      case SAMPLE -> x.size(0);
      case ROW -> x.size(0) * shape.heads() * x.size(1);
    };
  }

  /**
   * x + s (y W + b), in one pass where nothing comes between.
   *
   * @param weights the name of W and b without their letters
   * @param name of the dropout
   * @param number of the residual
   */
  private SDVariable around(
      GraphContext c, SDVariable x, SDVariable y, String weights, String name, int number) {
    SDHopfield ops = SDHopfield.of(c.sd());
    SDVariable w = c.param("W" + weights);
    SDVariable b = c.param("b" + weights);
    if (!shape.layerScale() && (!c.training() || shape.dropout() == 0 && skip == 0)) {
      return ops.dense(y, w, b, DenseActivation.NONE, x);
    }
    SDVariable made = dropout(c, name, ops.dense(y, w, b, DenseActivation.NONE), shape.width());
    SDVariable scaled =
        shape.layerScale()
            ? made.mul(c.param("scale" + number).reshape(1, 1, shape.width()))
            : made;
    return x.add(
        c.dropout(
            "skip" + number,
            scaled,
            skip,
            3,
            call -> new long[] {call.input(INPUT).size(0), 1, 1}));
  }

  private SDVariable dropout(GraphContext c, String name, SDVariable x, long width) {
    return c.dropout(
        name,
        x,
        shape.dropout(),
        3,
        call -> new long[] {call.input(INPUT).size(0), call.input(INPUT).size(1), width});
  }

  @Override
  public boolean differsInTraining() {
    return shape.dropout() > 0
        || skip > 0
        || shape.unit().getKind() == LagrangianUnit.Kind.PFU && shape.unit().getSigma() > 0;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeRecurrent r && r.getSize() == shape.width()) {
      return InputType.recurrent(r.getSize(), r.getTimeSeriesLength(), RNNFormat.NWC);
    }
    throw new IllegalArgumentException(
        "VitBlock \""
            + getLayerName()
            + "\": expected tokens (recurrent, NWC) of width "
            + shape.width()
            + ", found "
            + inputType);
  }
}
