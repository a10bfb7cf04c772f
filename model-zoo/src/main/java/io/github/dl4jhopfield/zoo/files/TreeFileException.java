package io.github.dl4jhopfield.zoo.files;

import io.github.dl4jhopfield.io.Faults;
import java.io.IOException;
import java.util.List;

/** A settings file that cannot be used: every fault that was found in it, a line each. */
public final class TreeFileException extends IOException implements Faults {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  /** One fault. */
  public TreeFileException(String fault) {
    this(List.of(fault));
  }

  /** Several faults; at least one. */
  public TreeFileException(List<String> faults) {
    super(String.join("\n", faults));
    this.faults = List.copyOf(faults);
  }

  @Override
  public List<String> faults() {
    return faults;
  }
}
