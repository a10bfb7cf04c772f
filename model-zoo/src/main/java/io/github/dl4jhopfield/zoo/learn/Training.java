package io.github.dl4jhopfield.zoo.learn;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a MultiLayerNetwork or a ComputationGraph on streamed batches: accumulation of gradients,
 * validation with early stopping, an average of the weights, checkpoints.
 *
 * <p>Every step starts ND4J's generator at a seed that follows from the training's seed and the
 * step's number, and the order of an epoch follows from the seed and the epoch's number. A training
 * that was cut off anywhere, by {@code kill -9} too, and goes on from its checkpoint therefore ends
 * with the same bits as one that wasn't, whatever layers draw. The parts of an optimiser that keep
 * something (updater, {@link WeightAverage}, {@link EarlyStopping}) are in the checkpoint;
 * listeners of others are not. Layers of the network must keep nothing from batch to batch outside
 * of their parameters.
 *
 * <pre>{@code
 * Training.Result result =
 *     Training.builder(network, batches)
 *         .seed(1)
 *         .steps(10_000)
 *         .validate(500, Measure.AUC, () -> auc(network, held), 5)
 *         .checkpoint(out.resolve("checkpoint.zip"), 500)
 *         .build()
 *         .run();
 * }</pre>
 */
public final class Training {
  /** Where batches come from. */
  @FunctionalInterface
  public interface Batches {
    /**
     * The batches of an epoch.
     *
     * @param epoch from 0
     * @param seed decides order and drawing; the same for the same epoch
     * @param from the first that is wanted, so that what was trained on before needn't be made
     * @return closed after the epoch, or where the training ends in it, if it is {@link
     *     AutoCloseable}; {@link PreparedBatches} makes batches in the background
     */
    Iterator<MultiDataSet> epoch(int epoch, long seed, long from) throws IOException;
  }

  /** Scores the network as it is. */
  @FunctionalInterface
  public interface Validation {
    /** The score. */
    double score() throws IOException;
  }

  /**
   * What was seen at a validation.
   *
   * @param step updates done
   * @param loss mean loss of the batches since the last validation
   * @param score of the validation
   */
  public record Seen(long step, double loss, double score) {}

  /**
   * How a training ended. The network has the parameters of the best score where there was
   * validation, the averaged ones where there was an average, else the last.
   *
   * @param steps updates done
   * @param bestStep updates when validation was best; the last without validation
   * @param bestScore NaN without validation
   * @param stopped whether it stopped early
   * @param seen what each validation saw
   */
  public record Result(
      long steps, long bestStep, double bestScore, boolean stopped, List<Seen> seen) {}

  private final Model network;
  private final Batches batches;
  private final long seed;
  private final long steps;
  private final int accumulate;
  private final WeightAverage average;
  private final long validateEvery;
  private final Validation validation;
  private final EarlyStopping stopping;
  private final Path checkpoint;
  private final long checkpointEvery;
  private final Progress progress;

  // --- the state, all of which is in a checkpoint
  private long step;
  private int epoch;
  private long batch;
  private double loss;
  private long losses;
  private INDArray best;
  private final List<Seen> seen = new ArrayList<>();

  private Training(Builder builder) {
    network = Networks.check(builder.network);
    batches = builder.batches;
    seed = builder.seed;
    steps = builder.steps;
    accumulate = builder.accumulate;
    average = builder.average;
    validateEvery = builder.validateEvery;
    validation = builder.validation;
    stopping = builder.stopping;
    checkpoint = builder.checkpoint;
    checkpointEvery = builder.checkpointEvery;
    progress = builder.progress;
  }

  /** Of a network that was initialised, on those batches. */
  public static Builder builder(Model network, Batches batches) {
    return new Builder(network, batches);
  }

  /**
   * Trains, or goes on where the checkpoint ends.
   *
   * @throws IllegalArgumentException if the checkpoint is of another training
   * @throws IOException if batches can't be read, or the checkpoint not be written
   */
  public Result run() throws IOException {
    LightUpdates.install(network);
    TrainingWatchers.begins(network);
    if (checkpoint != null && Files.exists(checkpoint)) {
      resume();
    }
    while (step < steps && !stops()) {
      Iterator<MultiDataSet> left =
          batches.epoch(epoch, Seeds.mix(Seeds.mix(seed, -1), epoch), batch);
      if (!left.hasNext()) {
        throw new IllegalArgumentException(
            "expected batches from " + batch + " on in epoch " + epoch + ", found none");
      }
      try {
        epoch(left);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } finally {
        if (left instanceof AutoCloseable closeable) {
          close(closeable);
        }
      }
    }
    return finish();
  }

  private void epoch(Iterator<MultiDataSet> left) throws IOException {
    while (left.hasNext() && step < steps && !stops()) {
      step(left);
      progress.advance(1, "");
      if (!left.hasNext()) {
        Networks.endEpoch(network);
        epoch++;
        batch = 0;
      }
      if (validation != null && (step % validateEvery == 0 || step == steps)) {
        validate();
      }
      if (checkpoint != null && (step % checkpointEvery == 0 || step == steps || stops())) {
        save();
      }
    }
  }

