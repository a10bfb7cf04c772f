#include "dl4jhopfield/projection.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "dl4jhopfield/parallel.h"
#include "internal/association_search.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace {

using association_detail::activeOps;
using association_detail::TileOps;

constexpr int64_t kBlockBytes = 48 * 1024;          // rows of x worked on at a time
constexpr int64_t kMostChunks = 32;                 // of rows, each with sums of its own
constexpr int64_t kLeastChunkRows = 256;
constexpr int64_t kPartialBytes = 64 * 1024 * 1024;  // of those sums

int64_t padded(int64_t n, int64_t lanes) { return (n + lanes - 1) / lanes * lanes; }

/// Rows of a view as dense blocks: in place where they lie so, else through a buffer.
template <class S>
class Blocks {
 public:
  using C = Compute<S>;

  /// @param wide length to which buffered rows are filled up with zeros; in place only where rows have that length already,
  /// if `filled`
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

 private:
  RowsView<S> view_;
  Blocks<S> in_;
};

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
  f.wide = padded(p.width, lanes);
  const int64_t row = transposed ? 1 : f.wide, step = transposed ? padded(length, lanes) : 1;
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
      sum += static_cast<double>(p.shift[k]) * static_cast<double>(load<S>(p.weight[k * p.weightRow + i * p.weightStep]));
    f.bias[i] = static_cast<C>(sum);
  }
  return f;
}

/// `row` in each of `rows` rows: where they follow each other a copy of what is there already doubles it, which for short rows
/// spares a call each.
template <class C>
void repeat(const std::vector<C>& row, C* to, int64_t step, int64_t rows) {
  const int64_t n = static_cast<int64_t>(row.size());
  if (step != n || rows == 0) {
    for (int64_t r = 0; r < rows; ++r) std::copy(row.begin(), row.end(), to + r * step);
    return;
  }
  std::copy(row.begin(), row.end(), to);
  for (int64_t have = 1; have < rows; have *= 2) std::copy(to, to + std::min(have, rows - have) * n, to + have * n);
}

template <class S>
void check(const RowsView<const S>& x, const std::vector<Projection<S>>& projections, std::size_t views) {
  if (projections.empty() || projections.size() != views) throw std::invalid_argument("one array a projection is needed");
  for (const auto& p : projections)
    if (p.width < 0 || (p.weight == nullptr && p.width * x.length > 0))
      throw std::invalid_argument("a projection has no weights");
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

/// What both directions need: x, normalised block by block.
template <class S>
struct Standardised {
  using C = Compute<S>;
  const TileOps<C>& ops = activeOps<C>();
  Blocks<S> x;
  bool normalise;
  double eps;
  int64_t length, wide, blockRows;

  Standardised(const RowsView<const S>& view, bool normalise, double eps)
      : x(view, padded(view.length, activeOps<C>().lanes), false), normalise(normalise), eps(eps), length(view.length),
        wide(padded(view.length, activeOps<C>().lanes)) {
    // a multiple of 24: the matrix kernels work on 6, 8, 12 or 24 rows at once
    const int64_t bytes = std::max<int64_t>(1, wide) * static_cast<int64_t>(sizeof(C));
    blockRows = std::clamp<int64_t>(kBlockBytes / bytes / 24 * 24, 48, 192);
  }

  int64_t scratch() const { return 2 * blockRows * wide; }

  /// The rows as they are, `raw`, and normalised; where nothing is normalised the same.
  const C* rows(int64_t first, int64_t count, Parts<C>& parts, const C*& raw, int64_t& rawStep, int64_t& step) const {
    raw = x.at(first, count, x.direct() ? nullptr : parts.take(blockRows * wide));
    rawStep = step = x.step();
    if (!normalise || length == 0) return raw;
    C* h = parts.take(blockRows * wide);
    step = wide;
    Block<C> block = rowsBlock(count);
    block.in[0] = raw;
    block.inStep[0] = rawStep;
    block.out[0] = h;
    block.outStep[0] = wide;
    rowKernels<C>().layerNorm(block);
    return h;
  }

  Block<C> rowsBlock(int64_t count) const {
    Block<C> block{};
    block.rows = count;
    block.length = length;
    block.scalar[0] = &eps;
    return block;
  }
};

}  // namespace

