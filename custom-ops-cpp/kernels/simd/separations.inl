// Row kernels of the separations, written once over the vector type V (F32 or F64 of the instruction set).
// Rows with NaN, +inf scores, or parameters out of the ordinary go to the reference rows.
#pragma once

namespace dl4jhopfield {
namespace {

/// The scores of one row: +-x (the sign of beta), -inf where an entry takes no part. |beta| is applied later, to
/// differences from the maximum: they are exact where it matters.
template <class V>
struct Row {
  using T = typename V::T;
  using R = typename V::R;
  const T* x;
  const uint8_t* mask;
  T* y;
  int64_t n;
  double beta;
  T scale;  // |beta|
  T sign;

  Row() = default;
  Row(const Block<T>& b, int64_t r)
      : x(b.in[0] + r * b.inStep[0]),
        mask(b.mask != nullptr ? b.mask + r * b.maskStep : nullptr),
        y(b.out[0] + r * b.outStep[0]),
        n(b.length),
        beta(b.scalar[0][r * b.scalarStep[0]]),
        scale(static_cast<T>(beta < 0 ? -beta : beta)),
        sign(beta < 0 ? T(-1) : T(1)) {}

  template <class Access>
  inline __attribute__((always_inline)) R score(const Access& at, int64_t i) const {
    const R minusInfinity = V::set(-static_cast<T>(__builtin_inf()));
    const R value = at.load(x + i, minusInfinity);
    R result = value;
    if (sign < 0) result = V::select(V::equal(value, minusInfinity), value, -value);
    if (mask != nullptr) result = V::select(at.bytes(mask + i), result, minusInfinity);
    return result;
  }

  /// The largest score. Special: the reference must answer (NaN, +inf, odd beta). Nothing: -inf, a row of zeros.
  struct Maximum {
    T value;
    bool special;
  };
  static constexpr int kGroups = 4 * V::W;
  /// @param groups if given, gets the maxima of kGroups disjoint sets of scores, -inf of empty ones
  Maximum maximum(T* groups = nullptr) const {
    const R low = V::set(-static_cast<T>(__builtin_inf()));
    if (!(scale >= static_cast<T>(1e-30) && scale <= static_cast<T>(1e30))) return {0, true};
    R m0 = low, m1 = low, m2 = low, m3 = low;
    typename V::M bad = V::none();
    int64_t i = 0;
    const Full<V> full;
    for (; i + 4 * V::W <= n; i += 4 * V::W) {
      const R a = score(full, i), b = score(full, i + V::W), c = score(full, i + 2 * V::W),
              d = score(full, i + 3 * V::W);
      m0 = V::max(m0, a);
      m1 = V::max(m1, b);
      m2 = V::max(m2, c);
      m3 = V::max(m3, d);
      // A NaN in one of two makes the unordered comparison of a sum true unless it is inf - inf: also special.
      bad = V::either(bad, V::either(V::either(V::nan(a), V::nan(b)), V::either(V::nan(c), V::nan(d))));
    }
    sweep<V>(n - i, [&](auto at, int64_t j) {
      const R a = score(at, i + j);
      m0 = V::max(m0, a);
      bad = V::either(bad, V::nan(a));
    });
    if (groups != nullptr) {
      V::store(groups, m0);
      V::store(groups + V::W, m1);
      V::store(groups + 2 * V::W, m2);
      V::store(groups + 3 * V::W, m3);
    }
    const T value = V::maximum(V::max(V::max(m0, m1), V::max(m2, m3)));
    return {value, V::any(bad) || value == static_cast<T>(__builtin_inf())};
  }

  void zeros() const {
    sweep<V>(n, [&](auto at, int64_t i) { at.store(y + i, V::zero()); });
  }
};

/// @tparam one softmax1: a one in the denominator
template <class V, bool one = false>
void softmaxRow(const Row<V>& row) {
  using T = typename V::T;
  auto top = row.maximum();
  if (top.special)
    return one ? reference::softmax1Row<T>(row.x, row.mask, row.y, row.n, row.beta)
               : reference::softmaxRow<T>(row.x, row.mask, row.y, row.n, row.beta);
  if (top.value == -static_cast<T>(__builtin_inf())) return row.zeros();
  if (one && top.value < 0) top.value = 0;
  const auto m = V::set(top.value), scale = V::set(row.scale);
  auto sum = V::zero();
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto e = exp<V>((row.score(at, i) - m) * scale);
    sum = sum + e;
    at.store(row.y + i, e);
  });
  T total = V::sum(sum);
  if (one) {
    T nothing[V::W];
    V::store(nothing, exp<V>((V::zero() - m) * scale));
    total += nothing[0];
  }
  const auto inverse = V::set(1 / total);
  sweep<V>(row.n, [&](auto at, int64_t i) { at.store(row.y + i, at.load(row.y + i, V::zero()) * inverse); });
}

