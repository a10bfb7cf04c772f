package io.github.dl4jhopfield.search.spark;

import java.io.ByteArrayInputStream;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.factory.Nd4j;

/** A worker's part of a round of {@link ParameterAveraging}, in an executor. */
final class SparkRound implements Function<SparkRound.Share, SparkRound.End> {
  private static final long serialVersionUID = 1L;
  private static final ThreadLocal<Open> OPEN = new ThreadLocal<>();

  private final Broadcast<Start> start;

  /** A worker's minibatches. */
  record Share(int worker, List<byte[]> minibatches) implements Serializable {}

  /** What every worker starts from, and which of its minibatches it fits. */
  record Start(
      String training,
      boolean graph,
      String json,
      byte[] parameters,
      byte[] state,
      int iteration,
      int epoch,
      int from,
      int to)
      implements Serializable {}

  /** What a worker has come to; {@code scores} is the sum over the minibatches. */
  record End(byte[] parameters, byte[] state, int fitted, double scores) implements Serializable {}

  /** The network of a training stays open for the thread's next round. */
  private record Open(String training, Replica network) {}

  SparkRound(Broadcast<Start> start) {
    this.start = start;
  }

  @Override
  public End call(Share share) throws Exception {
    Start from = start.value();
    int end = Math.min(share.minibatches().size(), from.to());
    if (from.from() >= end) {
      return new End(new byte[0], new byte[0], 0, 0);
    }
    Open open = OPEN.get();
    if (open == null || !open.training().equals(from.training())) {
      open = new Open(from.training(), Replica.of(from.graph(), from.json()));
      OPEN.set(open);
    }
    Replica network = open.network();
    network.set(
        ParameterAveraging.array(from.parameters()), ParameterAveraging.array(from.state()));
    network.at(from.iteration(), from.epoch());
    // Dropout too is the same when a round is computed again, and differs between workers.
    long seed = network.seed() + 31L * from.iteration() + 1_000_003L * share.worker();
    Nd4j.getRandom().setSeed(seed);
    double scores = 0;
    for (int i = from.from(); i < end; i++) {
      scores += network.fit(new ByteArrayInputStream(share.minibatches().get(i)));
    }
    return new End(
        ParameterAveraging.bytes(network.parameters()),
        ParameterAveraging.bytes(network.updaterState()),
        end - from.from(),
        scores);
  }
}
