#include "dl4jhopfield/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "internal/each_type.h"
#include "internal/reference.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {
namespace {

/// Of one row: normalised(i) = (x_i - mean) / sqrt(variance + eps). The mean is in two parts, as one has no digits for
/// it where it is large beside the deviation.
template <class C>
struct RowMoments {
  const C* x;
  double mean, shift, inverse;

  RowMoments(const C* row, int64_t n, double eps) : x(row) {
    double sum = 0, rest = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]);
    mean = sum / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i) rest += static_cast<double>(x[i]) - mean;
    shift = rest / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i) squares += deviation(i) * deviation(i);
    inverse = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
  }
  double deviation(int64_t i) const { return static_cast<double>(x[i]) - mean - shift; }
  double normalised(int64_t i) const { return deviation(i) * inverse; }
};

}  // namespace

template <class C>
void layerNorm(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r) {
    const C* x = b.in[0] + r * b.inStep[0];
    const RowMoments<C> of(x, b.length, b.scalar[0][0]);
    for (int64_t i = 0; i < b.length; ++i) {
      const double gain = b.in[1] ? static_cast<double>(b.in[1][i]) : 1,
                   bias = b.in[2] ? static_cast<double>(b.in[2][i]) : 0;
      b.out[0][r * b.outStep[0] + i] = static_cast<C>(of.normalised(i) * gain + bias);
    }
  }
}

template <class C>
void layerNormBackward(const Block<C>& b) {
  const double n = static_cast<double>(b.length);
  for (int64_t r = 0; r < b.rows; ++r) {
    const C* x = b.in[0] + r * b.inStep[0];
    const C* g = b.in[1] + r * b.inStep[1];
    double sumU = 0, sumUH = 0;
    const RowMoments<C> of(x, b.length, b.scalar[0][0]);
    const auto h = [&](int64_t i) { return of.normalised(i); };
    const auto u = [&](int64_t i) {
      return static_cast<double>(g[i]) * (b.in[2] ? static_cast<double>(b.in[2][i]) : 1.0);
    };
    for (int64_t i = 0; i < b.length; ++i) {
      sumU += u(i);
      sumUH += u(i) * h(i);
      if (b.out[1]) b.out[1][i] += static_cast<C>(static_cast<double>(g[i]) * h(i));
      if (b.out[2]) b.out[2][i] += g[i];
    }
    C* gradX = b.out[0] + r * b.outStep[0];
    for (int64_t i = 0; i < b.length; ++i) gradX[i] = static_cast<C>((u(i) - sumU / n - h(i) * sumUH / n) * of.inverse);
  }
}

#define INSTANTIATE(C)                      \
  template void layerNorm(const Block<C>&); \
  template void layerNormBackward(const Block<C>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace reference

namespace {

/// n numbers as a view that every row shares.
template <class S>
RowsView<const S> shared(const S* values, const RowsView<const S>& like) {
  RowsView<const S> view = like;
  view.data = values;
  view.stride = 1;
  for (int i = 0; i < view.outerRank; ++i) view.strides[i] = 0;
  return view;
}

/// |x| of a row; squares beyond the range of double are taken of x relative to its largest entry.
template <class C>
double normOf(const C* x, int64_t n) {
  double squares = 0;
  for (int64_t i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  if (squares > 1e-280 && squares < 1e300) return std::sqrt(squares);
  double largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double size = std::abs(static_cast<double>(x[i]));
    if (!(size <= largest)) largest = size;
    if (std::isnan(largest)) return largest;
  }
  if (largest == 0) return 0;
  if (std::isinf(largest)) return std::numeric_limits<double>::quiet_NaN();
  squares = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double part = static_cast<double>(x[i]) / largest;
    squares += part * part;
  }
  return largest * std::sqrt(squares);  // infinite only where the norm is
}

/// Division by one number, as a product where its inverse is an ordinary number.
class Divisor {
 public:
  explicit Divisor(double value) : value_(value), inverse_(1 / value), ordinary_(value > 1e-300 && value < 1e300) {}
  double operator()(double x) const { return ordinary_ ? x * inverse_ : x / value_; }

 private:
  double value_, inverse_;
  bool ordinary_;
};

}  // namespace

