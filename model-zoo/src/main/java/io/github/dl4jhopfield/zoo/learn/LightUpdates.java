package io.github.dl4jhopfield.zoo.learn;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Spares a network's updater what it does for regularisation where there is none. DL4J 1.0.0-M2.1
 * makes two views of each parameter and of its gradient at every step, before and after the
 * updater, and then finds nothing to apply: 50 of 70 arrays of a step of a small network, each of
 * which the collector and ND4J's deallocators have to clear away. Updates are the same to the bit.
 */
public final class LightUpdates {
  private LightUpdates() {}

  /**
   * Of a network that is about to be trained, with the regularisation that its configuration has
   * then; an updater of another kind stays as it is.
   */
  public static void install(Model network) {
    if (updater(network) instanceof BaseMultiLayerUpdater<?> updater) {
      updater
          .getUpdaterBlocks()
          .replaceAll(
              block ->
                  block instanceof Block || block.isPretrainUpdaterBlock()
                      ? block
                      : new Block(block));
    }
  }

  private static Object updater(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getUpdater()
        : network instanceof ComputationGraph graph ? graph.getUpdater() : null;
  }

  /** A block that knows whether some regularisation is to be applied. */
  private static final class Block extends UpdaterBlock {
    /** When some of it is applied. */
    private final Set<Regularization.ApplyStep> steps =
        EnumSet.noneOf(Regularization.ApplyStep.class);

    Block(UpdaterBlock block) {
      super(
          block.getParamOffsetStart(),
          block.getParamOffsetEnd(),
          block.getUpdaterViewOffsetStart(),
          block.getUpdaterViewOffsetEnd(),
          block.getLayersAndVariablesInBlock());
      setUpdaterView(block.getUpdaterView());
      setGradientView(block.getGradientView());
      setUpdaterViewRequiresInitialization(block.isUpdaterViewRequiresInitialization());
      setGradientUpdater(block.getGradientUpdater());
      for (ParamState state : getLayersAndVariablesInBlock()) {
        List<Regularization> all =
            state.getLayer().getConfig().getRegularizationByParam(state.getParamName());
        if (all != null) {
          all.forEach(regularization -> steps.add(regularization.applyStep()));
        }
      }
    }

    @Override
    protected void applyRegularizationAllVariables(
        Regularization.ApplyStep step,
        int iteration,
        int epoch,
        boolean externalGradient,
        INDArray gradients,
        INDArray params) {
      if (steps.contains(step)) {
        super.applyRegularizationAllVariables(
            step, iteration, epoch, externalGradient, gradients, params);
      }
    }
  }
}
