// Tile primitives, written once over a vector class. A translation unit defines its vector classes in an anonymous
// namespace, includes this file inside that namespace, and fills its table with makeOps<V>(). No standard library
// templates here: a weak symbol compiled for a wide instruction set must never reach the linker.

// ---- helpers -----------------------------------------------------------------------------------------------------

template <class T>
struct Infinity;
template <>
struct Infinity<float> {
  static constexpr float value = __builtin_inff();
};
template <>
struct Infinity<double> {
  static constexpr double value = __builtin_inf();
};

template <class V>
inline typename V::Vec mapLanes(typename V::Vec x, typename V::Vec y,
                                typename V::T (*f)(typename V::T, typename V::T)) {
  alignas(64) typename V::T a[V::N], b[V::N];
  V::store(a, x);
  V::store(b, y);
  for (int i = 0; i < V::N; ++i) a[i] = f(a[i], b[i]);
  return V::load(a);
}

inline float powerOf(float t, float p) { return t > 0 ? __builtin_powf(t, p) : (t == t ? 0.0f : t); }
inline double powerOf(double t, double p) { return t > 0 ? __builtin_pow(t, p) : (t == t ? 0.0 : t); }

/// t^p, and 0 where t is 0 (also for negative p).
template <class V>
inline typename V::Vec power(typename V::Vec t, typename V::T p) {
  return mapLanes<V>(t, V::set(p), [](typename V::T a, typename V::T b) { return powerOf(a, b); });
}

/// x - y, but 0 where they are equal (so that inf - inf is 0).
template <class V>
inline typename V::Vec difference(typename V::Vec x, typename V::Vec y) {
  return V::keep(V::unequal(x, y), V::sub(x, y));
}

/// D(x); masked entries stay -inf.
template <class V, bool U>
inline typename V::Vec unitOf(typename V::Vec x, typename V::Vec threshold, typename V::Vec fill) {
  if constexpr (!U) return x;
  const auto lowest = V::set(-Infinity<typename V::T>::value);
  // NaN is neither above the threshold nor -inf: it stays NaN.
  const auto forgotten = V::both(V::notGreater(x, threshold), V::unequal(x, lowest));
  return V::select(forgotten, fill, x);
}

template <class V, Kind K>
struct Shape {  // the separation as a function of t
  using Vec = typename V::Vec;
  using T = typename V::T;
  /// Unnormalised weight.
  static inline Vec weight(const Separator<T>& s, Vec t) {
    if constexpr (K == Kind::Sparsemax) return t;
    if constexpr (K == Kind::Entmax15) return V::mul(t, t);
    if constexpr (K == Kind::Entmax || K == Kind::Normmax) {
      if (K == Kind::Normmax && s.power == T(1)) return t;
      return power<V>(t, s.power);
    }
    if constexpr (K == Kind::KSubsets) return V::min(V::set(T(1)), t);
    return t;
  }
  /// d weight / d u up to what the callers know.
  static inline Vec slope(const Separator<T>& s, Vec t) {
    const Vec zero = V::zero(), one = V::set(T(1));
    if constexpr (K == Kind::Sparsemax) return V::select(V::greater(t, zero), one, zero);
    if constexpr (K == Kind::Entmax15) return t;
    if constexpr (K == Kind::Entmax) return power<V>(t, s.slopePower);
    if constexpr (K == Kind::Normmax) {
      if (s.power == T(1)) return V::select(V::greater(t, zero), one, zero);
      return V::mul(V::set(s.power), power<V>(t, s.slopePower));
    }
    if constexpr (K == Kind::KSubsets) return V::select(V::both(V::greater(t, zero), V::greater(one, t)), one, zero);
    return t;
  }
};

/// Values of one lane group that stay the same down the tile.
template <class V, Kind K, bool U>
struct Group {
  using Vec = typename V::Vec;
  using T = typename V::T;
  Vec threshold, fill, top, tau, factor, scale;
  inline Group(const Separator<T>& s, const Lanes<T>& l, int64_t g) {
    threshold = U ? V::load(l.threshold + g) : V::zero();
    fill = U ? V::load(l.fill + g) : V::zero();
    top = l.top ? V::load(l.top + g) : V::zero();
    tau = l.tau ? V::load(l.tau + g) : V::zero();
    factor = l.factor ? V::load(l.factor + g) : V::zero();
    scale = V::set(s.scale);
  }
  inline Vec forgotten(Vec x) const { return unitOf<V, U>(x, threshold, fill); }
  inline Vec scaled(Vec x) const {
    const Vec y = unitOf<V, U>(x, threshold, fill);
    if constexpr (K == Kind::Entmax15) return V::mul(y, V::set(T(0.5)));
    if constexpr (K == Kind::Entmax) return V::mul(y, scale);
    return y;
  }
  /// t = max(0, u - tau), NaN kept.
  inline Vec excess(Vec x) const { return V::max(V::zero(), V::sub(difference<V>(scaled(x), top), tau)); }
  inline typename V::Mask kept(Vec x) const { return V::greater(x, threshold); }
  inline Vec weight(const Separator<T>& s, Vec x) const {
    if constexpr (K == Kind::Softmax) return V::mul(V::exp(difference<V>(scaled(x), top)), factor);
    if constexpr (K == Kind::Normmax) return V::mul(Shape<V, K>::weight(s, excess(x)), factor);
    return Shape<V, K>::weight(s, excess(x));
  }
};

