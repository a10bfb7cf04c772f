package io.github.dl4jhopfield.zoo.tasks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Labelled sequences of one length, made by a rule: N sequences of T steps of F features, each with
 * a label of 0 or 1. The first and last eighth are held out, as in the examples of hopfield-layers.
 * The same seed draws the same set: numbers come from {@link Random} in the order written here,
 * which {@code tests/peers/example_tasks.py} repeats.
 */
final class SequenceSet {
  private final int steps;
  private final int features;
  private final float[][] sequences;
  private final float[] labels;

  private SequenceSet(int steps, int features, float[][] sequences, float[] labels) {
    this.steps = steps;
    this.features = features;
    this.sequences = sequences;
    this.labels = labels;
  }

  /**
   * Bags of bit patterns: the bags of the first half hold one of the signals at one place, those of
   * the second half hold none. No instance is all zeros.
   *
   * @param signals at most 2^bits - 2, so that a pattern is left that is no signal
   */
  static SequenceSet bitPatterns(int bags, int instances, int bits, int signals, long seed) {
    if (signals > (1 << bits) - 2) {
      throw new IllegalArgumentException(
          "option signals: expected at most 2^bits - 2 = "
              + ((1 << bits) - 2)
              + " for "
              + bits
              + " bits, found "
              + signals);
    }
    Random random = new Random(seed);
    List<Integer> chosen = new ArrayList<>();
    while (chosen.size() < signals) {
      int pattern = random.nextInt(1 << bits);
      if (pattern != 0 && !chosen.contains(pattern)) {
        chosen.add(pattern);
      }
    }
    Set<Integer> excluded = new HashSet<>(chosen);
    excluded.add(0);
    float[][] data = new float[bags][instances * bits];
    float[] labels = new float[bags];
    for (int b = 0; b < bags; b++) {
      int[] patterns = new int[instances];
      for (int t = 0; t < instances; t++) {
        do {
          patterns[t] = random.nextInt(1 << bits);
        } while (excluded.contains(patterns[t]));
      }
      if (b < bags / 2) {
        labels[b] = 1;
        int place = random.nextInt(instances);
        patterns[place] = chosen.get(random.nextInt(signals));
      }
      for (int t = 0; t < instances; t++) {
        for (int f = 0; f < bits; f++) {
          data[b][t * bits + f] = patterns[t] >> f & 1;
        }
      }
    }
    return new SequenceSet(instances, bits, data, labels);
  }

  /**
   * Latch sequences: one-hot characters of which the first, 0 or 1, is the label, and the others,
   * drawn from 2 up, say nothing.
   */
  static SequenceSet latch(int count, int steps, int characters, long seed) {
    Random random = new Random(seed);
    float[][] data = new float[count][steps * characters];
    float[] labels = new float[count];
    for (int s = 0; s < count; s++) {
      int label = random.nextInt(2);
      labels[s] = label;
      data[s][label] = 1;
      for (int t = 1; t < steps; t++) {
        data[s][t * characters + 2 + random.nextInt(characters - 2)] = 1;
      }
    }
    return new SequenceSet(steps, characters, data, labels);
  }

  int size() {
    return labels.length;
  }

  int steps() {
    return steps;
  }

  int features() {
    return features;
  }

  float label(int sequence) {
    return labels[sequence];
  }

  /** Indices for training. */
  int[] training() {
    int held = size() / 8;
    int[] indices = new int[size() - 2 * held];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = held + i;
    }
    return indices;
  }

  /** Indices that are held out. */
  int[] heldOut() {
    int held = size() / 8;
    int[] indices = new int[2 * held];
    for (int i = 0; i < held; i++) {
      indices[i] = i;
      indices[held + i] = size() - held + i;
    }
    return indices;
  }

  /** The sequences at some indices: [n, T, F]. */
  INDArray sequences(int[] indices, int from, int to) {
    int length = steps * features;
    float[] values = new float[(to - from) * length];
    for (int i = from; i < to; i++) {
      System.arraycopy(sequences[indices[i]], 0, values, (i - from) * length, length);
    }
    return Nd4j.create(values, new long[] {to - from, steps, features}, 'c');
  }

  /** Their labels: [n, 1]. */
  INDArray labels(int[] indices, int from, int to) {
    float[] values = new float[to - from];
    for (int i = from; i < to; i++) {
      values[i - from] = labels[indices[i]];
    }
    return Nd4j.create(values, new long[] {to - from, 1}, 'c');
  }

  /** The distinct steps of the training sequences: [n, F], in the order in which they come. */
  INDArray distinctSteps() {
    Set<List<Float>> distinct = new LinkedHashSet<>();
    for (int index : training()) {
      for (int t = 0; t < steps; t++) {
        List<Float> step = new ArrayList<>(features);
        for (int f = 0; f < features; f++) {
          step.add(sequences[index][t * features + f]);
        }
        distinct.add(step);
      }
    }
    float[] values = new float[distinct.size() * features];
    int i = 0;
    for (List<Float> step : distinct) {
      for (float value : step) {
        values[i++] = value;
      }
    }
    return Nd4j.create(values, new long[] {distinct.size(), features}, 'c');
  }
}
