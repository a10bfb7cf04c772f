#include "dl4jhopfield/entmax.h"

#include <algorithm>

#include "internal/alpha_gradient.h"
#include "internal/reference.h"
#include "internal/reference_common.h"
#include "internal/power_threshold.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {

// Sorted scores z_1 >= z_2 >= ...: the support is the longest prefix with 1 + k z_k > z_1 + ... + z_k, and
// tau = (z_1 + ... + z_k - 1) / k (Martins & Astudillo, algorithm 1).
template <class C>
void sparsemaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  std::vector<double> sorted(scores.z);
  for (double& z : sorted) z -= scores.maximum;
  std::sort(sorted.begin(), sorted.end(), std::greater<double>());
  double sum = 0, tau = 0;
  for (std::size_t k = 1; k <= sorted.size(); ++k) {
    sum += sorted[k - 1];
    if (1 + k * sorted[k - 1] <= sum) break;
    tau = (sum - 1) / k;
  }
  for (int64_t j = 0; j < scores.count(); ++j)
    y[scores.index[j]] = static_cast<C>(std::max(scores.z[j] - scores.maximum - tau, 0.0));
}

// With z/2 sorted: for a support of the first k, tau is the smaller root of sum (z_i/2 - tau)^2 = 1; the support
// is the longest prefix whose tau lies below its last entry (Peters et al., algorithm 2).
template <class C>
void entmax15Row(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  std::vector<double> sorted(scores.z);
  for (double& z : sorted) z = (z - scores.maximum) / 2;
  std::sort(sorted.begin(), sorted.end(), std::greater<double>());
  double mean = 0, spread = 0, tau = 0;  // spread: sum of squared differences from the mean
  for (std::size_t k = 1; k <= sorted.size(); ++k) {
    const double delta = sorted[k - 1] - mean;
    mean += delta / k;
    spread += delta * (sorted[k - 1] - mean);
    if (spread > 1) break;
    const double candidate = mean - std::sqrt((1 - spread) / k);
    if (candidate > sorted[k - 1]) break;
    tau = candidate;
  }
  for (int64_t j = 0; j < scores.count(); ++j) {
    const double root = std::max((scores.z[j] - scores.maximum) / 2 - tau, 0.0);
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
  // y_i = (1 + u_i)^q, u_i = (alpha - 1)(z_i - max + v): see power_threshold.h.
  const double scale = alpha - 1, q = 1 / scale;
  for (double& z : scores.z) z -= scores.maximum;
  const double v = powerThreshold(scores.z, scale, q);
  double sum = 0;
  for (double& z : scores.z) sum += z = positivePower(scale * (z + v), q);
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(scores.z[j] / sum);
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
void entmaxBackward(const Block<C>& block) {
  weightedBackward(block, [&block](double y, int64_t row) {
    const double alpha = block.scalar[1][row * block.scalarStep[1]];
    return alpha == 1 || std::isnan(y) ? y : std::pow(y, 2 - alpha);
  });
  if (block.perRow[1] == nullptr) return;
  for (int64_t row = 0; row < block.rows; ++row)
    block.perRow[1][block.first + row] =
        alphaGradient(block.in[0] + row * block.inStep[0], block.in[1] + row * block.inStep[1], block.length,
                      block.scalar[1][row * block.scalarStep[1]]);
}

#define INSTANTIATE(C)                                                                       \
  template void sparsemaxRow(const C*, const uint8_t*, C*, int64_t, double);                 \
  template void entmax15Row(const C*, const uint8_t*, C*, int64_t, double);                  \
  template void entmaxRow(const C*, const uint8_t*, C*, int64_t, double, double);            \
  template double alphaGradient(const C*, const C*, int64_t, double);                        \
  template void sparsemaxBackward(const Block<C>&);                                          \
  template void entmax15Backward(const Block<C>&);                                           \
  template void entmaxBackward(const Block<C>&);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace reference

template <class S>
void sparsemax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).in(x).mask(mask).scalar(beta).out(y).run(1, 1, rowKernels<Compute<S>>().sparsemax);
}

template <class S>
void entmax15(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).in(x).mask(mask).scalar(beta).out(y).run(1, 1, rowKernels<Compute<S>>().entmax15);
}

template <class S>
void entmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& alpha, const RowScalars<S>& beta,
            const RowsView<S>& y) {
  RowPlan<S>(x).in(x).mask(mask).scalar(beta).scalar(alpha).out(y).run(8, kWideRows,
                                                                               rowKernels<Compute<S>>().entmax);
}

template <class S>
void sparsemaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                       const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .in(y)
      .in(gradOut)
      .maybeIn(gradBeta.x)
      .scalar(beta)
      .out(gradX)
      .perRow(gradBeta.perRow)
      .run(1, 1, rowKernels<Compute<S>>().sparsemaxBackward);
}

template <class S>
void entmax15Backward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                      const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .in(y)
      .in(gradOut)
      .maybeIn(gradBeta.x)
      .scalar(beta)
      .out(gradX)
      .perRow(gradBeta.perRow)
      .run(1, 1, rowKernels<Compute<S>>().entmax15Backward);
}

template <class S>
void entmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& alpha,
                    const RowScalars<S>& beta, const RowsView<S>& gradX, double* gradAlphaPerRow,
                    const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .in(y)
      .in(gradOut)
      .maybeIn(gradBeta.x)
      .scalar(beta)
      .scalar(alpha)
      .out(gradX)
      .perRow(gradBeta.perRow)
      .perRow(gradAlphaPerRow)
      .run(4, kPowerRows, rowKernels<Compute<S>>().entmaxBackward);
}

#define INSTANTIATE(S)                                                                                              \
  template void sparsemax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&);     \
  template void entmax15(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&);      \
  template void entmax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowScalars<S>&,       \
                       const RowsView<S>&);                                                                         \
  template void sparsemaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,         \
                                  const RowsView<S>&, const RowScalarGrad<S>&);                                     \
  template void entmax15Backward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,          \
                                 const RowsView<S>&, const RowScalarGrad<S>&);                                      \
  template void entmaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,            \
                               const RowScalars<S>&, const RowsView<S>&, double*, const RowScalarGrad<S>&);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(Half)
INSTANTIATE(BFloat16)

}  // namespace dl4jhopfield
