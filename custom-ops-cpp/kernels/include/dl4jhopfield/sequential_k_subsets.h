// Sequential k-subsets: SparseMAP over subsets of a chain, which likes (or dislikes) neighbours being chosen together.
//
//   y = argmax_p  max_{q: E_q[c] = p}  <p, x> + E_q[sum_i w_i c_i c_{i+1}] - 1/2 (||p||^2 + ||1 - p||^2)
//
// over distributions q on the c in {0,1}^n with sum c = k (exactly) or <= k (at most). Santos et al., ICML 2024,
// section 4.3. The two states of each entry both enter the quadratic (as in the original's factor graph), so with w = 0
// the curvature is twice that of k_subsets.h.
//
// Method: the active-set method of Niculae et al. (SparseMAP, ICML 2018), exact and finite: the best subset for the
// present gradient is found by dynamic programming over (position, how many chosen, last chosen), O(n k); the weights
// of the subsets in use solve a small linear system. Computed in double. It ends when no subset improves by 1e-13 of
// the scores' size, after entries whose scores leave no choice beside the couplings have been settled: so that size is
// that of what is left to choose.
//
// A masked or -inf entry is never chosen and breaks the chain there; fewer entries than k: all get 1. NaN in an
// entry that takes part, or in a row's w or k, gives NaN in the row's entries that take part. m entries of +inf are
// always chosen if m <= k; else they get k/m each. k is rounded down to a whole number.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

/// `edges`: w, length n - 1 with the outer shape of x, broadcast by stride 0 in any dimension.
template <class S>
void sequentialKSubsets(const RowsView<const S>& x, const RowsView<const S>& edges, const MaskView& mask,
                        const RowScalars<S>& k, bool atMost, const RowsView<S>& y);

/// Gradients of x and of each edge score (not summed over what the edges are broadcast over). Solves the forward
/// problem again for its subsets; where scores tie, all subsets that are optimal take part, so the gradient is that of
/// the whole face.
template <class S>
void sequentialKSubsetsBackward(const RowsView<const S>& x, const RowsView<const S>& edges, const MaskView& mask,
                                const RowScalars<S>& k, bool atMost, const RowsView<const S>& gradOut,
                                const RowsView<S>& gradX, const RowsView<S>& gradEdges);

}  // namespace dl4jhopfield
