package io.github.dl4jhopfield.layers;

/** Over what the early stop of the update steps looks. */
public enum UpdateStepScope {
  /**
   * Each head of each sample stops by itself when its association changes by at most eps (Frobenius
   * norm over its L x S entries; padded state patterns don't count). A result does not depend on
   * the other samples of the batch. The default.
   */
  SAMPLE,
  /**
   * As hflayers: a head goes on for the whole batch as long as it changes by more than eps in any
   * sample.
   */
  REFERENCE
}