#define DL4JH_KIND_CASE(K, CALL)                    \
  case Kind::K:                                     \
    if (s.unit) return CALL<V, Kind::K, true>::run; \
    return CALL<V, Kind::K, false>::run;
#define DL4JH_BY_KIND(CALL)          \
  switch (s.kind) {                  \
    DL4JH_KIND_CASE(Softmax, CALL)   \
    DL4JH_KIND_CASE(Sparsemax, CALL) \
    DL4JH_KIND_CASE(Entmax15, CALL)  \
    DL4JH_KIND_CASE(Entmax, CALL)    \
    DL4JH_KIND_CASE(Normmax, CALL)   \
    DL4JH_KIND_CASE(KSubsets, CALL)  \
  }                                  \
  return CALL<V, Kind::Softmax, false>::run;

// ---- matrix products ------------------------------------------------------------------------------------------------

/// Walks over an `Ahead`, one row for each call of the kernel.
struct Cursor {
  const char* at;
  int64_t rows, stride, lines;
  inline explicit Cursor(const Ahead* ahead) {
    at = ahead ? static_cast<const char*>(ahead->data) : nullptr;
    rows = ahead ? ahead->rows : 0;
    stride = ahead ? ahead->stride : 0;
    lines = ahead ? (ahead->bytes + 63) / 64 : 0;
  }
  inline const char* next() {
    if (rows <= 0) return nullptr;
    --rows;
    const char* now = at;
    at += stride;
    return now;
  }
};

template <class V, int NV, int NR>
inline __attribute__((always_inline)) void term(typename V::Vec (&acc)[NR][NV], const typename V::T* A,
                                                const typename V::T* b, int64_t bn) {
  typename V::Vec a[NV];
#pragma GCC unroll 8
  for (int v = 0; v < NV; ++v) a[v] = V::load(A + v * V::N);
#pragma GCC unroll 32
  for (int r = 0; r < NR; ++r) {
    const typename V::Vec x = V::set(b[r * bn]);
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) acc[r][v] = V::fma(x, a[v], acc[r][v]);
  }
}

