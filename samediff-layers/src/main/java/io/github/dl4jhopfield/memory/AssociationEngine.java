package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One update of a batch of queries against stored patterns, w = separation(beta keys q), next =
 * mix^T w, in bounded memory. The one place where retrieval touches all stored patterns, so that a
 * native kernel can stand in for it.
 */
interface AssociationEngine {

  /**
   * @param keys what the queries are compared with, [N, d]
   * @param mixes what the weights mix, each [N, any]; usually the keys themselves
   * @param queries [n, d], of the keys' type, 'c' order
   */
  Update update(PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule);

  /**
   * How an update is made and what of its weights is asked for.
   *
   * @param topK how many of the heaviest patterns to report
   * @param keepWeights whether to return all weights
   */
  record Rule(Separation separation, double beta, int topK, boolean keepWeights) {}

  /**
   * What an update gives.
   *
   * @param mixed one [n, width] for each of the mixes
   * @param tops for each query what is known of its weights
   * @param weights [n, N], or null
   */
  record Update(List<INDArray> mixed, List<Top> tops, INDArray weights) {}

  /**
   * The weights of one query.
   *
   * @param matches the heaviest, heaviest first, at most topK
   * @param fixedPoint what the mixture is
   */
  record Top(List<Match> matches, FixedPoint fixedPoint) {}
}
