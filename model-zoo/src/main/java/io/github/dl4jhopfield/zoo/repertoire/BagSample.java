package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.Objects;

/** A repertoire and what is known of it; its sequences are opened once, when they are needed. */
final class BagSample implements Sample<SequenceBag> {

  /** Opens the sequences. */
  @FunctionalInterface
  interface Source {
    SequenceBag open() throws IOException;
  }

  private final String id;
  private final double[] labels;
  private final String group;
  private final String fold;
  private final Source source;
  private SequenceBag bag;

  BagSample(String id, double[] labels, String group, String fold, Source source) {
    this.id = Objects.requireNonNull(id, "id");
    this.labels = labels.clone();
    this.group = group;
    this.fold = fold;
    this.source = source;
  }

  /** In memory, with one label. */
  static BagSample of(String id, double label, SequenceBag bag) {
    return new BagSample(id, new double[] {label}, null, null, () -> bag);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public double label(int target) {
    return labels[target];
  }

  @Override
  public String group() {
    return group == null ? id : group;
  }

  @Override
  public String fold() {
    return fold;
  }

  @Override
  public synchronized SequenceBag open() throws IOException {
    if (bag == null) {
      bag = source.open();
    }
    return bag;
  }
}
