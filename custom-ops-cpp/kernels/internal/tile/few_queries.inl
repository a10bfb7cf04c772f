// Scores and mixtures of few queries, which are bound by reading the patterns. Part of association_tile.inl.

// ----------------------------------------------------------------------------------------------------

/// The lanes' sum, in pairs.
template <class V>
inline typename V::T across(typename V::Vec x) {
  typename V::T parts[V::N];
  V::store(parts, x);
#pragma GCC unroll 8
  for (int half = V::N / 2; half > 0; half /= 2)
#pragma GCC unroll 16
    for (int i = 0; i < half; ++i) parts[i] += parts[i + half];
  return parts[0];
}

/// A vector of stored numbers, in T or in binary16.
template <class V>
inline typename V::Vec stored(const typename V::T* p) {
  return V::load(p);
}
template <class V>
inline typename V::Vec stored(const uint16_t* p) {
  return V::loadHalf(p);
}
template <class V>
inline typename V::Vec storedPart(const typename V::T* p, int n) {
  return V::loadPart(p, n);
}
template <class V>
inline typename V::Vec storedPart(const uint16_t* p, int n) {
  uint16_t part[V::N] = {};
  for (int i = 0; i < n; ++i) part[i] = p[i];
  return V::loadHalf(part);
}

template <class V, int NR, class S>
inline void dotRows(typename V::T* X, int64_t width, const typename V::T* Q, int64_t queries, const S* K,
                    int64_t stride, int64_t depth) {
  constexpr int64_t line = 64 / sizeof(S);
  for (int64_t q = 0; q < queries; ++q) {
    const typename V::T* query = Q + q * depth;
    typename V::Vec acc[NR];
#pragma GCC unroll 8
    for (int r = 0; r < NR; ++r) acc[r] = V::zero();
    int64_t c = 0;
    for (; c + V::N <= depth; c += V::N) {
      const typename V::Vec x = V::load(query + c);
      const bool ask = q == 0 && c % line == 0;
#pragma GCC unroll 8
      for (int r = 0; r < NR; ++r) {
        if (ask) __builtin_prefetch(reinterpret_cast<const char*>(K + r * stride + c) + kDistance, 0, 2);
        acc[r] = V::fma(x, stored<V>(K + r * stride + c), acc[r]);
      }
    }
    if (c < depth) {
      const int left = static_cast<int>(depth - c);
      const typename V::Vec x = V::loadPart(query + c, left);
#pragma GCC unroll 8
      for (int r = 0; r < NR; ++r) acc[r] = V::fma(x, storedPart<V>(K + r * stride + c, left), acc[r]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < NR; ++r) X[r * width + q] = across<V>(acc[r]);
  }
}

template <class V, class S>
void dots(typename V::T* X, int64_t width, const typename V::T* Q, int64_t queries, const S* K, int64_t stride,
          int64_t rows, int64_t depth) {
  int64_t j = 0;
  for (; j + 8 <= rows; j += 8) dotRows<V, 8>(X + j * width, width, Q, queries, K + j * stride, stride, depth);
  for (; j < rows; ++j) dotRows<V, 1>(X + j * width, width, Q, queries, K + j * stride, stride, depth);
}

template <class V, int NR, class S>
inline void mixRows(typename V::T* M, const typename V::T* X, int64_t width, const S* rows, int64_t stride,
                    int64_t depth) {
  typename V::Vec w[NR];
#pragma GCC unroll 8
  for (int r = 0; r < NR; ++r) w[r] = V::set(X[r * width]);
  int64_t c = 0;
  for (; c + V::N <= depth; c += V::N) {
    typename V::Vec sum = V::load(M + c);
#pragma GCC unroll 8
    for (int r = 0; r < NR; ++r) sum = V::fma(w[r], stored<V>(rows + r * stride + c), sum);
    V::store(M + c, sum);
  }
  if (c < depth) {
    const int left = static_cast<int>(depth - c);
    typename V::Vec sum = V::loadPart(M + c, left);
#pragma GCC unroll 8
    for (int r = 0; r < NR; ++r) sum = V::fma(w[r], storedPart<V>(rows + r * stride + c, left), sum);
    V::storePart(M + c, sum, left);
  }
}

template <class V, class S>
void mix(typename V::T* M, const typename V::T* X, int64_t width, int64_t queries, const S* rows, int64_t stride,
         int64_t count, int64_t depth) {
  int64_t j = 0;
  for (; j + 8 <= count; j += 8)
    for (int64_t q = 0; q < queries; ++q)
      mixRows<V, 8>(M + q * depth, X + j * width + q, width, rows + j * stride, stride, depth);
  for (; j < count; ++j)
    for (int64_t q = 0; q < queries; ++q)
      mixRows<V, 1>(M + q * depth, X + j * width + q, width, rows + j * stride, stride, depth);
}
