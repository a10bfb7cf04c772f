// Row kernels of sparsemax and 1.5-entmax, whose thresholds are roots of a polynomial.
#pragma once

namespace dl4jhopfield {
namespace {

/// Newton's method for the threshold t > 0 with || [d + t]_+ ||_q = 1, q = 1 (sparsemax) or 2 (1.5-entmax), over the
/// candidates d <= 0 in `d`, of which there are `count`, padded with -inf to a whole vector. t falls monotonically from
/// 1, so a candidate once lost stays lost and the survivors move together. `F`, `G`: sums at t = 1.
template <class V, int q>
typename V::T threshold(typename V::T* d, int64_t count, typename V::T F, typename V::T G) {
  using T = typename V::T;
  T t = 1;
  for (int iteration = 0; iteration < 100; ++iteration) {
    const T step = q == 1 ? (F - 1) / G : (F - static_cast<T>(__builtin_sqrt(F))) / G;
    t -= step;
    if (step <= 4 * V::epsilon * t) break;
    const auto tv = V::set(t), zero = V::zero();
    auto f = zero, g = zero;
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i += V::W) {
      const auto value = V::load(d + i);
      const auto c = V::max(zero, value + tv);
      const auto alive = V::greater(c, zero);
      if (q == 1) {
        f = f + c;
      } else {
        f = V::fma(c, c, f);
        g = g + c;
      }
      kept += V::compress(d + kept, alive, value);
    }
    V::store(d + kept, V::set(-static_cast<T>(__builtin_inf())));
    count = kept;
    F = V::sum(f);
    G = q == 1 ? static_cast<T>(count) : V::sum(g);
  }
  return t;
}

/// sparsemax (q = 1, half = 1) and 1.5-entmax (q = 2, half = 1/2).
template <class V, int q>
void sparseRow(const Row<V>& row, typename V::T* scratch) {
  using T = typename V::T;
  const auto top = row.maximum();
  if (top.special)
    return q == 1 ? reference::sparsemaxRow<T>(row.x, row.mask, row.y, row.n, row.beta)
                  : reference::entmax15Row<T>(row.x, row.mask, row.y, row.n, row.beta);
  if (top.value == -static_cast<T>(__builtin_inf())) return row.zeros();
  const auto m = V::set(top.value), scale = V::set(q == 1 ? row.scale : row.scale / 2);
  const auto zero = V::zero(), one = V::set(1);
  auto f = zero, g = zero;
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto d = (row.score(at, i) - m) * scale;
    const auto c = V::max(zero, d + one);
    const auto alive = V::greater(c, zero);
    if (q == 1) {
      f = f + c;
    } else {
      f = V::fma(c, c, f);
      g = g + c;
    }
    count += V::compress(scratch + count, alive, d);
  });
  V::store(scratch + count, V::set(-static_cast<T>(__builtin_inf())));
  const T t = threshold<V, q>(scratch, count, V::sum(f), q == 1 ? static_cast<T>(count) : V::sum(g));
  const auto tv = V::set(t);
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto c = V::max(zero, V::fma(row.score(at, i) - m, scale, tv));
    at.store(row.y + i, q == 1 ? c : c * c);
  });
}

template <class V, int q>
void sparse(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) sparseRow<V, q>(Row<V>(b, r), b.scratch);
}

template <class V>
void sparsemaxBackward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    weightedRow(BackwardRow<V>(b, r), [](auto y) { return V::select(V::nan(y), y, V::set(1)); });
}
template <class V>
void entmax15Backward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) weightedRow(BackwardRow<V>(b, r), [](auto y) { return V::sqrt(y); });
}

}  // namespace
}  // namespace dl4jhopfield
