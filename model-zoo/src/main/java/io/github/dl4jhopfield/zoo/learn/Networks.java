package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/** What MultiLayerNetwork and ComputationGraph both have and DL4J's common type has not. */
final class Networks {
  private Networks() {}

  /** Of either kind, or an exception that says so. */
  static Model check(Model network) {
    if (network instanceof MultiLayerNetwork || network instanceof ComputationGraph) {
      return network;
    }
    throw new IllegalArgumentException(
        "expected a MultiLayerNetwork or a ComputationGraph, found " + network);
  }

  static int iteration(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getIterationCount()
        : ((ComputationGraph) network).getConfiguration().getIterationCount();
  }

  static int epoch(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getEpochCount()
        : ((ComputationGraph) network).getConfiguration().getEpochCount();
  }

  static void setCounts(Model network, int iteration, int epoch) {
    if (network instanceof MultiLayerNetwork net) {
      net.setIterationCount(iteration);
      net.setEpochCount(epoch);
    } else {
      ComputationGraph graph = (ComputationGraph) network;
      graph.getConfiguration().setIterationCount(iteration);
      graph.getConfiguration().setEpochCount(epoch);
    }
  }

  static void endEpoch(Model network) {
    for (TrainingListener listener : listeners(network)) {
      listener.onEpochEnd(network);
    }
    if (network instanceof MultiLayerNetwork net) {
      net.incrementEpochCount();
    } else {
      ((ComputationGraph) network).incrementEpochCount();
    }
  }

  /** Whether DL4J divides the gradient by the size of the minibatch, in the updater. */
  static boolean dividesByMinibatch(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getDefaultConfiguration().isMiniBatch()
        : ((ComputationGraph) network).getConfiguration().getDefaultConfiguration().isMiniBatch();
  }

