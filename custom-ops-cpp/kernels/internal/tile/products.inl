// Products of matrices, panel by panel. Part of association_tile.inl.

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
                  int64_t bn, int64_t bk, int64_t K, int last, const typename V::T* from, int64_t ldFrom,
                  const char* ahead, int64_t lines) {
  typename V::Vec acc[NR][NV];
  if (from != nullptr) {
#pragma GCC unroll 32
    for (int r = 0; r < NR; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        acc[r][v] = Tail && v == NV - 1 ? V::loadPart(from + r * ldFrom + v * V::N, last)
                                        : V::load(from + r * ldFrom + v * V::N);
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
                  int64_t bn, int64_t bk, int64_t N, int64_t K, int last, const typename V::T* from, int64_t ldFrom,
                  Cursor& ahead) {
  int64_t n = 0;
  for (; n + NR <= N; n += NR) {
    micro<V, NV, NR, Tail>(C + n * ldc, ldc, A, lda, B + n * bn, bn, bk, K, last, from, ldFrom, ahead.next(),
                           ahead.lines);
    if (from != nullptr) from += NR * ldFrom;
  }
  if constexpr (NR > 1) {
    constexpr int half = NR > 16 ? 16 : NR > 8 ? 8 : NR > 4 ? 4 : NR > 2 ? 2 : 1;
    if (n < N)
      panel<V, NV, half, Tail>(C + n * ldc, ldc, A, lda, B + n * bn, bn, bk, N - n, K, last, from, ldFrom, ahead);
  }
}

template <class V>
void gemmFrom(typename V::T* C, int64_t ldc, const typename V::T* A, int64_t lda, int64_t count, const typename V::T* B,
              int64_t bn, int64_t bk, int64_t N, int64_t K, const typename V::T* from, int64_t ldFrom,
              const Ahead* ahead) {
  using T = typename V::T;
  constexpr int NV = V::Wide;                    // vectors of a full panel
  constexpr int64_t depth = 8192 / (NV * V::N);  // terms per pass: the part of A fits the first-level cache
  if (K == 0) {
    for (int64_t n = 0; n < N; ++n)
      for (int64_t i = 0; i < count; ++i) C[n * ldc + i] = from ? from[n * ldFrom + i] : T(0);
    return;
  }
  Cursor next(ahead);
  for (int64_t k0 = 0; k0 < K; k0 += depth) {
    const int64_t terms = K - k0 < depth ? K - k0 : depth;
    const T* start = k0 > 0 ? C : from;
    const int64_t step = k0 > 0 ? ldc : ldFrom;
    const T* a = A + k0 * lda;
    const T* b = B + k0 * bk;
    int64_t i = 0;
    const auto at = [&]() { return start ? start + i : nullptr; };
    for (; i + NV * V::N <= count; i += NV * V::N)
      panel<V, NV, V::rowsOf(NV), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, at(), step, next);
    while (i < count) {
      const int64_t left = count - i;
      if (NV > 3 && left >= 3 * V::N) {
        constexpr int n = NV > 3 ? 3 : 1;
        panel<V, n, V::rowsOf(n), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, at(), step, next);
        i += 3 * V::N;
      } else if (NV > 2 && left >= 2 * V::N) {
        constexpr int n = NV > 2 ? 2 : 1;
        panel<V, n, V::rowsOf(n), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, at(), step, next);
        i += 2 * V::N;
      } else if (left >= V::N) {
        panel<V, 1, V::rowsOf(1), false>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, 0, at(), step, next);
        i += V::N;
      } else {
        panel<V, 1, V::rowsOf(1), true>(C + i, ldc, a + i, lda, b, bn, bk, N, terms, static_cast<int>(left), at(), step,
                                        next);
        i = count;
      }
    }
  }
}

template <class V>
void gemm(typename V::T* C, int64_t ldc, const typename V::T* A, int64_t lda, int64_t count, const typename V::T* B,
          int64_t bn, int64_t bk, int64_t N, int64_t K, bool accumulate, const Ahead* ahead) {
  gemmFrom<V>(C, ldc, A, lda, count, B, bn, bk, N, K, accumulate ? C : nullptr, ldc, ahead);
}
