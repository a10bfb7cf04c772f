// GELU and layer norm, written once over the vector type.
#pragma once

namespace dl4jhopfield {
namespace {

// erfc(a) exp(a^2) (1 + 2 a) as a polynomial in t = (a - 3.75) / (a + 3.75), a in [0, limit]: interpolated at Chebyshev
// nodes in 50 digits; relative error 2e-8 and 2e-17.
template <class V>
struct ErfcTable;
template <>
struct ErfcTable<F32> {
  static constexpr int terms = 11;
  static constexpr float limit = 15;
  static constexpr float c[terms] = {1.237512623f,    -0.1402403144f,  0.003586260601f, 0.08226755842f,
                                     -0.1088220808f,  0.09238191553f,  -0.05854433828f, 0.02814110553f,
                                     -0.01026053232f, 0.001851069588f, 0.0009293857793f};
};
template <>
struct ErfcTable<F64> {
  static constexpr int terms = 23;
  static constexpr double limit = 33;
  static constexpr double c[terms] = {
      1.237512630837827573,      -0.1402405985855466555,    0.003585415485466503462,    0.08227673849011031231,
      -0.1088039301418568835,    0.09230432116153709242,    -0.05869339858733354078,    0.02836227740133512846,
      -0.009746579584515776235,  0.001755626000286357687,   0.0002937138518883863097,   -0.0002901548256866514671,
      0.00005164824732106709059, 0.00002238662509243698904, -0.00001144155310044952001, -9.784715428520973128e-7,
      1.74637741201228196e-6,    -5.081314283981069411e-8,  -2.517281862449066501e-7,   1.825352554605541412e-8,
      3.30527117228955975e-8,    -1.6829902865612229e-9,    -2.704656803134110631e-9};
};

/// Phi(x), and exp(-x^2/2) with it.
template <class V>
inline __attribute__((always_inline)) typename V::R normalCdf(typename V::R x, typename V::R& density) {
  using T = typename V::T;
  using K = ErfcTable<V>;
  const auto one = V::set(1);
  density = exp<V>(x * x * V::set(T(-0.5)));
  const auto a = V::min(V::set(K::limit), V::abs(x) * V::set(T(0.70710678118654752440)));
  const auto t = (a - V::set(T(3.75))) / (a + V::set(T(3.75)));
  auto p = V::set(K::c[K::terms - 1]);
  for (int k = K::terms - 2; k >= 0; --k) p = V::fma(p, t, V::set(K::c[k]));
  const auto tail = density * p / V::fma(a, V::set(4), V::set(2));  // Phi(-|x|) = erfc(a) / 2
  return V::select(V::greater(x, V::zero()), one - tail, tail);
}

/// x times a factor of it, which `factor` gives with something more.
template <class V, typename V::R factor(typename V::R, typename V::R&)>
void gated(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) {
    const auto* x = b.in[0] + r * b.inStep[0];
    auto* y = b.out[0] + r * b.outStep[0];
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto value = at.load(x + i, V::zero());
      typename V::R more;
      const auto by = factor(value, more);
      // Where the factor vanishes so does the product, -inf included.
      at.store(y + i, V::select(V::equal(by, V::zero()), V::set(typename V::T(-0.0)), value * by));
    });
  }
}

template <class V>
void geluBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const T* g = b.in[1] + r * b.inStep[1];
    T* out = b.out[0] + r * b.outStep[0];
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto value = at.load(x + i, V::zero());
      typename V::R density;
      const auto phi = normalCdf<V>(value, density);
      const auto product = V::keep(V::notEqual(density, V::zero()), value * density);
      at.store(out + i, at.load(g + i, V::zero()) * V::fma(product, V::set(T(0.39894228040143267794)), phi));
    });
  }
}

/// The tanh form as x s(v), s the logistic function of v = 2 sqrt(2/pi) (x + 0.044715 x^3).
template <class V>
inline __attribute__((always_inline)) typename V::R logistic(typename V::R x, typename V::R& slope) {
  using T = typename V::T;
  const auto one = V::set(1);
  const auto v = x * V::fma(x * x, V::set(T(1.5957691216057307117 * 0.044715)), V::set(T(1.5957691216057307117)));
  const auto e = exp<V>(-V::abs(v));
  const auto inverse = one / (one + e);
  slope = e * inverse * inverse;  // s (1 - s), without the difference
  return V::select(V::greater(v, V::zero()), inverse, e * inverse);
}

template <class V>
void geluTanhBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const T* g = b.in[1] + r * b.inStep[1];
    T* out = b.out[0] + r * b.outStep[0];
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto value = at.load(x + i, V::zero());
      typename V::R slope;
      const auto s = logistic<V>(value, slope);
      const auto inner =
          V::fma(value * value, V::set(T(1.5957691216057307117 * 3 * 0.044715)), V::set(T(1.5957691216057307117)));
      const auto product = V::keep(V::notEqual(slope, V::zero()), value * slope * inner);
      at.store(out + i, at.load(g + i, V::zero()) * (s + product));
    });
  }
}

/// Of one row: x - mean - shift has the mean 0. The shift is what a mean of T has no digits for where it is large
/// beside the deviation; 0 where that is not so.
template <class V>
struct RowMoments {
  using T = typename V::T;
  T mean, shift, inverse;

