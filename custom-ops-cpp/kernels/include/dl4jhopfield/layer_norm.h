// Normalisations of rows: layer norm, and the l2 normalisation among the post-transformations of
// Hopfield-Fenchel-Young networks.
//
//   layer norm:  y = gain (x - mean) / sqrt(variance + eps) + bias      (variance over n, not n - 1)
//   l2:          y = x / max(||x||, eps)
//
// NaN or an infinity in a row gives NaN in that row only.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

/// `gain`, `bias`: n numbers, or nullptr for 1 and 0.
template <class S>
void layerNorm(const RowsView<const S>& x, const S* gain, const S* bias, double eps, const RowsView<S>& y);

/// With h = (x - mean) / sqrt(variance + eps) and u = gain g:
/// gradX = (u - mean(u) - h mean(u h)) / sqrt(variance + eps), gradGain = sum over rows of g h, gradBias = sum over
/// rows of g (n numbers each, or nullptr). The sums are taken in an order that does not depend on the number of
/// threads.
template <class S>
void layerNormBackward(const RowsView<const S>& x, const S* gain, double eps, const RowsView<const S>& gradOut,
                       const RowsView<S>& gradX, double* gradGain, double* gradBias);

template <class S>
void l2Normalize(const RowsView<const S>& x, double eps, const RowsView<S>& y);

/// gradX = (g - y <y, g>) / ||x||, or g / eps where ||x|| < eps.
template <class S>
void l2NormalizeBackward(const RowsView<const S>& x, double eps, const RowsView<const S>& gradOut,
                         const RowsView<S>& gradX);

}  // namespace dl4jhopfield
