// Row kernels of the Lagrangian units.
#pragma once

namespace dl4jhopfield {
namespace {

template <class V>
void lagrangian(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const uint8_t* mask = b.mask != nullptr ? b.mask + r * b.maskStep : nullptr;
    T* d = b.out[0] + r * b.outStep[0];
    T* keep = b.out[1] + r * b.outStep[1];
    const auto t = V::set(static_cast<T>(b.scalar[0][r * b.scalarStep[0]]));
    const auto bias = V::set(static_cast<T>(b.scalar[1][r * b.scalarStep[1]]));
    const auto one = V::set(1);
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto value = at.load(x + i, V::zero());
      auto kept = V::greater(value, t);
      auto result = V::select(V::either(kept, V::nan(value)), value, bias);
      if (mask != nullptr) {
        const auto unmasked = at.bytes(mask + i);
        kept = V::both(kept, unmasked);
        result = V::keep(unmasked, result);
      }
      at.store(d + i, result);
      at.store(keep + i, V::keep(kept, one));
    });
  }
}

template <class V>
void lagrangianBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* keep = b.in[0] + r * b.inStep[0];
    const T* g = b.in[1] + r * b.inStep[1];
    T* out = b.out[0] + r * b.outStep[0];
    sweep<V>(b.length, [&](auto at, int64_t i) {
      const auto kept = V::notEqual(at.load(keep + i, V::zero()), V::zero());
      at.store(out + i, V::keep(kept, at.load(g + i, V::zero())));
    });
  }
}

template <class V>
void lagrangianSums(const Block<typename V::T>& b) {
  using T = typename V::T;
  for (int64_t r = 0; r < b.rows; ++r) {
    const T* x = b.in[0] + r * b.inStep[0];
    const T* keep = b.in[1] + r * b.inStep[1];
    const T* g = b.in[2] + r * b.inStep[2];
    const uint8_t* mask = b.mask != nullptr ? b.mask + r * b.maskStep : nullptr;
    const auto median = V::set(static_cast<T>(b.scalar[0][r * b.scalarStep[0]]));
    const auto nan = V::set(static_cast<T>(__builtin_nan("")));
    auto sum = V::zero();
    int64_t ties = 0;
    sweep<V>(b.length, [&](auto at, int64_t i) {
      auto value = at.load(x + i, nan);
      if (mask != nullptr) value = V::select(at.bytes(mask + i), value, nan);
      const auto forgotten = V::both(V::equal(at.load(keep + i, V::zero()), V::zero()), V::equal(value, value));
      sum = sum + V::keep(forgotten, at.load(g + i, V::zero()));
      ties += V::count(V::equal(value, median));
    });
    b.perRow[0][b.first + r] = V::sum(sum);
    b.perRow[1][b.first + r] = static_cast<double>(ties);
  }
}

}  // namespace
}  // namespace dl4jhopfield