template <class V, int NV, int NR, bool Tail>
inline void micro(typename V::T* C, int64_t ldc, const typename V::T* A, int64_t lda, const typename V::T* B,
                  int64_t bn, int64_t bk, int64_t K, int last, bool accumulate, const char* ahead, int64_t lines) {
  typename V::Vec acc[NR][NV];
  if (accumulate) {
#pragma GCC unroll 32
    for (int r = 0; r < NR; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        acc[r][v] = Tail && v == NV - 1 ? V::loadPart(C + r * ldc + v * V::N, last) : V::load(C + r * ldc + v * V::N);
  } else {
#pragma GCC unroll 32
    for (int r = 0; r < NR; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = V::zero();
  }
  int64_t k = 0;
  if (ahead != nullptr)
    for (; k < K && k < lines; ++k) {
      __builtin_prefetch(ahead + k * 64, 0, 2);
      term<V, NV, NR>(acc, A + k * lda, B + k * bk, bn);
    }
  for (; k < K; ++k) term<V, NV, NR>(acc, A + k * lda, B + k * bk, bn);
#pragma GCC unroll 32
  for (int r = 0; r < NR; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) {
      if (Tail && v == NV - 1)
        V::storePart(C + r * ldc + v * V::N, acc[r][v], last);
      else
        V::store(C + r * ldc + v * V::N, acc[r][v]);
    }
}

/// Rows n in steps of NR, the rest in halves.
template <class V, int NV, int NR, bool Tail>
inline void panel(typename V::T* C, int64_t ldc, const typename V::T* A, int64_t lda, const typename V::T* B,
                  int64_t bn, int64_t bk, int64_t N, int64_t K, int last, bool accumulate, Cursor& ahead) {
  int64_t n = 0;
  for (; n + NR <= N; n += NR)
    micro<V, NV, NR, Tail>(C + n * ldc, ldc, A, lda, B + n * bn, bn, bk, K, last, accumulate, ahead.next(),
                           ahead.lines);
  if constexpr (NR > 1) {
    constexpr int half = NR > 16 ? 16 : NR > 8 ? 8 : NR > 4 ? 4 : NR > 2 ? 2 : 1;
    if (n < N)
      panel<V, NV, half, Tail>(C + n * ldc, ldc, A, lda, B + n * bn, bn, bk, N - n, K, last, accumulate, ahead);
  }
}

template <class V>
void gemm(typename V::T* C, int64_t ldc, const typename V::T* A, int64_t lda, int64_t count, const typename V::T* B,
          int64_t bn, int64_t bk, int64_t N, int64_t K, bool accumulate, const Ahead* ahead) {
  using T = typename V::T;
  constexpr int NV = V::Wide;                    // vectors of a full panel
  constexpr int64_t depth = 8192 / (NV * V::N);  // terms per pass: the part of A fits the first-level cache
  if (K == 0 && !accumulate) {
    for (int64_t n = 0; n < N; ++n)
      for (int64_t i = 0; i < count; ++i) C[n * ldc + i] = T(0);
    return;
  }
  Cursor next(ahead);
  for (int64_t k0 = 0; k0 < K; k0 += depth) {
    const int64_t terms = K - k0 < depth ? K - k0 : depth;
    const bool add = accumulate || k0 > 0;
    const T* a = A + k0 * lda;
    const T* b = B + k0 * bk;
    int64_t i = 0;
    for (; i + NV * V::N <= count; i += NV * V::N)
      panel<V, NV, V::rowsOf(NV), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, add, next);
    while (i < count) {
      const int64_t left = count - i;
      if (NV > 3 && left >= 3 * V::N) {
        constexpr int n = NV > 3 ? 3 : 1;
        panel<V, n, V::rowsOf(n), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, add, next);
        i += 3 * V::N;
      } else if (NV > 2 && left >= 2 * V::N) {
        constexpr int n = NV > 2 ? 2 : 1;
        panel<V, n, V::rowsOf(n), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, add, next);
        i += 2 * V::N;
      } else if (left >= V::N) {
        panel<V, 1, V::rowsOf(1), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, add, next);
        i += V::N;
      } else {
        panel<V, 1, V::rowsOf(1), true>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, static_cast<int>(left), add, next);
        i = count;
      }
    }
  }
}

// ---- layout
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

// ---- forward
// -----------------------------------------------------------------------------------------------------------

template <class V, Kind K, bool U>
struct Top {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* top) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      auto m0 = V::load(top + g), m1 = m0, m2 = m0, m3 = m0;
      const T* x = X + g;
      int64_t j = 0;
      for (; j + 4 <= rows; j += 4) {
        m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
        m1 = V::max(l.forgotten(V::load(x + (j + 1) * width)), m1);
        m2 = V::max(l.forgotten(V::load(x + (j + 2) * width)), m2);
        m3 = V::max(l.forgotten(V::load(x + (j + 3) * width)), m3);
      }
      for (; j < rows; ++j) m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
      V::store(top + g, V::max(V::max(m0, m1), V::max(m2, m3)));
    }
  }
};

template <class V, Kind K, bool U>
struct Bottom {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* bottom,
                  T* count) {
    const auto lowest = V::set(-Infinity<T>::value), one = V::set(T(1));
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      auto b = V::load(bottom + g), n = V::load(count + g);
      for (int64_t j = 0; j < rows; ++j) {
        const auto x = V::load(X + j * width + g);
        const auto u = difference<V>(l.scaled(x), l.top);
        const auto there = V::unequal(x, lowest);
        b = V::select(there, V::min(u, b), b);
        n = V::add(n, V::keep(there, one));
      }
      V::store(bottom + g, b);
      V::store(count + g, n);
    }
  }
};