/// Newton's method for the threshold t > 0 with || [d + t]_+ ||_q = 1, q = 1 (sparsemax) or 2 (1.5-entmax), over the
/// candidates d <= 0 in `d`, of which there are `count`, padded with -inf to a whole vector. t falls monotonically from
/// 1, so a candidate once lost stays lost and the survivors move together. `F`, `G`: sums at t = 1.
template <class V, int q>
typename V::T threshold(typename V::T* d, int64_t count, typename V::T F, typename V::T G) {
  using T = typename V::T;
  T t = 1;
  for (int iteration = 0; iteration < 100; ++iteration) {
    const T step = q == 1 ? (F - 1) / G : (F - static_cast<T>(__builtin_sqrt(F))) / G;
    t -= step;
    if (step <= 4 * V::epsilon * t) break;
    const auto tv = V::set(t), zero = V::zero();
    auto f = zero, g = zero;
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i += V::W) {
      const auto value = V::load(d + i);
      const auto c = V::max(zero, value + tv);
      const auto alive = V::greater(c, zero);
      if (q == 1) {
        f = f + c;
      } else {
        f = V::fma(c, c, f);
        g = g + c;
      }
      kept += V::compress(d + kept, alive, value);
    }
    V::store(d + kept, V::set(-static_cast<T>(__builtin_inf())));
    count = kept;
    F = V::sum(f);
    G = q == 1 ? static_cast<T>(count) : V::sum(g);
  }
  return t;
}

/// sparsemax (q = 1, half = 1) and 1.5-entmax (q = 2, half = 1/2).
template <class V, int q>
void sparseRow(const Row<V>& row, typename V::T* scratch) {
  using T = typename V::T;
  const auto top = row.maximum();
  if (top.special)
    return q == 1 ? reference::sparsemaxRow<T>(row.x, row.mask, row.y, row.n, row.beta)
                  : reference::entmax15Row<T>(row.x, row.mask, row.y, row.n, row.beta);
  if (top.value == -static_cast<T>(__builtin_inf())) return row.zeros();
  const auto m = V::set(top.value), scale = V::set(q == 1 ? row.scale : row.scale / 2);
  const auto zero = V::zero(), one = V::set(1);
  auto f = zero, g = zero;
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto d = (row.score(at, i) - m) * scale;
    const auto c = V::max(zero, d + one);
    const auto alive = V::greater(c, zero);
    if (q == 1) {
      f = f + c;
    } else {
      f = V::fma(c, c, f);
      g = g + c;
    }
    count += V::compress(scratch + count, alive, d);
  });
  V::store(scratch + count, V::set(-static_cast<T>(__builtin_inf())));
  const T t = threshold<V, q>(scratch, count, V::sum(f), q == 1 ? static_cast<T>(count) : V::sum(g));
  const auto tv = V::set(t);
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto c = V::max(zero, V::fma(row.score(at, i) - m, scale, tv));
    at.store(row.y + i, q == 1 ? c : c * c);
  });
}

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

