package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import java.util.List;
import java.util.Map;

/**
 * Repertoires to learn from.
 *
 * @param samples repertoires with their labels
 * @param splits how they are divided, at least once
 * @param covariates columns beside the labels, a value for each sample; null where missing
 * @param implanted the first so many sequences of a positive repertoire are implanted ones; 0 where
 *     nobody knows
 * @param protocol how the data came about, a paragraph each
 * @param notes what was decided or is odd
 * @param foldOf the fold of each sample as text, for the check of covariates
 */
record RepertoireData(
    Dataset<SequenceBag> samples,
    List<Split> splits,
    Map<String, List<String>> covariates,
    int implanted,
    List<String> protocol,
    List<String> notes,
    List<String> foldOf) {

  /**
   * One division of the samples.
   *
   * @param name in tables
   * @param train samples that gradients and counts come from
   * @param validation samples by which training ends and baselines are chosen
   * @param test samples that play no part before they are scored
   */
  record Split(String name, int[] train, int[] validation, int[] test) {}
}
