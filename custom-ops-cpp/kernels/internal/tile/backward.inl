// Gradients of tiles of scores, and what medians and mixtures need. Part of association_tile.inl.

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
