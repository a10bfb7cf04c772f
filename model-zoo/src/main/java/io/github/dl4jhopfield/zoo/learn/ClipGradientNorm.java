package io.github.dl4jhopfield.zoo.learn;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scales the gradient g of all parameters of a network together to g * min(1, c / |g|), with |g|
 * its 2-norm and g averaged over the minibatch, before the updater sees it. PyTorch's {@code
 * clip_grad_norm_}; DL4J's own clipping works on one layer or one parameter at a time. Of a
 * MultiLayerNetwork or a ComputationGraph.
 *
 * <pre>{@code network.setListeners(new ClipGradientNorm(1));}</pre>
 */
public final class ClipGradientNorm extends BaseTrainingListener {
  private final double most;

  /**
   * @param most the greatest norm c, above 0
   */
  public ClipGradientNorm(double most) {
    if (!(most > 0)) {
      throw new IllegalArgumentException("norm: expected a number above 0, found " + most);
    }
    this.most = most;
  }

  @Override
  public void onGradientCalculation(Model model) {
    INDArray gradient = model.getGradientsViewArray();
    // DL4J divides the sum over the minibatch by its size later, in the updater
    boolean summed = Networks.dividesByMinibatch(Networks.check(model));
    double limit = summed ? most * model.batchSize() : most;
    double norm = gradient.norm2Number().doubleValue();
    if (norm > limit) {
      gradient.muli(limit / norm);
    }
  }
}
