package io.github.dl4jhopfield.runtime;

import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer or vertex of the mended base whose prediction is a few eager ops, which the runtime then
 * takes in place of the graph: the same numbers, without a copy of the output, and with what lies
 * in between in DL4J's working memory, which the next layer uses again while it is in the cache.
 * Training always runs the graph.
 */
public interface DirectInference {

  /**
   * Computes all but the last op.
   *
   * @param inputs by name, as in the graph
   * @param masks those that there are
   * @param params by name
   * @return the last op, to be run where the output belongs; null where this call needs the graph
   */
  Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params);
}
