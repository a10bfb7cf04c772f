package io.github.dl4jhopfield.search.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data-parallel training on Spark 3.5 by averaging of parameters. In a round each of the workers
 * starts from the same parameters and updater state and fits its next minibatches; the mean of what
 * they come to, weighted by how many minibatches each has fitted, is what the next round starts
 * from:
 *
 * <pre>
 *   theta_w = fit(theta, batches of w in this round)        w = 1 ... W
 *   theta   = sum_w n_w theta_w / sum_w n_w                 the updater's state alike
 * </pre>
 *
 * <p>Minibatch i is worker {@code i mod W}'s, in the order given. What comes out follows from the
 * network, the minibatches, the number of workers and the frequency, not from the cluster: a round
 * of an executor that is lost is computed again from the same start, dropout included. With one
 * worker it is what {@code fit} gives; without a state of the updater, what DL4J's {@code
 * ParallelWrapper} gives in most runs (it is not repeatable).
 *
 * <p>Minibatches stay on the executors for the whole training; parameters and updater state travel
 * in each round. Not for several threads at once.
 */
public final class ParameterAveraging implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ParameterAveraging.class);

  private final JavaSparkContext spark;
  private final int workers;
  private final int frequency;

  /**
   * With an open context, which {@link #close} closes.
   *
   * @param workers how many networks are trained beside each other, usually the executors' cores
   * @param frequency minibatches that each fits between two averagings
   */
  public ParameterAveraging(JavaSparkContext spark, int workers, int frequency) {
    check(workers, frequency);
    this.spark = spark;
    this.workers = workers;
    this.frequency = frequency;
  }

  private static void check(int workers, int frequency) {
    if (workers < 1 || frequency < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 worker and a frequency of at least 1, found "
              + workers
              + " and "
              + frequency);
    }
  }

  /**
   * Connects to a master.
   *
   * @param master as Spark writes it: {@code local[2]}, {@code spark://host:7077}, {@code yarn}
   * @throws IOException if Spark cannot be reached, in one line
   */
  public static ParameterAveraging connect(String master, int workers, int frequency)
      throws IOException {
    check(workers, frequency);
    return new ParameterAveraging(
        SparkMaster.connect(master, "hopfield training", Map.of()), workers, frequency);
  }

  /**
   * Trains a network on minibatches.
   *
   * @return mean score of the last epoch's minibatches, before each was fitted
   * @throws IOException if Spark fails
   */
  public double fit(MultiLayerNetwork network, List<DataSet> minibatches, int epochs)
      throws IOException {
    List<byte[]> bytes = new ArrayList<>();
    for (DataSet minibatch : minibatches) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      minibatch.save(out);
      bytes.add(out.toByteArray());
    }
    return fit(Replica.of(network), bytes, epochs);
  }

  /** As {@link #fit(MultiLayerNetwork, List, int)}, for a graph. */
  public double fit(ComputationGraph network, List<MultiDataSet> minibatches, int epochs)
      throws IOException {
    List<byte[]> bytes = new ArrayList<>();
    for (MultiDataSet minibatch : minibatches) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      minibatch.save(out);
      bytes.add(out.toByteArray());
    }
    return fit(Replica.of(network), bytes, epochs);
  }

  private double fit(Replica network, List<byte[]> minibatches, int epochs) throws IOException {
    if (minibatches.isEmpty() || epochs < 1) {
      throw new IllegalArgumentException(
          "expected at least one minibatch and one epoch, found "
              + minibatches.size()
              + " and "
              + epochs);
    }
    List<SparkRound.Share> shares = new ArrayList<>();
    for (int w = 0; w < Math.min(workers, minibatches.size()); w++) {
      List<byte[]> own = new ArrayList<>();
      for (int i = w; i < minibatches.size(); i += workers) {
        own.add(minibatches.get(i));
      }
      shares.add(new SparkRound.Share(w, own));
    }
    JavaRDD<SparkRound.Share> data = spark.parallelize(shares, shares.size()).cache();
    String training = UUID.randomUUID().toString();
    int longest = shares.get(0).minibatches().size();
    double score = Double.NaN;
    try {
      for (int epoch = 0; epoch < epochs; epoch++) {
        double sum = 0;
        for (int from = 0; from < longest; from += frequency) {
          int iteration = network.iteration();
          Broadcast<SparkRound.Start> start =
              spark.broadcast(
                  new SparkRound.Start(
                      training,
                      network.isGraph(),
                      network.json(),
                      bytes(network.parameters()),
                      bytes(network.updaterState()),
                      iteration,
                      epoch,
                      from,
                      Math.min(longest, from + frequency)));
          List<SparkRound.End> ends = data.map(new SparkRound(start)).collect();
          start.destroy();
          average(network, ends);
          network.at(iteration + ends.get(0).fitted(), network.epoch());
          sum += ends.stream().mapToDouble(SparkRound.End::scores).sum();
        }
        score = sum / minibatches.size();
        network.at(network.iteration(), network.epoch() + 1);
        LOG.info("epoch {} of {}: score {}", epoch + 1, epochs, score);
      }
    } catch (Exception e) { // Scala throws checked ones unannounced
      if (e instanceof SparkException) {
        throw new IOException("Spark: " + SparkMaster.firstLine(String.valueOf(e.getMessage())), e);
      }
      throw e;
    } finally {
      data.unpersist();
    }
    return score;
  }

  /** In the order of the workers, so that sums are the same each time. */
  private static void average(Replica network, List<SparkRound.End> ends) throws IOException {
    int all = ends.stream().mapToInt(SparkRound.End::fitted).sum();
    INDArray parameters = null;
    INDArray state = null;
    for (SparkRound.End end : ends) {
      if (end.fitted() == 0) {
        continue;
      }
      double weight = (double) end.fitted() / all;
      INDArray p = array(end.parameters()).muli(weight);
      parameters = parameters == null ? p : parameters.addi(p);
      if (end.state().length > 0) {
        INDArray s = array(end.state()).muli(weight);
        state = state == null ? s : state.addi(s);
      }
    }
    network.set(parameters, state);
  }

  static byte[] bytes(INDArray array) throws IOException {
    return array == null ? new byte[0] : Nd4j.toByteArray(array);
  }

  static INDArray array(byte[] bytes) throws IOException {
    return bytes.length == 0 ? null : Nd4j.read(new ByteArrayInputStream(bytes));
  }

  @Override
  public void close() {
    spark.close();
  }
}
