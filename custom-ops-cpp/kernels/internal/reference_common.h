// Shared by the reference rows (baseline code only).
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "internal/block.h"

namespace dl4jhopfield {
namespace reference {

/// The scores of one row, in double, that take part, and where they came from.
struct Scores {
  std::vector<double> z;
  std::vector<int64_t> index;
  double maximum = -std::numeric_limits<double>::infinity();
  int64_t infinite = 0;  // how many are +inf
  bool nan = false;

  int64_t count() const { return static_cast<int64_t>(z.size()); }
};

/// Collects z = beta x of the entries that are neither masked nor -inf, and writes zeros to y everywhere.
template <class C>
Scores collect(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Scores scores;
  scores.z.reserve(n);
  scores.index.reserve(n);
  for (int64_t i = 0; i < n; ++i) {
    const double z = beta * static_cast<double>(x[i]);
    const bool takesPart = (mask == nullptr || mask[i] != 0) && x[i] != -inf && z != -inf;
    y[i] = 0;
    if (!takesPart) continue;
    scores.z.push_back(z);
    scores.index.push_back(i);
    if (std::isnan(z)) scores.nan = true;
    if (z == inf) ++scores.infinite;
    if (z > scores.maximum) scores.maximum = z;
  }
  return scores;
}

/// Settles the rows whose answer is no arithmetic: nothing takes part (zeros), NaN, +inf scores (mass shared equally).
template <class C>
bool settled(const Scores& scores, C* y) {
  if (scores.count() == 0) return true;
  if (!scores.nan && scores.infinite == 0) return false;
  for (int64_t j = 0; j < scores.count(); ++j) {
    if (scores.nan)
      y[scores.index[j]] = std::numeric_limits<C>::quiet_NaN();
    else if (scores.z[j] == std::numeric_limits<double>::infinity())
      y[scores.index[j]] = static_cast<C>(1.0 / scores.infinite);
  }
  return true;
}

/// Finishes a backward row: `raw` is the gradient with respect to z = beta x.
template <class C>
void finishBackward(const Block<C>& block, int64_t row, const std::vector<double>& raw) {
  const double beta = block.scalar[0][row * block.scalarStep[0]];
  C* gradX = block.out[0] + row * block.outStep[0];
  if (block.perRow[0] != nullptr) {
    const C* x = block.in[2] + row * block.inStep[2];
    double sum = 0;
    for (int64_t i = 0; i < block.length; ++i)
      if (raw[i] != 0) sum += raw[i] * static_cast<double>(x[i]);
    block.perRow[0][block.first + row] = sum;
  }
  for (int64_t i = 0; i < block.length; ++i) gradX[i] = raw[i] == 0 ? C(0) : static_cast<C>(beta * raw[i]);
}

/// gradient of p = r (z - <r, z> / sum r): the form that softmax (r = y), sparsemax (r = 1[y > 0]), 1.5-entmax
/// (r = sqrt y) and alpha-entmax (r = y^(2 - alpha)) share.
template <class C, class Weight>
void weightedBackward(const Block<C>& block, Weight&& weight) {
  std::vector<double> raw(block.length), r(block.length);
  for (int64_t row = 0; row < block.rows; ++row) {
    const C* y = block.in[0] + row * block.inStep[0];
    const C* g = block.in[1] + row * block.inStep[1];
    double sum = 0, dot = 0;
    for (int64_t i = 0; i < block.length; ++i) {
      r[i] = y[i] == 0 ? 0.0 : weight(static_cast<double>(y[i]), row);
      if (y[i] == 0) continue;
      sum += r[i];
      dot += r[i] * static_cast<double>(g[i]);
    }
    for (int64_t i = 0; i < block.length; ++i)
      raw[i] = y[i] == 0 ? 0.0 : r[i] * (static_cast<double>(g[i]) - dot / sum);
    finishBackward(block, row, raw);
  }
}

}  // namespace reference
}  // namespace dl4jhopfield
