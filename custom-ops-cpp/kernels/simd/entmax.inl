// Row kernels of alpha-entmax for any alpha, and of normmax: thresholds of sums of powers.
#pragma once

namespace dl4jhopfield {
namespace {

/// F, G and H: the sums of c^q, c^(q-1) and c^(q-2), the last to about three digits; c = [1 + s (d + v)]_+.
struct PowerSums {
  double F, G, H;
};

/// Sums over the candidates d, and stores c^q, or c^(q-1) where `lowered`.
template <class V, bool lowered>
PowerSums powerSums(const typename V::T* d, int64_t count, double v, double s, double q, typename V::T* powers) {
  using T = typename V::T;
  const auto vv = V::set(static_cast<T>(v)), sv = V::set(static_cast<T>(s)), lowerQ = V::set(static_cast<T>(q - 1));
  const auto zero = V::zero(), one = V::set(1), two = V::set(2);
  auto f = zero, g = zero, h = zero;
  const bool nearSoftmax = s < 1e-3;  // there log1p lives on what its inverse puts back
  for (int64_t i = 0; i < count; i += V::W) {
    const auto u = sv * (V::load(d + i) + vv);
    const auto c = one + u;
    const auto alive = V::greater(c, zero);
    const auto safe = V::select(alive, c, one);
    auto inverse = V::nearInverse(safe);
    if (nearSoftmax) inverse = inverse * V::fnma(safe, inverse, two);
    const auto lower = V::keep(alive, exp<V>(lowerQ * log1p<V>(V::keep(alive, u), safe, inverse)));
    const auto power = lower * safe;
    f = f + power;
    g = g + lower;
    h = V::fma(lower, inverse, h);
    V::store(powers + i, lowered ? lower : power);
  }
  return {V::sum(f), V::sum(g), V::sum(h)};
}

/// F^(-1/q) - 1.
inline double inverseRootLess1(double F, double q) {
  const double a = 1 / q, x = F - 1;
  if ((x < 0 ? -x : x) * (a + 1) > 1.0 / 32) return __builtin_expm1(-__builtin_log(F) * a);
  return -a * x * (1 - (a + 1) / 2 * x * (1 - (a + 2) / 3 * x * (1 - (a + 3) / 4 * x * (1 - (a + 4) / 5 * x))));
}

/// The step from v towards N(v) = 1, N = F^(1/q). N' and N'' are positive for q >= 1, and Newton's step falls short of
/// the root; Halley's takes the curvature into account. Below q = 2 H is unbounded, so there Newton's must do.
inline double powerStep(const PowerSums& p, double s, double q) {
  const double step = inverseRootLess1(p.F, q) * p.F / (s * p.G);
  if (q < 2) return step;
  const double bend = 1 + step * s * (q - 1) * (p.F * p.H - p.G * p.G) / (2 * p.F * p.G);
  return bend > 0.4 ? step / bend : step;
}

constexpr double kEdge = 1e-6;  // normmax: so near to the edge of the support the reference must answer

template <class T>
struct PoweredCandidates {
  int64_t count;
  double sum;  // of the stored powers
  T limit;     // they belong to the entries with d > limit, in order
  double v;
};

/// The vector twin of internal/power_threshold.h. `d` as for threshold(), all above `limit` = -1/s; what cannot be in
/// the support is taken out of it on the way. The powers at the solution end up in `powers`.
template <class V, bool lowered>
PoweredCandidates<typename V::T> solvePowers(typename V::T* d, int64_t count, typename V::T limit, double s, double q,
                                             typename V::T* powers) {
  using T = typename V::T;
  double low = __builtin_expm1(-__builtin_log(static_cast<double>(count)) / q) / s, high = 0, v = 0;
  bool last = false;
  for (int iteration = 0;; ++iteration) {
    const PowerSums sums = powerSums<V, lowered>(d, count, v, s, q, powers);
    const double F = sums.F;
    const PoweredCandidates<T> result{count, lowered ? sums.G : F, limit, v};
    if (last || iteration == 200 || F == 1) return result;
    (F >= 1 ? high : low) = v;
    const double step = powerStep(sums, s, q), size = step < 0 ? -step : step;
    // F carries an error of a few epsilon, and F^(1/q) - 1 that over q; v itself is stored in T.
    if (size * s <= 4 * V::epsilon * (q > 1 ? 1 / q : 1)) return result;
    double next = v + step;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    const T rounded = static_cast<T>(next);
    if (rounded == static_cast<T>(v)) return result;
    last = rounded == static_cast<T>(low) || rounded == static_cast<T>(high);
    v = rounded;
    if (F < 1 || q < 1 || count <= 2 * V::W) continue;  // below q = 1 powers of rounding errors are not small
    const T raised = static_cast<T>(-1 / s - high - (lowered ? kEdge : 0));
    if (!(raised > limit)) continue;
    limit = raised;
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i += V::W) {
      const auto value = V::load(d + i);
      kept += V::compress(d + kept, V::greater(value, V::set(limit)), value);
    }
    V::store(d + kept, V::set(-static_cast<T>(__builtin_inf())));
    count = kept;
  }
}

/// y_i proportional to [1 + s (scale (x_i - max) + v)]_+ ^ a, where v makes the sum of the q-th powers 1.
/// alpha-entmax: s = alpha - 1, q = a = 1/s. normmax (lowered): s = 1, q = p/(p-1), a = q - 1. False: the reference
/// must answer. scratch: two rows.
template <class V, bool lowered>
bool powerRow(const Row<V>& row, double s, double q, typename V::T* scratch) {
  using T = typename V::T;
  if (!(s > 1e-30) || !(q < 1e30)) return false;
  const auto top = row.maximum();
  if (top.special) return false;
  if (top.value == -static_cast<T>(__builtin_inf())) {
    row.zeros();
    return true;
  }
  T* powers = scratch + row.n + kPadding;
  const auto m = V::set(top.value), scale = V::set(row.scale);
  const T outside = static_cast<T>(-1 / s - (lowered && q < 2 ? kEdge : 0));
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto d = (row.score(at, i) - m) * scale;
    count += V::compress(scratch + count, V::greater(d, V::set(outside)), d);
  });
  V::store(scratch + count, V::set(-static_cast<T>(__builtin_inf())));
  const auto solved = solvePowers<V, lowered>(scratch, count, outside, s, q, powers);
  const auto limit = V::set(solved.limit), inverse = V::set(static_cast<T>(1 / solved.sum));
  if (lowered && q < 2) {  // a root of what is left where 1 + d + v is all but 0: not in these digits
    const auto edge = V::set(static_cast<T>(-1 - solved.v)), near = V::set(static_cast<T>(kEdge));
    auto any = V::none();
    for (int64_t i = 0; i < solved.count; i += V::W)
      any = V::either(any, V::greater(near, V::abs(V::load(scratch + i) - edge)));
    if (V::any(any)) return false;
  }
  const T* next = powers;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto chosen = V::greater((row.score(at, i) - m) * scale, limit);
    const auto power = V::expand(chosen, next);
    next += V::count(chosen);
    at.store(row.y + i, V::keep(V::greaterEqual(power, V::set(V::smallestNormal)), power) * inverse);
  });
  return true;
}

