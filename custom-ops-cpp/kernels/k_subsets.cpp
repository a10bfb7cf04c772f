#include "dl4jhopfield/k_subsets.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "internal/each_type.h"
#include "internal/reference.h"
#include "internal/reference_common.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {
namespace {

/// tau with sum_i clip(z_i - tau, 0, u_i) = mass, given that sum u > mass. The sum is linear between neighbouring
/// breakpoints z_i and z_i - u_i: find the two that enclose the mass, then solve on that piece.
double boxThreshold(const std::vector<double>& z, const std::vector<double>& u, double mass) {
  std::vector<double> breaks;
  breaks.reserve(2 * z.size());
  for (std::size_t i = 0; i < z.size(); ++i) {
    breaks.push_back(z[i]);
    breaks.push_back(z[i] - u[i]);
  }
  std::sort(breaks.begin(), breaks.end());
  const auto total = [&](double tau) {
    double sum = 0;
    for (std::size_t i = 0; i < z.size(); ++i) sum += std::min(std::max(z[i] - tau, 0.0), u[i]);
    return sum;
  };
  std::size_t low = 0, high = breaks.size() - 1;  // total(breaks[low]) >= mass >= total(breaks[high])
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (total(breaks[middle]) >= mass ? low : high) = middle;
  }
  double fixed = 0, sum = 0, count = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (z[i] - u[i] >= breaks[high])
      fixed += u[i];
    else if (z[i] > breaks[low]) {
      sum += z[i] - breaks[low];
      ++count;
    }
  }
  if (count == 0) return fixed > mass ? breaks[high] : breaks[low];  // pieces that rounding joined, or a flat one
  return breaks[low] + (fixed + sum - mass) / count;
}

/// Shares `mass` between entries that all want as much as they may have: equally, up to each bound.
void fillEqually(std::vector<double>& share, const std::vector<double>& u, const std::vector<int64_t>& who,
                 double mass) {
  std::vector<int64_t> order(who);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return u[a] < u[b]; });
  for (std::size_t j = 0; j < order.size(); ++j) {
    const double part = std::min(u[order[j]], mass / static_cast<double>(order.size() - j));
    share[order[j]] = part;
    mass -= part;
  }
}

/// tau for scores of any size, and the score that it is relative to: one near it, so that no digit is lost by what the
/// others are.
struct Threshold {
  double origin, tau;
};

/// With bounds of 1 the score of rank ceil(k) has tau in [-1, 0).
Threshold ofRank(const std::vector<double>& x, double scale, const std::vector<double>& u, double k) {
  std::vector<double> order(x);
  const auto rank = order.begin() + static_cast<std::ptrdiff_t>(std::ceil(k)) - 1;
  std::nth_element(order.begin(), rank, order.end(), std::greater<double>());
  std::vector<double> z(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) z[j] = std::clamp(scaledDifference(x[j], *rank, scale), -2.0, 2.0);
  return {*rank, boxThreshold(z, u, k)};
}

/// With bounds of their own: relative to the largest score first, then to the score nearest to the threshold, until
/// they are one piece away. Each turn gains the digits of a double.
Threshold ofBounds(const std::vector<double>& x, double scale, const std::vector<double>& u, double mass) {
  Threshold t{*std::max_element(x.begin(), x.end()), 0};
  std::vector<double> z(x.size());
  for (int turn = 0; turn < 40; ++turn) {
    for (std::size_t j = 0; j < x.size(); ++j)
      z[j] = std::clamp(scaledDifference(x[j], t.origin, scale), -std::numeric_limits<double>::max(),
                        std::numeric_limits<double>::max());
    t.tau = boxThreshold(z, u, mass);
    if (std::abs(t.tau) <= 2) break;
    std::size_t nearest = 0;
    for (std::size_t j = 1; j < x.size(); ++j)
      if (std::abs(z[j] - t.tau) < std::abs(z[nearest] - t.tau)) nearest = j;
    if (x[nearest] == t.origin) break;
    t.origin = x[nearest];
  }
  return t;
}

