package io.github.dl4jhopfield.layers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Predictions of a trained network from any number of threads: the way to serve a model.
 *
 * <p>A DL4J network is not thread-safe, and what DL4J, SameDiff and ND4J keep for each thread that
 * ever called (sessions, workspaces) stays for the life of the network or the process. Here a fixed
 * number of worker threads own one network each over the same parameters, and callers hand their
 * arrays over and wait. So memory is bounded by the number of workers, however many threads come
 * and go, and one set of weights is held whatever the number of workers. A result does not depend
 * on what else is being predicted.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.builder(network).workers(2).warmUp(example).build()) {
 *   INDArray y = predictor.predict(x);        // from any thread
 *   predictor.latency().p99();
 * }
 * }</pre>
 *
 * <p>The parameters are copied when it is built: training the network further changes nothing here.
 */
public final class Predictor implements AutoCloseable {

  /**
   * Times of the calls so far, percentiles rounded up by at most 1/16.
   *
   * @param count calls that gave a result
   * @param mean arithmetic mean
   * @param p50 median
   * @param p90 time within which 90% were done
   * @param p99 99%
   * @param p999 99.9%
   * @param max the longest
   */
  public record Latency(
      long count,
      Duration mean,
      Duration p50,
      Duration p90,
      Duration p99,
      Duration p999,
      Duration max) {}

  /** One worker's network. */
  private interface Network {
    INDArray[] output(INDArray[] inputs, INDArray[] masks);
  }

  private record Call(
      INDArray[] inputs, INDArray[] masks, long start, CompletableFuture<INDArray[]> result) {}

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final int inputs;
  private final ArrayBlockingQueue<Call> queue;
  private final List<Thread> workers = new ArrayList<>();
  private final Latencies total = new Latencies();
  private final Latencies compute = new Latencies();
  private volatile boolean closed;