/// separate(row, scratch) on a double copy of a float row. scratch: kWideRows rows.
template <class F>
void inDouble(const Row<F32>& row, float* scratch, F&& separate) {
  const int64_t wide = row.n + kPadding;
  double* x = reinterpret_cast<double*>(scratch);
  Row<F64> other;
  other.x = x;
  other.mask = row.mask;
  other.y = x + wide;
  other.n = row.n;
  other.beta = row.beta;
  other.scale = row.beta < 0 ? -row.beta : row.beta;
  other.sign = row.sign;
  for (int64_t i = 0; i < row.n; ++i) x[i] = static_cast<double>(row.x[i]);
  separate(other, x + 2 * wide);
  for (int64_t i = 0; i < row.n; ++i) row.y[i] = static_cast<float>(other.y[i]);
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

/// A sum over a row in pieces, so that a long row's has digits left for its terms.
template <class V, int vectors = 32>
struct PiecewiseSum {
  typename V::R part = V::zero();
  double total = 0, lost = 0;
  /// @param i the element of the row at which `terms` begin
  inline __attribute__((always_inline)) void add(int64_t i, typename V::R terms) {
    if (i % (vectors * V::W) == 0) close();
    part = part + terms;
  }
  void close() {
    const double own = V::sum(part), next = total + own;
    lost += own - (next - total);  // what rounding takes off it
    total = next;
    part = V::zero();
  }
  double value() {
    close();
    return total + lost;
  }
};

/// The threshold t with sum clip(d - t, 0, 1) = k, by Newton on the piecewise linear sum inside a bracket, from `t`.
/// `d` is padded with -inf. Fails (false) only if rounding keeps it from settling.
template <class V>
bool budgetThreshold(const typename V::T* d, int64_t n, double k, double low, double high, double& t) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1);
  double halved = high - low;
  int since = 0;
  for (int iteration = 0; iteration < 300; ++iteration) {
    const auto tv = V::set(static_cast<T>(t));
    auto f = zero;
    double total = 0;
    int64_t risers = 0, fallers = 0;
    if (sizeof(T) == 8 || k <= 64) {
      for (int64_t i = 0; i < n; i += V::W) {
        const auto c = V::load(d + i) - tv;
        f = f + V::min(one, V::max(zero, c));
        risers += V::count(V::both(V::greater(c, zero), V::greaterEqual(one, c)));   // what moves if t rises
        fallers += V::count(V::both(V::greaterEqual(c, zero), V::greater(one, c)));  // ... if t falls
      }
    } else {  // a float sum as large as k has no digits left for its terms: ones are counted, the others added up in
              // pieces
      int64_t ones = 0;
      for (int64_t i = 0; i < n; i += V::W) {
        if (i % (32 * V::W) == 0) {
          total += V::sum(f);
          f = zero;
        }
        const auto c = V::load(d + i) - tv;
        f = f + V::keep(V::both(V::greater(c, zero), V::greater(one, c)), c);
        ones += V::count(V::greaterEqual(c, one));
        risers += V::count(V::both(V::greater(c, zero), V::greaterEqual(one, c)));
        fallers += V::count(V::both(V::greaterEqual(c, zero), V::greater(one, c)));
      }
      total += static_cast<double>(ones);
    }
    const double excess = total + V::sum(f) - k;
    if (excess == 0) return true;
    (excess > 0 ? low : high) = t;
    const double scale = t < -1 ? -t : t > 1 ? t : 1;
    const int64_t moving = excess > 0 ? risers : fallers;
    double next;
    if (moving > 0) {
      next = t + excess / static_cast<double>(moving);
      const double size = next > t ? next - t : t - next;
      if (size <= V::epsilon * (t < -0.01 || t > 0.01 ? scale : 0.01)) {
        t = next;
        return true;
      }
    } else {
      // Flat here: on to just behind the next breakpoint, of the saturated entry that a rising t reaches first or of
      // the zero entry that a falling one does.
      auto up = V::set(static_cast<T>(__builtin_inf())), down = V::set(-static_cast<T>(__builtin_inf()));
      for (int64_t i = 0; i < n; i += V::W) {
        const auto c = V::load(d + i) - tv;
        up = V::min(up, V::select(V::greaterEqual(one, c), up, c));
        down = V::max(down, V::select(V::greaterEqual(c, zero), down, c));
      }
      const double beyond = 4 * V::epsilon * scale;
      next = excess > 0 ? t + (V::minimum(up) - 1.0) + beyond : t + V::maximum(down) - beyond;
    }
    if (++since == 4) {  // Newton may crawl over a long chain of breakpoints: halve the bracket now and then
      if (high - low > halved / 2) next = low + (high - low) / 2;
      halved = high - low;
      since = 0;
    }
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    T rounded = static_cast<T>(next);
    if (rounded == static_cast<T>(t)) {
      t = next;
      return true;
    }
    if (rounded == static_cast<T>(low) || rounded == static_cast<T>(high)) {
      // Back at a bound that is known not to be the root (Newton may cycle between two pieces): halve instead.
      next = low + (high - low) / 2;
      rounded = static_cast<T>(next);
      if (rounded == static_cast<T>(low) || rounded == static_cast<T>(high)) {
        t = next;
        return true;
      }
    }
    t = rounded;
  }
  return false;
}

/// A score that at least k are not below, 0 < k <= 2 W: of the largest of some sets of scores the number k, or a
/// smaller one.
template <class V>
typename V::T atLeastOf(const typename V::T* groups, int k) {
  using T = typename V::T;
  constexpr int most = 2 * V::W;
  if (k <= 4) {
    auto left = V::max(V::max(V::load(groups), V::load(groups + V::W)),
                       V::max(V::load(groups + 2 * V::W), V::load(groups + 3 * V::W)));
    for (int i = 1; i < k; ++i)
      left = V::select(V::equal(left, V::set(V::maximum(left))), V::set(-static_cast<T>(__builtin_inf())), left);
    return V::maximum(left);
  }
  T best[most] = {};
  for (int i = 0; i < Row<V>::kGroups; ++i) {
    if (i >= k && !(groups[i] > best[k - 1])) continue;
    int at = i < k ? i : k - 1;
    for (; at > 0 && best[at - 1] < groups[i]; --at) best[at] = best[at - 1];
    best[at] = groups[i];
  }
  return best[k - 1];
}

