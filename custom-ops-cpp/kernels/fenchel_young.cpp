#include "dl4jhopfield/fenchel_young.h"

#include <cmath>
#include <string>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "internal/each_type.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace {

template <class C>
double omega(SeparationKind kind, double parameter, const C* y, int64_t n) {
  double alpha = parameter;
  if (kind == SeparationKind::Softmax) alpha = 1;
  if (kind == SeparationKind::Sparsemax) alpha = 2;
  if (kind == SeparationKind::Entmax15) alpha = 1.5;
  double sum = 0, mass = 0, largest = 0;
  for (int64_t i = 0; i < n; ++i)
    if (!(static_cast<double>(y[i]) <= largest)) largest = static_cast<double>(y[i]);  // NaN too
  for (int64_t i = 0; i < n; ++i) {
    if (y[i] == 0) continue;
    const double p = y[i];
    mass += p;
    switch (kind) {
      case SeparationKind::KSubsets:
      case SeparationKind::KSubsetsAtMost:
        sum += p * p;
        break;
      case SeparationKind::Normmax:
        sum += std::pow(p / largest, alpha);  // p^alpha alone may be below the range of double
        break;
      case SeparationKind::Softmax1:
        sum += p * std::log(p);
        break;
      default:
        // p^alpha - p, over alpha - 1: no cancellation as alpha nears 1, where it is p log p.
        sum += alpha == 1 ? p * std::log(p) : p * std::expm1((alpha - 1) * std::log(p)) / (alpha - 1);
    }
  }
  if (mass == 0) return 0;
  switch (kind) {
    case SeparationKind::KSubsets:
    case SeparationKind::KSubsetsAtMost:
      return sum / 2;
    case SeparationKind::Normmax:
      return largest * std::pow(sum, 1 / alpha) - 1;
    case SeparationKind::Softmax1:  // with the weight that goes to nothing
      return mass < 1 ? sum + (1 - mass) * std::log1p(-mass) : sum;
    default:
      return sum / alpha;
  }
}

/// Omega* of softmax1, log(1 + sum exp z), over the entries that got weight.
template <class C>
double logOnePlusSum(const C* x, const C* p, double beta, int64_t n) {
  double top = 0, sum = 0;
  for (int64_t i = 0; i < n; ++i)
    if (p[i] != 0 && beta * static_cast<double>(x[i]) > top) top = beta * static_cast<double>(x[i]);
  if (std::isinf(top)) return top;
  for (int64_t i = 0; i < n; ++i)
    if (p[i] != 0) sum += std::exp(beta * static_cast<double>(x[i]) - top);
  return top + std::log(std::exp(-top) + sum);
}

}  // namespace

template <class S>
void separate(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x, const MaskView& mask,
              const RowScalars<S>& beta, const RowsView<S>& y) {
  switch (kind) {
    case SeparationKind::Softmax:
      return maskedSoftmax<S>(x, mask, beta, y);
    case SeparationKind::Softmax1:
      return softmax1<S>(x, mask, beta, y);
    case SeparationKind::Sparsemax:
      return sparsemax<S>(x, mask, beta, y);
    case SeparationKind::Entmax15:
      return entmax15<S>(x, mask, beta, y);
    case SeparationKind::Entmax:
      return entmax<S>(x, mask, parameter, beta, y);
    case SeparationKind::Normmax:
      return normmax<S>(x, mask, parameter, beta, y);
    case SeparationKind::KSubsets:
    case SeparationKind::KSubsetsAtMost:
      return kSubsets<S>(x, mask, parameter, kind == SeparationKind::KSubsetsAtMost, beta, y);
  }
}

template <class S>
void separateBackward(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& y,
                      const RowsView<const S>& gradOut, const RowScalars<S>& beta, const RowsView<S>& gradX,
                      const RowScalarGrad<S>& gradBeta) {
  switch (kind) {
    case SeparationKind::Softmax:
      return maskedSoftmaxBackward<S>(y, gradOut, beta, gradX, gradBeta);
    case SeparationKind::Softmax1:
      return softmax1Backward<S>(y, gradOut, beta, gradX, gradBeta);
    case SeparationKind::Sparsemax:
      return sparsemaxBackward<S>(y, gradOut, beta, gradX, gradBeta);
    case SeparationKind::Entmax15:
      return entmax15Backward<S>(y, gradOut, beta, gradX, gradBeta);
    case SeparationKind::Entmax:
      return entmaxBackward<S>(y, gradOut, parameter, beta, gradX, nullptr, gradBeta);
    case SeparationKind::Normmax:
      return normmaxBackward<S>(y, gradOut, parameter, beta, gradX, gradBeta);
    case SeparationKind::KSubsets:
    case SeparationKind::KSubsetsAtMost:
      return kSubsetsBackward<S>(y, gradOut, parameter, kind == SeparationKind::KSubsetsAtMost, beta, gradX, gradBeta);
  }
}

template <class S>
void regularizer(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& y, double* perRow) {
  RowPlan<S>(y).in(y).scalar(parameter).run(16, 0, [&](const Block<Compute<S>>& b) {
    for (int64_t r = 0; r < b.rows; ++r)
      perRow[b.first + r] = omega(kind, b.scalar[0][r * b.scalarStep[0]], b.in[0] + r * b.inStep[0], b.length);
  });
}

