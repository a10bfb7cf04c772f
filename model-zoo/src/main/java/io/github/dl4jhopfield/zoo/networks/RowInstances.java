package io.github.dl4jhopfield.zoo.networks;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The reverse of {@link InstanceRows}: puts the rows [B*T, F] of a dense layer back into bags [B,
 * T, F], a mask [B*T, 1] into [B, T].
 */
public final class RowInstances implements InputPreProcessor {
  private static final long serialVersionUID = 1L;

  @Override
  public INDArray preProcess(INDArray rows, int bags, LayerWorkspaceMgr workspaces) {
    return InstanceRows.reshape(
        rows, ArrayType.ACTIVATIONS, workspaces, bags, rows.size(0) / bags, rows.size(1));
  }

  @Override
  public INDArray backprop(INDArray error, int bags, LayerWorkspaceMgr workspaces) {
    return InstanceRows.reshape(
        error, ArrayType.ACTIVATION_GRAD, workspaces, error.size(0) * error.size(1), error.size(2));
  }

  @Override
  public InputType getOutputType(InputType input) {
    return InputType.recurrent(((InputType.InputTypeFeedForward) input).getSize(), RNNFormat.NWC);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int bags) {
    INDArray bagged = mask == null ? null : mask.dup('c').reshape('c', bags, mask.length() / bags);
    return new Pair<>(bagged, state);
  }

  @Override
  public RowInstances clone() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowInstances;
  }

  @Override
  public int hashCode() {
    return RowInstances.class.hashCode();
  }
}
