#include "dl4jhopfield/normmax.h"

#include "internal/power_threshold.h"
#include "internal/reference.h"
#include "internal/reference_common.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {

template <class C>
void normmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double p) {
  Scores scores = collect(x, mask, y, n, beta);
  if (!(p > 1)) scores.nan = true;
  if (settled(scores, y)) return;
  for (double& z : scores.z) z -= scores.maximum;
  const double v = powerThreshold(scores.z, 1, p / (p - 1));
  double sum = 0;
  for (double& z : scores.z) sum += z = positivePower(z + v, 1 / (p - 1));
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(scores.z[j] / sum);
}

template <class C>
void normmaxBackward(const Block<C>& block) {
  std::vector<double> raw(block.length), s(block.length);
  for (int64_t row = 0; row < block.rows; ++row) {
    const C* y = block.in[0] + row * block.inStep[0];
    const C* g = block.in[1] + row * block.inStep[1];
    const double p = block.scalar[1][row * block.scalarStep[1]];
    double powers = 0, dot = 0;
    for (int64_t i = 0; i < block.length; ++i) {
      if (y[i] == 0) continue;
      powers += std::pow(static_cast<double>(y[i]), p);
      dot += static_cast<double>(y[i]) * static_cast<double>(g[i]);
    }
    const double norm = std::pow(powers, 1 / p);
    double sh = 0;
    for (int64_t i = 0; i < block.length; ++i) {
      raw[i] = 0;
      if (y[i] == 0) continue;
      raw[i] = std::pow(y[i] / norm, 2 - p) / (p - 1) * norm * (static_cast<double>(g[i]) - dot);
      sh += raw[i];
    }
    for (int64_t i = 0; i < block.length; ++i)
      if (y[i] != 0) raw[i] -= static_cast<double>(y[i]) * sh;
    finishBackward(block, row, raw);
  }
}

#define INSTANTIATE(C)                                                             \
  template void normmaxRow(const C*, const uint8_t*, C*, int64_t, double, double); \
  template void normmaxBackward(const Block<C>&);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace reference

template <class S>
void normmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& p, const RowScalars<S>& beta,
             const RowsView<S>& y) {
  RowPlan<S>(x).in(x).mask(mask).scalar(beta).scalar(p).out(y).run(8, kWideRows, rowKernels<Compute<S>>().normmax);
}

template <class S>
void normmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& p,
                     const RowScalars<S>& beta, const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .in(y)
      .in(gradOut)
      .maybeIn(gradBeta.x)
      .scalar(beta)
      .scalar(p)
      .out(gradX)
      .perRow(gradBeta.perRow)
      .run(4, 1, rowKernels<Compute<S>>().normmaxBackward);
}

#define INSTANTIATE(S)                                                                                            \
  template void normmax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowScalars<S>&,    \
                        const RowsView<S>&);                                                                      \
  template void normmaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,         \
                                const RowScalars<S>&, const RowsView<S>&, const RowScalarGrad<S>&);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(Half)
INSTANTIATE(BFloat16)

}  // namespace dl4jhopfield
