package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Batches that are made in the background. */
class PreparedBatchesTest {
  private static MultiDataSet batch(long number) {
    return new MultiDataSet(
        Nd4j.valueArrayOf(new long[] {1, 1}, number, DataType.FLOAT),
        Nd4j.zeros(DataType.FLOAT, 1, 1));
  }

  private static List<Double> taken(PreparedBatches batches) {
    List<Double> taken = new ArrayList<>();
    while (batches.hasNext()) {
      taken.add(batches.next().getFeatures(0).getDouble(0));
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void comeInTheirOrder(int threads) {
    PreparedBatches batches =
        new PreparedBatches(
            threads,
            2,
            9,
            number -> {
              Thread.onSpinWait();
              for (int i = 0; i < (9 - number) * 20_000; i++) {
                Thread.onSpinWait(); // the first take longest
              }
              return batch(number);
            });
    assertThat(taken(batches)).containsExactly(2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
    assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void onlySoManyAreMadeAhead() throws InterruptedException {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    CountDownLatch three = new CountDownLatch(3);
    PreparedBatches batches =
        new PreparedBatches(
            2,
            0,
            100,
            number -> {
              made.incrementAndGet();
              two.countDown();
              three.countDown();
              return batch(number);
            });
    assertThat(two.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(made).hasValue(2);
    batches.next();
    assertThat(three.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(made).hasValue(3);
    batches.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void whatMakingOneThrowsComesAfterThoseBefore(int threads) {
    PreparedBatches batches =
        new PreparedBatches(
            threads,
            0,
            5,
            number -> {
              if (number == 2) {
                throw new DataFormatException("cat.png", 0, "an image", "a half of one");
              }
              return batch(number);
            });
    assertThat(batches.next().getFeatures(0).getDouble(0)).isZero();
    assertThat(batches.next().getFeatures(0).getDouble(0)).isEqualTo(1);
    assertThatThrownBy(batches::next)
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("cat.png");
    PreparedBatches unread =
        new PreparedBatches(
            threads,
            0,
            1,
            number -> {
              throw new IOException("dog.png: gone");
            });
    assertThatThrownBy(unread::next)
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("dog.png: gone");
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(1)
                        .nOut(1)
                        .build())
                .build());
    network.init();
    return network;
  }

  @Test
  void aTrainingEndsWithTheirExceptionAndEndsTheirThreads() {
    List<Thread> threads = new ArrayList<>();
    Training.Batches batches =
        (epoch, seed, from) ->
            new PreparedBatches(
                1,
                from,
                5,
                number -> {
                  if (threads.isEmpty()) {
                    threads.add(Thread.currentThread());
                  }
                  if (number == 3) {
                    throw new IOException("dog.png: gone");
                  }
                  return batch(number);
                });
    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Training.builder(network(), batches)
                    .steps(20)
                    .progress(new Steps(steps))
                    .build()
                    .run())
        .isInstanceOf(IOException.class)
        .hasMessage("dog.png: gone");
    assertThat(steps).hasValue(3);
    assertThat(ended(threads.get(0))).isTrue();
  }

  @Test
  void aTrainingThatEndsWithinAnEpochEndsTheirThreads() throws IOException {
    List<Thread> threads = new ArrayList<>();
    Training.Batches batches =
        (epoch, seed, from) ->
            new PreparedBatches(
                1,
                from,
                1_000,
                number -> {
                  if (threads.isEmpty()) {
                    threads.add(Thread.currentThread());
                  }
                  return batch(number);
                });
    Training.builder(network(), batches).steps(3).build().run();
    assertThat(ended(threads.get(0))).isTrue();
  }

  private static boolean ended(Thread thread) {
    try {
      thread.join(60_000);
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Steps(AtomicInteger count)
      implements io.github.dl4jhopfield.zoo.experiment.Progress {
    @Override
    public void begin(String task, long steps) {}

    @Override
    public void advance(long done, String detail) {
      count.addAndGet((int) done);
    }

    @Override
    public void end() {}
  }
}
