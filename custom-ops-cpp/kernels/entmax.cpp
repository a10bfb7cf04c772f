#include "dl4jhopfield/entmax.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "internal/each_type.h"
#include "internal/alpha_gradient.h"
#include "internal/reference.h"
#include "internal/reference_common.h"
#include "internal/power_threshold.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"
#include "internal/steep_entmax.h"

namespace dl4jhopfield {
namespace reference {

// Sorted scores z_1 >= z_2 >= ...: the support is the longest prefix with 1 + k z_k > z_1 + ... + z_k, and
// tau = (z_1 + ... + z_k - 1) / k (Martins & Astudillo, algorithm 1).
template <class C>
void sparsemaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  const std::vector<double> z = scores.from(scores.maximum);
  std::vector<double> sorted(z);
  std::sort(sorted.begin(), sorted.end(), std::greater<double>());
  double sum = 0, tau = 0;
  for (std::size_t k = 1; k <= sorted.size(); ++k) {
    sum += sorted[k - 1];
    if (1 + k * sorted[k - 1] <= sum) break;
    tau = (sum - 1) / k;
  }
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(std::max(z[j] - tau, 0.0));
}

// With z/2 sorted: for a support of the first k, tau is the smaller root of sum (z_i/2 - tau)^2 = 1; the support
// is the longest prefix whose tau lies below its last entry (Peters et al., algorithm 2).
template <class C>
void entmax15Row(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  const std::vector<double> z = scores.from(scores.maximum);
  std::vector<double> sorted(z);
  for (double& value : sorted) value /= 2;
  std::sort(sorted.begin(), sorted.end(), std::greater<double>());
  double mean = 0, spread = 0, tau = 0;  // spread: sum of squared differences from the mean
  for (std::size_t k = 1; k <= sorted.size(); ++k) {
    const double delta = sorted[k - 1] - mean;
    mean += delta / k;
    spread += delta * (sorted[k - 1] - mean);
    if (!(spread <= 1)) break;
    const double candidate = mean - std::sqrt((1 - spread) / k);
    if (candidate > sorted[k - 1]) break;
    tau = candidate;
  }
  for (int64_t j = 0; j < scores.count(); ++j) {
    const double root = std::max(z[j] / 2 - tau, 0.0);
    y[scores.index[j]] = static_cast<C>(root * root);
  }
}

template <class C>
void entmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double alpha) {
  if (alpha == 1) return softmaxRow(x, mask, y, n, beta);
  if (alpha == 1.5) return entmax15Row(x, mask, y, n, beta);
  if (alpha == 2) return sparsemaxRow(x, mask, y, n, beta);
  Scores scores = collect(x, mask, y, n, beta);
  if (!(alpha > 1)) scores.nan = true;
  if (settled(scores, y)) return;
  if (alpha == std::numeric_limits<double>::infinity()) alpha = std::numeric_limits<double>::max();
  const double a = alpha - 1;
  std::vector<double> weights = scores.from(scores.maximum);
  if (alpha > 2) {
    std::vector<double> candidates;
    for (int64_t j = 0; j < scores.count(); ++j)
      if (a * -weights[j] <= 1.001) candidates.push_back(scores.x[j]);  // others are too far below the largest
    const SteepThreshold t = steepThreshold(candidates, scores.scale, a);
    const SteepWeight weight(a, t.least);
    for (int64_t j = 0; j < scores.count(); ++j)
      weights[j] = scores.x[j] < t.origin ? 0.0 : weight(scores.from(t.origin, j));
  } else {
    // y_i = (1 + u_i)^q, u_i = (alpha - 1)(z_i - max + v): see power_threshold.h.
    const double v = powerThreshold(weights, a, 1 / a);
    for (double& z : weights) z = positivePower(a * (z + v), 1 / a);
  }
  double sum = 0;
  for (double weight : weights) sum += weight;
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(weights[j] / sum);
}

template <class C>
void sparsemaxBackward(const Block<C>& block) {
  weightedBackward(block, [](double y, int64_t) { return std::isnan(y) ? y : 1.0; });
}

template <class C>
void entmax15Backward(const Block<C>& block) {
  weightedBackward(block, [](double y, int64_t) { return std::sqrt(y); });
}

template <class C>
double alphaGradient(const C* y, const C* g, int64_t n, double alpha) {
  AlphaGradientSums sums(alpha);
  for (int64_t i = 0; i < n; ++i) sums.add(y[i], g[i]);
  return sums.value();
}