  private Predictor(Builder builder) {
    inputs = builder.graph == null ? 1 : builder.graph.getNumInputArrays();
    queue = new ArrayBlockingQueue<>(builder.queue);
    INDArray parameters =
        (builder.graph == null ? builder.network.params() : builder.graph.params()).dup();
    String name = "predictor-" + COUNT.incrementAndGet() + "-";
    List<CompletableFuture<Void>> ready = new ArrayList<>();
    for (int i = 0; i < builder.workers; i++) {
      CompletableFuture<Void> started = new CompletableFuture<>();
      ready.add(started);
      Thread worker = new Thread(() -> work(builder, parameters, started), name + i);
      worker.setDaemon(true);
      workers.add(worker);
      worker.start();
    }
    try {
      ready.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      close();
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** A predictor of a network. */
  public static Builder builder(MultiLayerNetwork network) {
    return new Builder(Objects.requireNonNull(network, "network"), null);
  }

  /** A predictor of a graph. */
  public static Builder builder(ComputationGraph graph) {
    return new Builder(null, Objects.requireNonNull(graph, "graph"));
  }

  private static Network replica(Builder builder, INDArray parameters) {
    if (builder.graph != null) {
      ComputationGraph graph = new ComputationGraph(builder.graph.getConfiguration().clone());
      graph.init(parameters, false);
      return (in, masks) -> graph.output(false, in, masks, null);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(builder.network.getLayerWiseConfigurations().clone());
    network.init(parameters, false);
    return (in, masks) ->
        new INDArray[] {network.output(in[0], false, masks == null ? null : masks[0], null)};
  }

  private void work(Builder builder, INDArray parameters, CompletableFuture<Void> started) {
    Network network;
    try {
      network = replica(builder, parameters);
      for (int i = 0; builder.example != null && i < builder.rounds; i++) {
        network.output(builder.example, null);
      }
      started.complete(null);
    } catch (Throwable e) {
      started.completeExceptionally(e);
      return;
    }
    while (!closed) {
      try {
        Call call = queue.poll(1, TimeUnit.SECONDS);
        if (call != null) {
          answer(network, call);
        }
      } catch (InterruptedException e) {
        // closed, or someone else's interrupt, which has no meaning here
      }
    }
  }

  private void answer(Network network, Call call) {
    long start = System.nanoTime();
    try {
      INDArray[] result = network.output(call.inputs(), call.masks());
      long end = System.nanoTime();
      compute.add(end - start);
      total.add(end - call.start());
      call.result().complete(result);
    } catch (Throwable e) {
      call.result().completeExceptionally(e);
    }
  }

  /**
   * The output for a network with one input and one output.
   *
   * @param input as the network takes it, with any number of examples; must not change meanwhile
   * @return an array of its own
   * @throws IllegalStateException if this is closed
   * @throws CancellationException if the thread is interrupted; its flag is set again
   */
  public INDArray predict(INDArray input) {
    return predict(new INDArray[] {input}, null)[0];
  }

  /**
   * All outputs for all inputs.
   *
   * @param inputs one for each input of the network
   * @param masks one feature mask for each input, each may be null; or null
   * @throws IllegalArgumentException if their number is not that of the network's inputs
   * @throws IllegalStateException if this is closed
   * @throws CancellationException if the thread is interrupted; its flag is set again
   */
  public INDArray[] predict(INDArray[] inputs, INDArray[] masks) {
    CompletableFuture<INDArray[]> result = submit(inputs, masks);
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while a prediction was under way");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        cause.addSuppressed(new IllegalStateException("predict was called here"));
        throw cause;
      }
      throw new IllegalStateException("prediction failed", e.getCause());
    }
  }

  /** As {@link #predict(INDArray[], INDArray[])}, not waiting for the result; waits for a place. */
  public CompletableFuture<INDArray[]> submit(INDArray[] inputs, INDArray[] masks) {
    check("inputs", inputs);
    if (masks != null && masks.length != this.inputs) {
      throw new IllegalArgumentException(
          "Predictor: expected " + this.inputs + " masks, found " + masks.length);
    }
    Call call = new Call(inputs.clone(), masks, System.nanoTime(), new CompletableFuture<>());
    try {
      do {
        if (closed) {
          throw new IllegalStateException("Predictor: expected an open one, found it closed");
        }
      } while (!queue.offer(call, 100, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a place in the queue");
    }
    if (closed) {
      failWaiting();
    }
    return call.result();
  }

  private void check(String what, INDArray[] given) {
    if (given.length != inputs || Arrays.asList(given).contains(null)) {
      throw new IllegalArgumentException(
          "Predictor: expected "
              + inputs
              + " arrays as "
              + what
              + ", none of them null, found "
              + Arrays.stream(given)
                  .map(a -> a == null ? "null" : Arrays.toString(a.shape()))
                  .toList());
    }
  }

  /** Times from the call to the result, waiting for a worker included. */
  public Latency latency() {
    return total.snapshot();
  }

  /** Times of the network alone. */
  public Latency computeLatency() {
    return compute.snapshot();
  }

  /** Calls that wait for a worker. */
  public int waiting() {
    return queue.size();
  }

  /** Ends the workers; calls that wait fail, those that are being worked on end. */
  @Override
  public void close() {
    closed = true;
    workers.forEach(Thread::interrupt);
    failWaiting();
  }

  private void failWaiting() {
    List<Call> waiting = new ArrayList<>();
    queue.drainTo(waiting);
    waiting.forEach(
        call ->
            call.result()
                .completeExceptionally(
                    new IllegalStateException("Predictor: closed before the prediction began")));
  }

  /** Builder of {@link Predictor}. */
  public static final class Builder {
    private final MultiLayerNetwork network;
    private final ComputationGraph graph;
    private int workers = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
    private int queue = 1024;
    private INDArray[] example;
    private int rounds = 20;

    private Builder(MultiLayerNetwork network, ComputationGraph graph) {
      this.network = network;
      this.graph = graph;
    }

    /** Predictions at the same time. Default: the processors, at most 4. */
    public Builder workers(int workers) {
      this.workers = atLeastOne("workers", workers);
      return this;
    }

    /** Calls that may wait for a worker; further ones wait for a place. Default 1024. */
    public Builder queue(int queue) {
      this.queue = atLeastOne("queue", queue);
      return this;
    }

    /** Each worker predicts this example 20 times before the first call. Default: none. */
    public Builder warmUp(INDArray... example) {
      return warmUp(20, example);
    }

    /** Each worker predicts this example that many times before the first call. */
    public Builder warmUp(int rounds, INDArray... example) {
      this.rounds = atLeastOne("warm-up rounds", rounds);
      this.example = example.clone();
      return this;
    }

    private static int atLeastOne(String what, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "Predictor: " + what + ": expected at least 1, found " + value);
      }
      return value;
    }

    /**
     * The predictor, warm.
     *
     * @throws RuntimeException what the network threw when it was warmed up
     */
    public Predictor build() {
      return new Predictor(this);
    }
  }
}