template <class S>
void project(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
             const std::vector<RowsView<S>>& y) {
  using C = Compute<S>;
  check<S>(x, projections, y.size());
  const Standardised<S> in(x, normalise, eps);
  std::vector<Folded<C>> folded;
  std::vector<Target<S>> targets;
  int64_t cost = x.length, widest = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    folded.push_back(fold(projections[i], x.length, in.ops.lanes, false));
    targets.emplace_back(y[i]);
    cost += x.length * projections[i].width / 16;
    widest = std::max(widest, projections[i].width);
  }
  const int64_t rows = x.rows(), blocks = (rows + in.blockRows - 1) / in.blockRows;
  parallelRows(blocks, in.blockRows * cost, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * in.blockRows, count = std::min(in.blockRows, rows - first);
      Parts<C> parts(in.scratch() + in.blockRows * widest);
      const C* raw;
      int64_t rawStep, step;
      const C* h = in.rows(first, count, parts, raw, rawStep, step);
      C* buffer = parts.take(in.blockRows * widest);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const Folded<C>& f = folded[i];
        const int64_t width = projections[i].width, to = targets[i].step();
        C* out = targets[i].at(first, buffer);
        repeat(f.bias, out, to, count);
        in.ops.gemm(out, to, f.weight.data(), f.wide, width, h, step, 1, count, x.length, true, nullptr);
        targets[i].stored(first, count, out);
      }
    }
  });
}

template <class S>
void projectBackward(const RowsView<const S>& x, bool normalise, double eps,
                     const std::vector<Projection<S>>& projections, const std::vector<RowsView<const S>>& gradY,
                     const RowsView<S>& gradX, const std::vector<ProjectionGradient<Compute<S>>>& gradients) {
  using C = Compute<S>;
  check<S>(x, projections, gradY.size());
  if (gradients.size() != gradY.size()) throw std::invalid_argument("one set of gradients a projection is needed");
  const Standardised<S> in(x, normalise, eps);
  const Target<S> target(gradX);
  const std::size_t n = gradY.size();
  std::vector<Folded<C>> folded;
  std::vector<Blocks<S>> grads;
  std::vector<int64_t> product(n), sum(n);  // places in a chunk's sums
  int64_t cost = x.length, widest = 0, size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const int64_t width = projections[i].width;
    folded.push_back(fold(projections[i], x.length, in.ops.lanes, true));
    grads.emplace_back(gradY[i], folded[i].wide, true);
    product[i] = size;
    sum[i] = size + x.length * width;
    size += (x.length + 1) * width;
    cost += x.length * width / 8;
    widest = std::max(widest, folded[i].wide);
  }
  const int64_t rows = x.rows();
  const int64_t most = std::clamp<int64_t>(kPartialBytes / (std::max<int64_t>(size, 1) * static_cast<int64_t>(sizeof(C))), 4, kMostChunks);
  const int64_t chunkRows = padded(std::max(kLeastChunkRows, (rows + most - 1) / most), in.blockRows);
  const int64_t chunks = (rows + chunkRows - 1) / chunkRows;
  std::vector<C> partial(chunks * size, C(0));
  parallelRows(chunks, chunkRows * cost, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * chunkRows; first < std::min(end * chunkRows, rows); first += in.blockRows) {
      const int64_t count = std::min(in.blockRows, rows - first);
      C* own = partial.data() + first / chunkRows * size;
      Parts<C> parts(in.scratch() + in.blockRows * (widest + 2 * in.wide));
      const C* raw;
      int64_t rawStep, step;
      const C* h = in.rows(first, count, parts, raw, rawStep, step);
      C* gradBuffer = parts.take(in.blockRows * widest);
      C* out = target.at(first, parts.take(in.blockRows * in.wide));
      C* gradH = out;
      int64_t gradStep = target.step();
      if (normalise) {
        gradH = parts.take(in.blockRows * in.wide);
        gradStep = in.wide;
      }
      for (std::size_t i = 0; i < n; ++i) {
        const int64_t width = projections[i].width, from = grads[i].step();
        const C* g = grads[i].at(first, count, gradBuffer);
        in.ops.gemm(gradH, gradStep, folded[i].weight.data(), in.wide, x.length, g, from, 1, count, width, i > 0, nullptr);
        in.ops.gemm(own + product[i], width, g, from, width, h, 1, step, x.length, count, true, nullptr);
        C* sums = own + sum[i];
        for (int64_t r = 0; r < count; ++r)
          for (int64_t c = 0; c < width; ++c) sums[c] += g[r * from + c];
      }
      if (normalise && x.length > 0) {
        Block<C> block = in.rowsBlock(count);
        block.in[0] = raw;
        block.inStep[0] = rawStep;
        block.in[1] = gradH;
        block.inStep[1] = gradStep;
        block.out[0] = out;
        block.outStep[0] = target.step();
        rowKernels<C>().layerNormBackward(block);
      }
      target.stored(first, count, out);
    }
  });
  for (std::size_t i = 0; i < n; ++i)
    collect(projections[i], x.length, partial.data() + product[i], partial.data() + sum[i], chunks, size, gradients[i]);
}

#define INSTANTIATE(S)                                                                                              \
  template void project(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&,         \
                        const std::vector<RowsView<S>>&);                                                           \
  template void projectBackward(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&, \
                                const std::vector<RowsView<const S>>&, const RowsView<S>&,                          \
                                const std::vector<ProjectionGradient<Compute<S>>>&);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(Half)
INSTANTIATE(BFloat16)
#undef INSTANTIATE

}  // namespace dl4jhopfield
