// Moments, standardised rows and their gradients. Part of association_tile.inl.

// ----------------------------------------------------------------------------------------------

/// The sum of the lanes of r[i] in lane i.
template <class V>
inline typename V::Vec laneSums(typename V::Vec (&r)[V::N]) {
  V::transpose(r);
#pragma GCC unroll 8
  for (int half = V::N / 2; half > 0; half /= 2)
#pragma GCC unroll 16
    for (int i = 0; i < half; ++i) r[i] = V::add(r[i], r[i + half]);
  return r[0];
}

/// Calls f(number of the first, how many) for rows by groups of V::N.
template <class V, class F>
inline void rowGroups(int64_t rows, F&& f) {
  for (int64_t j = 0; j < rows; j += V::N) f(j, static_cast<int>(rows - j < V::N ? rows - j : V::N));
}

/// Lane i of the result: the sum over a row of what `term` gives of a vector of row i, or of row count - 1 after it.
/// term(i, c, part) may read `part` numbers from c on.
template <class V, class F>
inline typename V::Vec rowSums(int count, int64_t depth, F&& term) {
  typename V::Vec sums[V::N];
#pragma GCC unroll 16
  for (int i = 0; i < V::N; ++i) {
    const int r = i < count ? i : count - 1;
    typename V::Vec sum = V::zero();
    int64_t c = 0;
    for (; c + V::N <= depth; c += V::N) sum = term(sum, r, c, V::N);
    if (c < depth) sum = term(sum, r, c, static_cast<int>(depth - c));
    sums[i] = sum;
  }
  return laneSums<V>(sums);
}

template <class V>
inline typename V::Vec loadUpTo(const typename V::T* p, int n) {
  return n == V::N ? V::load(p) : V::loadPart(p, n);
}
template <class V>
inline void storeUpTo(typename V::T* p, typename V::Vec x, int n) {
  n == V::N ? V::store(p, x) : V::storePart(p, x, n);
}

template <class V>
void moments(const typename V::T* x, int64_t step, int64_t rows, int64_t depth, typename V::T eps, typename V::T* mean,
             typename V::T* inverse) {
  using T = typename V::T;
  T ones[V::N];
  for (int i = 0; i < V::N; ++i) ones[i] = 1;
  const auto share = V::set(T(1) / static_cast<T>(depth));
  rowGroups<V>(rows, [&](int64_t j, int count) {
    const T* group = x + j * step;
    const auto m = V::mul(share, rowSums<V>(count, depth, [&](auto sum, int r, int64_t c, int part) {
                            return V::add(sum, loadUpTo<V>(group + r * step + c, part));
                          }));
    T means[V::N];
    V::store(means, m);
    const auto squares = rowSums<V>(count, depth, [&](auto sum, int r, int64_t c, int part) {
      auto own = V::set(means[r]);
      if (part < V::N) own = V::mul(own, V::loadPart(ones, part));
      const auto d = V::sub(loadUpTo<V>(group + r * step + c, part), own);
      return V::fma(d, d, sum);
    });
    storeUpTo<V>(mean + j, m, count);
    storeUpTo<V>(inverse + j, V::inverseRoot(V::fma(squares, share, V::set(eps))), count);
  });
}

template <class V>
void standardise(const typename V::T* x, int64_t step, int64_t rows, int64_t depth, const typename V::T* mean,
                 const typename V::T* inverse, typename V::T* h, int64_t hStep) {
  for (int64_t r = 0; r < rows; ++r) {
    const auto m = V::set(mean[r]), s = V::set(inverse[r]);
    int64_t c = 0;
    for (; c + V::N <= depth; c += V::N) V::store(h + r * hStep + c, V::mul(V::sub(V::load(x + r * step + c), m), s));
    if (c < depth) {
      const auto part = V::loadPart(x + r * step + c, static_cast<int>(depth - c));
      V::store(h + r * hStep + c, V::mul(V::sub(part, m), s));
    }
  }
}

template <class V>
void standardiseGradient(typename V::T* out, int64_t outStep, const typename V::T* g, int64_t gStep,
                         const typename V::T* h, int64_t hStep, int64_t rows, int64_t depth,
                         const typename V::T* inverse) {
  using T = typename V::T;
  const auto share = V::set(T(1) / static_cast<T>(depth));
  rowGroups<V>(rows, [&](int64_t j, int count) {
    const T* gs = g + j * gStep;
    const T* hs = h + j * hStep;
    T means[V::N], along[V::N];
    V::store(means, V::mul(share, rowSums<V>(count, depth, [&](auto sum, int r, int64_t c, int part) {
                             return V::add(sum, loadUpTo<V>(gs + r * gStep + c, part));
                           })));
    V::store(along, V::mul(share, rowSums<V>(count, depth, [&](auto sum, int r, int64_t c, int part) {
                             return V::fma(loadUpTo<V>(gs + r * gStep + c, part), loadUpTo<V>(hs + r * hStep + c, part),
                                           sum);
                           })));
    for (int r = 0; r < count; ++r) {
      const auto a = V::set(means[r]), b = V::set(-along[r]), s = V::set(inverse[j + r]);
      for (int64_t c = 0; c < depth; c += V::N) {
        const int part = static_cast<int>(depth - c < V::N ? depth - c : V::N);
        const auto u = V::fma(b, loadUpTo<V>(hs + r * hStep + c, part), loadUpTo<V>(gs + r * gStep + c, part));
        storeUpTo<V>(out + (j + r) * outStep + c, V::mul(V::sub(u, a), s), part);
      }
    }
  });
}

template <class V>
void rowDots(typename V::T* Z, int64_t zStep, const typename V::T* Q, int64_t qStep, int64_t queries,
             const typename V::T* K, int64_t step, int64_t rows, int64_t depth) {
  rowGroups<V>(rows, [&](int64_t j, int count) {
    const typename V::T* group = K + j * step;
    for (int64_t q = 0; q < queries; ++q) {
      const typename V::T* query = Q + q * qStep;
      const auto dots = rowSums<V>(count, depth, [&](auto sum, int r, int64_t c, int part) {
        return V::fma(loadUpTo<V>(query + c, part), loadUpTo<V>(group + r * step + c, part), sum);
      });
      storeUpTo<V>(Z + q * zStep + j, dots, count);
    }
  });
}
