package io.github.dl4jhopfield.zoo.networks;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lays the steps of a sequence side by side for a dense layer: [B, T, F] (NWC) to [B, T*F]. The
 * length T is part of the configuration's input type; masks end here.
 */
public final class FlattenSteps implements InputPreProcessor {
  private static final long serialVersionUID = 1L;

  private long steps;
  private long features;

  /** For JSON. */
  FlattenSteps() {}

  /** Of sequences of that many steps and features. */
  public FlattenSteps(long steps, long features) {
    if (steps < 1 || features < 1) {
      throw new IllegalArgumentException(
          "FlattenSteps: expected at least 1 step and feature, found "
              + steps
              + " and "
              + features);
    }
    this.steps = steps;
    this.features = features;
  }

  /** Steps T. */
  public long getSteps() {
    return steps;
  }

  /** For JSON. */
  public void setSteps(long steps) {
    this.steps = steps;
  }

  /** Features F. */
  public long getFeatures() {
    return features;
  }

  /** For JSON. */
  public void setFeatures(long features) {
    this.features = features;
  }

  @Override
  public INDArray preProcess(INDArray input, int size, LayerWorkspaceMgr workspaces) {
    if (input.rank() != 3 || input.size(1) != steps || input.size(2) != features) {
      throw new IllegalArgumentException(
          "FlattenSteps: expected an input [batch, "
              + steps
              + ", "
              + features
              + "], found "
              + input.shapeInfoToString());
    }
    return InstanceRows.reshape(
        input, ArrayType.ACTIVATIONS, workspaces, input.size(0), steps * features);
  }

  @Override
  public INDArray backprop(INDArray error, int size, LayerWorkspaceMgr workspaces) {
    return InstanceRows.reshape(
        error, ArrayType.ACTIVATION_GRAD, workspaces, error.size(0), steps, features);
  }

  @Override
  public InputType getOutputType(InputType input) {
    return InputType.feedForward(steps * features);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int size) {
    return null;
  }

  @Override
  public FlattenSteps clone() {
    return new FlattenSteps(steps, features);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlattenSteps that && steps == that.steps && features == that.features;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * steps + features);
  }
}
