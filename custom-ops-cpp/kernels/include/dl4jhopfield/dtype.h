// Storage types. float and double compute in themselves; Half and BFloat16 are only stored, and computed in float.
#pragma once

#include <cstdint>

namespace dl4jhopfield {

/// IEEE binary16. Layout compatible with libnd4j's float16.
struct Half {
  uint16_t bits;
};
/// The upper half of an IEEE binary32. Layout compatible with libnd4j's bfloat16.
struct BFloat16 {
  uint16_t bits;
};
static_assert(sizeof(Half) == 2 && sizeof(BFloat16) == 2, "16-bit storage");

float toFloat(Half value);
float toFloat(BFloat16 value);
/// Round to nearest, ties to even; overflow gives infinity; NaN stays NaN.
Half toHalf(float value);
BFloat16 toBFloat16(float value);

/// The type in which values stored as S are computed.
template <class S>
struct ComputeOf {
  using type = S;
};
template <>
struct ComputeOf<Half> {
  using type = float;
};
template <>
struct ComputeOf<BFloat16> {
  using type = float;
};
template <class S>
using Compute = typename ComputeOf<S>::type;

}  // namespace dl4jhopfield
