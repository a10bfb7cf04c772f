package io.github.dl4jhopfield.zoo.mil;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.github.dl4jhopfield.ops.Association;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hyperparameters of {@link HopfieldMIL} and its training. The defaults suit the classic benchmarks
 * of about a hundred bags.
 *
 * @param embedding width of an instance after the first, dense layer
 * @param heads association heads of the pooling
 * @param hidden width of the association space of each head
 * @param beta inverse temperature of the association, or 0 for 1/sqrt(hidden)
 * @param dropout probability with which a unit is dropped in training, of the embedded instances
 *     and of the pooled bag
 * @param learningRate of Adam
 * @param epochs passes over the training bags
 * @param batchSize most bags in one update; fewer of bags with very many values
 * @param network how the instances of a bag become one vector; null for {@link BagNetwork#DEFAULT}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MilParameters(
    int embedding,
    int heads,
    int hidden,
    double beta,
    double dropout,
    double learningRate,
    int epochs,
    int batchSize,
    BagNetwork network) {

  /** The defaults. */
  public static final MilParameters DEFAULT =
      new MilParameters(32, 4, 8, 0, 0.3, 0.003, 30, 32, BagNetwork.DEFAULT);

  /** Checks the ranges. */
  public MilParameters {
    check("embedding", embedding, 1, 65_536, "a whole number");
    check("heads", heads, 1, 1_024, "a whole number");
    check("hidden", hidden, 1, 65_536, "a whole number");
    check("beta", beta, 0, 1e6, "a number");
    check("dropout", dropout, 0, 0.95, "a number");
    check("learningRate", learningRate, 1e-9, 10, "a number");
    check("epochs", epochs, 1, 1_000_000, "a whole number");
    check("batchSize", batchSize, 1, 1_000_000, "a whole number");
    // models of before there was another
    network = network == null ? BagNetwork.DEFAULT : network;
  }

  /** With {@link BagNetwork#DEFAULT}. */
  public MilParameters(
      int embedding,
      int heads,
      int hidden,
      double beta,
      double dropout,
      double learningRate,
      int epochs,
      int batchSize) {
    this(
        embedding,
        heads,
        hidden,
        beta,
        dropout,
        learningRate,
        epochs,
        batchSize,
        BagNetwork.DEFAULT);
  }

  private static void check(String name, double value, double min, double max, String what) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          name + ": expected " + what + " from " + min + " to " + max + ", found " + value);
    }
  }

  /** The same with another number of heads. */
  public MilParameters withHeads(int value) {
    return new MilParameters(
        embedding, value, hidden, beta, dropout, learningRate, epochs, batchSize, network);
  }

  /** The same with another inverse temperature. */
  public MilParameters withBeta(double value) {
    return new MilParameters(
        embedding, heads, hidden, value, dropout, learningRate, epochs, batchSize, network);
  }

  /** The same with another dropout. */
  public MilParameters withDropout(double value) {
    return new MilParameters(
        embedding, heads, hidden, beta, value, learningRate, epochs, batchSize, network);
  }

  /** The same with another learning rate. */
  public MilParameters withLearningRate(double value) {
    return new MilParameters(
        embedding, heads, hidden, beta, dropout, value, epochs, batchSize, network);
  }

  /** The same with another number of epochs. */
  public MilParameters withEpochs(int value) {
    return new MilParameters(
        embedding, heads, hidden, beta, dropout, learningRate, value, batchSize, network);
  }

  /** The same with another way from instances to one vector. */
  public MilParameters withNetwork(BagNetwork value) {
    return new MilParameters(
        embedding, heads, hidden, beta, dropout, learningRate, epochs, batchSize, value);
  }

  /** Inverse temperature in effect: {@link #beta()}, or 1/sqrt(hidden) where that is 0. */
  public double effectiveBeta() {
    return beta > 0 ? beta : Association.defaultBeta(hidden);
  }

  /** Names and values, for reports. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("embedding", embedding);
    map.put("heads", heads);
    map.put("hidden", hidden);
    map.put("beta", effectiveBeta());
    map.put("dropout", dropout);
    map.put("learningRate", learningRate);
    map.put("epochs", epochs);
    map.put("batchSize", batchSize);
    if (!network.equals(BagNetwork.DEFAULT)) {
      map.put("network", network.label());
    }
    return map;
  }
}
