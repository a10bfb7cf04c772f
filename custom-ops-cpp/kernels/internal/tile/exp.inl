// The polynomials of exp on |r| <= ln(2)/2, r the rest after a multiple of ln 2.

/// Cephes' expf: minimax, error below 1 unit in the last place.
template <class L>
inline __attribute__((always_inline)) typename L::Vec expOfRest(typename L::Vec r, float) {
  typename L::Vec p = L::set(1.9875691500e-4f);
  p = L::fma(p, r, L::set(1.3981999507e-3f));
  p = L::fma(p, r, L::set(8.3334519073e-3f));
  p = L::fma(p, r, L::set(4.1665795894e-2f));
  p = L::fma(p, r, L::set(1.6666665459e-1f));
  p = L::fma(p, r, L::set(5.0000001201e-1f));
  return L::fma(p, L::mul(r, r), L::add(r, L::set(1.0f)));
}
/// Taylor's series to the 13th power.
template <class L>
inline __attribute__((always_inline)) typename L::Vec expOfRest(typename L::Vec r, double) {
  typename L::Vec p = L::set(1.0 / 6227020800.0);
  p = L::fma(p, r, L::set(1.0 / 479001600.0));
  p = L::fma(p, r, L::set(1.0 / 39916800.0));
  p = L::fma(p, r, L::set(1.0 / 3628800.0));
  p = L::fma(p, r, L::set(1.0 / 362880.0));
  p = L::fma(p, r, L::set(1.0 / 40320.0));
  p = L::fma(p, r, L::set(1.0 / 5040.0));
  p = L::fma(p, r, L::set(1.0 / 720.0));
  p = L::fma(p, r, L::set(1.0 / 120.0));
  p = L::fma(p, r, L::set(1.0 / 24.0));
  p = L::fma(p, r, L::set(1.0 / 6.0));
  p = L::fma(p, r, L::set(0.5));
  return L::fma(p, L::mul(r, r), L::add(r, L::set(1.0)));
}