// A power below 1 (alpha or p above 2) magnifies rounding near 0 without bound: such float rows are computed in double.

/// alpha-entmax for alpha > 2, see internal/steep_entmax.h. scratch: two rows. False: the reference must answer.
inline bool steepRow(const Row<F64>& row, double alpha, double* scratch) {
  using V = F64;
  if (!(alpha < 1e30)) return false;
  const auto top = row.maximum();
  if (top.special) return false;
  if (top.value == -__builtin_inf()) {
    row.zeros();
    return true;
  }
  const auto m = V::set(top.value), scale = V::set(row.scale);
  const auto outside = V::set(-1.001 / (alpha - 1));
  double* weights = scratch + row.n + kPadding;
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto x = row.score(at, i);
    count += V::compress(scratch + count, V::greater((x - m) * scale, outside), x);
  });
  reference::steepEntmax(scratch, count, row.scale, alpha, weights);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += weights[i];
  const auto inverse = V::set(1 / sum);
  const double* next = weights;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto chosen = V::greater((row.score(at, i) - m) * scale, outside);
    at.store(row.y + i, V::expand(chosen, next) * inverse);
    next += V::count(chosen);
  });
  return true;
}

template <class V>
void entmaxRow(const Row<V>& row, double alpha, typename V::T* scratch) {
  if (alpha == 1) return softmaxRow(row);
  if (alpha == 1.5) return sparseRow<V, 2>(row, scratch);
  if (alpha == 2) return sparseRow<V, 1>(row, scratch);
  if (alpha > 2) {
    if constexpr (sizeof(typename V::T) == 4) {
      inDouble(row, scratch, [&](const Row<F64>& wide, double* more) { entmaxRow(wide, alpha, more); });
    } else if (!steepRow(row, alpha, scratch)) {
      reference::entmaxRow<double>(row.x, row.mask, row.y, row.n, row.beta, alpha);
    }
    return;
  }
  if (!powerRow<V, false>(row, alpha - 1, 1 / (alpha - 1), scratch))
    reference::entmaxRow<typename V::T>(row.x, row.mask, row.y, row.n, row.beta, alpha);
}

