#include "dl4jhopfield/normmax.h"

#include <cmath>

#include "internal/each_type.h"
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
  std::vector<double> z(scores.count()), above;
  for (int64_t j = 0; j < scores.count(); ++j) {
    z[j] = oneAbove(scores.x[j], scores.maximum, scores.scale);
    if (scores.x[j] != scores.maximum) above.push_back(z[j]);
  }
  const double v = normThreshold(above, static_cast<double>(z.size() - above.size()), p / (p - 1));
  double sum = 0;
  for (int64_t j = 0; j < scores.count(); ++j) {
    const double u = z[j] + v;
    sum += z[j] = scores.x[j] == scores.maximum ? positivePower(v, 1 / (p - 1))
                  : u <= 0                      ? 0.0
                                                : std::pow(u, 1 / (p - 1));
  }
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(z[j] / sum);
}

// s_i = (y_i/N)^(2-p) / (p-1) has no bound where p is above 2. g is taken relative to that of the smallest weight,
// which has the largest s.
template <class C>
void normmaxGradient(const C* y, const C* g, int64_t n, double p, double* raw) {
  double largest = 0, smallest = 0, origin = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double weight = y[i];
    if (!(weight <= largest)) largest = weight;  // NaN too
    if (smallest == 0 || weight < smallest) {
      smallest = weight;
      origin = g[i];
    }
  }
  double powers = 0, mass = 0, mean = 0;
  for (int64_t i = 0; i < n; ++i) {
    powers += std::pow(static_cast<double>(y[i]) / largest, p);
    mass += static_cast<double>(y[i]);
    mean += static_cast<double>(y[i]) * (static_cast<double>(g[i]) - origin);
  }
  mean /= mass;
  const double share = std::pow(powers, 1 / p), norm = largest * share;
  static thread_local std::vector<long double> wide;  // for its range
  wide.resize(n);
  long double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    wide[i] = 0;
    const double h = static_cast<double>(g[i]) - origin - mean, ratio = static_cast<double>(y[i]) / largest / share;
    if (h == 0) continue;  // also where the slope is beyond all range
    const double slope = std::pow(ratio, 2 - p);
    wide[i] = (std::isinf(slope) ? std::pow(static_cast<long double>(ratio), 2 - static_cast<long double>(p)) : slope) /
              (p - 1) * norm * h;
    sum += wide[i];
  }
  for (int64_t i = 0; i < n; ++i) raw[i] = static_cast<double>(wide[i] - static_cast<long double>(y[i]) * sum);
}

template <class C>
void normmaxBackward(const Block<C>& block) {
  supportBackward(block, [&](const C* y, const C* g, int64_t n, int64_t row, double* raw) {
    normmaxGradient(y, g, n, block.scalar[1][row * block.scalarStep[1]], raw);
  });
}

#define INSTANTIATE(C)                                                             \
  template void normmaxRow(const C*, const uint8_t*, C*, int64_t, double, double); \
  template void normmaxGradient(const C*, const C*, int64_t, double, double*);     \
  template void normmaxBackward(const Block<C>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace reference

template <class S>
void normmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& p, const RowScalars<S>& beta,
             const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).scalar(p).run(8, kWideRows, rowKernels<Compute<S>>().normmax);
}

template <class S>
void normmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& p,
                     const RowScalars<S>& beta, const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .scalar(p)
      .run(4, kWideRows, rowKernels<Compute<S>>().normmaxBackward);
}

#define INSTANTIATE(S)                                                                                         \
  template void normmax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowScalars<S>&, \
                        const RowsView<S>&);                                                                   \
  template void normmaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,      \
                                const RowScalars<S>&, const RowsView<S>&, const RowScalarGrad<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
