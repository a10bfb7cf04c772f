package io.github.dl4jhopfield.zoo.networks;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lays the instances of bags one below the other for a dense layer: [B, T, F] to [B*T, F], a mask
 * [B, T] to [B*T, 1]. Without the permutation and copy of DL4J's own preprocessor, which took more
 * time than the layer itself.
 */
public final class InstanceRows implements InputPreProcessor {
  private static final long serialVersionUID = 1L;

  @Override
  public INDArray preProcess(INDArray input, int bags, LayerWorkspaceMgr workspaces) {
    if (input.rank() != 3) {
      throw new IllegalArgumentException(
          "HopfieldMIL: expected an input [bags, instances, features], found "
              + input.shapeInfoToString());
    }
    return reshape(
        input, ArrayType.ACTIVATIONS, workspaces, input.size(0) * input.size(1), input.size(2));
  }

  @Override
  public INDArray backprop(INDArray error, int bags, LayerWorkspaceMgr workspaces) {
    return reshape(
        error, ArrayType.ACTIVATION_GRAD, workspaces, bags, error.size(0) / bags, error.size(1));
  }

  @Override
  public InputType getOutputType(InputType input) {
    return InputType.feedForward(((InputType.InputTypeRecurrent) input).getSize());
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int bags) {
    INDArray rows = mask == null ? null : mask.dup('c').reshape('c', mask.length(), 1);
    return new Pair<>(rows, state);
  }

  @Override
  public InstanceRows clone() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InstanceRows;
  }

  @Override
  public int hashCode() {
    return InstanceRows.class.hashCode();
  }

  static INDArray reshape(
      INDArray array, ArrayType type, LayerWorkspaceMgr workspaces, long... shape) {
    boolean plain = array.ordering() == 'c' && !array.isView();
    INDArray rows = plain ? array : workspaces.dup(type, array, 'c');
    return workspaces.leverageTo(type, rows.reshape('c', shape));
  }
}
