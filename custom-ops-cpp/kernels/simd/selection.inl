// The values of a row that count, and the k-th smallest of values.
#pragma once

namespace dl4jhopfield {
namespace {

template <class V>
int64_t collect(const typename V::T* x, const uint8_t* mask, int64_t n, bool withMinusInfinity, typename V::T* out) {
  using T = typename V::T;
  const auto nan = V::set(static_cast<T>(__builtin_nan(""))), low = V::set(-static_cast<T>(__builtin_inf()));
  int64_t count = 0;
  sweep<V>(n, [&](auto at, int64_t i) {
    const auto value = at.load(x + i, nan);
    auto counts = withMinusInfinity ? V::greaterEqual(value, low) : V::greater(value, low);
    if (mask != nullptr) counts = V::both(counts, at.bytes(mask + i));
    count += V::compress(out + count, counts, value);
  });
  return count;
}

// Bit patterns of numbers as integers of the same order, so that halving a range of numbers ends after 32 or 64 steps.
inline int64_t orderOf(float value) {
  int32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? static_cast<int64_t>(INT32_MIN) - bits : bits;
}
inline int64_t orderOf(double value) {
  int64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? INT64_MIN - bits : bits;
}
inline void ofOrder(int64_t order, float& value) {
  const int32_t bits = static_cast<int32_t>(order < 0 ? static_cast<int64_t>(INT32_MIN) - order : order);
  __builtin_memcpy(&value, &bits, sizeof bits);
}
inline void ofOrder(int64_t order, double& value) {
  const int64_t bits = order < 0 ? INT64_MIN - order : order;
  __builtin_memcpy(&value, &bits, sizeof bits);
}

/// The smallest number that at least k + 1 values do not exceed, by halving: no branch depends on the values.
template <class V>
typename V::T selectByHalving(typename V::T* values, int64_t n, int64_t k) {
  using T = typename V::T;
  const auto infinity = V::set(static_cast<T>(__builtin_inf()));
  auto small = infinity, large = -infinity;
  sweep<V>(n, [&](auto at, int64_t i) {
    small = V::min(small, at.load(values + i, infinity));
    large = V::max(large, at.load(values + i, -infinity));
  });
  for (int64_t i = n; i % V::W != 0; ++i) values[i] = static_cast<T>(__builtin_nan(""));
  int64_t low = orderOf(V::minimum(small)), high = orderOf(V::maximum(large));
  while (low < high) {
    const int64_t middle = (low & high) + ((low ^ high) >> 1);
    T pivot;
    ofOrder(middle, pivot);
    const auto p = V::set(pivot);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += V::W) count += V::count(V::greaterEqual(p, V::load(values + i)));
    if (count > k)
      high = middle;
    else
      low = middle + 1;
  }
  T result;
  ofOrder(high, result);
  return result;
}

/// Selection by bracketing: a sample gives two values that very likely enclose the wanted one; one pass counts, a
/// second keeps what lies between (or, by bad luck, on the side where it is). About a quarter stays each time.
template <class V>
typename V::T select(typename V::T* values, int64_t n, int64_t k) {
  using T = typename V::T;
  constexpr int most = 64;
  bool stuck = false;
  for (;;) {
    if (n <= 1024) return selectByHalving<V>(values, n, k);
    T sample[most];
    constexpr int size = most;
    for (int s = 0; s < size; ++s) {  // insertion sort of every (n / size)-th value
      const T value = values[n * s / size];
      int place = s;
      for (; place > 0 && sample[place - 1] > value; --place) sample[place] = sample[place - 1];
      sample[place] = value;
    }
    const int middle = static_cast<int>(k * size / n), reach = stuck ? 0 : 6;
    const T low = sample[middle < reach ? 0 : middle - reach];
    const T high = sample[middle + reach >= size ? size - 1 : middle + reach];
    const auto lowV = V::set(low), highV = V::set(high);
    const int64_t whole = n / V::W * V::W;
    int64_t below = 0, upTo = 0;
    for (int64_t i = 0; i < whole; i += V::W) {
      const auto value = V::load(values + i);
      below += V::count(V::greater(lowV, value));
      upTo += V::count(V::greaterEqual(highV, value));
    }
    for (int64_t i = whole; i < n; ++i) {
      below += values[i] < low;
      upTo += values[i] <= high;
    }
    const int side = k < below ? -1 : k < upTo ? 0 : 1;
    if (side == 0 && low == high) return low;
    int64_t kept = 0;
    sweep<V>(n, [&](auto at, int64_t i) {
      const auto value = at.load(values + i, V::set(static_cast<T>(__builtin_nan(""))));
      const auto wanted = side < 0    ? V::greater(lowV, value)
                          : side == 0 ? V::both(V::greaterEqual(value, lowV), V::greaterEqual(highV, value))
                                      : V::greater(value, highV);
      kept += V::compress(values + kept, wanted, value);
    });
    if (side == 0) k -= below;
    if (side > 0) k -= upTo;
    stuck = kept == n;  // many equal values: then a single pivot always takes some away
    n = kept;
  }
}

}  // namespace
}  // namespace dl4jhopfield
