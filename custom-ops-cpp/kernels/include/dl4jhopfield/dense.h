// A dense layer on the last axis, in one pass: y = f(x W + b) + residual.
//
// x [rows, nIn], W [nIn, nOut] (any strides), b [nOut] or none, y [rows, nOut]; f as below. W is copied into panels of
// a few vectors' width, which the rows of x meet in blocks that stay in the second-level cache, bias and f with them;
// sums over nIn run in rising order, so a row does not depend on the others and any number of threads gives the same
// bits. 16-bit types are computed in float. NaN and infinity behave as in the formula.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

enum class DenseActivation : int { None, Relu, Gelu, GeluTanh };

/// `w` has one view row for each input; `bias` may be nullptr. y must not overlap the others. A row of x may come in
/// `pieces` of x.length elements each, `pieceStride` apart (the lines of a patch of an image): then nIn = pieces *
/// x.length.
/// `residual` has rows like those of y, or no data for none.
template <class S>
void dense(const RowsView<const S>& x, const RowsView<const S>& w, const S* bias, DenseActivation activation,
           const RowsView<S>& y, int64_t pieces = 1, int64_t pieceStride = 0, const RowsView<const S>& residual = {});

}  // namespace dl4jhopfield
