package io.github.dl4jhopfield.keras;

import java.util.List;

/**
 * What stands in the way of an import, all of it at once, found without building anything.
 *
 * @param file name of the file
 * @param kerasVersion as the file says, "?" if it does not
 * @param problems one for each layer or weight that cannot be imported, with what to do about it
 * @param unchecked layers that were not looked at, because they come after one that was not
 *     understood
 * @param notes what an import would leave out or change
 * @param layers number of layers in order of computation
 */
public record ImportReport(
    String file,
    String kerasVersion,
    List<String> problems,
    List<String> unchecked,
    List<String> notes,
    int layers) {

  /** Whether nothing stands in the way. */
  public boolean imports() {
    return problems.isEmpty();
  }
}
