package io.github.dl4jhopfield.layers;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of times in fixed memory, filled by many threads without locks. A bucket is at most
 * 1/16 as wide as the times in it, from 1 ns to 292 years.
 */
final class Latencies {
  private static final int BITS = 4;
  private static final int STEPS = 1 << BITS;

  private final AtomicLongArray buckets = new AtomicLongArray((64 - BITS) * STEPS);
  private final AtomicLong sum = new AtomicLong();
  private final AtomicLong most = new AtomicLong();

  void add(long nanos) {
    long time = Math.max(0, nanos);
    buckets.incrementAndGet(bucket(time));
    sum.addAndGet(time);
    most.accumulateAndGet(time, Math::max);
  }

  static int bucket(long time) {
    if (time < STEPS) {
      return (int) time;
    }
    int shift = 63 - Long.numberOfLeadingZeros(time) - BITS;
    return (shift + 1) * STEPS + (int) ((time >>> shift) - STEPS);
  }

  /** The greatest time of a bucket. */
  static long upper(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int shift = bucket / STEPS - 1;
    return (((long) (bucket % STEPS + STEPS) + 1) << shift) - 1;
  }

  Predictor.Latency snapshot() {
    long[] counts = new long[buckets.length()];
    long count = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = buckets.get(i);
      count += counts[i];
    }
    return new Predictor.Latency(
        count,
        Duration.ofNanos(count == 0 ? 0 : sum.get() / count),
        percentile(counts, count, 0.5),
        percentile(counts, count, 0.9),
        percentile(counts, count, 0.99),
        percentile(counts, count, 0.999),
        Duration.ofNanos(most.get()));
  }

  private Duration percentile(long[] counts, long count, double share) {
    long rank = (long) Math.ceil(share * count);
    long seen = 0;
    for (int i = 0; i < counts.length && rank > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Duration.ofNanos(Math.min(upper(i), most.get()));
      }
    }
    return Duration.ZERO;
  }
}
