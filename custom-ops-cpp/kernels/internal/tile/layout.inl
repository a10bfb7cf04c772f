// Packing and unpacking of tiles, and masks. Part of association_tile.inl.

// -----------------------------------------------------------------------------------------------------------

/// dst[c * width + q] = scale * src[q * rowStep + c], in squares of N x N.
template <class V>
void pack(typename V::T* dst, int64_t width, const typename V::T* src, int64_t rowStep, int64_t step, int64_t queries,
          int64_t depth, typename V::T scale) {
  using T = typename V::T;
  constexpr int N = V::N;
  const auto factor = V::set(scale);
  const int64_t squareQ = step == 1 && N > 1 ? queries / N * N : 0, squareC = depth / N * N;
  for (int64_t q = 0; q < squareQ; q += N)
    for (int64_t c = 0; c < squareC; c += N) {
      typename V::Vec r[N];
#pragma GCC unroll 16
      for (int i = 0; i < N; ++i) r[i] = V::mul(factor, V::load(src + (q + i) * rowStep + c));
      V::transpose(r);
#pragma GCC unroll 16
      for (int i = 0; i < N; ++i) V::store(dst + (c + i) * width + q, r[i]);
    }
  for (int64_t q = 0; q < queries; ++q)
    for (int64_t c = q < squareQ ? squareC : 0; c < depth; ++c)
      dst[c * width + q] = scale * src[q * rowStep + c * step];
  if (queries < width)
    for (int64_t c = 0; c < depth; ++c)
      for (int64_t q = queries; q < width; ++q) dst[c * width + q] = T(0);
}

template <class V>
void unpack(typename V::T* dst, int64_t rowStep, int64_t step, const typename V::T* src, int64_t width, int64_t queries,
            int64_t depth, const typename V::T* factor, bool accumulate) {
  using T = typename V::T;
  constexpr int N = V::N;
  const int64_t squareQ = step == 1 && N > 1 ? queries / N * N : 0, squareC = depth / N * N;
  const auto one = V::set(T(1));
  for (int64_t q = 0; q < squareQ; q += N) {
    const auto f = factor ? V::load(factor + q) : one;
    for (int64_t c = 0; c < squareC; c += N) {
      typename V::Vec r[N];
#pragma GCC unroll 16
      for (int i = 0; i < N; ++i) r[i] = V::mul(f, V::load(src + (c + i) * width + q));
      V::transpose(r);
#pragma GCC unroll 16
      for (int i = 0; i < N; ++i) {
        T* to = dst + (q + i) * rowStep + c;
        V::store(to, accumulate ? V::add(V::load(to), r[i]) : r[i]);
      }
    }
  }
  for (int64_t q = 0; q < queries; ++q) {
    const T f = factor ? factor[q] : T(1);
    for (int64_t c = q < squareQ ? squareC : 0; c < depth; ++c) {
      T& d = dst[q * rowStep + c * step];
      const T x = f * src[c * width + q];
      d = accumulate ? d + x : x;
    }
  }
}

template <class V>
void applyMask(typename V::T* X, int64_t width, int64_t first, int64_t rows, int64_t queries,
               const TileMask<typename V::T>& m) {
  using T = typename V::T;
  constexpr T lowest = -Infinity<T>::value;
  if (m.additive) {
    constexpr int N = V::N;
    const int64_t squareQ = m.additiveStep == 1 && N > 1 ? queries / N * N : 0, squareJ = rows / N * N;
    for (int64_t q = 0; q < squareQ; q += N)
      for (int64_t j = 0; j < squareJ; j += N) {
        typename V::Vec r[N];
#pragma GCC unroll 16
        for (int i = 0; i < N; ++i) r[i] = V::load(m.additive + (q + i) * m.additiveRow + first + j);
        V::transpose(r);
#pragma GCC unroll 16
        for (int i = 0; i < N; ++i) {
          T* x = X + (j + i) * width + q;
          V::store(x, V::add(V::load(x), r[i]));
        }
      }
    for (int64_t q = 0; q < queries; ++q) {
      const T* a = m.additive + q * m.additiveRow + first * m.additiveStep;
      for (int64_t j = q < squareQ ? squareJ : 0; j < rows; ++j) X[j * width + q] += a[j * m.additiveStep];
    }
  }
  if (m.association)
    for (int64_t q = 0; q < queries; ++q) {
      const uint8_t* a = m.association + q * m.associationRow + first * m.associationStep;
      for (int64_t j = 0; j < rows; ++j)
        if (!a[j * m.associationStep]) X[j * width + q] = lowest;
    }
  if (m.padding)
    for (int64_t j = 0; j < rows; ++j)
      if (!m.padding[(first + j) * m.paddingStep])
        for (int64_t q = 0; q < width; ++q) X[j * width + q] = lowest;
  if (m.query)
    for (int64_t q = 0; q < queries; ++q)
      if (!m.query[q * m.queryStep])
        for (int64_t j = 0; j < rows; ++j) X[j * width + q] = lowest;
}
