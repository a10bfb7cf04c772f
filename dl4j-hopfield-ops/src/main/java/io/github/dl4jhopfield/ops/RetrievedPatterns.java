package io.github.dl4jhopfield.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one retrieval from a memory gives for n queries.
 *
 * @param out weights times values [n, dv]
 * @param logSumExp log sum exp(beta keys q) [n] for softmax, else NaN
 * @param support patterns with a weight above 0 [n], LONG; -1 for softmax
 * @param topIndex the heaviest patterns [n, topK], LONG, heaviest first, of equals the earlier; -1
 *     where there are fewer patterns; null where none were asked for
 * @param topScore beta times their dot products [n, topK], or null
 * @param topWeight their weights [n, topK], or null
 */
public record RetrievedPatterns(
    INDArray out,
    INDArray logSumExp,
    INDArray support,
    INDArray topIndex,
    INDArray topScore,
    INDArray topWeight) {}
