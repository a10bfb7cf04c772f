#include "dl4jhopfield/gelu.h"

#include <cmath>
#include <initializer_list>

#include "internal/each_type.h"
#include "internal/reference.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {
namespace {

constexpr double kTanhScale = 0.79788456080286535588, kTanhCube = 0.044715;

template <class C, class F>
void eachEntry(const Block<C>& b, F&& f) {
  for (int64_t r = 0; r < b.rows; ++r)
    for (int64_t i = 0; i < b.length; ++i)
      b.out[0][r * b.outStep[0] + i] = static_cast<C>(
          f(static_cast<double>(b.in[0][r * b.inStep[0] + i]), b.in[1] ? b.in[1][r * b.inStep[1] + i] : C(0)));
}

}  // namespace

template <class C>
void gelu(const Block<C>& block) {
  eachEntry(block, [](double x, C) {
    return x == -std::numeric_limits<double>::infinity() ? -0.0 : x * 0.5 * std::erfc(-x * std::sqrt(0.5));
  });
}

template <class C>
void geluTanh(const Block<C>& block) {
  eachEntry(block, [](double x, C) {
    // (1 + tanh u) / 2 is the logistic function of 2u, which keeps its digits where tanh nears -1.
    const double s = 1 / (1 + std::exp(-2 * kTanhScale * (x + kTanhCube * x * x * x)));
    return s == 0 ? -0.0 : x * s;
  });
}

template <class C>
void geluBackward(const Block<C>& block) {
  eachEntry(block, [](double x, C g) {
    const double density = 0.39894228040143267794 * std::exp(-x * x / 2);
    return static_cast<double>(g) * (0.5 * std::erfc(-x * std::sqrt(0.5)) + (density == 0 ? 0.0 : x * density));
  });
}

template <class C>
void geluTanhBackward(const Block<C>& block) {
  eachEntry(block, [](double x, C g) {
    const double e = std::exp(-2 * kTanhScale * std::abs(x + kTanhCube * x * x * x));
    const double s = x > 0 ? 1 / (1 + e) : e / (1 + e), slope = e / ((1 + e) * (1 + e));
    const double inner = 2 * kTanhScale * (1 + 3 * kTanhCube * x * x);
    return static_cast<double>(g) * (s + (slope == 0 ? 0.0 : x * slope * inner));
  });
}

#define INSTANTIATE(C)                         \
  template void gelu(const Block<C>&);         \
  template void geluTanh(const Block<C>&);     \
  template void geluBackward(const Block<C>&); \
  template void geluTanhBackward(const Block<C>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace reference

namespace {

template <class T>
bool isDense(const RowsView<T>& view) {
  int64_t expected = view.length;
  if (view.stride != 1 && view.length != 1) return false;
  for (int i = view.outerRank - 1; i >= 0; --i) {
    if (view.strides[i] != expected && view.shape[i] != 1) return false;
    expected *= view.shape[i];
  }
  return true;
}

constexpr int64_t kPiece = 2048;

/// Dense operands are one line, cut into equal pieces, so that one long row is shared between threads as well.
template <class S, class F>
void inPieces(const RowsView<const S>& x, std::initializer_list<bool> dense, F&& f) {
  for (bool each : dense)
    if (!each) return f(int64_t(-1), int64_t(0), int64_t(0));
  const int64_t total = x.rows() * x.length;
  if (total / kPiece > 0) f(int64_t(0), total / kPiece, kPiece);
  if (total % kPiece > 0) f(total - total % kPiece, int64_t(1), total % kPiece);
}

template <class T>
RowsView<T> piece(const RowsView<T>& view, int64_t start, int64_t rows, int64_t length) {
  return start < 0 ? view : denseRows<T>(view.data + start, rows, length);
}

}  // namespace

template <class S>
void gelu(const RowsView<const S>& x, bool tanhForm, const RowsView<S>& y) {
  RowPlan<S>(x).in(x).out(y);  // checks the shapes
  const auto& table = rowKernels<Compute<S>>();
  inPieces(x, {isDense(x), isDense(y)}, [&](int64_t start, int64_t rows, int64_t length) {
    const RowsView<const S> from = piece(x, start, rows, length);
    RowPlan<S>(from).in(from).out(piece(y, start, rows, length)).run(2, 0, tanhForm ? table.geluTanh : table.gelu);
  });
}

template <class S>
void geluBackward(const RowsView<const S>& x, const RowsView<const S>& gradOut, bool tanhForm,
                  const RowsView<S>& gradX) {
  RowPlan<S>(x).in(x).in(gradOut).out(gradX);
  const auto& table = rowKernels<Compute<S>>();
  inPieces(x, {isDense(x), isDense(gradOut), isDense(gradX)}, [&](int64_t start, int64_t rows, int64_t length) {
    const RowsView<const S> from = piece(x, start, rows, length);
    RowPlan<S>(from)
        .in(from)
        .in(piece(gradOut, start, rows, length))
        .out(piece(gradX, start, rows, length))
        .run(2, 0, tanhForm ? table.geluTanhBackward : table.geluBackward);
  });
}

#define INSTANTIATE(S)                                                    \
  template void gelu(const RowsView<const S>&, bool, const RowsView<S>&); \
  template void geluBackward(const RowsView<const S>&, const RowsView<const S>&, bool, const RowsView<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
