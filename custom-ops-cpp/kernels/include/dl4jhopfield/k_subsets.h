// k-subsets and constrained sparsemax: projections onto a box with a budget.
//
//   k-subsets:             y = argmin ||p - z||^2 over 0 <= p <= 1, sum p = k (exactly) or <= k (at most), z = beta x
//   constrained sparsemax: y = argmin ||p - z||^2 over 0 <= p <= u, sum p = 1
//
// In both y_i = clip(z_i - tau, 0, u_i). k-subsets is SparseMAP over subsets of k elements (Santos et al., ICML 2024,
// equation 17, the "budget" of the entmax package); constrained sparsemax is Malaviya, Ferreira & Martins, ACL 2018.
//
// Method: sum clip(z - tau, 0, u) falls piecewise linearly in tau; Newton on it within a bracket, entries that the
// bracket has settled as 0 or u taken out. It stops on the linear piece of the root, where the step is exact. Scores
// are relative to one near the threshold (of k-subsets that of rank ceil(k)), so that no digit is lost by what the
// others are.
//
// The rules of masked_softmax.h hold, with k for the mass: with at most k entries to choose from (exactly k) all get 1;
// m entries of +inf get min(1, k/m) each and the others share what is left of k.
// k may be any positive number; a row whose k is below 0 or NaN gives NaN.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void kSubsets(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& k, bool atMost,
              const RowScalars<S>& beta, const RowsView<S>& y);

/// On entries strictly between 0 and 1: gradX = beta (g - their mean g); where "at most" is not reached, beta g. 0
/// elsewhere.
template <class S>
void kSubsetsBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& k, bool atMost,
                      const RowScalars<S>& beta, const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

/// `upper` may be broadcast; an entry with upper 0 or below gets 0. Where the bounds allow less than 1 in total, y =
/// upper. NaN in an unmasked entry of `upper` is treated as NaN in x. +inf scores are filled first, equally up to their
/// bounds.
template <class S>
void constrainedSparsemax(const RowsView<const S>& x, const RowsView<const S>& upper, const MaskView& mask,
                          const RowsView<S>& y);

/// On entries strictly inside: gradX = g - m, m their mean g. On entries at their bound: gradUpper = g - m (g where the
/// bounds allow no more than 1 in total). 0 elsewhere.
template <class S>
void constrainedSparsemaxBackward(const RowsView<const S>& y, const RowsView<const S>& upper, const MaskView& mask,
                                  const RowsView<const S>& gradOut, const RowsView<S>& gradX,
                                  const RowsView<S>& gradUpper);

}  // namespace dl4jhopfield