/// The projection for the entries in `scores`, bounds u, as values in their order. Handles +inf.
/// @param equal whether all bounds are 1
std::vector<double> project(const Scores& scores, const std::vector<double>& u, double mass, bool equal, bool atMost) {
  const std::size_t n = scores.x.size();
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::vector<double> share(n, 0.0);
  std::vector<int64_t> infinite;
  std::vector<double> x, bound;
  std::vector<std::size_t> origin;
  double room = 0;
  for (std::size_t j = 0; j < n; ++j) {
    if (scores.x[j] == inf) {
      infinite.push_back(static_cast<int64_t>(j));
    } else {
      origin.push_back(j);
      x.push_back(scores.x[j]);
      bound.push_back(std::min(u[j], mass));
      room += u[j];
    }
  }
  fillEqually(share, u, infinite, mass);
  for (int64_t j : infinite) mass -= share[j];
  if (x.empty()) return share;
  if (atMost) {
    double clipped = 0;
    for (std::size_t j = 0; j < x.size(); ++j) clipped += std::min(std::max(scores.scale * x[j], 0.0), bound[j]);
    if (clipped <= mass) {
      for (std::size_t j = 0; j < x.size(); ++j)
        share[origin[j]] = std::min(std::max(scores.scale * x[j], 0.0), bound[j]);
      return share;
    }
  }
  if (room <= mass) {
    for (std::size_t j = 0; j < x.size(); ++j) share[origin[j]] = u[origin[j]];
    return share;
  }
  if (mass <= 0) return share;
  const Threshold t = equal ? ofRank(x, scores.scale, bound, mass) : ofBounds(x, scores.scale, bound, mass);
  for (std::size_t j = 0; j < x.size(); ++j)
    share[origin[j]] = std::min(std::max(scaledDifference(x[j], t.origin, scores.scale) - t.tau, 0.0), bound[j]);
  return share;
}

}  // namespace

template <class C>
void kSubsetsRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double k, bool atMost) {
  Scores scores = collect(x, mask, y, n, beta);
  if (!(k >= 0)) scores.nan = true;
  if ((scores.count() == 0 || scores.nan) && settled(scores, y)) return;
  const std::vector<double> share = project(scores, std::vector<double>(scores.x.size(), 1.0), k, true, atMost);
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(share[j]);
}

namespace {

template <class C>
void backward(const Block<C>& block, bool atMost) {
  std::vector<double> raw(block.length);
  for (int64_t row = 0; row < block.rows; ++row) {
    const C* y = block.in[0] + row * block.inStep[0];
    const C* g = block.in[1] + row * block.inStep[1];
    const double k = block.scalar[1][row * block.scalarStep[1]];
    double total = 0, lost = 0, sum = 0, inside = 0;
    for (int64_t i = 0; i < block.length; ++i) {
      const double next = total + static_cast<double>(y[i]);  // with what rounding takes off it
      lost += static_cast<double>(y[i]) - (next - total);
      total = next;
      if (y[i] == 0 || y[i] == 1) continue;
      sum += static_cast<double>(g[i]);
      ++inside;
    }
    const double tolerance =
        std::numeric_limits<C>::epsilon() * 4 * (std::max(1.0, k) + inside);  // rounding of that many weights
    const bool slack = atMost && total + lost < k - tolerance;
    const double mean = slack || inside == 0 ? 0.0 : sum / inside;
    for (int64_t i = 0; i < block.length; ++i)
      raw[i] = y[i] == 0 || y[i] == 1 ? 0.0 : std::isnan(y[i]) ? y[i] : static_cast<double>(g[i]) - mean;
    finishBackward(block, row, raw);
  }
}

}  // namespace

template <class C>
void kSubsetsExactlyBackward(const Block<C>& block) {
  backward(block, false);
}
template <class C>
void kSubsetsAtMostBackward(const Block<C>& block) {
  backward(block, true);
}

template <class C>
void constrainedRow(const C* x, const C* upper, const uint8_t* mask, C* y, int64_t n) {
  std::vector<double> bound(n);
  for (int64_t i = 0; i < n; ++i) bound[i] = upper[i];  // before y is written: y may be x or upper
  Scores scores = collect(x, mask, y, n, 1.0);
  std::vector<double> u;
  for (int64_t i : scores.index) {
    u.push_back(std::max(bound[i], 0.0));
    if (std::isnan(bound[i])) scores.nan = true;
  }
  if ((scores.count() == 0 || scores.nan) && settled(scores, y)) return;
  const std::vector<double> share = project(scores, u, 1.0, false, false);
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(share[j]);
}