/// y = clip(|beta| (x - origin) - t, 0, 1).
template <class V>
void clipRow(const Row<V>& row, typename V::T origin, double t) {
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale), m = V::set(origin);
  const auto tv = V::set(static_cast<typename V::T>(t));
  sweep<V>(row.n, [&](auto at, int64_t i) {
    at.store(row.y + i, V::min(one, V::max(zero, (row.score(at, i) - m) * scale - tv)));
  });
}

/// k-subsets with t >= `bound` known: what lies below it is told apart at once and gets 0.
template <class V, bool atMost>
void kSubsetsAbove(const Row<V>& row, double k, typename V::T origin, typename V::T bound, typename V::T* scratch) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale), m = V::set(origin), low = V::set(bound);
  PiecewiseSum<V> clipped;
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto x = row.score(at, i);
    const auto d = (x - m) * scale;
    count += V::compress(scratch + count, V::greater(d, low), d);
    if (atMost) clipped.add(i, V::min(one, V::max(zero, x * scale)));
  });
  V::store(scratch + count, V::set(-static_cast<T>(__builtin_inf())));
  if (atMost && clipped.value() <= k) return clipRow<V>(row, 0, 0);
  if (static_cast<double>(count) <= k) {
    sweep<V>(row.n, [&](auto at, int64_t i) {
      at.store(row.y + i, V::keep(V::greater((row.score(at, i) - m) * scale, low), one));
    });
    return;
  }
  double t = bound;
  if (!budgetThreshold<V>(scratch, count, k, bound, 0, t))
    return reference::kSubsetsRow<T>(row.x, row.mask, row.y, row.n, row.beta, k, atMost);
  clipRow<V>(row, origin, t);
}

template <class V>
typename V::T select(typename V::T* values, int64_t n, int64_t k);

/// k-subsets of scores so far apart that differences from the largest have lost digits of those near the threshold:
/// relative to the score of rank ceil(k) the threshold is in [-1, 0), and only scores nearer than 1 to it are left to
/// tell.
/// @param taking how many scores are not -inf, more than k
template <class V>
void kSubsetsByRank(const Row<V>& row, double k, int64_t taking, typename V::T* scratch) {
  using T = typename V::T;
  const auto one = V::set(1), scale = V::set(row.scale), low = V::set(-static_cast<T>(__builtin_inf()));
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto x = row.score(at, i);
    count += V::compress(scratch + count, V::greater(x, low), x);
  });
  const T origin = select<V>(scratch, taking, taking - static_cast<int64_t>(__builtin_ceil(k)));
  const auto m = V::set(origin);
  int64_t ones = 0;
  count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto d = (row.score(at, i) - m) * scale;
    const auto above = V::greaterEqual(d, one);
    ones += V::count(above);
    count += V::compress(scratch + count, V::both(V::greater(d, -one), V::greater(one, d)), d);
  });
  V::store(scratch + count, low);
  double t = -0.5;
  budgetThreshold<V>(scratch, count, k - static_cast<double>(ones), -1, 0, t);
  clipRow<V>(row, origin, t);
}

