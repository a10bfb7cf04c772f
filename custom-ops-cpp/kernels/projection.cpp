#include "dl4jhopfield/projection.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "internal/each_type.h"
#include "internal/projection_parts.h"

namespace dl4jhopfield {
namespace {

using association_detail::activeOps;
using association_detail::roundUp;
using association_detail::TileOps;
using namespace projection_detail;

constexpr int64_t kBlockBytes = 48 * 1024;  // rows of x worked on at a time
constexpr int64_t kMostChunks = 32;         // of rows, each with sums of its own
constexpr int64_t kLeastChunkRows = 256;
constexpr int64_t kPartialBytes = 64 * 1024 * 1024;  // of those sums

/// `row` in each of `rows` rows: where they follow each other a copy of what is there already doubles it, which for
/// short rows spares a call each.
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
  if (projections.empty() || projections.size() != views)
    throw std::invalid_argument("one array a projection is needed");
  for (const auto& p : projections)
    if (p.width < 0 || (p.weight == nullptr && p.width * x.length > 0))
      throw std::invalid_argument("a projection has no weights");
}

/// What both directions need: x, normalised block by block.
template <class S>
struct Standardised {
  using C = Compute<S>;
  const TileOps<C>& ops = activeOps<C>();
  Blocks<S> x;
  bool normalise;
  C eps;
  int64_t length, wide, blockRows;

  Standardised(const RowsView<const S>& view, bool norm, double eps)
      : x(view, roundUp(view.length, activeOps<C>().lanes), false),
        normalise(norm && view.length > 0),
        eps(static_cast<C>(eps)),
        length(view.length),
        wide(roundUp(view.length, activeOps<C>().lanes)),
        blockRows(rowsOfBlock<C>(wide, kBlockBytes)) {}

  int64_t scratch() const { return 2 * blockRows * (wide + 1); }

  /// The rows, normalised where that is wanted, with the factor that normalised each.
  const C* rows(int64_t first, int64_t count, Parts<C>& parts, int64_t& step, const C*& inverse) const {
    const C* raw = x.at(first, count, x.direct() ? nullptr : parts.take(blockRows * wide));
    step = x.step();
    inverse = nullptr;
    if (!normalise) return raw;
    C* mean = parts.take(2 * blockRows);
    C* scale = mean + blockRows;
    C* h = parts.take(blockRows * wide);
    normaliseRows(ops, raw, step, count, length, eps, mean, scale, h, wide);
    step = wide;
    inverse = scale;
    return h;
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
      int64_t step;
      const C* inverse;
      const C* h = in.rows(first, count, parts, step, inverse);
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
  const int64_t most = std::clamp<int64_t>(
      kPartialBytes / (std::max<int64_t>(size, 1) * static_cast<int64_t>(sizeof(C))), 4, kMostChunks);
  const int64_t chunkRows = roundUp(std::max(kLeastChunkRows, (rows + most - 1) / most), in.blockRows);
  const int64_t chunks = (rows + chunkRows - 1) / chunkRows;
  std::vector<C> partial(chunks * size, C(0));
  parallelRows(chunks, chunkRows * cost, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * chunkRows; first < std::min(end * chunkRows, rows); first += in.blockRows) {
      const int64_t count = std::min(in.blockRows, rows - first);
      C* own = partial.data() + first / chunkRows * size;
      Parts<C> parts(in.scratch() + in.blockRows * (widest + 2 * in.wide));
      int64_t step;
      const C* inverse;
      const C* h = in.rows(first, count, parts, step, inverse);
      C* gradBuffer = parts.take(in.blockRows * widest);
      C* out = target.at(first, parts.take(in.blockRows * in.wide));
      C* gradH = out;
      int64_t gradStep = target.step();
      if (in.normalise) {
        gradH = parts.take(in.blockRows * in.wide);
        gradStep = in.wide;
      }
      for (std::size_t i = 0; i < n; ++i) {
        const int64_t width = projections[i].width, from = grads[i].step();
        const C* g = grads[i].at(first, count, gradBuffer);
        in.ops.gemm(gradH, gradStep, folded[i].weight.data(), in.wide, x.length, g, from, 1, count, width, i > 0,
                    nullptr);
        in.ops.gemm(own + product[i], width, g, from, width, h, 1, step, x.length, count, true, nullptr);
        C* sums = own + sum[i];
        for (int64_t r = 0; r < count; ++r)
          for (int64_t c = 0; c < width; ++c) sums[c] += g[r * from + c];
      }
      if (in.normalise)
        in.ops.standardiseGradient(out, target.step(), gradH, gradStep, h, step, count, x.length, inverse);
      target.stored(first, count, out);
    }
  });
  for (std::size_t i = 0; i < n; ++i)
    collect(projections[i], x.length, partial.data() + product[i], partial.data() + sum[i], chunks, size, gradients[i]);
}

#define INSTANTIATE(S)                                                                                     \
  template void project(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&,         \
                        const std::vector<RowsView<S>>&);                                                  \
  template void projectBackward(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&, \
                                const std::vector<RowsView<const S>>&, const RowsView<S>&,                 \
                                const std::vector<ProjectionGradient<Compute<S>>>&);
DL4JH_EACH_STORED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace dl4jhopfield
