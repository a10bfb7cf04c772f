package io.github.dl4jhopfield.reference;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What our code computed for a case, by the names that the case uses.
 *
 * @param outputs each output that could be computed
 * @param inputGrads gradients of sum(first output * cotangent) by input
 * @param weightGrads the same by weight
 */
public record Answer(
    Map<String, INDArray> outputs,
    Map<String, INDArray> inputGrads,
    Map<String, INDArray> weightGrads) {}
