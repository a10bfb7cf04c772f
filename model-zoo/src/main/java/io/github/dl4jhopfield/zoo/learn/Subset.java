package io.github.dl4jhopfield.zoo.learn;

import java.util.List;
import java.util.Objects;

/** Some samples of a data set. */
final class Subset<C> implements Dataset<C> {
  private final Dataset<C> whole;
  private final int[] indices;

  Subset(Dataset<C> whole, int[] indices) {
    this.whole = whole;
    this.indices = indices.clone();
    for (int index : indices) {
      Objects.checkIndex(index, whole.size());
    }
  }

  @Override
  public String name() {
    return whole.name();
  }

  @Override
  public List<Target> targets() {
    return whole.targets();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Sample<C> sample(int index) {
    return whole.sample(indices[index]);
  }

  @Override
  public String fingerprint() {
    return "";
  }
}
