// Shared by the reference rows (baseline code only).
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "internal/block.h"

namespace dl4jhopfield {
namespace reference {

/// |beta| times the difference of two scores, which is taken first: it has the digits that count. Beyond the range of
/// double half the difference is taken.
inline double scaledDifference(double x, double origin, double scale) {
  const double difference = x - origin;
  return std::isinf(difference) ? (x / 2 - origin / 2) * scale * 2 : difference * scale;
}

/// The scores of one row, in double, that take part, and where they came from: z = scale * x.
struct Scores {
  std::vector<double> x;  // with the sign of beta
  std::vector<int64_t> index;
  double scale = 1;                                           // |beta|
  double maximum = -std::numeric_limits<double>::infinity();  // of x
  int64_t infinite = 0;                                       // how many are +inf
  bool nan = false;

  int64_t count() const { return static_cast<int64_t>(x.size()); }
  /// z_j less that of a score `origin`.
  double from(double origin, int64_t j) const { return scaledDifference(x[j], origin, scale); }
  /// All of them.
  std::vector<double> from(double origin) const {
    std::vector<double> z(x.size());
    for (int64_t j = 0; j < count(); ++j) z[j] = from(origin, j);
    return z;
  }
};

/// Collects the entries that are neither masked nor of score -inf, and writes zeros to y everywhere. y may be x.
template <class C>
Scores collect(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  // beta of no ordinary size: its products stand for the scores.
  const bool ordinary = beta != 0 && std::isfinite(beta);
  const double factor = !ordinary ? beta : beta < 0 ? -1 : 1;
  Scores scores;
  if (ordinary) scores.scale = std::abs(beta);
  scores.x.reserve(n);
  scores.index.reserve(n);
  for (int64_t i = 0; i < n; ++i) {
    const double z = factor * static_cast<double>(x[i]);
    const bool takesPart = (mask == nullptr || mask[i] != 0) && x[i] != -inf && z != -inf;
    y[i] = 0;
    if (!takesPart) continue;
    scores.x.push_back(z);
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
    else if (scores.x[j] == std::numeric_limits<double>::infinity())
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

/// Gradient of p = r (z - <r, z> / sum r) from logarithms of the slopes r: the form that softmax (r = y), sparsemax (r
/// = 1[y > 0]), 1.5-entmax (r = sqrt y) and alpha-entmax (r = y^(2 - alpha)) share.
///
/// Slopes may differ by any factor, and be beyond the range of double. So g is taken relative to that of the steepest
/// entry: its own g - mean, a difference of nearly equal numbers times a huge one, becomes the sum of the others.
/// @param y an entry that is 0 is outside the support
/// @param logSlope log r_i of the entries inside, relative to nothing
/// @param steepest log r_i less that of the steepest entry, exact where they nearly tie
inline void weightedGradient(const std::vector<double>& g, const std::vector<double>& logSlope,
                             const std::vector<double>& steepest, std::size_t top, std::vector<double>& raw) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  const std::size_t n = g.size();
  double mass = 0, reach = none;  // the largest slope among those whose g differs from that of the steepest
  for (std::size_t j = 0; j < n; ++j) {
    mass += std::exp(steepest[j]);
    if (g[j] != g[top] && logSlope[j] > reach) reach = logSlope[j];
  }
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j)
    if (g[j] != g[top]) sum += std::exp(logSlope[j] - reach) * (g[j] - g[top]);
  const double mean = sum == 0 ? 0 : sum * std::exp(reach - logSlope[top]) / mass;  // less g of the steepest
  for (std::size_t j = 0; j < n; ++j) {
    if (g[j] == g[top]) {
      raw[j] = sum == 0 ? 0 : -sum / mass * std::exp(reach + steepest[j]);
    } else {
      const double difference = g[j] - g[top] - mean;
      raw[j] = difference == 0 ? 0 : std::exp(logSlope[j] / 2) * difference * std::exp(logSlope[j] / 2);
    }
  }
}

/// weightedGradient of a block whose slopes are weight(y, row), in the range of double whatever y is.
/// @param whole whether <r, z> is divided by the sum of r, as where the weights always have the same sum
template <class C, class Weight>
void weightedBackward(const Block<C>& block, Weight&& weight, bool whole = true) {
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
    const double mean = whole ? dot / sum : dot;
    for (int64_t i = 0; i < block.length; ++i) raw[i] = y[i] == 0 ? 0.0 : r[i] * (static_cast<double>(g[i]) - mean);
    finishBackward(block, row, raw);
  }
}

/// `gradient` of the entries above 0 of each row, which come to it side by side.
template <class C, class Gradient>
void supportBackward(const Block<C>& block, Gradient&& gradient) {
  std::vector<double> raw(block.length), some(block.length);
  std::vector<C> weights, gradients;
  for (int64_t row = 0; row < block.rows; ++row) {
    const C* y = block.in[0] + row * block.inStep[0];
    const C* g = block.in[1] + row * block.inStep[1];
    weights.clear();
    gradients.clear();
    for (int64_t i = 0; i < block.length; ++i) {
      if (y[i] == 0) continue;
      weights.push_back(y[i]);
      gradients.push_back(g[i]);
    }
    gradient(weights.data(), gradients.data(), static_cast<int64_t>(weights.size()), row, some.data());
    for (int64_t i = 0, j = 0; i < block.length; ++i) raw[i] = y[i] == 0 ? 0.0 : some[j++];
    finishBackward(block, row, raw);
  }
}

}  // namespace reference
}  // namespace dl4jhopfield