  private static void close(AutoCloseable batches) throws IOException {
    try {
      batches.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("batches could not be closed: " + e, e);
    }
  }

  private boolean stops() {
    return stopping != null && stopping.stops();
  }

  private void step(Iterator<MultiDataSet> left) {
    List<MultiDataSet> parts = new ArrayList<>();
    while (parts.size() < accumulate && left.hasNext()) {
      parts.add(left.next());
    }
    // the generator that dropout draws from belongs to this thread
    Nd4j.getRandom().setSeed(Seeds.mix(seed, step));
    double score = Networks.fit(network, parts);
    if (!Double.isFinite(score)) {
      throw new ArithmeticException(
          "training: expected a finite loss, found " + score + " at step " + step);
    }
    loss += score;
    losses++;
    step++;
    batch += parts.size();
  }

  private void validate() throws IOException {
    boolean better = average == null ? judge() : average.apply(network, this::judge);
    progress.advance(
        0,
        String.format(
            java.util.Locale.ROOT,
            "step %d: %.4f%s",
            step,
            seen.get(seen.size() - 1).score(),
            better ? ", the best so far" : ""));
    loss = 0;
    losses = 0;
  }

  private boolean judge() throws IOException {
    double score = validation.score();
    seen.add(new Seen(step, losses == 0 ? Double.NaN : loss / losses, score));
    boolean better = stopping.improved(score, step);
    if (better) {
      best = network.params().dup();
    }
    return better;
  }

  private Result finish() {
    if (best != null) {
      network.params().assign(best);
    } else if (average != null && average.average() != null) {
      network.params().assign(average.average());
    }
    return new Result(
        step,
        stopping == null ? step : stopping.bestStep(),
        stopping == null ? Double.NaN : stopping.best(),
        stops(),
        List.copyOf(seen));
  }

  private void save() throws IOException {
    new Checkpoint(
            seed,
            step,
            epoch,
            batch,
            loss,
            losses,
            Networks.iteration(network),
            Networks.epoch(network),
            stopping == null ? Double.NaN : stopping.best(),
            stopping == null ? -1 : stopping.bestStep(),
            stopping == null ? 0 : stopping.since(),
            average == null ? 0 : average.updates(),
            List.copyOf(seen))
        .write(checkpoint, network, best, average == null ? null : average.average());
  }

  private void resume() throws IOException {
    Checkpoint.Content content = Checkpoint.read(checkpoint, network, seed);
    Checkpoint state = content.state();
    step = state.step();
    epoch = state.epoch();
    batch = state.batch();
    loss = state.loss();
    losses = state.losses();
    Networks.setCounts(network, state.iteration(), state.networkEpoch());
    if (stopping != null) {
      stopping.restore(state.bestScore(), state.bestStep(), state.scoresSinceBest());
    }
    if (average != null) {
      average.restore(content.average(), state.averaged());
    }
    best = content.best();
    seen.addAll(state.seen());
    progress.advance(step, "going on at step " + step);
  }

  /** Builder of {@link Training}. */
  public static final class Builder {
    private final Model network;
    private final Batches batches;
    private long seed = 1;
    private long steps = -1;
    private int accumulate = 1;
    private WeightAverage average;
    private long validateEvery;
    private Validation validation;
    private EarlyStopping stopping;
    private Path checkpoint;
    private long checkpointEvery;
    private Progress progress = Progress.NONE;

    private Builder(Model network, Batches batches) {
      this.network = Objects.requireNonNull(network, "network");
      this.batches = Objects.requireNonNull(batches, "batches");
    }

    /** Seed of the order of batches and of all that layers draw. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Updates in all, at least 1. */
    public Builder steps(long value) {
      steps = positive("steps", value);
      return this;
    }

    /** Batches of which the mean gradient makes one update; fewer at the end of an epoch. */
    public Builder accumulate(int count) {
      accumulate = (int) positive("accumulate", count);
      return this;
    }

    /** Validation and the end see this average of the weights; add it to the listeners too. */
    public Builder average(WeightAverage value) {
      average = value;
      return this;
    }

    /**
     * Scores the network every so many updates and after the last, and keeps the parameters of the
     * best score.
     *
     * @param patience scores without a better one until it stops; {@link Integer#MAX_VALUE} for
     *     never
     */
    public Builder validate(long every, Measure measure, Validation score, int patience) {
      validateEvery = positive("every", every);
      validation = Objects.requireNonNull(score, "score");
      stopping = new EarlyStopping(measure, patience);
      return this;
    }

    /** Writes everything to that file every so many updates, and goes on from it if it is there. */
    public Builder checkpoint(Path file, long every) {
      checkpoint = file;
      checkpointEvery = positive("every", every);
      return this;
    }

    /** Where progress goes: a step for each update, after the caller began. */
    public Builder progress(Progress listener) {
      progress = Objects.requireNonNull(listener, "progress");
      return this;
    }

    private static long positive(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + ": expected at least 1, found " + value);
      }
      return value;
    }

    /** The training. */
    public Training build() {
      if (steps < 0) {
        throw new IllegalStateException("expected a number of steps");
      }
      return new Training(this);
    }
  }
}
