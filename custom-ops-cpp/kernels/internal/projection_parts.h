// What projections and pooling share: blocks of rows of any array, and weights with gain and shift folded in. Baseline
// code only.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "dl4jhopfield/dense.h"
#include "dl4jhopfield/parallel.h"
#include "dl4jhopfield/projection.h"
#include "internal/association_search.h"
#include "internal/row_plan.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace projection_detail {

using association_detail::roundUp;

/// project() with f applied to what comes out, and rows of one projection added to that, where `residual` has data.
template <class S>
void projectTo(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
               DenseActivation f, const std::vector<RowsView<S>>& y, const RowsView<const S>& residual = {});

/// Normalised rows h and the factors `inverse` that normalised them. A mean that is large beside the deviation has too
/// few digits in C: what is left of it in h is taken off there, where it is small.
template <class C>
void normaliseRows(const association_detail::TileOps<C>& ops, const C* raw, int64_t step, int64_t count, int64_t length,
                   C eps, C* mean, C* inverse, C* h, int64_t wide) {
  ops.moments(raw, step, count, length, eps, mean, inverse);
  ops.standardise(raw, step, count, length, mean, inverse, h, wide);
  for (int64_t r = 0; r < count; ++r) {
    if (!(std::abs(mean[r]) * inverse[r] > C(4))) continue;
    C* row = h + r * wide;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < length; ++i) sum += static_cast<double>(row[i]);
    const double rest = sum / static_cast<double>(length), before = static_cast<double>(inverse[r]);
    for (int64_t i = 0; i < length; ++i)
      squares += (static_cast<double>(row[i]) - rest) * (static_cast<double>(row[i]) - rest);
    const double variance = squares / static_cast<double>(length) / before / before;
    const double factor = 1 / std::sqrt(variance + static_cast<double>(eps));
    for (int64_t i = 0; i < length; ++i)
      row[i] = static_cast<C>((static_cast<double>(row[i]) - rest) * (factor / before));
    inverse[r] = static_cast<C>(factor);
  }
}

/// Rows of a view as dense blocks: in place where they lie so, else through a buffer.
template <class S>
class Blocks {
 public:
  using C = Compute<S>;

  /// @param wide length to which buffered rows are filled up with zeros; in place only where rows have that length
  /// already, if `filled`
  Blocks(const RowsView<const S>& view, int64_t wide, bool filled) : view_(view), wide_(wide) {
    bool even = true;
    for (int i = 0; i + 1 < view.outerRank; ++i) even &= view.strides[i] == view.strides[i + 1] * view.shape[i + 1];
    step_ = view.outerRank > 0 ? view.strides[view.outerRank - 1] : view.length;
    direct_ = std::is_same_v<S, C> && even && view.stride == 1 && (!filled || view.length == wide);
  }

  bool direct() const { return direct_; }
  int64_t step() const { return direct_ ? step_ : wide_; }

  const C* at(int64_t first, int64_t rows, C* buffer) const {
    if constexpr (std::is_same_v<S, C>)
      if (direct_) return view_.data + first * step_;
    const int64_t n = view_.length;
    const S* from[kGroup];
    for (int64_t r0 = 0; r0 < rows; r0 += kGroup) {
      const int64_t count = std::min(kGroup, rows - r0);
      for (int64_t r = 0; r < count; ++r) from[r] = view_.row(first + r0 + r);
      C* to = buffer + r0 * wide_;
      // the loop inside runs along what lies closer together
      if (view_.stride == 1) {
        for (int64_t r = 0; r < count; ++r)
          for (int64_t i = 0; i < n; ++i) to[r * wide_ + i] = load<S>(from[r][i]);
      } else {
        for (int64_t i = 0; i < n; ++i)
          for (int64_t r = 0; r < count; ++r) to[r * wide_ + i] = load<S>(from[r][i * view_.stride]);
      }
      for (int64_t r = 0; r < count; ++r) std::fill(to + r * wide_ + n, to + (r + 1) * wide_, C(0));
    }
    return buffer;
  }

 private:
  static constexpr int64_t kGroup = 64;
  RowsView<const S> view_;
  int64_t wide_, step_;
  bool direct_;
};

/// Where blocks of results go: the array itself, or a buffer that is then stored.
template <class S>
class Target {
 public:
  using C = Compute<S>;

  explicit Target(const RowsView<S>& view) : view_(view), in_(view, view.length, false) {}

  bool direct() const { return in_.direct(); }
  int64_t step() const { return in_.step(); }
  C* at(int64_t first, C* buffer) const {
    if constexpr (std::is_same_v<S, C>)
      if (direct()) return view_.data + first * step();
    return buffer;
  }
  void stored(int64_t first, int64_t rows, const C* from) const {
    if (direct()) return;
    for (int64_t r = 0; r < rows; ++r) {
      S* to = view_.row(first + r);
      for (int64_t i = 0; i < view_.length; ++i) to[i * view_.stride] = store<S>(from[r * view_.length + i]);
    }
  }
  /// Of each row `columns` numbers after `begin`, where it is not the array itself.
  void storedPart(int64_t first, int64_t rows, int64_t begin, int64_t columns, const C* from, int64_t step) const {
    for (int64_t r = 0; r < rows; ++r) {
      S* to = view_.row(first + r) + begin * view_.stride;
      for (int64_t i = 0; i < columns; ++i) to[i * view_.stride] = store<S>(from[r * step + i]);
    }
  }

