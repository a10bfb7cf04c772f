package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.io.Faults;
import java.util.List;

/** Everything that is wrong with a table of bags, a line each. */
public final class BagFaults extends IllegalArgumentException implements Faults {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  BagFaults(List<String> faults) {
    super(String.join("\n", faults));
    this.faults = List.copyOf(faults);
  }

  @Override
  public List<String> faults() {
    return faults;
  }
}