template <class V, bool atMost>
void kSubsetsRow(const Row<V>& row, double k, typename V::T* scratch) {
  using T = typename V::T;
  const auto refer = [&] { reference::kSubsetsRow<T>(row.x, row.mask, row.y, row.n, row.beta, k, atMost); };
  if (!(k > 0)) return refer();
  const bool few = k <= 2 * V::W;
  T groups[Row<V>::kGroups];
  const auto top = row.maximum(few ? groups : nullptr);
  if (top.special) return refer();
  const T minusInfinity = -static_cast<T>(__builtin_inf());
  if (top.value == minusInfinity) return row.zeros();
  if (few) {
    // At t one below a score that k are not below, those k get 1 each.
    const T low = atLeastOf<V>(groups, static_cast<int>(__builtin_ceil(k)));
    const T bound = (low - top.value) * row.scale - 1 - 8 * V::epsilon;
    if (bound > -4) return kSubsetsAbove<V, atMost>(row, k, top.value, bound, scratch);
  }
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale);
  T origin = top.value;
  auto smallest = zero;
  PiecewiseSum<V> clipped;
  int64_t taking = 0;
  const auto gather = [&] {
    const auto m = V::set(origin);
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto x = row.score(at, i);
      const auto d = (x - m) * scale;
      const auto finite = V::greater(x, V::set(minusInfinity));
      V::store(scratch + i, d);  // scratch is padded: whole vectors
      smallest = V::min(smallest, V::select(finite, d, smallest));
      taking += V::count(finite);
      if (atMost) clipped.add(i, V::min(one, V::max(zero, x * scale)));
    });
  };
  gather();
  if (atMost && clipped.value() <= k) return clipRow<V>(row, 0, 0);
  if (static_cast<double>(taking) <= k) {
    sweep<V>(row.n, [&](auto at, int64_t i) {
      at.store(row.y + i, V::keep(V::greater(row.score(at, i), V::set(minusInfinity)), one));
    });
    return;
  }
  const double lowest = V::minimum(smallest);
  if (lowest < (sizeof(T) == 4 ? -0x1p16 : -0x1p40)) return kSubsetsByRank<V>(row, k, taking, scratch);
  // All at the lowest would give sum >= k at t = lowest - k/n (k < n); all at the top sum <= k at t = -k/n.
  const double share = k / static_cast<double>(taking);
  double t = -1 < lowest - share ? lowest - share : -1 < -share ? -1 : -share;
  if (!budgetThreshold<V>(scratch, row.n, k, lowest - 1, 0, t)) return refer();
  if (t < -4) {
    // Far from the maximum, x - max has lost digits that count: once more from the entry nearest the threshold.
    const auto reach = V::set(static_cast<T>(t + 1)), lowv = V::set(minusInfinity);
    auto chosen = lowv;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto x = row.score(at, i);
      const auto d = (x - V::set(origin)) * scale;
      chosen = V::max(chosen, V::select(V::greaterEqual(reach, d), x, lowv));
    });
    const T shifted = V::maximum(chosen);
    if (shifted > minusInfinity) {
      const double moved =
          (static_cast<double>(shifted) - static_cast<double>(origin)) * static_cast<double>(row.scale);
      origin = shifted;
      smallest = zero;
      taking = 0;
      gather();
      t -= moved;
      const double width = 4 + V::epsilon * 8 * (moved < 0 ? -moved : moved);
      double shiftedT = t;
      if (!budgetThreshold<V>(scratch, row.n, k, t - width, t + width, shiftedT)) return refer();
      t = shiftedT;
    }
  }
  clipRow<V>(row, origin, t);
}

// ---- whole blocks ----

template <class V, bool one>
void softmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) softmaxRow<V, one>(Row<V>(b, r));
}
template <class V, int q>
void sparse(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) sparseRow<V, q>(Row<V>(b, r), b.scratch);
}
template <class V>
void entmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) entmaxRow(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}
template <class V>
void normmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) normmaxRow(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}
template <class V, bool atMost>
void kSubsets(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    kSubsetsRow<V, atMost>(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}

// ---- backward ----

/// Operands of one backward row. The gradient with respect to beta, where wanted, needs the raw gradient first.
template <class V>
struct BackwardRow {
  using T = typename V::T;
  const T *y, *g, *x;
  T* out;
  int64_t n;
  double beta;
  double* gradBeta;

  BackwardRow(const Block<T>& b, int64_t r)
      : y(b.in[0] + r * b.inStep[0]),
        g(b.in[1] + r * b.inStep[1]),
        x(b.perRow[0] != nullptr ? b.in[2] + r * b.inStep[2] : nullptr),
        out(b.out[0] + r * b.outStep[0]),
        n(b.length),
        beta(b.scalar[0][r * b.scalarStep[0]]),
        gradBeta(b.perRow[0] != nullptr ? b.perRow[0] + b.first + r : nullptr) {}

  typename V::R factor() const { return V::set(gradBeta != nullptr ? T(1) : static_cast<T>(beta)); }

  void finish() const {
    if (gradBeta == nullptr) return;
    auto sum = V::zero();
    const auto factor = V::set(static_cast<T>(beta));
    sweep<V>(n, [&](auto at, int64_t i) {
      const auto raw = at.load(out + i, V::zero());
      const auto live = V::notEqual(raw, V::zero());
      sum = V::fma(raw, V::keep(live, at.load(x + i, V::zero())), sum);
      at.store(out + i, V::keep(live, raw * factor));
    });
    *gradBeta = V::sum(sum);
  }
};

/// r (g - <r, g> / sum r) with r = weight(y) where y != 0; not `whole`: without the division. No branch asks whether a
/// vector has such a y: where a few do, it would be mispredicted too often.
template <class V, bool whole = true, class Weight>
inline __attribute__((always_inline)) void weightedRow(const BackwardRow<V>& row, Weight&& weight) {
  const auto zero = V::zero();
  auto sum = zero, dot = zero;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto y = at.load(row.y + i, zero);
    const auto live = V::notEqual(y, zero);
    const auto r = V::keep(live, weight(y));
    sum = sum + r;
    dot = V::fma(r, V::keep(live, at.load(row.g + i, zero)), dot);
  });
  const auto mean = V::set(whole ? V::sum(dot) / V::sum(sum) : V::sum(dot)), factor = row.factor();
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto y = at.load(row.y + i, zero);
    at.store(row.out + i, V::keep(V::notEqual(y, zero), weight(y) * (at.load(row.g + i, zero) - mean) * factor));
  });
  row.finish();
}