template <class C>
void constrainedBackwardRow(const C* y, const C* upper, const uint8_t* mask, const C* g, C* gradX, C* gradUpper,
                            int64_t n) {
  // 0: nothing, 1: inside, 2: at the bound
  std::vector<char> state(n, 0);
  double sum = 0, inside = 0, room = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    if (upper[i] > 0) room += static_cast<double>(upper[i]);
    if (y[i] == 0) continue;
    state[i] = y[i] >= upper[i] ? 2 : 1;
    if (state[i] == 1) {
      sum += static_cast<double>(g[i]);
      ++inside;
    }
  }
  const double mean = inside == 0 || room <= 1 ? 0.0 : sum / inside;
  for (int64_t i = 0; i < n; ++i) {
    const C difference = std::isnan(y[i]) ? y[i] : static_cast<C>(static_cast<double>(g[i]) - mean);
    gradX[i] = state[i] == 1 ? difference : C(0);
    gradUpper[i] = state[i] == 2 ? difference : C(0);
  }
}

#define INSTANTIATE(C)                                                                    \
  template void kSubsetsRow(const C*, const uint8_t*, C*, int64_t, double, double, bool); \
  template void kSubsetsExactlyBackward(const Block<C>&);                                 \
  template void kSubsetsAtMostBackward(const Block<C>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace reference

template <class S>
void kSubsets(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& k, bool atMost,
              const RowScalars<S>& beta, const RowsView<S>& y) {
  const auto& table = rowKernels<Compute<S>>();
  RowPlan<S>(x).separation(x, mask, beta, y).scalar(k).run(2, 1, atMost ? table.kSubsetsAtMost : table.kSubsetsExactly);
}

template <class S>
void kSubsetsBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& k, bool atMost,
                      const RowScalars<S>& beta, const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  const auto& table = rowKernels<Compute<S>>();
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .scalar(k)
      .run(1, 1, atMost ? table.kSubsetsAtMostBackward : table.kSubsetsExactlyBackward);
}

template <class S>
void constrainedSparsemax(const RowsView<const S>& x, const RowsView<const S>& upper, const MaskView& mask,
                          const RowsView<S>& y) {
  RowPlan<S>(x).in(x).in(upper).mask(mask).out(y).run(16, 1, [](const Block<Compute<S>>& b) {
    for (int64_t r = 0; r < b.rows; ++r)
      reference::constrainedRow(b.in[0] + r * b.inStep[0], b.in[1] + r * b.inStep[1],
                                b.mask ? b.mask + r * b.maskStep : nullptr, b.out[0] + r * b.outStep[0], b.length);
  });
}

template <class S>
void constrainedSparsemaxBackward(const RowsView<const S>& y, const RowsView<const S>& upper, const MaskView& mask,
                                  const RowsView<const S>& gradOut, const RowsView<S>& gradX,
                                  const RowsView<S>& gradUpper) {
  RowPlan<S>(y).in(y).in(upper).in(gradOut).mask(mask).out(gradX).out(gradUpper).run(
      2, 1, [](const Block<Compute<S>>& b) {
        for (int64_t r = 0; r < b.rows; ++r)
          reference::constrainedBackwardRow(b.in[0] + r * b.inStep[0], b.in[1] + r * b.inStep[1],
                                            b.mask ? b.mask + r * b.maskStep : nullptr, b.in[2] + r * b.inStep[2],
                                            b.out[0] + r * b.outStep[0], b.out[1] + r * b.outStep[1], b.length);
      });
}

#define INSTANTIATE(S)                                                                                                \
  template void kSubsets(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, bool, const RowScalars<S>&, \
                         const RowsView<S>&);                                                                         \
  template void kSubsetsBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&, bool,      \
                                 const RowScalars<S>&, const RowsView<S>&, const RowScalarGrad<S>&);                  \
  template void constrainedSparsemax(const RowsView<const S>&, const RowsView<const S>&, const MaskView&,             \
                                     const RowsView<S>&);                                                             \
  template void constrainedSparsemaxBackward(const RowsView<const S>&, const RowsView<const S>&, const MaskView&,     \
                                             const RowsView<const S>&, const RowsView<S>&, const RowsView<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
