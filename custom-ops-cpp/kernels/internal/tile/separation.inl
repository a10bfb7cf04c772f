// A separation as a function of one score: weight, slope, and the numbers of a group of lanes. Part of
// association_tile.inl.

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
    return y;
  }
  /// t = max(0, u - tau), NaN kept.
  inline Vec excess(Vec x) const {
    Vec d = difference<V>(scaled(x), top);
    if constexpr (K == Kind::Entmax) d = V::mul(d, scale);  // of the difference, which has the digits
    return V::max(V::zero(), V::sub(d, tau));
  }
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