  inline __attribute__((always_inline)) RowMoments(const T* x, int64_t n, double eps) : shift(0) {
    auto s0 = V::zero(), s1 = V::zero();
    int64_t i = 0;
    for (; i + 2 * V::W <= n; i += 2 * V::W) {
      s0 = s0 + V::load(x + i);
      s1 = s1 + V::load(x + i + V::W);
    }
    sweep<V>(n - i, [&](auto at, int64_t j) { s0 = s0 + at.load(x + i + j, V::zero()); });
    mean = V::sum(s0 + s1) / static_cast<T>(n);
    double variance = squares(x, n);
    if (variance < static_cast<double>(mean) * static_cast<double>(mean) / 16) {
      const auto m = V::set(mean);
      auto rest = V::zero();
      sweep<V>(n, [&](auto at, int64_t j) { rest = rest + (at.load(x + j, m) - m); });
      shift = V::sum(rest) / static_cast<T>(n);
      const double own = variance - static_cast<double>(shift) * static_cast<double>(shift);
      variance = own > 0 ? own : 0;
    }
    inverse = static_cast<T>(1 / __builtin_sqrt(variance + eps));
  }

 private:
  inline __attribute__((always_inline)) double squares(const T* x, int64_t n) const {
    const auto m = V::set(mean);
    auto s0 = V::zero(), s1 = V::zero();
    int64_t i = 0;
    for (; i + 2 * V::W <= n; i += 2 * V::W) {
      const auto a = V::load(x + i) - m, b = V::load(x + i + V::W) - m;
      s0 = V::fma(a, a, s0);
      s1 = V::fma(b, b, s1);
    }
    sweep<V>(n - i, [&](auto at, int64_t j) {
      const auto a = at.load(x + i + j, m) - m;
      s0 = V::fma(a, a, s0);
    });
    return static_cast<double>(V::sum(s0 + s1)) / static_cast<double>(n);
  }
};

/// f(h of a vector of the row, access, i)
template <class V, class F>
inline __attribute__((always_inline)) void eachNormalised(const typename V::T* x, int64_t n, const RowMoments<V>& of,
                                                          F&& f) {
  const auto m = V::set(of.mean), s = V::set(of.inverse);
  if (of.shift == 0) {
    sweep<V>(
        n, [&](auto at, int64_t i) __attribute__((always_inline)) { f((at.load(x + i, m) - m) * s, at, i); });
  } else {
    const auto c = V::set(of.shift);
    sweep<V>(
        n, [&](auto at, int64_t i) __attribute__((always_inline)) { f((at.load(x + i, m) - m - c) * s, at, i); });
  }
}

template <class V>
void layerNorm(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    T* y = b.out[0] + r * b.outStep[0];
    eachNormalised<V>(
        x, b.length,
        RowMoments<V>(x, b.length, b.scalar[0][0]), [&](auto h, auto at, int64_t i) __attribute__((always_inline)) {
          if (b.in[1] != nullptr) h = h * at.load(b.in[1] + i, V::zero());
          if (b.in[2] != nullptr) h = h + at.load(b.in[2] + i, V::zero());
          at.store(y + i, h);
        });
  }
}

template <class V>
void layerNormBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const T* g = b.in[1] + r * b.inStep[1];
    const T* gain = b.in[2];
    T* gradGain = b.out[1];
    T* gradBias = b.out[2];
    T* out = b.out[0] + r * b.outStep[0];
    const RowMoments<V> of(x, b.length, b.scalar[0][0]);
    auto sumU = V::zero(), sumUH = V::zero();
    eachNormalised<V>(
        x, b.length, of, [&](auto h, auto at, int64_t i) __attribute__((always_inline)) {
          const auto grad = at.load(g + i, V::zero());
          auto u = grad;
          if (gain != nullptr) u = u * at.load(gain + i, V::zero());
          sumU = sumU + u;
          sumUH = V::fma(u, h, sumUH);
          if (gradGain != nullptr) at.store(gradGain + i, V::fma(grad, h, at.load(gradGain + i, V::zero())));
          if (gradBias != nullptr) at.store(gradBias + i, grad + at.load(gradBias + i, V::zero()));
        });
    const auto a = V::set(V::sum(sumU) / static_cast<T>(b.length)),
               c = V::set(V::sum(sumUH) / static_cast<T>(b.length));
    const auto s = V::set(of.inverse);
    eachNormalised<V>(
        x, b.length, of, [&](auto h, auto at, int64_t i) __attribute__((always_inline)) {
          auto u = at.load(g + i, V::zero());
          if (gain != nullptr) u = u * at.load(gain + i, V::zero());
          at.store(out + i, (V::fnma(h, c, u) - a) * s);
        });
  }
}

template <class V>
void fillTransformer(RowKernels<typename V::T>& table) {
  table.gelu = gated<V, normalCdf<V>>;
  table.geluBackward = geluBackward<V>;
  table.geluTanh = gated<V, logistic<V>>;
  table.geluTanhBackward = geluTanhBackward<V>;
  table.layerNorm = layerNorm<V>;
  table.layerNormBackward = layerNormBackward<V>;
}

}  // namespace
}  // namespace dl4jhopfield
