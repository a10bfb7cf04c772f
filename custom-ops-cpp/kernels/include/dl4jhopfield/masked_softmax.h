// Masked softmax, the separation of the modern Hopfield network:
//
//   y_i = exp(beta x_i) / sum_j exp(beta x_j)    over the unmasked entries j of the row
//
// Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equation 3.
//
// and softmax1, with a one in the denominator, so that a pattern may attend to nothing:
//
//   y_i = exp(beta x_i) / (1 + sum_j exp(beta x_j))
//
// Hu, Chang, Luo, Chen, Li, Wang and Liu, Outlier-Efficient Hopfield Layers for Large Transformer-Based Models, ICML
// 2024, equation 2.2; Miller, Attention is off by one, 2023. The weights sum to less than 1. It is softmax over one
// more pattern whose score is 0 and whose value is nothing.
//
// Rules of every separation of this library:
// - a masked entry, and one whose score is -inf, gets exactly 0 and takes part in nothing, whatever it holds (even
// NaN);
// - a row with nothing left gives zeros, forward and backward;
// - NaN in an unmasked entry gives NaN in all entries of that row that take part, and in no other row;
// - +inf scores (of beta x) share the mass equally; the others get 0 (the limit of large equal scores);
// - float error is within a few units in the last place of the largest entry; sums accumulate in the compute type.
//
// S is float, double, Half or BFloat16 (the last two computed in float).
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void maskedSoftmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y);

/// gradX = beta y (g - <y, g>); gradBeta = <x, y (g - <y, g>)> for each row. `y` is what the forward pass gave.
template <class S>
void maskedSoftmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                           const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

template <class S>
void softmax1(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y);

/// gradX = beta y (g - <y, g>), as softmax: here <y, g> is no mean, since y sums to less than 1.
template <class S>
void softmax1Backward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                      const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {});

}  // namespace dl4jhopfield
