// What the row kernels of the separations share: a row of scores, of weights and gradients, of the entries that count.
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

}  // namespace
}  // namespace dl4jhopfield
