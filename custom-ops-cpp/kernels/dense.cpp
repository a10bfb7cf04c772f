#include "dl4jhopfield/dense.h"

#include <stdexcept>
#include <vector>

#include "dl4jhopfield/parallel.h"
#include "internal/each_type.h"
#include "internal/projection_parts.h"

namespace dl4jhopfield {

template <class S>
void dense(const RowsView<const S>& x, const RowsView<const S>& w, const S* bias, DenseActivation activation,
           const RowsView<S>& y, int64_t pieces, int64_t pieceStride, const RowsView<const S>& residual) {
  using C = Compute<S>;
  const int64_t rows = x.rows(), nIn = pieces * x.length, nOut = y.length;
  if (w.outerRank != 1 || w.rows() != nIn || w.length != nOut || y.rows() != rows)
    throw std::invalid_argument("dense: x [rows, nIn], w [nIn, nOut] and y [rows, nOut] do not fit each other");
  if (residual.data != nullptr && (residual.rows() != rows || residual.length != nOut))
    throw std::invalid_argument("dense: the residual must have rows like those of y");
  if (rows == 0 || nOut == 0) return;
  std::vector<C> b;
  for (int64_t i = 0; bias != nullptr && i < nOut; ++i) b.push_back(load<S>(bias[i]));
  Projection<S> projection;
  projection.width = nOut;
  projection.weight = w.data;
  projection.weightRow = w.strides[0];
  projection.weightStep = w.stride;
  projection.bias = bias != nullptr ? b.data() : nullptr;
  RowsView<const S> whole = x;
  if (pieces > 1) {
    static thread_local Scratch scratch;
    S* copy = static_cast<S*>(scratch.atLeast(static_cast<std::size_t>(rows * nIn) * sizeof(S)));
    parallelRows(rows, nIn, [&](int64_t begin, int64_t end) {
      S* to = copy + begin * nIn;
      for (int64_t r = begin; r < end; ++r) {
        const S* from = x.row(r);
        for (int64_t p = 0; p < pieces; ++p, from += pieceStride, to += x.length)
          for (int64_t i = 0; i < x.length; ++i) to[i] = from[i * x.stride];
      }
    });
    whole = denseRows<const S>(copy, rows, nIn);
  }
  projection_detail::projectTo<S>(whole, false, 0, {projection}, activation, {y}, residual);
}

#define INSTANTIATE(S)                                                                               \
  template void dense(const RowsView<const S>&, const RowsView<const S>&, const S*, DenseActivation, \
                      const RowsView<S>&, int64_t, int64_t, const RowsView<const S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
