// Statistics, thresholds and weights of tiles of scores. Part of association_tile.inl.

// -----------------------------------------------------------------------------------------------------------

/// The largest of `start` and of D of a group's scores, one a lane.
template <class V, Kind K, bool U>
inline __attribute__((always_inline)) typename V::Vec highest(const Group<V, K, U>& l, const typename V::T* x,
                                                              int64_t width, int64_t rows, typename V::Vec start) {
  auto m0 = start, m1 = start, m2 = start, m3 = start;
  int64_t j = 0;
  for (; j + 4 <= rows; j += 4) {
    m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
    m1 = V::max(l.forgotten(V::load(x + (j + 1) * width)), m1);
    m2 = V::max(l.forgotten(V::load(x + (j + 2) * width)), m2);
    m3 = V::max(l.forgotten(V::load(x + (j + 3) * width)), m3);
  }
  for (; j < rows; ++j) m0 = V::max(l.forgotten(V::load(x + j * width)), m0);
  return V::max(V::max(m0, m1), V::max(m2, m3));
}

template <class V, Kind K, bool U>
struct Top {
  using T = typename V::T;
  static void run(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* top) {
    for (int64_t g = 0; g < width; g += V::N) {
      const Group<V, K, U> l(s, lanes, g);
      V::store(top + g, highest(l, X + g, width, rows, V::load(top + g)));
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
    T* x = X + g;
    const auto now = highest(l, x, width, rows, before);
    const auto shift = V::keep(V::unequal(now, lowest), now);
    auto e0 = V::zero(), e1 = V::zero();
    int64_t j = 0;
    for (; j + 2 <= rows; j += 2) {
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
