// alpha-entmax for alpha above 2, where the threshold tells little of the weights (baseline code only;
// simd/entmax.inl has the vector twin).
//
// y_i = [a (z_i - tau)]_+ ^ (1/a), a = alpha - 1 > 1, is steep without bound where an entry leaves the support: a
// threshold rounded to the last bit leaves weights wrong from the first digit on. The smallest weight s of the support
// in its place,
//
//   y_i = (s^a + a (z_i - z_s))^(1/a)   for z_i >= z_s, else 0,      sum_i y_i = 1,
//
// has only positive terms, so nothing cancels, and 0 < dy_i/ds = (s/y_i)^(a-1) <= 1: an error of s is no larger in any
// weight. The sum is convex and rising in s: Newton from 1/n falls to the root. Logarithms keep s^a and a (z_i - z_s)
// in range at any alpha. An entry is in the support just if the weights of those above it have a sum below 1 where it
// has weight 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace dl4jhopfield {

/// y as a function of gap = z_i - z_s >= 0.
class SteepWeight {
 public:
  /// `least`: s.
  SteepWeight(double a, double least) : a_(a), logA_(std::log(a)), least_(least), logLeast_(a * std::log(least)) {}
  double operator()(double gap) const {
    if (gap == 0) return least_;
    const double own = logA_ + std::log(gap), high = std::max(own, logLeast_), low = std::min(own, logLeast_);
    return std::exp((low - high < -40 ? high : high + std::log1p(std::exp(low - high))) / a_);
  }

 private:
  double a_, logA_, least_, logLeast_;
};

struct SteepThreshold {
  double origin;  // x_s: entries below it get 0
  double least;   // s
};

/// @param x scores before |beta| = scale is applied, at least one; used up
inline SteepThreshold steepThreshold(std::vector<double>& x, double scale, double a) {
  std::sort(x.begin(), x.end(), [](double p, double q) { return p > q; });
  const double logA = std::log(a), logScale = std::log(scale);
  const auto logGap = [&](double high, double low) {  // of a * scale * (high - low)
    const double difference = high - low;
    return logA + logScale +
           (std::isinf(difference) ? std::log(high / 2 - low / 2) + 0.69314718055994531 : std::log(difference));
  };
  // The last of the support is in [low, high).
  std::size_t low = 0, high = x.size();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    double sum = 0;
    for (std::size_t i = 0; i < middle && sum < 1 && x[i] > x[middle]; ++i) {
      const double l = logGap(x[i], x[middle]);
      sum += l >= 0 ? 1.0 : std::exp(l / a);
    }
    (sum < 1 ? low : high) = middle;
  }
  const double origin = x[low];
  while (low + 1 < x.size() && x[low + 1] == origin) ++low;  // where rounding parted equal entries
  const std::size_t count = low + 1;
  double ties = 0;
  std::vector<double> logs;
  for (std::size_t i = 0; i < count; ++i) {
    if (x[i] > origin)
      logs.push_back(logGap(x[i], origin));
    else
      ++ties;
  }
  double s = 1 / static_cast<double>(count);
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double logS = std::log(s), power = a * logS;
    double excess = ties * s - 1, slope = ties;
    for (double l : logs) {
      const double top = std::max(l, power), rest = std::min(l, power) - top;
      const double logY = (rest < -40 ? top : top + std::log1p(std::exp(rest))) / a;
      excess += std::exp(logY);
      slope += std::exp((a - 1) * (logS - logY));
    }
    const double next = s - excess / slope;
    if (!(next < s) && iteration > 0) break;  // convex: from above
    if (!(next > 0)) {                        // below rounding
      s /= 1024;
      if (s < 1e-30) break;
      continue;
    }
    const bool last = s - next <= 1e-17;
    s = next;
    if (last) break;
  }
  return {origin, s};
}

}  // namespace dl4jhopfield
