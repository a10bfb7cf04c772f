// Tile primitives, written once over a vector class. A translation unit defines its vector classes in an anonymous
// namespace, includes this file inside that namespace, and fills its table with makeOps<V>(). No standard library
// templates here: a weak symbol compiled for a wide instruction set must never reach the linker.

#include "tile/separation.inl"
#include "tile/products.inl"
#include "tile/layout.inl"
#include "tile/forward.inl"
#include "tile/backward.inl"
#include "tile/few_queries.inl"
#include "tile/layer_norm.inl"
#include "tile/one_row.inl"

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
          gemmFrom<V>,
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
