package io.github.dl4jhopfield.keras.layers;

import java.util.Collection;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss on outputs [batch, ..., features] of any rank: the mean over all positions of the loss
 * over the features, as Keras reduces it. (DL4J's RnnLossLayer sums over time and takes the labels
 * of batch-time-features arrays in the wrong order.) The output is the input.
 */
public class LastAxisLoss extends LossLayer {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  LastAxisLoss() {}

  public LastAxisLoss(ILossFunction loss) {
    super((LossLayer.Builder) new LossLayer.Builder(loss).activation(Activation.IDENTITY));
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType dataType) {
    return LayerSetUp.ready(
        new Runtime(conf, dataType),
        conf,
        listeners,
        layerIndex,
        layerParamsView,
        initializeParams);
  }

  /** The layer at run time. */
  static final class Runtime extends org.deeplearning4j.nn.layers.LossLayer {

    private static final long serialVersionUID = 1L;
    private static final IActivation IDENTITY = Activation.IDENTITY.getActivationFunction();

    Runtime(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    private static INDArray flat(INDArray a) {
      return a.dup('c').reshape('c', -1, a.size(a.rank() - 1));
    }

    private INDArray flatLabels() {
      INDArray l = getLabels();
      if (l == null) {
        throw new IllegalStateException("The loss layer has no labels");
      }
      if (l.rank() != input.rank() || l.length() / l.size(-1) != input.length() / input.size(-1)) {
        throw new IllegalArgumentException(
            "Labels of shape "
                + java.util.Arrays.toString(l.shape())
                + " for an output of shape "
                + java.util.Arrays.toString(input.shape()));
      }
      return flat(l.castTo(input.dataType()));
    }

    private INDArray flatMask() {
      return maskArray == null
          ? null
          : maskArray.dup('c').castTo(input.dataType()).reshape('c', maskArray.length(), 1);
    }

    private ILossFunction loss() {
      return layerConf().getLossFn();
    }

    private long positions() {
      return input.length() / input.size(-1);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
      assertInputSet(false);
      return workspaceMgr.dup(ArrayType.ACTIVATIONS, input);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
      assertInputSet(true);
      INDArray delta = loss().computeGradient(flatLabels(), flat(input), IDENTITY, flatMask());
      // The network divides by the batch; the other positions are divided by here.
      delta.divi((double) positions() / input.size(0));
      return new Pair<>(
          new DefaultGradient(),
          workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, delta.reshape('c', input.shape())));
    }

    @Override
    public double computeScore(
        double fullNetworkRegTerm, boolean training, LayerWorkspaceMgr workspaceMgr) {
      assertInputSet(false);
      double sum = loss().computeScore(flatLabels(), flat(input), IDENTITY, flatMask(), false);
      score = sum / positions() + fullNetworkRegTerm;
      return score;
    }

    @Override
    public INDArray computeScoreForExamples(
        double fullNetworkRegTerm, LayerWorkspaceMgr workspaceMgr) {
      assertInputSet(false);
      INDArray each = loss().computeScoreArray(flatLabels(), flat(input), IDENTITY, flatMask());
      long batch = input.size(0);
      INDArray mean = each.reshape('c', batch, each.length() / batch).mean(true, 1);
      return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, mean.addi(fullNetworkRegTerm));
    }
  }
}