template <class V, bool U, bool F>
bool onlineRun(const Separator<typename V::T>& s, const Lanes<typename V::T>& lanes, typename V::T* X, int64_t width,
               int64_t rows, typename V::T* top, typename V::T* sum, typename V::T* rescale) {
  using T = typename V::T;
  bool any = false;
  const auto lowest = V::set(-Infinity<T>::value), one = V::set(T(1));
  for (int64_t g = 0; g < width; g += V::N) {
    const Group<V, Kind::Softmax, U> l(s, lanes, g);
    const auto before = V::load(top + g);
    auto m0 = before, m1 = before, m2 = before, m3 = before;
    T* x = X + g;
    int64_t j = 0;
    for (; j + 4 <= rows; j += 4) {
      m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
      m1 = V::max(l.forgotten(V::load(x + (j + 1) * width)), m1);
      m2 = V::max(l.forgotten(V::load(x + (j + 2) * width)), m2);
      m3 = V::max(l.forgotten(V::load(x + (j + 3) * width)), m3);
    }
    for (; j < rows; ++j) m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
    const auto now = V::max(V::max(m0, m1), V::max(m2, m3));
    const auto shift = V::keep(V::unequal(now, lowest), now);
    auto e0 = V::zero(), e1 = V::zero();
    for (j = 0; j + 2 <= rows; j += 2) {
      const auto x0 = V::load(x + j * width), x1 = V::load(x + (j + 1) * width);
      auto p0 = V::exp(difference<V>(l.forgotten(x0), shift));
      auto p1 = V::exp(difference<V>(l.forgotten(x1), shift));
      e0 = V::add(e0, p0);
      e1 = V::add(e1, p1);
      if (U && F) {
        p0 = V::keep(l.kept(x0), p0);
        p1 = V::keep(l.kept(x1), p1);
      }
      V::store(x + j * width, p0);
      V::store(x + (j + 1) * width, p1);
    }
    for (; j < rows; ++j) {
      const auto x0 = V::load(x + j * width);
      auto p0 = V::exp(difference<V>(l.forgotten(x0), shift));
      e0 = V::add(e0, p0);
      if (U && F) p0 = V::keep(l.kept(x0), p0);
      V::store(x + j * width, p0);
    }
    const auto factor = V::select(V::unequal(before, now), V::exp(V::sub(before, shift)), one);
    V::store(top + g, now);
    V::store(sum + g, V::fma(V::load(sum + g), factor, V::add(e0, e1)));
    V::store(rescale + g, factor);
    any |= V::any(V::unequal(factor, one));
  }
  return any;
}

template <class V>
bool online(const Separator<typename V::T>& s, const Lanes<typename V::T>& lanes, bool finalStep, typename V::T* X,
            int64_t width, int64_t rows, typename V::T* top, typename V::T* sum, typename V::T* rescale) {
  if (!s.unit) return onlineRun<V, false, false>(s, lanes, X, width, rows, top, sum, rescale);
  if (finalStep) return onlineRun<V, true, true>(s, lanes, X, width, rows, top, sum, rescale);
  return onlineRun<V, true, false>(s, lanes, X, width, rows, top, sum, rescale);
}

template <class V, Kind K, bool U>
struct Search {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* value,
                  T* slope) {
    const auto zero = V::zero(), one = V::set(T(1));
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      // Sums in blocks, so that the error of a long row does not grow with its length.
      auto value0 = V::load(value + g), slope0 = V::load(slope + g);
      for (int64_t j0 = 0; j0 < rows; j0 += 128) {
        const int64_t j1 = j0 + 128 < rows ? j0 + 128 : rows;
        auto v = zero, d = zero;
        for (int64_t j = j0; j < j1; ++j) {
          const auto t = l.excess(V::load(X + j * width + g));
          if constexpr (K == Kind::Sparsemax) {
            v = V::add(v, t);
            d = V::add(d, V::keep(V::greater(t, zero), one));
          } else if constexpr (K == Kind::Entmax15) {
            v = V::fma(t, t, v);
            d = V::add(d, t);
          } else if constexpr (K == Kind::KSubsets) {
            v = V::add(v, V::min(one, t));
            d = V::add(d, V::keep(V::both(V::greater(t, zero), V::greater(one, t)), one));
          } else if (K == Kind::Normmax && s.power == T(1)) {  // sum of squares
            v = V::fma(t, t, v);
            d = V::add(d, t);
          } else {
            const auto w = power<V>(t, s.sumPower - T(1));
            v = V::fma(w, t, v);
            d = V::add(d, w);
          }
        }
        value0 = V::add(value0, v);
        slope0 = V::add(slope0, d);
      }
      V::store(value + g, value0);
      V::store(slope + g, slope0);
    }
  }
};

inline float rootOf(float x, float p) { return __builtin_powf(x, p); }
inline double rootOf(double x, double p) { return __builtin_pow(x, p); }

