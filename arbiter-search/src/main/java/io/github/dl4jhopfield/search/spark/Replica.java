package io.github.dl4jhopfield.search.spark;

import java.io.IOException;
import java.io.InputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/** One of the networks of a data-parallel training: both kinds of DL4J's behind one form. */
abstract class Replica {
  static Replica of(boolean graph, String json) {
    if (graph) {
      ComputationGraph network = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
      network.init();
      return of(network);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    network.init();
    return of(network);
  }

  static Replica of(MultiLayerNetwork network) {
    return new OfLayers(network);
  }

  static Replica of(ComputationGraph network) {
    return new OfGraph(network);
  }

  private final Model network;

  private Replica(Model network) {
    this.network = network;
  }

  abstract boolean isGraph();

  abstract String json();

  abstract long seed();

  final INDArray parameters() {
    return network.params();
  }

  /** Null for an updater without a state. */
  abstract INDArray updaterState();

  /**
   * Takes parameters and state over.
   *
   * @param state null for none
   */
  final void set(INDArray parameters, INDArray state) {
    network.setParams(parameters);
    if (state != null) {
      setUpdaterState(state);
    }
  }

  abstract void setUpdaterState(INDArray state);

  abstract int iteration();

  abstract int epoch();

  /** Sets the counters, which schedules and some updaters follow. */
  abstract void at(int iteration, int epoch);

  /** Fits a minibatch as it was saved; its score before. */
  final double fit(InputStream minibatch) throws IOException {
    fitTo(minibatch);
    return network.score();
  }

  abstract void fitTo(InputStream minibatch) throws IOException;

  private static final class OfLayers extends Replica {
    private final MultiLayerNetwork network;

    OfLayers(MultiLayerNetwork network) {
      super(network);
      this.network = network;
    }

    @Override
    boolean isGraph() {
      return false;
    }

    @Override
    String json() {
      return network.getLayerWiseConfigurations().toJson();
    }

    @Override
    long seed() {
      return network.getDefaultConfiguration().getSeed();
    }

    @Override
    INDArray updaterState() {
      return network.getUpdater().getStateViewArray();
    }

    @Override
    void setUpdaterState(INDArray state) {
      network.getUpdater().setStateViewArray(network, state, false);
    }

    @Override
    int iteration() {
      return network.getIterationCount();
    }

    @Override
    int epoch() {
      return network.getEpochCount();
    }

    @Override
    void at(int iteration, int epoch) {
      network.getLayerWiseConfigurations().setIterationCount(iteration);
      network.setEpochCount(epoch);
    }

    @Override
    void fitTo(InputStream minibatch) {
      DataSet data = new DataSet();
      data.load(minibatch);
      network.fit(data);
    }
  }

  private static final class OfGraph extends Replica {
    private final ComputationGraph network;

    OfGraph(ComputationGraph network) {
      super(network);
      this.network = network;
    }

    @Override
    boolean isGraph() {
      return true;
    }

    @Override
    String json() {
      return network.getConfiguration().toJson();
    }

    @Override
    long seed() {
      return network.getConfiguration().getDefaultConfiguration().getSeed();
    }

    @Override
    INDArray updaterState() {
      return network.getUpdater().getStateViewArray();
    }

    @Override
    void setUpdaterState(INDArray state) {
      network.getUpdater().setStateViewArray(state);
    }

    @Override
    int iteration() {
      return network.getIterationCount();
    }

    @Override
    int epoch() {
      return network.getEpochCount();
    }

    @Override
    void at(int iteration, int epoch) {
      network.getConfiguration().setIterationCount(iteration);
      network.getConfiguration().setEpochCount(epoch);
    }

    @Override
    void fitTo(InputStream minibatch) throws IOException {
      MultiDataSet data = new MultiDataSet();
      data.load(minibatch);
      network.fit(data);
    }
  }
}