template <class V>
void normmaxRow(const Row<V>& row, double p, typename V::T* scratch) {
  if constexpr (sizeof(typename V::T) == 4) {
    if (p > 2) return inDouble(row, scratch, [&](const Row<F64>& wide, double* more) { normmaxRow(wide, p, more); });
  }
  if (!(p > 1) || !powerRow<V, true>(row, 1, p / (p - 1), scratch))
    reference::normmaxRow<typename V::T>(row.x, row.mask, row.y, row.n, row.beta, p);
}

template <class V>
void entmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) entmaxRow(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}

template <class V>
void normmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) normmaxRow(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}

/// y^a for y > 0 (subnormal y count as the smallest normal number); NaN stays.
template <class V>
inline __attribute__((always_inline)) typename V::R power(typename V::R y, typename V::R a) {
  const auto result = exp<V>(a * log<V>(V::max(V::set(V::smallestNormal), y)));
  return V::select(V::nan(y), y, result);
}

/// As weightedRow with r = y^(2 - alpha).
template <class V>
void poweredRow(const BackwardRow<V>& row, double alpha, typename V::T* scratch) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1), a = V::set(static_cast<T>(2 - alpha)), factor = row.factor();
  Support<V> support(row, scratch);
  T *r = support.y, *g = support.g;
  if (!support.tame(alpha - 2)) {
    reference::steepEntmaxGradient<T>(r, g, support.count, alpha, support.raw);
    support.takeRaw(row);
  } else {
    auto sum = zero, dot = zero;
    for (int64_t i = 0; i < support.count; i += V::W) {
      const auto y = V::load(r + i);
      const auto live = V::notEqual(y, zero);
      const auto weight = V::keep(live, power<V>(V::select(live, y, one), a));
      sum = sum + weight;
      dot = V::fma(weight, V::load(g + i), dot);
      V::store(r + i, weight);
    }
    const auto mean = V::set(V::sum(dot) / V::sum(sum));
    for (int64_t i = 0; i < support.count; i += V::W)
      V::store(r + i, V::load(r + i) * (V::load(g + i) - mean) * factor);
  }
  support.spread(row);
}

template <class V>
void entmaxBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const BackwardRow<V> row(b, r);
    const double alpha = b.scalar[1][r * b.scalarStep[1]];
    if (b.perRow[1] != nullptr) b.perRow[1][b.first + r] = reference::alphaGradient<T>(row.y, row.g, row.n, alpha);
    if (alpha == 1) {
      weightedRow(row, [](auto y) { return y; });
    } else if (alpha == 1.5) {
      weightedRow(row, [](auto y) { return V::sqrt(y); });
    } else if (alpha == 2) {
      weightedRow(row, [](auto y) { return V::select(V::nan(y), y, V::set(1)); });
    } else {
      poweredRow(row, alpha, b.scratch);
    }
  }
}

template <class V>
void normmaxBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1);
  for (int64_t r = 0; r < b.rows; ++r) {
    const BackwardRow<V> row(b, r);
    const double p = b.scalar[1][r * b.scalarStep[1]];
    if (p > 2) {  // slopes without bound
      Support<V> support(row, b.scratch);
      reference::normmaxGradient<T>(support.y, support.g, support.count, p, support.raw);
      support.takeRaw(row);
      support.spread(row);
      continue;
    }
    // s_i = (y_i/N)^(2-p) / (p-1): one power of y serves ||y||_p^p = sum y^2 y^(p-2) as well.
    const auto exponent = V::set(static_cast<T>(p));
    auto powers = zero, dot = zero;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::notEqual(y, zero);
      if (!V::any(live)) return;
      powers = powers + V::keep(live, p == 2 ? y * y : power<V>(V::select(live, y, one), exponent));
      dot = V::fma(y, V::keep(live, at.load(row.g + i, zero)), dot);
    });
    const double norm = __builtin_pow(static_cast<double>(V::sum(powers)), 1 / p);
    const double constant = __builtin_pow(norm, p - 1) / (p - 1);  // N (1/N)^(2-p) / (p-1)
    const auto mean = V::set(V::sum(dot)), factor = V::set(static_cast<T>(constant));
    const auto other = V::set(static_cast<T>(2 - p));
    auto sum = zero;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::notEqual(y, zero);
      auto sh = zero;
      if (V::any(live)) {
        sh = (at.load(row.g + i, zero) - mean) * factor;
        if (p != 2) sh = sh * power<V>(V::select(live, y, one), other);
        sh = V::keep(live, sh);
        sum = sum + sh;
      }
      at.store(row.out + i, sh);
    });
    const auto total = V::set(V::sum(sum)), scale = row.factor();
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto raw = V::fnma(y, total, at.load(row.out + i, zero)) * scale;
      at.store(row.out + i, V::keep(V::notEqual(y, zero), raw));
    });
    row.finish();
  }
}

}  // namespace
}  // namespace dl4jhopfield
