package io.github.dl4jhopfield.ops;

import java.util.Objects;

/**
 * The arrays of a sequence embedding: N amino-acid sequences of at most W residues, a convolution
 * of k taps with C channels over F features.
 *
 * <pre>
 *   z_p[c] = bias[c] + sum_k ( scale weight[k][residue_{p+k}][c] + sum_f feature_f(p+k) weight[k][20+f][c] )
 *   y[c]   = selu( max_p z_p[c] )
 * </pre>
 *
 * <p>F is 20, one feature a residue, or 23 with three that say where in its sequence of L residues
 * a residue j lies: with t = 2 |1/2 - j / (L - 1)|, start = t in the first half and 0 in the
 * second, middle = 1 - t, end = 0 in the first half and t in the second. A sequence has max(L, k) -
 * k + 1 positions; taps past its end add nothing. An embedding depends on its own sequence only.
 *
 * <p>Source: Widrich et al., Modern Hopfield Networks and Attention for Immune Repertoire
 * Classification, NeurIPS 2020.
 *
 * @param residues [N, W]: 0 to 19, and from the end of the sequence on anything else, such as -1;
 *     int8, uint8, int16, int32, int64, float or double
 * @param scale [N], what the residues' part is multiplied with (a count, or its logarithm), type of
 *     the weight; or null for 1. Has no gradient
 * @param weight [k, F, C]
 * @param bias [C]
 * @param <T> INDArray or SDVariable
 */
public record SequenceInputs<T>(T residues, T scale, T weight, T bias) {

  /** Checks that all but the scale is there. */
  public SequenceInputs {
    Objects.requireNonNull(residues, "residues");
    Objects.requireNonNull(weight, "weight");
    Objects.requireNonNull(bias, "bias");
  }
}
