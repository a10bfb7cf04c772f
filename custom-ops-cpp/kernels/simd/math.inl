// Vector exp, log and log1p, and the sweep over a row. Included after one vec_*.h.
#pragma once

namespace dl4jhopfield {
namespace {

/// Access to a whole vector, or to the last n < W entries of a row.
template <class V>
struct Full {
  static constexpr bool whole = true;
  typename V::R load(const typename V::T* p, typename V::R) const { return V::load(p); }
  void store(typename V::T* p, typename V::R a) const { V::store(p, a); }
  typename V::M bytes(const uint8_t* p) const { return V::bytes(p); }
};
template <class V>
struct Part {
  static constexpr bool whole = false;
  int n;
  typename V::R load(const typename V::T* p, typename V::R fill) const { return V::load(p, n, fill); }
  void store(typename V::T* p, typename V::R a) const { V::store(p, n, a); }
  typename V::M bytes(const uint8_t* p) const { return V::bytes(p, n); }
};

/// f(access, i) for the vectors that cover a row of n entries.
template <class V, class F>
inline __attribute__((always_inline)) void sweep(int64_t n, F&& f) {
  int64_t i = 0;
  for (; i + V::W <= n; i += V::W) f(Full<V>{}, i);
  if (i < n) f(Part<V>{static_cast<int>(n - i)}, i);
}

template <class V>
struct Constants;
template <>
struct Constants<F32> {
  static constexpr float log2e = 0x1.715476p+0f, ln2High = 0x1.62e43p-1f, ln2Low = -0x1.05c61p-29f;
  static constexpr float expLow = -87.33654f, expHigh = 89;
  static constexpr int expDegree = 7, logTerms = 5;
};
template <>
struct Constants<F64> {
  static constexpr double log2e = 0x1.71547652b82fep+0, ln2High = 0x1.62e42fefa39efp-1, ln2Low = 0x1.abc9e3b39803fp-56;
  static constexpr double expLow = -708.3964185322641, expHigh = 710;
  static constexpr int expDegree = 13, logTerms = 11;
};

/// exp, about 1 unit in the last place; NaN stays NaN. Taylor on |r| <= ln(2)/2 after x = n ln 2 + r. What would be
/// subnormal is 0: processors make such numbers in microcode, 100 times slower, and masked scores would make many.
template <class V>
inline __attribute__((always_inline)) typename V::R exp(typename V::R x) {
  using T = typename V::T;
  using K = Constants<V>;
  const auto vanishing = V::greater(V::set(K::expLow), x);
  x = V::max(V::set(K::expLow), V::min(V::set(K::expHigh), x));
  const auto n = V::round(x * V::set(K::log2e));
  auto r = V::fnma(n, V::set(K::ln2High), x);
  r = V::fnma(n, V::set(K::ln2Low), r);
  T factorial = 1;
  for (int k = 2; k <= K::expDegree; ++k) factorial *= k;
  auto p = V::set(1 / factorial);
  for (int k = K::expDegree; k > 2; --k) {
    factorial /= k;
    p = V::fma(p, r, V::set(1 / factorial));
  }
  p = V::fma(p, r * r, r) + V::set(1);
  return V::keep(V::inverse(vanishing), V::scale2(p, n));
}

/// log of positive normal numbers, about 1 unit in the last place: c = 2^e (1 + f), s = f / (2 + f),
/// log(1 + f) = f - (f^2/2 - s (f^2/2 + 2 s^2/3 + 2 s^4/5 + ...)).
template <class V>
inline __attribute__((always_inline)) typename V::R log(typename V::R c) {
  using T = typename V::T;
  using K = Constants<V>;
  typename V::R e;
  auto m = V::mantissa(c, e);
  const auto big = V::greater(m, V::set(static_cast<T>(1.4142135623730951)));
  m = V::select(big, m * V::set(T(0.5)), m);
  e = V::select(big, e + V::set(1), e);
  const auto f = m - V::set(1);
  const auto s = f / (f + V::set(2));
  const auto s2 = s * s;
  auto series = V::set(T(2) / (2 * K::logTerms + 1));
  for (int k = K::logTerms - 1; k >= 1; --k) series = V::fma(series, s2, V::set(T(2) / (2 * k + 1)));
  const auto half = f * f * V::set(T(0.5));
  const auto tail = half - V::fma(s, V::fma(series, s2, half), e * V::set(K::ln2Low));
  return V::fma(e, V::set(K::ln2High), f - tail);
}

/// log(1 + u) for u > -1, given c = 1 + u and about its inverse: the rounding of 1 + u is put back.
template <class V>
inline __attribute__((always_inline)) typename V::R log1p(typename V::R u, typename V::R c, typename V::R inverse) {
  return V::fma(u - (c - V::set(1)), inverse, log<V>(c));
}

}  // namespace
}  // namespace dl4jhopfield
