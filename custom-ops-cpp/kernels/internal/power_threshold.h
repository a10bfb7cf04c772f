// The threshold that alpha-entmax and normmax share, in double (baseline code only; simd/power.inl is its vector twin).
//
// Given d_i = z_i - max z <= 0, a scale s > 0 and an exponent q > 0, finds v <= 0 with
//
//   F(v) = sum_i [1 + s (d_i + v)]_+ ^ q = 1
//
// (alpha-entmax: s = alpha - 1, q = 1/(alpha - 1), tau = s (max z - v) - 1; normmax: s = 1, q = p/(p - 1)). For q >= 1
// the norm N = F^(1/q) is convex and rising in v, so Newton on N = 1 from v = 0 (where F >= 1) falls
// monotonically to the root, quadratically. For q < 1 steps are kept in a bracket. v rather than tau, and log1p, keep full
// precision as alpha -> 1, where F becomes sum exp(d_i + v).
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

}  // namespace dl4jhopfield