  static INDArray updaterState(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  private static List<TrainingListener> listeners(Model network) {
    return List.copyOf(
        network instanceof MultiLayerNetwork net
            ? net.getListeners()
            : ((ComputationGraph) network).getListeners());
  }

  /** One update on one batch; the score is that before it. */
  static double fit(Model network, MultiDataSet batch) {
    if (network instanceof MultiLayerNetwork net) {
      net.fit(
          new DataSet(
              only(batch.getFeatures()),
              only(batch.getLabels()),
              only(batch.getFeaturesMaskArrays()),
              only(batch.getLabelsMaskArrays())));
    } else {
      ((ComputationGraph) network).fit(batch);
    }
    return network.score();
  }

  /**
   * One update with the mean gradient of several batches, as if they were one: what layers draw at
   * random and batch statistics aside. The score is their mean before it.
   */
  static double fit(Model network, List<MultiDataSet> batches) {
    if (batches.size() == 1) {
      return fit(network, batches.get(0));
    }
    INDArray sum = null;
    double score = 0;
    long samples = 0;
    Gradient gradient = null;
    boolean sums = dividesByMinibatch(network);
    for (MultiDataSet batch : batches) {
      gradient = gradient(network, batch);
      long size = batch.getFeatures(0).size(0);
      // without division by the size the gradient is a mean already
      INDArray part = gradients(network).mul(sums ? 1 : size);
      sum = sum == null ? part : sum.addi(part);
      score += network.score() * size;
      samples += size;
    }
    // what follows divides by the size of the last batch
    double scale = (sums ? (double) network.batchSize() : 1) / samples;
    gradients(network).assign(sum.muli(scale));
    setScore(network, score / samples);
    update(network, gradient);
    // not clear(): a MultiLayerNetwork forgets its updater with it
    if (network instanceof MultiLayerNetwork net) {
      net.clearLayersStates();
    } else {
      ((ComputationGraph) network).clearLayersStates();
    }
    return score / samples;
  }

  private static void setScore(Model network, double score) {
    if (network instanceof MultiLayerNetwork net) {
      net.setScore(score);
    } else {
      ((ComputationGraph) network).setScore(score);
    }
  }

  private static Gradient gradient(Model network, MultiDataSet batch) {
    if (network instanceof MultiLayerNetwork net) {
      net.setInput(only(batch.getFeatures()));
      net.setLabels(only(batch.getLabels()));
      net.setLayerMaskArrays(
          only(batch.getFeaturesMaskArrays()), only(batch.getLabelsMaskArrays()));
      net.computeGradientAndScore();
      net.clearLayerMaskArrays();
      return net.gradient();
    }
    ComputationGraph graph = (ComputationGraph) network;
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
    graph.computeGradientAndScore();
    graph.clearLayerMaskArrays();
    return graph.gradient();
  }

  private static void update(Model network, Gradient gradient) {
    int iteration = iteration(network);
    int epoch = epoch(network);
    for (TrainingListener listener : listeners(network)) {
      listener.onGradientCalculation(network);
    }
    if (network instanceof MultiLayerNetwork net) {
      net.getUpdater()
          .update(
              net, gradient, iteration, epoch, net.batchSize(), LayerWorkspaceMgr.noWorkspaces());
    } else {
      ComputationGraph graph = (ComputationGraph) network;
      graph
          .getUpdater()
          .update(gradient, iteration, epoch, graph.batchSize(), LayerWorkspaceMgr.noWorkspaces());
    }
    INDArray params = network.params();
    params.subi(gradients(network).reshape(params.shape()));
    for (TrainingListener listener : listeners(network)) {
      listener.iterationDone(network, iteration, epoch);
    }
    setCounts(network, iteration + 1, epoch);
    network.applyConstraints(iteration, epoch);
  }

  private static INDArray gradients(Model network) {
    return network.getGradientsViewArray();
  }

  private static INDArray only(INDArray[] arrays) {
    if (arrays == null) {
      return null;
    }
    if (arrays.length != 1) {
      throw new IllegalArgumentException(
          "a MultiLayerNetwork has one input and one output, found a batch of " + arrays.length);
    }
    return arrays[0];
  }

  /**
   * The parameters that training changes: not those of frozen layers and vertices, nor any whose
   * updater does nothing, such as fixed patterns and the statistics of batch normalisation. One
   * array of all where all are trained and chosen.
   *
   * @param chosen layer's and parameter's name
   */
  static List<INDArray> trained(Model network, BiPredicate<String, String> chosen) {
    List<INDArray> trained = new ArrayList<>();
    boolean all = true;
    for (Trainable part : parts(network)) {
      boolean frozen = isFrozen(part);
      String name = part.getConfig() == null ? "" : part.getConfig().getLayerName();
      for (Map.Entry<String, INDArray> parameter : part.paramTable(false).entrySet()) {
        if (!frozen
            && updates(part, parameter.getKey())
            && chosen.test(name == null ? "" : name, parameter.getKey())) {
          trained.add(parameter.getValue());
        } else {
          all = false;
        }
      }
    }
    return all ? List.of(network.params()) : trained;
  }

  private static boolean updates(Trainable part, String parameter) {
    IUpdater updater = part.getConfig().getUpdaterByParam(parameter);
    return updater != null && !(updater instanceof NoOp);
  }

  private static boolean isFrozen(Trainable part) {
    if (part instanceof GraphVertex vertex) {
      return vertex instanceof FrozenVertex || vertex.hasLayer() && isFrozen(vertex.getLayer());
    }
    return part instanceof FrozenLayer || part instanceof FrozenLayerWithBackprop;
  }

  private static List<Trainable> parts(Model network) {
    List<? extends Trainable> parts =
        network instanceof MultiLayerNetwork net
            ? Arrays.<Layer>asList(net.getLayers())
            : Arrays.<GraphVertex>asList(((ComputationGraph) network).getVertices());
    return parts.stream()
        .filter(part -> part.numParams() > 0)
        .<Trainable>map(part -> part)
        .toList();
  }
}