template <class V, bool whole>
void softmaxBackward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) weightedRow<V, whole>(BackwardRow<V>(b, r), [](auto y) { return y; });
}
template <class V>
void sparsemaxBackward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    weightedRow(BackwardRow<V>(b, r), [](auto y) { return V::select(V::nan(y), y, V::set(1)); });
}
template <class V>
void entmax15Backward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) weightedRow(BackwardRow<V>(b, r), [](auto y) { return V::sqrt(y); });
}

/// y^a for y > 0 (subnormal y count as the smallest normal number); NaN stays.
template <class V>
inline __attribute__((always_inline)) typename V::R power(typename V::R y, typename V::R a) {
  const auto result = exp<V>(a * log<V>(V::max(V::set(V::smallestNormal), y)));
  return V::select(V::nan(y), y, result);
}

/// The entries of a row with y != 0, side by side, for what is dear. scratch: kWideRows rows.
template <class V>
struct Support {
  using T = typename V::T;
  T *y, *g;
  double* raw;  // gradients before beta, where they are computed in double
  int64_t count = 0;
  T least, most;

  inline __attribute__((always_inline)) Support(const BackwardRow<V>& row, T* scratch)
      : y(scratch), g(scratch + row.n + kPadding), raw(reinterpret_cast<double*>(scratch + 2 * (row.n + kPadding))) {
    const auto zero = V::zero(), one = V::set(1);
    auto low = one, high = zero;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto value = at.load(row.y + i, zero);
      const auto live = V::notEqual(value, zero);
      low = V::min(low, V::select(live, value, one));
      high = V::max(high, value);
      V::compress(g + count, live, at.load(row.g + i, zero));
      count += V::compress(y + count, live, value);
    });
    V::store(y + count, zero);
    V::store(g + count, zero);
    least = V::minimum(low);
    most = V::maximum(high);
  }
  /// Whether slopes y^-power are so near to each other that T holds their differences; others cancel, and may be beyond
  /// all range.
  bool tame(double power) const {
    if (power <= 0) return true;
    constexpr double most_ = sizeof(T) == 4 ? 2 : 12;
    return power < 4 && power * __builtin_log(static_cast<double>(most) / static_cast<double>(least)) < most_;
  }
  /// raw times beta to y.
  void takeRaw(const BackwardRow<V>& row) {
    const double scale = row.gradBeta != nullptr ? 1 : row.beta;
    for (int64_t i = 0; i < count; ++i) y[i] = raw[i] == 0 ? T(0) : static_cast<T>(scale * raw[i]);
  }
  /// y to the places of the row's gradient.
  void spread(const BackwardRow<V>& row) const {
    const auto zero = V::zero();
    const T* next = y;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto live = V::notEqual(at.load(row.y + i, zero), zero);
      at.store(row.out + i, V::expand(live, next));
      next += V::count(live);
    });
    row.finish();
  }
};

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

template <class V, bool atMost>
void kSubsetsBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1);
  for (int64_t r = 0; r < b.rows; ++r) {
    const BackwardRow<V> row(b, r);
    const double k = b.scalar[1][r * b.scalarStep[1]];
    PiecewiseSum<V, 4> total;
    auto sum = zero;
    int64_t inside = 0;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::both(V::notEqual(y, zero), V::notEqual(y, one));
      if (atMost) total.add(i, y);
      if (!V::any(live)) return;
      sum = sum + V::keep(live, at.load(row.g + i, zero));
      inside += V::count(live);
    });
    // Rounding of that many weights.
    const double tolerance = 4 * static_cast<double>(V::epsilon) * ((k > 1 ? k : 1) + static_cast<double>(inside));
    const bool slack = atMost && total.value() < k - tolerance;
    const auto mean = V::set(slack || inside == 0 ? T(0) : V::sum(sum) / static_cast<T>(inside)), factor = row.factor();
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::both(V::notEqual(y, zero), V::notEqual(y, one));
      const auto result = V::select(V::nan(y), y, (at.load(row.g + i, zero) - mean) * factor);
      at.store(row.out + i, V::keep(live, result));
    });
    row.finish();
  }
}

