package io.github.dl4jhopfield.runtime;

import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.nd4j.linalg.learning.config.IUpdater;

/** DL4J's estimate of memory, for layers and vertices of this base. */
final class MemoryReports {

  private MemoryReports() {}

  /**
   * @param working values of one example that the graph keeps beside input and output; training
   *     keeps them and their gradients
   */
  static LayerMemoryReport of(
      String name,
      Class<?> type,
      InputType input,
      InputType output,
      Map<String, long[]> parameters,
      Function<String, IUpdater> updaters,
      long working) {
    long numbers = 0;
    long state = 0;
    for (Map.Entry<String, long[]> parameter : parameters.entrySet()) {
      long size = 1;
      for (long d : parameter.getValue()) {
        size *= d;
      }
      numbers += size;
      IUpdater updater = updaters.apply(parameter.getKey());
      state += updater == null ? 0 : updater.stateSize(size);
    }
    return new LayerMemoryReport.Builder(name, type, input, output)
        .standardMemory(numbers, state)
        .workingMemory(0, working, 0, 2 * working)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