 private:
  RowsView<S> view_;
  Blocks<S> in_;
};

/// How many rows of `wide` numbers to work on at a time: a multiple of 24, since the matrix kernels work on 6, 8, 12 or
/// 24 rows at once.
template <class C>
int64_t rowsOfBlock(int64_t wide, int64_t bytes) {
  return std::clamp<int64_t>(bytes / (std::max<int64_t>(1, wide) * static_cast<int64_t>(sizeof(C))) / 24 * 24, 48, 192);
}

/// Parts of one piece of scratch memory.
template <class C>
class Parts {
 public:
  explicit Parts(int64_t elements) {
    thread_local Scratch scratch;
    next_ = static_cast<C*>(scratch.atLeast(static_cast<std::size_t>(elements) * sizeof(C)));
  }
  C* take(int64_t elements) {
    C* part = next_;
    next_ += elements;
    return part;
  }

 private:
  C* next_;
};

template <class C>
struct Folded {
  std::vector<C> weight;  // gain W, or its transpose; rows filled up with zeros
  std::vector<C> bias;    // b + shift W
  int64_t wide = 0;       // width, filled up
};

/// For the forward pass weight and bias, for the backward pass the transposed weight.
template <class S>
Folded<Compute<S>> fold(const Projection<S>& p, int64_t length, int64_t lanes, bool transposed) {
  using C = Compute<S>;
  Folded<C> f;
  f.wide = roundUp(p.width, lanes);
  const int64_t row = transposed ? 1 : f.wide, step = transposed ? roundUp(length, lanes) : 1;
  f.weight.assign(transposed ? p.width * step : length * row, C(0));
  const auto put = [&](int64_t k, int64_t i) {
    const C w = load<S>(p.weight[k * p.weightRow + i * p.weightStep]);
    f.weight[k * row + i * step] = p.gain ? p.gain[k] * w : w;
  };
  if (p.weightStep <= p.weightRow) {
    for (int64_t k = 0; k < length; ++k)
      for (int64_t i = 0; i < p.width; ++i) put(k, i);
  } else {
    for (int64_t i = 0; i < p.width; ++i)
      for (int64_t k = 0; k < length; ++k) put(k, i);
  }
  if (transposed) return f;
  f.bias.assign(p.width, C(0));
  for (int64_t i = 0; i < p.width; ++i) {
    double sum = p.bias ? static_cast<double>(p.bias[i]) : 0.0;
    for (int64_t k = 0; p.shift && k < length; ++k)
      sum +=
          static_cast<double>(p.shift[k]) * static_cast<double>(load<S>(p.weight[k * p.weightRow + i * p.weightStep]));
    f.bias[i] = static_cast<C>(sum);
  }
  return f;
}

/// Adds up the sums of the chunks, `step` apart, and makes the gradients of one projection of them.
template <class S, class C = Compute<S>>
void collect(const Projection<S>& p, int64_t length, const C* products, const C* sums, int64_t chunks, int64_t step,
             const ProjectionGradient<C>& to) {
  std::vector<double> s(p.width, 0.0);
  for (int64_t chunk = 0; chunk < chunks; ++chunk)
    for (int64_t c = 0; c < p.width; ++c) s[c] += static_cast<double>(sums[chunk * step + c]);
  if (to.bias != nullptr)
    for (int64_t c = 0; c < p.width; ++c) to.bias[c] = static_cast<C>(s[c]);
  parallelRows(length, p.width * (chunks + 3), [&](int64_t begin, int64_t end) {
    std::vector<double> m(p.width);
    for (int64_t k = begin; k < end; ++k) {
      std::fill(m.begin(), m.end(), 0.0);
      for (int64_t chunk = 0; chunk < chunks; ++chunk) {
        const C* row = products + chunk * step + k * p.width;
        for (int64_t c = 0; c < p.width; ++c) m[c] += static_cast<double>(row[c]);
      }
      const double gain = p.gain ? static_cast<double>(p.gain[k]) : 1.0;
      const double shift = p.shift ? static_cast<double>(p.shift[k]) : 0.0;
      double ofGain = 0, ofShift = 0;
      for (int64_t c = 0; c < p.width; ++c) {
        const double weight = static_cast<double>(load<S>(p.weight[k * p.weightRow + c * p.weightStep]));
        ofGain += weight * m[c];
        ofShift += weight * s[c];
        if (to.weight != nullptr) to.weight[k * p.width + c] = static_cast<C>(gain * m[c] + shift * s[c]);
      }
      if (to.gain != nullptr) to.gain[k] = static_cast<C>(ofGain);
      if (to.shift != nullptr) to.shift[k] = static_cast<C>(ofShift);
    }
  });
}

}  // namespace projection_detail
}  // namespace dl4jhopfield
