// GELU (Hendrycks & Gimpel, 2016), element-wise:
//
//   erf form:   y = x Phi(x) = x/2 (1 + erf(x / sqrt 2))
//   tanh form:  y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
//
// Error below 2 units in the last place of max(|x|, 1) times Phi. NaN stays NaN; -inf gives -0 (the limit), +inf gives
// +inf.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void gelu(const RowsView<const S>& x, bool tanhForm, const RowsView<S>& y);

/// gradX = g y'(x).
template <class S>
void geluBackward(const RowsView<const S>& x, const RowsView<const S>& gradOut, bool tanhForm,
                  const RowsView<S>& gradX);

}  // namespace dl4jhopfield
