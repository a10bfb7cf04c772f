package io.github.dl4jhopfield.layers;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Patterns, and how they unfold.
 *
 * @param flat [batch * length, size]
 * @param whole the same patterns along the last dimension of any array, for what needs no copy
 * @param bySample whether {@code whole} is [batch, length, size]
 * @param key tells them from others in names of shapes
 * @param size of a pattern
 * @param extent how many there are
 */
record Patterns(
    SDVariable flat, SDVariable whole, boolean bySample, String key, long size, Extent extent) {

  /** The patterns of all samples as those of one. */
  Patterns joined() {
    return new Patterns(flat, whole, false, key + "-joined", size, extent.joined());
  }
}
