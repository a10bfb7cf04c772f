#include "dl4jhopfield/dense.h"

#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "dl4jhopfield/parallel.h"
#include "internal/each_type.h"
#include "internal/association_search.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace {

constexpr int64_t kPanelBytes = 256;  // of a row of a packed panel of W
constexpr int64_t kBlockRows = 96;    // of x at a time

/// Whether the rows lie at one distance from each other, and which.
template <class T>
bool evenRows(const RowsView<T>& v, int64_t& step) {
  step = 0;
  int64_t span = 0;
  for (int i = v.outerRank - 1; i >= 0; --i) {
    if (v.shape[i] == 1) continue;
    if (span == 0)
      step = v.strides[i];
    else if (v.strides[i] != span)
      return false;
    span = v.strides[i] * v.shape[i];
  }
  return true;
}

template <class S>
struct Task {
  using C = Compute<S>;
  const RowsView<const S>& x;
  const RowsView<S>& y;
  const C* packed;             // [panels][nIn][width]
  const std::vector<C>& bias;  // padded to whole panels; empty: none
  DenseActivation activation;
  int64_t width, pieces, pieceStride;
  int64_t xStep = 0, yStep = 0;
  bool xDirect = false, yDirect = false;

  /// Rows [first, first + n), columns [from, from + columns), `from` a multiple of the width.
  void run(int64_t first, int64_t n, int64_t from, int64_t columns) const {
    static thread_local Scratch scratch;
    const int64_t nIn = pieces * x.length, own = yDirect ? 0 : n * columns;
    C* memory = static_cast<C*>(
        scratch.atLeast(static_cast<std::size_t>(own + (xDirect ? 0 : n * nIn) + kPadding) * sizeof(C)));
    const C* rows = memory + own;
    int64_t rowStep = nIn, elementStep = 1;
    if (xDirect) {
      rows = reinterpret_cast<const C*>(x.row(first));
      rowStep = xStep;
      elementStep = x.stride;
    } else {
      C* copy = memory + own;
      for (int64_t r = 0; r < n; ++r) {
        const S* source = x.row(first + r);
        for (int64_t p = 0; p < pieces; ++p, source += pieceStride, copy += x.length)
          if (x.stride == 1)
            for (int64_t i = 0; i < x.length; ++i) copy[i] = load<S>(source[i]);
          else
            for (int64_t i = 0; i < x.length; ++i) copy[i] = load<S>(source[i * x.stride]);
      }
    }
    C* out = yDirect ? reinterpret_cast<C*>(y.row(first)) + from : memory;
    const int64_t outStep = yDirect ? yStep : columns;
    if (!bias.empty())
      for (int64_t r = 0; r < n; ++r) std::copy_n(bias.data() + from, columns, out + r * outStep);
    const auto& ops = association_detail::activeOps<C>();
    for (int64_t at = 0; at < columns; at += width)
      ops.gemm(out + at, outStep, packed + (from + at) * nIn, width, std::min(width, columns - at), rows, rowStep,
               elementStep, n, nIn, !bias.empty(), nullptr);
    activate(out, outStep, n, columns);
    if (!yDirect)
      for (int64_t r = 0; r < n; ++r) {
        S* target = y.row(first + r) + from * y.stride;
        for (int64_t i = 0; i < columns; ++i) target[i * y.stride] = store<S>(out[r * columns + i]);
      }
  }

  void activate(C* out, int64_t outStep, int64_t n, int64_t columns) const {
    Block<C> block{};
    block.rows = n;
    block.length = columns;
    block.in[0] = block.out[0] = out;
    block.inStep[0] = block.outStep[0] = outStep;
    switch (activation) {
      case DenseActivation::None:
        break;
      case DenseActivation::Relu:
        for (int64_t r = 0; r < n; ++r)
          for (int64_t i = 0; i < columns; ++i) {
            C& v = out[r * outStep + i];
            v = v < C(0) ? C(0) : v;
          }
        break;
      case DenseActivation::Gelu:
        rowKernels<C>().gelu(block);
        break;
      case DenseActivation::GeluTanh:
        rowKernels<C>().geluTanh(block);
        break;
    }
  }
};

}  // namespace

template <class S>
void dense(const RowsView<const S>& x, const RowsView<const S>& w, const S* bias, DenseActivation activation,
           const RowsView<S>& y, int64_t pieces, int64_t pieceStride) {
  using C = Compute<S>;
  const int64_t rows = x.rows(), nIn = pieces * x.length, nOut = y.length;
  if (w.rows() != nIn || w.length != nOut || y.rows() != rows)
    throw std::invalid_argument("dense: x [rows, nIn], w [nIn, nOut] and y [rows, nOut] do not fit each other");
  if (rows == 0 || nOut == 0) return;
  constexpr int64_t width = kPanelBytes / static_cast<int64_t>(sizeof(C));
  const int64_t panels = (nOut + width - 1) / width;
  static thread_local Scratch scratch;
  C* packed = static_cast<C*>(scratch.atLeast(static_cast<std::size_t>(panels * nIn * width + kPadding) * sizeof(C)));
  parallelRows(panels, nIn * width, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t from = p * width, columns = std::min(width, nOut - from);
      C* to = packed + p * nIn * width;
      for (int64_t k = 0; k < nIn; ++k, to += width) {
        const S* source = w.row(k) + from * w.stride;
        if (w.stride == 1)
          for (int64_t i = 0; i < columns; ++i) to[i] = load<S>(source[i]);
        else
          for (int64_t i = 0; i < columns; ++i) to[i] = load<S>(source[i * w.stride]);
        for (int64_t i = columns; i < width; ++i) to[i] = C(0);
      }
    }
  });
  std::vector<C> padded;
  if (bias != nullptr) {
    padded.assign(panels * width, C(0));
    for (int64_t i = 0; i < nOut; ++i) padded[i] = load<S>(bias[i]);
  }
  Task<S> task{x, y, packed, padded, activation, width, pieces, pieceStride};
  task.xDirect = pieces == 1 && evenRows(x, task.xStep) && std::is_same_v<S, C>;
  task.yDirect = evenRows(y, task.yStep) && std::is_same_v<S, C> && (y.stride == 1 || nOut == 1);
  // few rows: the panels are shared out too
  const int64_t blocks = (rows + kBlockRows - 1) / kBlockRows, wanted = 4 * static_cast<int64_t>(maxThreads());
  const int64_t groups = blocks >= wanted ? 1 : std::min(panels, (wanted + blocks - 1) / blocks);
  const int64_t perGroup = (panels + groups - 1) / groups;
  const int64_t cost = std::min(rows, kBlockRows) * (nIn / 16 + 4) * perGroup * width;
  parallelRows(blocks * groups, cost, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t first = t / groups * kBlockRows, from = t % groups * perGroup * width;
      if (from < nOut)
        task.run(first, std::min(kBlockRows, rows - first), from, std::min(perGroup * width, nOut - from));
    }
  });
}

#define INSTANTIATE(S)                                                                               \
  template void dense(const RowsView<const S>&, const RowsView<const S>&, const S*, DenseActivation, \
                      const RowsView<S>&, int64_t, int64_t);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