template <class V>
bool step(const Separator<typename V::T>& s, int64_t width, int iteration, const typename V::T* value,
          const typename V::T* slope, typename V::T* tau, typename V::T* lo, typename V::T* hi, typename V::T* done) {
  using T = typename V::T;
  constexpr T eps = sizeof(T) == 4 ? T(6e-8) : T(1.2e-16);
  bool all = true;
  for (int64_t q = 0; q < width; ++q) {
    if (done[q] != T(0)) continue;
    const T f = value[q], d = slope[q], t = tau[q];
    bool finished = !(f == f);  // NaN in the row: it stays NaN
    if (finished) {
      tau[q] = f;
    } else if (s.kind == Kind::KSubsets) {
      const T over = f - s.k;
      if (over >= 0)
        lo[q] = t;
      else
        hi[q] = t;
      const T error = over < 0 ? -over : over;
      const T size = (t < 0 ? -t : t) + T(1);
      T next = d > 0 ? t + over / d : lo[q] - T(1);
      if (error <= 4 * eps * s.k || hi[q] - lo[q] <= 2 * eps * size) {
        finished = true;
        if (next >= lo[q] && next <= hi[q]) tau[q] = next;
      } else {
        if (!(next > lo[q] && next < hi[q]) || iteration % 3 == 2) next = T(0.5) * (lo[q] + hi[q]);
        tau[q] = next;
      }
    } else if (s.sumPower < T(1)) {  // entmax with alpha > 2: not convex, bracketed
      const T over = f - T(1);
      if (over >= 0)
        lo[q] = t;
      else
        hi[q] = t;
      T next = d > 0 ? t + over / (s.sumPower * d) : lo[q] - T(1);
      if (hi[q] - lo[q] <= eps * T(0.5) || (over < 0 ? -over : over) <= eps) {
        finished = true;
      } else {
        if (!(next > lo[q] && next < hi[q]) || iteration % 2 == 1) next = T(0.5) * (lo[q] + hi[q]);
        tau[q] = next;
      }
    } else {
      // Newton on the norm (sum t^p)^(1/p) - 1, convex and falling: rises to the root from the left.
      const T p = s.sumPower;
      T move = 0;
      if (d > 0)
        move = p == T(1)   ? (f - T(1)) / d
               : p == T(2) ? (f - rootOf(f, T(0.5))) / d
                           : (f - rootOf(f, T(1) - T(1) / p)) / d;
      if (move > eps || (iteration == 0 && move > -T(1))) {
        tau[q] = t + move;
        finished = move <= eps;
      } else {
        finished = true;
        if (move == move) tau[q] = t + move;
      }
    }
    if (finished)
      done[q] = T(1);
    else
      all = false;
  }
  return all;
}

template <class V, Kind K, bool U>
struct Total {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* total) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      auto all = V::load(total + g);
      for (int64_t j0 = 0; j0 < rows; j0 += 128) {
        const int64_t j1 = j0 + 128 < rows ? j0 + 128 : rows;
        auto v = V::zero();
        for (int64_t j = j0; j < j1; ++j) {
          const auto x = V::load(X + j * width + g);
          if constexpr (K == Kind::Softmax)
            v = V::add(v, V::exp(difference<V>(l.scaled(x), l.top)));
          else
            v = V::add(v, Shape<V, K>::weight(s, l.excess(x)));
        }
        all = V::add(all, v);
      }
      V::store(total + g, all);
    }
  }
};

template <class V, Kind K, bool U>
struct Weights {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, T* P, int64_t width,
                  int64_t rows) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      for (int64_t j = 0; j < rows; ++j) {
        const auto x = V::load(X + j * width + g);
        auto p = l.weight(s, x);
        if (U && finalStep) p = V::keep(l.kept(x), p);
        V::store(P + j * width + g, p);
      }
    }
  }
};

template <class V>
void distance(const typename V::T* X, const typename V::T* factorX, const typename V::T* Y,
              const typename V::T* factorY, int64_t width, int64_t rows, typename V::T* total) {
  for (int64_t g = 0; g < width; g += V::N) {
    const auto x = V::load(factorX + g), y = V::load(factorY + g);
    auto v0 = V::zero(), v1 = v0;
    const auto difference = [&](int64_t j) {
      return V::sub(V::mul(x, V::load(X + j * width + g)), V::mul(y, V::load(Y + j * width + g)));
    };
    int64_t j = 0;
    for (; j + 2 <= rows; j += 2) {
      const auto d0 = difference(j), d1 = difference(j + 1);
      v0 = V::fma(d0, d0, v0);
      v1 = V::fma(d1, d1, v1);
    }
    if (j < rows) {
      const auto d = difference(j);
      v0 = V::fma(d, d, v0);
    }
    V::store(total + g, V::add(V::load(total + g), V::add(v0, v1)));
  }
}

// ---- backward
// ----------------------------------------------------------------------------------------------------------

