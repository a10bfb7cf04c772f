// The sequence embedding, written once over the vector type. Included after one vec_*.h and math.inl.
#pragma once

namespace dl4jhopfield {
namespace embedding_detail {
namespace {

/// Channels [from, from + N vectors) of one sequence.
template <class V, int N>
inline __attribute__((always_inline)) void maximum(const Sequences<typename V::T>& s, int64_t index, int64_t from) {
  using T = typename V::T;
  const uint8_t* codes = s.codes + index * s.codeStep;
  const T* start = s.start[index] + from;
  const T* table = s.table + from;
  const auto scale = V::set(s.scale == nullptr ? T(1) : s.scale[index]);
  const int64_t tap = kTableRows * s.channels;
  typename V::R z[N], best[N];
#pragma GCC unroll 4
  for (int v = 0; v < N; ++v) z[v] = best[v] = V::zero();
  for (int32_t p = 0; p < s.positions[index]; ++p, start += s.startStep) {
    typename V::R sum[N];
#pragma GCC unroll 4
    for (int v = 0; v < N; ++v) sum[v] = V::zero();
    const T* rows = table;
    for (int64_t k = 0; k < s.kernel; ++k, rows += tap) {
      const T* row = rows + codes[p + k] * s.channels;
#pragma GCC unroll 4
      for (int v = 0; v < N; ++v) sum[v] = sum[v] + V::load(row + v * V::W);
    }
#pragma GCC unroll 4
    for (int v = 0; v < N; ++v) {
      const auto value = V::fma(scale, sum[v], V::load(start + v * V::W));
      if (p == 0) {
        z[v] = value;
      } else {
        const auto better = V::either(V::greater(value, z[v]), V::nan(value));
        z[v] = V::select(better, value, z[v]);
        best[v] = V::select(better, V::set(static_cast<T>(p)), best[v]);
      }
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < N; ++v) {
    V::store(s.z + index * s.channels + from + v * V::W, z[v]);
    V::store(s.best + index * s.channels + from + v * V::W, best[v]);
  }
}

template <class V>
void maxima(const Sequences<typename V::T>& s) {
  for (int64_t i = 0; i < s.count; ++i) {
    int64_t from = 0;
    for (; from + 4 * V::W <= s.channels; from += 4 * V::W) maximum<V, 4>(s, i, from);
    for (; from + 2 * V::W <= s.channels; from += 2 * V::W) maximum<V, 2>(s, i, from);
    for (; from < s.channels; from += V::W) maximum<V, 1>(s, i, from);
  }
}

template <class V>
void selu(const typename V::T* z, typename V::T* y, int64_t n) {
  using T = typename V::T;
  const auto positive = V::set(static_cast<T>(kSeluScale)), negative = V::set(static_cast<T>(kSeluScale * kSeluAlpha));
  for (int64_t i = 0; i < n; i += V::W) {
    const auto x = V::load(z + i);
    V::store(y + i,
             V::select(V::greater(x, V::zero()), x * positive, V::fma(negative, exp<V>(x), V::zero() - negative)));
  }
}

template <class V>
void seluBackward(const typename V::T* z, const typename V::T* g, typename V::T* d, int64_t n) {
  using T = typename V::T;
  const auto positive = V::set(static_cast<T>(kSeluScale)), negative = V::set(static_cast<T>(kSeluScale * kSeluAlpha));
  for (int64_t i = 0; i < n; i += V::W) {
    const auto x = V::load(z + i);
    V::store(d + i, V::load(g + i) * V::select(V::greater(x, V::zero()), positive, negative * exp<V>(x)));
  }
}

template <class V>
void fill(EmbeddingKernels<typename V::T>& table) {
  table.maxima = maxima<V>;
  table.selu = selu<V>;
  table.seluBackward = seluBackward<V>;
  table.width = V::W;
}

}  // namespace
}  // namespace embedding_detail
}  // namespace dl4jhopfield
