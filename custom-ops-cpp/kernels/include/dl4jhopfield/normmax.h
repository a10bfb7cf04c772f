// Normmax: the separation whose regulariser is a norm (Blondel, Martins & Niculae, JMLR 2020, section 4.4).
//
//   y = argmax_y <y, z> - ||y||_p over the simplex,  z = beta x,  p > 1
//   y_i = w_i / sum w,  w_i = [z_i - tau]_+ ^ (1/(p-1)),  tau such that sum_i [z_i - tau]_+ ^ (p/(p-1)) = 1
//
// Method: as alpha-entmax (entmax.h) with exponent q = p/(p-1) > 1: Newton on a convex norm, monotone, quadratic. For p
// > 2 weights are roots that magnify errors of a small z_i - tau without bound: such rows are solved to the last digit
// of it (internal/power_threshold.h). The rules of masked_softmax.h hold; a row whose p is not above 1 gives NaN.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void normmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& p, const RowScalars<S>& beta,
             const RowsView<S>& y);

/// With N = ||y||_p, s_i = (y_i/N)^(2-p) / (p-1) on the support, h = N (g - <y, g>):
/// gradX = beta (s h - y <s, h>).
template <class S>
void normmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& p,
                     const RowScalars<S>& beta, const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

}  // namespace dl4jhopfield