template <class V, Kind K, bool U>
struct Reduce {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, const T* G, int64_t width,
                  int64_t rows, T* r1, T* r2, T* r3) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      auto total1 = V::load(r1 + g), total2 = V::load(r2 + g), total3 = V::load(r3 + g);
      for (int64_t j0 = 0; j0 < rows; j0 += 128) {
        const int64_t j1 = j0 + 128 < rows ? j0 + 128 : rows;
        auto a = V::zero(), b = a, c = a;
        for (int64_t j = j0; j < j1; ++j) {
          const auto x = V::load(X + j * width + g);
          auto y = V::load(G + j * width + g);
          if (U && finalStep) y = V::keep(l.kept(x), y);
          if constexpr (K == Kind::Softmax) {
            a = V::fma(l.weight(s, x), y, a);
          } else {
            const auto t = l.excess(x);
            const auto slope = Shape<V, K>::slope(s, t);
            b = V::fma(slope, y, b);
            c = V::add(c, slope);
            if constexpr (K == Kind::Normmax) a = V::fma(V::mul(Shape<V, K>::weight(s, t), l.factor), y, a);
          }
        }
        total1 = V::add(total1, a);
        total2 = V::add(total2, b);
        total3 = V::add(total3, c);
      }
      V::store(r1 + g, total1);
      V::store(r2 + g, total2);
      V::store(r3 + g, total3);
    }
  }
};

/// Gradient that reaches D(x), given that of the weights.
template <class V, Kind K, bool U>
struct Inner {
  using Vec = typename V::Vec;
  using T = typename V::T;
  static inline Vec of(const Separator<T>& s, const Group<V, K, U>& l, Vec x, Vec y, Vec mean, Vec extra, Vec& weight) {
    if constexpr (K == Kind::Softmax) {
      weight = l.weight(s, x);
      return V::mul(weight, V::sub(y, mean));
    } else {
      const Vec t = l.excess(x);
      const Vec slope = Shape<V, K>::slope(s, t);
      weight = Shape<V, K>::weight(s, t);
      if constexpr (K == Kind::Normmax) {
        weight = V::mul(weight, l.factor);
        return V::sub(V::mul(V::mul(slope, l.factor), V::sub(y, mean)), V::mul(weight, extra));
      }
      return V::mul(slope, V::sub(y, mean));
    }
  }
};

template <class V, Kind K, bool U>
struct Forgotten {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, const T* G, const T* mean,
                  const T* extra, int64_t width, int64_t rows, T* forgotten) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      const auto m = V::load(mean + g), e = V::load(extra + g);
      auto total = V::load(forgotten + g);
      for (int64_t j = 0; j < rows; ++j) {
        const auto x = V::load(X + j * width + g);
        auto y = V::load(G + j * width + g), w = y;
        const auto kept = l.kept(x);
        if (finalStep) y = V::keep(kept, y);
        const auto d = Inner<V, K, U>::of(s, l, x, y, m, e, w);
        total = V::add(total, V::select(kept, V::zero(), d));
      }
      V::store(forgotten + g, total);
    }
  }
};

template <class V, Kind K, bool U>
struct Gradient {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, T* X, T* G, const T* mean,
                  const T* extra, const T* median, const T* medianShare, int64_t width, int64_t rows) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      const auto m = V::load(mean + g), e = V::load(extra + g);
      for (int64_t j = 0; j < rows; ++j) {
        const auto x = V::load(X + j * width + g);
        auto y = V::load(G + j * width + g), w = y;
        if constexpr (U) {
          const auto kept = l.kept(x);
          if (finalStep) y = V::keep(kept, y);
          auto d = V::keep(kept, Inner<V, K, U>::of(s, l, x, y, m, e, w));
          if (finalStep) w = V::keep(kept, w);
          if (medianShare != nullptr)
            d = V::select(V::unequal(x, V::load(median + g)), d, V::add(d, V::load(medianShare + g)));
          V::store(G + j * width + g, d);
        } else {
          V::store(G + j * width + g, Inner<V, K, U>::of(s, l, x, y, m, e, w));
        }
        V::store(X + j * width + g, w);
      }
    }
  }
};

template <class V>
void dot(const typename V::T* X, const typename V::T* G, int64_t width, int64_t rows, typename V::T* total) {
  for (int64_t g = 0; g < width; g += V::N) {
    auto all = V::load(total + g);
    for (int64_t j0 = 0; j0 < rows; j0 += 128) {
      const int64_t j1 = j0 + 128 < rows ? j0 + 128 : rows;
      auto a = V::zero(), b = a, c = a, d = a;
      int64_t j = j0;
      for (; j + 4 <= j1; j += 4) {
        a = V::fma(V::load(X + j * width + g), V::load(G + j * width + g), a);
        b = V::fma(V::load(X + (j + 1) * width + g), V::load(G + (j + 1) * width + g), b);
        c = V::fma(V::load(X + (j + 2) * width + g), V::load(G + (j + 2) * width + g), c);
        d = V::fma(V::load(X + (j + 3) * width + g), V::load(G + (j + 3) * width + g), d);
      }
      for (; j < j1; ++j) a = V::fma(V::load(X + j * width + g), V::load(G + j * width + g), a);
      all = V::add(all, V::add(V::add(a, b), V::add(c, d)));
    }
    V::store(total + g, all);
  }
}