// ---- Lagrangian units ----

template <class V>
void lagrangian(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const uint8_t* mask = b.mask != nullptr ? b.mask + r * b.maskStep : nullptr;
    T* d = b.out[0] + r * b.outStep[0];
    T* keep = b.out[1] + r * b.outStep[1];
    const auto t = V::set(static_cast<T>(b.scalar[0][r * b.scalarStep[0]]));
    const auto bias = V::set(static_cast<T>(b.scalar[1][r * b.scalarStep[1]]));
    const auto one = V::set(1);
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto value = at.load(x + i, V::zero());
      auto kept = V::greater(value, t);
      auto result = V::select(V::either(kept, V::nan(value)), value, bias);
      if (mask != nullptr) {
        const auto unmasked = at.bytes(mask + i);
        kept = V::both(kept, unmasked);
        result = V::keep(unmasked, result);
      }
      at.store(d + i, result);
      at.store(keep + i, V::keep(kept, one));
    });
  }
}

template <class V>
void lagrangianBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* keep = b.in[0] + r * b.inStep[0];
    const T* g = b.in[1] + r * b.inStep[1];
    T* out = b.out[0] + r * b.outStep[0];
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto kept = V::notEqual(at.load(keep + i, V::zero()), V::zero());
      at.store(out + i, V::keep(kept, at.load(g + i, V::zero())));
    });
  }
}

template <class V>
void lagrangianSums(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const T* keep = b.in[1] + r * b.inStep[1];
    const T* g = b.in[2] + r * b.inStep[2];
    const uint8_t* mask = b.mask != nullptr ? b.mask + r * b.maskStep : nullptr;
    const auto median = V::set(static_cast<T>(b.scalar[0][r * b.scalarStep[0]]));
    const auto nan = V::set(static_cast<T>(__builtin_nan("")));
    auto sum = V::zero();
    int64_t ties = 0;
    sweep<V>(b.length, [&](auto at, int64_t i) {
      auto value = at.load(x + i, nan);
      if (mask != nullptr) value = V::select(at.bytes(mask + i), value, nan);
      const auto forgotten = V::both(V::equal(at.load(keep + i, V::zero()), V::zero()), V::equal(value, value));
      sum = sum + V::keep(forgotten, at.load(g + i, V::zero()));
      ties += V::count(V::equal(value, median));
    });
    b.perRow[0][b.first + r] = V::sum(sum);
    b.perRow[1][b.first + r] = static_cast<double>(ties);
  }
}

template <class V>
int64_t collect(const typename V::T* x, const uint8_t* mask, int64_t n, bool withMinusInfinity, typename V::T* out) {
  using T = typename V::T;
  const auto nan = V::set(static_cast<T>(__builtin_nan(""))), low = V::set(-static_cast<T>(__builtin_inf()));
  int64_t count = 0;
  sweep<V>(n, [&](auto at, int64_t i) {
    const auto value = at.load(x + i, nan);
    auto counts = withMinusInfinity ? V::greaterEqual(value, low) : V::greater(value, low);
    if (mask != nullptr) counts = V::both(counts, at.bytes(mask + i));
    count += V::compress(out + count, counts, value);
  });
  return count;
}

// Bit patterns of numbers as integers of the same order, so that halving a range of numbers ends after 32 or 64 steps.
inline int64_t orderOf(float value) {
  int32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? static_cast<int64_t>(INT32_MIN) - bits : bits;
}
inline int64_t orderOf(double value) {
  int64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? INT64_MIN - bits : bits;
}
inline void ofOrder(int64_t order, float& value) {
  const int32_t bits = static_cast<int32_t>(order < 0 ? static_cast<int64_t>(INT32_MIN) - order : order);
  __builtin_memcpy(&value, &bits, sizeof bits);
}
inline void ofOrder(int64_t order, double& value) {
  const int64_t bits = order < 0 ? INT64_MIN - order : order;
  __builtin_memcpy(&value, &bits, sizeof bits);
}