template <class S>
void layerNorm(const RowsView<const S>& x, const S* gain, const S* bias, double eps, const RowsView<S>& y) {
  RowPlan<S>(x)
      .in(x)
      .maybeIn(shared(gain, x))
      .maybeIn(shared(bias, x))
      .scalar(eps)
      .out(y)
      .run(1, 0, rowKernels<Compute<S>>().layerNorm);
}

template <class S>
void layerNormBackward(const RowsView<const S>& x, const S* gain, double eps, const RowsView<const S>& gradOut,
                       const RowsView<S>& gradX, double* gradGain, double* gradBias) {
  using C = Compute<S>;
  const int64_t rows = x.rows(), n = x.length;
  if (gradGain != nullptr) std::fill(gradGain, gradGain + n, 0.0);
  if (gradBias != nullptr) std::fill(gradBias, gradBias + n, 0.0);
  if (rows == 0 || n == 0) return;
  // Each chunk of rows has sums of its own, added up in order: the same bits whatever the number of threads.
  const int64_t chunkRows = std::max<int64_t>(8, (rows + 31) / 32), chunks = (rows + chunkRows - 1) / chunkRows;
  const bool sums = gradGain != nullptr || gradBias != nullptr;
  std::vector<C> partial(sums ? 2 * chunks * n : 0, C(0));
  const auto kernel = rowKernels<C>().layerNormBackward;
  RowPlan<S>(x)
      .in(x)
      .in(gradOut)
      .maybeIn(shared(gain, x))
      .scalar(eps)
      .out(gradX)
      .chunk(chunkRows)
      .run(2, 0, [&](const Block<C>& given) {
        Block<C> block = given;
        C* own = sums ? partial.data() + 2 * n * (block.first / chunkRows) : nullptr;
        block.out[1] = gradGain != nullptr ? own : nullptr;
        block.out[2] = gradBias != nullptr ? own + n : nullptr;
        kernel(block);
      });
  for (int64_t chunk = 0; chunk < chunks && sums; ++chunk)
    for (int64_t i = 0; i < n; ++i) {
      if (gradGain != nullptr) gradGain[i] += static_cast<double>(partial[2 * n * chunk + i]);
      if (gradBias != nullptr) gradBias[i] += static_cast<double>(partial[2 * n * chunk + n + i]);
    }
}

template <class S>
void l2Normalize(const RowsView<const S>& x, double eps, const RowsView<S>& y) {
  using C = Compute<S>;
  RowPlan<S>(x).in(x).out(y).run(1, 0, [eps](const Block<C>& b) {
    for (int64_t r = 0; r < b.rows; ++r) {
      const C* row = b.in[0] + r * b.inStep[0];
      const double own = normOf(row, b.length);
      const Divisor by(own < eps ? eps : own);
      for (int64_t i = 0; i < b.length; ++i)
        b.out[0][r * b.outStep[0] + i] = static_cast<C>(by(static_cast<double>(row[i])));
    }
  });
}

template <class S>
void l2NormalizeBackward(const RowsView<const S>& x, double eps, const RowsView<const S>& gradOut,
                         const RowsView<S>& gradX) {
  using C = Compute<S>;
  RowPlan<S>(x).in(x).in(gradOut).out(gradX).run(1, 0, [eps](const Block<C>& b) {
    for (int64_t r = 0; r < b.rows; ++r) {
      const C* row = b.in[0] + r * b.inStep[0];
      const C* g = b.in[1] + r * b.inStep[1];
      const double own = normOf(row, b.length);
      const bool small = own < eps;
      const Divisor by(small ? eps : own);
      double dot = 0;  // with the normalised row
      for (int64_t i = 0; i < b.length && !small; ++i)
        dot += by(static_cast<double>(row[i])) * static_cast<double>(g[i]);
      for (int64_t i = 0; i < b.length; ++i)
        b.out[0][r * b.outStep[0] + i] =
            static_cast<C>(by(static_cast<double>(g[i]) - (small ? 0 : by(static_cast<double>(row[i])) * dot)));
    }
  });
}

#define INSTANTIATE(S)                                                                                  \
  template void layerNorm(const RowsView<const S>&, const S*, const S*, double, const RowsView<S>&);    \
  template void layerNormBackward(const RowsView<const S>&, const S*, double, const RowsView<const S>&, \
                                  const RowsView<S>&, double*, double*);                                \
  template void l2Normalize(const RowsView<const S>&, double, const RowsView<S>&);                      \
  template void l2NormalizeBackward(const RowsView<const S>&, double, const RowsView<const S>&, const RowsView<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