template <class V>
void softmaxGradient(typename V::T* X, typename V::T* G, const typename V::T* factor, const typename V::T* mean,
                     int64_t width, int64_t rows) {
  for (int64_t j = 0; j < rows; ++j)
    for (int64_t g = 0; g < width; g += V::N) {
      const auto p = V::mul(V::load(factor + g), V::load(X + j * width + g));
      V::store(X + j * width + g, p);
      V::store(G + j * width + g, V::mul(p, V::sub(V::load(G + j * width + g), V::load(mean + g))));
    }
}

template <class V>
int64_t above(const typename V::T* X, int64_t width, int64_t rows, const typename V::T* threshold, int32_t* found) {
  int64_t n = 0;
  for (int64_t j = 0; j < rows; ++j)
    for (int64_t g = 0; g < width; g += V::N) {
      unsigned bits = V::bits(V::greater(V::load(X + j * width + g), V::load(threshold + g)));
      while (bits != 0) {
        found[n++] = static_cast<int32_t>(j * width + g + __builtin_ctz(bits));
        bits &= bits - 1;
      }
    }
  return n;
}

template <class V>
int64_t between(const typename V::T* X, int64_t width, int64_t rows, int64_t queries, typename V::T low,
                typename V::T high, int64_t* there, int64_t* below, typename V::T* found) {
  using T = typename V::T;
  const auto lowest = V::set(-Infinity<T>::value), from = V::set(low), to = V::set(high);
  int64_t n = 0, all = 0, less = 0;
  for (int64_t g = 0; g < queries; g += V::N) {
    const unsigned valid = queries - g >= V::N ? ~0u : (1u << (queries - g)) - 1u;
    for (int64_t j = 0; j < rows; ++j) {
      const T* at = X + j * width + g;
      const auto x = V::load(at);
      const unsigned is = V::bits(V::greater(x, lowest)) & valid;
      const unsigned under = V::bits(V::greater(from, x)) & is;
      unsigned inside = V::bits(V::notGreater(x, to)) & is & ~under;
      all += __builtin_popcount(is);
      less += __builtin_popcount(under);
      while (inside != 0) {
        found[n++] = at[__builtin_ctz(inside)];
        inside &= inside - 1;
      }
    }
  }
  *there += all;
  *below += less;
  return n;
}

/// Bytes that rows are asked for before they are used: rows follow each other in memory and files, and the processor by
/// itself does not look beyond a page.
constexpr int64_t kDistance = 12 * 1024;

template <class V>
void widen(typename V::T* dst, const uint16_t* src, int64_t count) {
  int64_t i = 0;
  for (; i + V::N <= count; i += V::N) {
    __builtin_prefetch(reinterpret_cast<const char*>(src + i) + kDistance, 0, 2);
    V::store(dst + i, V::loadHalf(src + i));
  }
  if (i < count) {
    uint16_t rest[V::N] = {};
    for (int64_t r = i; r < count; ++r) rest[r - i] = src[r];
    V::storePart(dst + i, V::loadHalf(rest), static_cast<int>(count - i));
  }
}

template <class V>
void scaleRows(typename V::T* Y, const typename V::T* X, const typename V::T* factor, int64_t width, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t g = 0; g < width; g += V::N) {
      const auto f = V::load(factor + g), y = V::load(Y + i * width + g);
      V::store(Y + i * width + g, X ? V::fma(f, V::load(X + i * width + g), y) : V::mul(f, y));
    }
}

template <class V>
void expDifference(typename V::T* y, const typename V::T* x, const typename V::T* z, int64_t count) {
  const auto lowest = V::set(-Infinity<typename V::T>::value);
  for (int64_t i = 0; i < count; i += V::N) {
    const auto a = V::load(x + i), b = V::load(z + i);
    const auto shift = V::keep(V::unequal(b, lowest), b);
    V::store(y + i, V::exp(difference<V>(a, shift)));
  }
}

// ---- a few queries
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

// ---- rows of a layer norm
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

// ---- one row
// -----------------------------------------------------------------------------------------------------------