template <class C>
void steepEntmaxGradient(const C* y, const C* g, int64_t n, double alpha, double* raw) {
  const double power = 2 - alpha;
  double least = 0;
  int64_t top = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double weight = y[i];
    if (std::isnan(weight)) {
      std::fill(raw, raw + n, weight);
      return;
    }
    if (i == 0 || weight < least) {
      least = weight;
      top = i;
    }
  }
  static thread_local std::vector<double> gradient, slope, steepest, result;
  gradient.assign(g, g + n);
  slope.resize(n);
  steepest.resize(n);
  result.resize(n);
  for (int64_t i = 0; i < n; ++i) {
    slope[i] = power * std::log(static_cast<double>(y[i]));
    steepest[i] = power * std::log1p((static_cast<double>(y[i]) - least) / least);
  }
  weightedGradient(gradient, slope, steepest, static_cast<std::size_t>(top), result);
  std::copy(result.begin(), result.end(), raw);
}

void steepEntmax(const double* x, int64_t n, double scale, double alpha, double* y) {
  static thread_local std::vector<double> candidates;
  candidates.assign(x, x + n);
  const SteepThreshold t = steepThreshold(candidates, scale, alpha - 1);
  const SteepWeight weight(alpha - 1, t.least);
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] < t.origin ? 0.0 : weight(scaledDifference(x[i], t.origin, scale));
}

template <class C>
void entmaxGradient(const C* y, const C* g, int64_t n, double alpha, double* raw) {
  if (alpha > 2) return steepEntmaxGradient(y, g, n, alpha, raw);
  double sum = 0, dot = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double p = y[i], r = alpha == 1 || std::isnan(p) ? p : std::pow(p, 2 - alpha);
    raw[i] = r;
    sum += r;
    dot += r * static_cast<double>(g[i]);
  }
  for (int64_t i = 0; i < n; ++i) raw[i] *= static_cast<double>(g[i]) - dot / sum;
}

template <class C>
void entmaxBackward(const Block<C>& block) {
  supportBackward(block, [&](const C* y, const C* g, int64_t n, int64_t row, double* raw) {
    const double alpha = block.scalar[1][row * block.scalarStep[1]];
    entmaxGradient(y, g, n, alpha, raw);
    if (block.perRow[1] != nullptr) block.perRow[1][block.first + row] = alphaGradient(y, g, n, alpha);
  });
}

#define INSTANTIATE(C)                                                             \
  template void sparsemaxRow(const C*, const uint8_t*, C*, int64_t, double);       \
  template void entmax15Row(const C*, const uint8_t*, C*, int64_t, double);        \
  template void entmaxRow(const C*, const uint8_t*, C*, int64_t, double, double);  \
  template double alphaGradient(const C*, const C*, int64_t, double);              \
  template void entmaxGradient(const C*, const C*, int64_t, double, double*);      \
  template void steepEntmaxGradient(const C*, const C*, int64_t, double, double*); \
  template void sparsemaxBackward(const Block<C>&);                                \
  template void entmax15Backward(const Block<C>&);                                 \
  template void entmaxBackward(const Block<C>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace reference

template <class S>
void sparsemax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).run(1, 1, rowKernels<Compute<S>>().sparsemax);
}

template <class S>
void entmax15(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).run(1, 1, rowKernels<Compute<S>>().entmax15);
}

template <class S>
void entmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& alpha, const RowScalars<S>& beta,
            const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).scalar(alpha).run(8, kWideRows, rowKernels<Compute<S>>().entmax);
}

template <class S>
void sparsemaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                       const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .run(1, 1, rowKernels<Compute<S>>().sparsemaxBackward);
}

template <class S>
void entmax15Backward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                      const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .run(1, 1, rowKernels<Compute<S>>().entmax15Backward);
}

template <class S>
void entmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& alpha,
                    const RowScalars<S>& beta, const RowsView<S>& gradX, double* gradAlphaPerRow,
                    const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .scalar(alpha)
      .perRow(gradAlphaPerRow)
      .run(4, kWideRows, rowKernels<Compute<S>>().entmaxBackward);
}

#define INSTANTIATE(S)                                                                                          \
  template void sparsemax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&); \
  template void entmax15(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&);  \
  template void entmax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowScalars<S>&,   \
                       const RowsView<S>&);                                                                     \
  template void sparsemaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,     \
                                  const RowsView<S>&, const RowScalarGrad<S>&);                                 \
  template void entmax15Backward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,      \
                                 const RowsView<S>&, const RowScalarGrad<S>&);                                  \
  template void entmaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,        \
                               const RowScalars<S>&, const RowsView<S>&, double*, const RowScalarGrad<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
