// The threshold that alpha-entmax and normmax share, in double (baseline code only; simd/power.inl is its vector twin).
//
// Given d_i = z_i - max z <= 0, a scale s > 0 and an exponent q > 0, finds v <= 0 with
//
//   F(v) = sum_i [1 + s (d_i + v)]_+ ^ q = 1
//
// (alpha-entmax: s = alpha - 1, q = 1/(alpha - 1), tau = s (max z - v) - 1; normmax: s = 1, q = p/(p - 1)). For q >= 1
// the norm N = F^(1/q) is convex and rising in v, so Newton on N = 1 from v = 0 (where F >= 1) falls
// monotonically to the root, quadratically. For q < 1 steps are kept in a bracket. v rather than tau, and log1p, keep
// full precision as alpha -> 1, where F becomes sum exp(d_i + v).
#pragma once

#include <cmath>
#include <vector>

namespace dl4jhopfield {

/// [1 + u]_+ ^ q
inline double positivePower(double u, double q) { return u <= -1 ? 0.0 : std::exp(q * std::log1p(u)); }

inline double powerThreshold(const std::vector<double>& d, double s, double q) {
  const double n = static_cast<double>(d.size());
  // All entries at the maximum would give n (1 + s v)^q = 1; a lone maximum v = 0: the root lies between.
  double low = std::expm1(-std::log(n) / q) / s, high = 0, v = 0;
  for (int iteration = 0; iteration < 200; ++iteration) {
    double F = 0, G = 0;  // G: sum [.]^(q-1)
    for (double di : d) {
      const double u = s * (di + v);
      if (u <= -1) continue;
      const double power = positivePower(u, q);
      F += power;
      G += power / (1 + u);
    }
    if (F >= 1)
      high = v;
    else
      low = v;
    const double step = std::expm1(-std::log(F) / q) * F / (s * G);  // -(1 - 1/N) F / (s G)
    double next = v + step;
    if (F == 1 || std::abs(step) <= 1e-16 * (1 / s + std::abs(v))) return next;
    // On an end of the bracket: been there (q < 1 can cycle between a piece with an entry and one without).
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next == v || next == low || next == high) return next;
    v = next;
  }
  return v;
}

/// The same for normmax (s = 1, q > 1), where weights are u^(q-1), u_i = 1 + d_i + v: for p above 2 a root that
/// magnifies errors of a small u without bound. So u is computed from 1 + d_i, which is exact where u is small, and v
/// to its own last digit: a lone maximum's part of the sum enters as its difference from 1.
/// @param above 1 + d_i of all but the largest, see oneAbove
/// @param ties how often the largest is there
inline double normThreshold(const std::vector<double>& above, double ties, double q) {
  double v = 0;
  for (int iteration = 0; iteration < 300; ++iteration) {
    double others = 0, G = 0;
    for (double e : above) {
      const double u = e + v;
      if (u <= 0) continue;
      const double lower = std::pow(u, q - 1);
      others += lower * u;
      G += lower;
    }
    G += ties * std::pow(1 + v, q - 1);
    const double excess = ties * std::expm1(q * std::log1p(v)) + (ties - 1) + others;  // F - 1
    const double step = std::expm1(-std::log1p(excess) / q) * (1 + excess) / G;
    const double next = v + step;
    if (!(next < v)) return iteration == 0 ? 0 : next;
    v = next;
    if (-step <= 1e-16 * -v) return v;
  }
  return v;
}

/// 1 + scale (x - largest), with what rounding takes off the difference and the product put back.
inline double oneAbove(double x, double largest, double scale) {
  const double d = x - largest, back = d - x, lost = (x - (d - back)) - (largest + back), z = scale * d;
  if (!std::isfinite(z)) return z;
  return (1 + z) + (std::fma(scale, d, -z) + scale * lost);
}

}  // namespace dl4jhopfield