template <class V>
typename V::T largest(const typename V::T* x, int64_t n) {
  using T = typename V::T;
  const T none = -Infinity<T>::value;
  auto top = V::set(none);
  int64_t i = 0;
  for (; i + V::N <= n; i += V::N) top = V::max(V::load(x + i), top);  // the second where one is NaN
  T parts[V::N];
  V::store(parts, top);
  T result = none;
  for (int k = 0; k < V::N; ++k) result = parts[k] > result ? parts[k] : result;
  for (; i < n; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

template <class V>
typename V::T exponentials(typename V::T* y, const typename V::T* x, int64_t n, typename V::T top) {
  using T = typename V::T;
  const auto shift = V::set(top == -Infinity<T>::value ? T(0) : top);
  auto sums = V::zero();
  T parts[V::N], sum = 0;
  int64_t i = 0;
  for (; i + V::N <= n; i += V::N) {
    const auto e = V::exp(difference<V>(V::load(x + i), shift));
    V::store(y + i, e);
    sums = V::add(sums, e);
  }
  if (i < n) {
    const int left = static_cast<int>(n - i);
    V::store(parts, V::exp(difference<V>(V::loadPart(x + i, left), shift)));
    V::storePart(y + i, V::load(parts), left);
    for (int k = 0; k < left; ++k) sum += parts[k];
  }
  V::store(parts, sums);
  for (int k = 0; k < V::N; ++k) sum += parts[k];
  return sum;
}

// ---- the table
// ---------------------------------------------------------------------------------------------------------

template <class V>
struct Entry {
  using T = typename V::T;
  template <template <class, Kind, bool> class F>
  static auto pick(const Separator<T>& s) {
    DL4JH_BY_KIND(F)
  }
  static void top(const Separator<T>& s, const Lanes<T>& l, const T* X, int64_t w, int64_t n, T* m) {
    // The maximum of D(x) serves every kind; it is scaled after.
    if (s.unit)
      Top<V, Kind::Softmax, true>::run(s, l, X, w, n, m);
    else
      Top<V, Kind::Softmax, false>::run(s, l, X, w, n, m);
  }
  static void bottom(const Separator<T>& s, const Lanes<T>& l, const T* X, int64_t w, int64_t n, T* b, T* c) {
    pick<Bottom>(s)(s, l, X, w, n, b, c);
  }
  static void search(const Separator<T>& s, const Lanes<T>& l, const T* X, int64_t w, int64_t n, T* v, T* d) {
    pick<Search>(s)(s, l, X, w, n, v, d);
  }
  static void total(const Separator<T>& s, const Lanes<T>& l, const T* X, int64_t w, int64_t n, T* t) {
    pick<Total>(s)(s, l, X, w, n, t);
  }
  static void weights(const Separator<T>& s, const Lanes<T>& l, bool f, const T* X, T* P, int64_t w, int64_t n) {
    pick<Weights>(s)(s, l, f, X, P, w, n);
  }
  static void reduce(const Separator<T>& s, const Lanes<T>& l, bool f, const T* X, const T* G, int64_t w, int64_t n,
                     T* a, T* b, T* c) {
    pick<Reduce>(s)(s, l, f, X, G, w, n, a, b, c);
  }
  static void forgotten(const Separator<T>& s, const Lanes<T>& l, bool f, const T* X, const T* G, const T* m,
                        const T* e, int64_t w, int64_t n, T* t) {
    pick<Forgotten>(s)(s, l, f, X, G, m, e, w, n, t);
  }
  static void gradient(const Separator<T>& s, const Lanes<T>& l, bool f, T* X, T* G, const T* m, const T* e,
                       const T* med, const T* share, int64_t w, int64_t n) {
    pick<Gradient>(s)(s, l, f, X, G, m, e, med, share, w, n);
  }
};

template <class V>
constexpr TileOps<typename V::T> makeOps() {
  return {V::N,
          gemm<V>,
          pack<V>,
          unpack<V>,
          applyMask<V>,
          Entry<V>::top,
          Entry<V>::bottom,
          online<V>,
          Entry<V>::search,
          step<V>,
          Entry<V>::total,
          Entry<V>::weights,
          distance<V>,
          Entry<V>::reduce,
          dot<V>,
          softmaxGradient<V>,
          Entry<V>::forgotten,
          Entry<V>::gradient,
          above<V>,
          between<V>,
          widen<V>,
          scaleRows<V>,
          expDifference<V>,
          dots<V, typename V::T>,
          mix<V, typename V::T>,
          dots<V, uint16_t>,
          mix<V, uint16_t>,
          moments<V>,
          standardise<V>,
          standardiseGradient<V>,
          rowDots<V>,
          largest<V>,
          exponentials<V>};
}