/// The smallest number that at least k + 1 values do not exceed, by halving: no branch depends on the values.
template <class V>
typename V::T selectByHalving(typename V::T* values, int64_t n, int64_t k) {
  using T = typename V::T;
  const auto infinity = V::set(static_cast<T>(__builtin_inf()));
  auto small = infinity, large = -infinity;
  sweep<V>(n, [&](auto at, int64_t i) {
    small = V::min(small, at.load(values + i, infinity));
    large = V::max(large, at.load(values + i, -infinity));
  });
  for (int64_t i = n; i % V::W != 0; ++i) values[i] = static_cast<T>(__builtin_nan(""));
  int64_t low = orderOf(V::minimum(small)), high = orderOf(V::maximum(large));
  while (low < high) {
    const int64_t middle = (low & high) + ((low ^ high) >> 1);
    T pivot;
    ofOrder(middle, pivot);
    const auto p = V::set(pivot);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += V::W) count += V::count(V::greaterEqual(p, V::load(values + i)));
    if (count > k)
      high = middle;
    else
      low = middle + 1;
  }
  T result;
  ofOrder(high, result);
  return result;
}

/// Selection by bracketing: a sample gives two values that very likely enclose the wanted one; one pass counts, a
/// second keeps what lies between (or, by bad luck, on the side where it is). About a quarter stays each time.
template <class V>
typename V::T select(typename V::T* values, int64_t n, int64_t k) {
  using T = typename V::T;
  constexpr int most = 64;
  bool stuck = false;
  for (;;) {
    if (n <= 1024) return selectByHalving<V>(values, n, k);
    T sample[most];
    constexpr int size = most;
    for (int s = 0; s < size; ++s) {  // insertion sort of every (n / size)-th value
      const T value = values[n * s / size];
      int place = s;
      for (; place > 0 && sample[place - 1] > value; --place) sample[place] = sample[place - 1];
      sample[place] = value;
    }
    const int middle = static_cast<int>(k * size / n), reach = stuck ? 0 : 6;
    const T low = sample[middle < reach ? 0 : middle - reach];
    const T high = sample[middle + reach >= size ? size - 1 : middle + reach];
    const auto lowV = V::set(low), highV = V::set(high);
    const int64_t whole = n / V::W * V::W;
    int64_t below = 0, upTo = 0;
    for (int64_t i = 0; i < whole; i += V::W) {
      const auto value = V::load(values + i);
      below += V::count(V::greater(lowV, value));
      upTo += V::count(V::greaterEqual(highV, value));
    }
    for (int64_t i = whole; i < n; ++i) {
      below += values[i] < low;
      upTo += values[i] <= high;
    }
    const int side = k < below ? -1 : k < upTo ? 0 : 1;
    if (side == 0 && low == high) return low;
    int64_t kept = 0;
    sweep<V>(n, [&](auto at, int64_t i) {
      const auto value = at.load(values + i, V::set(static_cast<T>(__builtin_nan(""))));
      const auto wanted = side < 0    ? V::greater(lowV, value)
                          : side == 0 ? V::both(V::greaterEqual(value, lowV), V::greaterEqual(highV, value))
                                      : V::greater(value, highV);
      kept += V::compress(values + kept, wanted, value);
    });
    if (side == 0) k -= below;
    if (side > 0) k -= upTo;
    stuck = kept == n;  // many equal values: then a single pivot always takes some away
    n = kept;
  }
}

template <class V>
void fillSeparations(RowKernels<typename V::T>& table) {
  table.softmax = softmax<V, false>;
  table.softmax1 = softmax<V, true>;
  table.sparsemax = sparse<V, 1>;
  table.entmax15 = sparse<V, 2>;
  table.entmax = entmax<V>;
  table.normmax = normmax<V>;
  table.kSubsetsExactly = kSubsets<V, false>;
  table.kSubsetsAtMost = kSubsets<V, true>;
  table.softmaxBackward = softmaxBackward<V, true>;
  table.softmax1Backward = softmaxBackward<V, false>;
  table.sparsemaxBackward = sparsemaxBackward<V>;
  table.entmax15Backward = entmax15Backward<V>;
  table.entmaxBackward = entmaxBackward<V>;
  table.normmaxBackward = normmaxBackward<V>;
  table.kSubsetsExactlyBackward = kSubsetsBackward<V, false>;
  table.kSubsetsAtMostBackward = kSubsetsBackward<V, true>;
  table.lagrangian = lagrangian<V>;
  table.lagrangianBackward = lagrangianBackward<V>;
  table.lagrangianSums = lagrangianSums<V>;
  table.collect = collect<V>;
  table.select = select<V>;
}

}  // namespace
}  // namespace dl4jhopfield
