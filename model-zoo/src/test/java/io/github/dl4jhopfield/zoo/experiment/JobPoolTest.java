package io.github.dl4jhopfield.zoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobPoolTest {
  @Test
  void resultsComeInTheOrderOfTheJobsWhateverEndsFirst() throws IOException {
    CountDownLatch last = new CountDownLatch(1);
    List<Callable<Integer>> jobs = new ArrayList<>();
    jobs.add(
        () -> {
          last.await();
          return 0;
        });
    jobs.add(
        () -> {
          last.countDown();
          return 1;
        });
    assertThat(JobPool.run("test", 2, jobs)).containsExactly(0, 1);
  }

  @Test
  void noMoreJobsExistThanAreRunningOrWaiting() throws IOException {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Iterator<Callable<Integer>> jobs =
        IntStream.range(0, 1000)
            .<Callable<Integer>>mapToObj(
                i -> {
                  most.accumulateAndGet(made.incrementAndGet() - taken.get(), Math::max);
                  return () -> i;
                })
            .iterator();
    List<Integer> results = new ArrayList<>();
    JobPool.run(
        "test",
        3,
        jobs,
        result -> {
          taken.incrementAndGet();
          results.add(result);
        });
    assertThat(results).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    assertThat(most.get()).isLessThanOrEqualTo(7);
  }

  @Test
  void whatAJobThrowsIsThrownAndTheOthersAreInterrupted() {
    AtomicInteger interrupted = new AtomicInteger();
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    List<Callable<Integer>> jobs =
        List.of(
            () -> {
              waits.await();
              throw new IOException("disk on fire");
            },
            () -> {
              waits.countDown();
              try {
                Thread.sleep(50_000);
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                over.countDown();
              }
              return 1;
            });
    assertThatThrownBy(() -> JobPool.run("test", 2, jobs))
        .isInstanceOf(IOException.class)
        .hasMessage("disk on fire");
    assertThatThrownBy(
            () ->
                JobPool.run(
                    "test",
                    1,
                    List.<Callable<Integer>>of(
                        () -> {
                          throw new StackOverflowError();
                        })))
        .isInstanceOf(StackOverflowError.class);
    try {
      over.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(interrupted.get()).isEqualTo(1);
  }

  @Test
  void thereIsAtLeastOneThread() {
    assertThatThrownBy(() -> JobPool.run("test", 0, List.of()))
        .hasMessage("threads: expected at least 1, found 0");
  }
}
