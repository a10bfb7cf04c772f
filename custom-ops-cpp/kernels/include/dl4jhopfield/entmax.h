// Sparsemax, 1.5-entmax and alpha-entmax: separations with exact zeros.
//
//   y = argmax_p <p, z> - (sum_i p_i^alpha - 1) / (alpha (alpha - 1))   over the simplex,   z = beta x
//   y_i = [(alpha - 1) z_i - tau]_+ ^ (1 / (alpha - 1))                 with tau such that sum_i y_i = 1
//
// sparsemax is alpha = 2 (Martins & Astudillo, ICML 2016), softmax the limit alpha = 1, alpha-entmax
// Peters, Niculae & Martins, ACL 2019. The rules of masked_softmax.h hold here too.
//
// Method. Entries further than 1/(alpha-1) below the maximum cannot be in the support and are dropped at once; tau is
// then the root of || [(alpha-1) z - tau]_+ ||_q = 1, q = 1/(alpha-1). For alpha <= 2 that norm is convex and falling
// in tau, so Newton from tau = max - 1 rises monotonically, loses entries for good as tau passes them, and converges
// quadratically (finitely for sparsemax); up to alpha = 1.5 Halley's step, of third order, takes its place. 3 to 8
// short passes to the last bit over the entries that are left, the last of which gives their weights; no bisection.
// Powers are taken as exp(q log1p(.)), exact in the limit alpha -> 1; alpha == 1, 1.5 and 2 are the closed forms
// themselves. For alpha > 2 the map is steep without bound, and tau tells little of the weights: the smallest weight of
// the support takes its place, see internal/steep_entmax.h; right in every digit at any alpha.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void sparsemax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y);

/// On the support: gradX = beta (g - mean of g over the support); 0 elsewhere.
template <class S>
void sparsemaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                       const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

template <class S>
void entmax15(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y);

/// With r = sqrt(y): gradX = beta r (g - <r, g> / sum r).
template <class S>
void entmax15Backward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                      const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

/// Any alpha >= 1, one for all or one a row; a row whose alpha is below 1 or NaN gives NaN.
template <class S>
void entmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& alpha, const RowScalars<S>& beta,
            const RowsView<S>& y);

/// With r = y^(2-alpha) on the support: gradX = beta r (g - <r, g> / sum r), at the weights as they are given. Infinite
/// where the type is too small for it, never NaN. gradAlpha (Correia, Niculae & Martins, EMNLP 2019, proposition 1), in
/// a form with no cancellation near alpha = 1.
template <class S>
void entmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& alpha,
                    const RowScalars<S>& beta, const RowsView<S>& gradX, double* gradAlphaPerRow = nullptr,
                    const RowScalarGrad<S>& gradBeta = {});

}  // namespace dl4jhopfield