template <class S>
void conjugate(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x, const MaskView& mask,
               const RowScalars<S>& beta, const RowsView<S>& y, double* perRow) {
  separate<S>(kind, parameter, x, mask, beta, y);
  RowPlan<S>(x).in(x).in(y).scalar(parameter).scalar(beta).run(16, 0, [&](const Block<Compute<S>>& b) {
    for (int64_t r = 0; r < b.rows; ++r) {
      const auto* row = b.in[0] + r * b.inStep[0];
      const auto* p = b.in[1] + r * b.inStep[1];
      const double scale = b.scalar[1][r * b.scalarStep[1]];
      if (kind == SeparationKind::Softmax1) {
        perRow[b.first + r] = logOnePlusSum(row, p, scale, b.length);
        continue;
      }
      double dot = 0;
      for (int64_t i = 0; i < b.length; ++i)
        if (p[i] != 0) dot += static_cast<double>(p[i]) * scale * static_cast<double>(row[i]);
      perRow[b.first + r] = dot - omega(kind, b.scalar[0][r * b.scalarStep[0]], p, b.length);
    }
  });
}

template <class S>
void fenchelYoungLoss(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x,
                      const MaskView& mask, const int64_t* targets, int64_t ignoreIndex, const RowsView<S>& y,
                      double* lossPerRow) {
  const int64_t rows = x.rows();
  for (int64_t row = 0; row < rows; ++row) {
    if (targets[row] == ignoreIndex) continue;
    if (targets[row] < 0 || targets[row] >= x.length)
      throw std::invalid_argument("fenchelYoungLoss: target " + std::to_string(targets[row]) + " of row " +
                                  std::to_string(row) + " is outside [0, " + std::to_string(x.length) + ")");
    if (mask.data != nullptr && mask.row(row)[targets[row] * mask.stride] == 0)
      throw std::invalid_argument("fenchelYoungLoss: the target of row " + std::to_string(row) + " is masked");
  }
  separate<S>(kind, parameter, x, mask, 1.0, y);
  RowPlan<S>(x).in(x).in(y).scalar(parameter).run(16, 0, [&](const Block<Compute<S>>& b) {
    for (int64_t r = 0; r < b.rows; ++r) {
      const int64_t target = targets[b.first + r];
      double& loss = lossPerRow[b.first + r];
      loss = 0;
      if (target == ignoreIndex) continue;
      const auto* row = b.in[0] + r * b.inStep[0];
      const auto* p = b.in[1] + r * b.inStep[1];
      if (kind == SeparationKind::Softmax1) {
        loss = logOnePlusSum(row, p, 1, b.length) - static_cast<double>(row[target]);
        continue;
      }
      // <y, z> - z_t = sum y (z - z_t) + (sum y - 1) z_t, the last term 0 on the simplex.
      const double origin = row[target];
      const bool subsets = kind == SeparationKind::KSubsets || kind == SeparationKind::KSubsetsAtMost;
      double mass = 0;
      for (int64_t i = 0; i < b.length; ++i) {
        if (p[i] == 0) continue;
        mass += static_cast<double>(p[i]);
        if (i != target) loss += static_cast<double>(p[i]) * (static_cast<double>(row[i]) - origin);
      }
      if (subsets) loss += (mass - 1) * origin + 0.5;
      loss -= omega(kind, b.scalar[0][r * b.scalarStep[0]], p, b.length);
    }
  });
}

template <class S>
void fenchelYoungLossBackward(const RowsView<const S>& y, const int64_t* targets, int64_t ignoreIndex,
                              const double* gradPerRow, const RowsView<S>& gradX) {
  RowPlan<S>(y).in(y).out(gradX).run(1, 0, [&](const Block<Compute<S>>& b) {
    for (int64_t r = 0; r < b.rows; ++r) {
      const int64_t target = targets[b.first + r];
      const auto g = target == ignoreIndex ? Compute<S>(0) : static_cast<Compute<S>>(gradPerRow[b.first + r]);
      const auto* p = b.in[0] + r * b.inStep[0];
      auto* out = b.out[0] + r * b.outStep[0];
      for (int64_t i = 0; i < b.length; ++i) out[i] = g == 0 ? Compute<S>(0) : g * (p[i] - (i == target ? 1 : 0));
    }
  });
}

#define INSTANTIATE(S)                                                                                            \
  template void separate(SeparationKind, const RowScalars<S>&, const RowsView<const S>&, const MaskView&,         \
                         const RowScalars<S>&, const RowsView<S>&);                                               \
  template void separateBackward(SeparationKind, const RowScalars<S>&, const RowsView<const S>&,                  \
                                 const RowsView<const S>&, const RowScalars<S>&, const RowsView<S>&,              \
                                 const RowScalarGrad<S>&);                                                        \
  template void regularizer(SeparationKind, const RowScalars<S>&, const RowsView<const S>&, double*);             \
  template void conjugate(SeparationKind, const RowScalars<S>&, const RowsView<const S>&, const MaskView&,        \
                          const RowScalars<S>&, const RowsView<S>&, double*);                                     \
  template void fenchelYoungLoss(SeparationKind, const RowScalars<S>&, const RowsView<const S>&, const MaskView&, \
                                 const int64_t*, int64_t, const RowsView<S>&, double*);                           \
  template void fenchelYoungLossBackward(const RowsView<const S>&, const int64_t*, int64_t, const double*,        \
                                         const RowsView<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
