// Row kernels of softmax and softmax1.
#pragma once

namespace dl4jhopfield {
namespace {

/// @tparam one softmax1: a one in the denominator
template <class V, bool one = false>
void softmaxRow(const Row<V>& row) {
  using T = typename V::T;
  auto top = row.maximum();
  if (top.special)
    return one ? reference::softmax1Row<T>(row.x, row.mask, row.y, row.n, row.beta)
               : reference::softmaxRow<T>(row.x, row.mask, row.y, row.n, row.beta);
  if (top.value == -static_cast<T>(__builtin_inf())) return row.zeros();
  if (one && top.value < 0) top.value = 0;
  const auto m = V::set(top.value), scale = V::set(row.scale);
  auto sum = V::zero();
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto e = exp<V>((row.score(at, i) - m) * scale);
    sum = sum + e;
    at.store(row.y + i, e);
  });
  T total = V::sum(sum);
  if (one) {
    T nothing[V::W];
    V::store(nothing, exp<V>((V::zero() - m) * scale));
    total += nothing[0];
  }
  const auto inverse = V::set(1 / total);
  sweep<V>(row.n, [&](auto at, int64_t i) { at.store(row.y + i, at.load(row.y + i, V::zero()) * inverse); });
}

template <class V, bool one>
void softmax(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) softmaxRow<V, one>(Row<V>(b, r));
}

template <class V, bool whole>
void softmaxBackward(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r) weightedRow<V, whole>(BackwardRow<V>(b, r), [](auto y) { return y; });
}

}  // namespace
}  // namespace dl4jhopfield
