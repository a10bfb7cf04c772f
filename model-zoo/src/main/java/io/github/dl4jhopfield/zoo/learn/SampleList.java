package io.github.dl4jhopfield.zoo.learn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A data set of a list of samples. */
final class SampleList<C> implements Dataset<C> {
  private final String name;
  private final List<Target> targets;
  private final String fingerprint;
  private final List<? extends Sample<? extends C>> samples;

  SampleList(
      String name,
      List<Target> targets,
      String fingerprint,
      List<? extends Sample<? extends C>> samples) {
    this.name = name;
    this.targets = List.copyOf(targets);
    this.fingerprint = fingerprint;
    this.samples = List.copyOf(samples);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one target, found none");
    }
    Set<String> ids = new HashSet<>();
    for (Sample<? extends C> sample : samples) {
      if (!ids.add(sample.id())) {
        throw new IllegalArgumentException(
            name + ": expected each sample once, found \"" + sample.id() + "\" twice");
      }
      for (int t = 0; t < targets.size(); t++) {
        targets.get(t).check(sample.label(t), sample.id());
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Target> targets() {
    return targets;
  }

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  @SuppressWarnings("unchecked") // a sample only gives its content out
  public Sample<C> sample(int index) {
    return (Sample<C>) samples.get(index);
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}
