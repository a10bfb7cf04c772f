// The kernels on AVX2. No standard library header here, nor any header with inline functions.
#include "internal/reference.h"
#include "simd/tables.h"
#include "simd/vec_avx2.h"
// clang-format off
#include "simd/math.inl"
#include "simd/separations.inl"
#include "simd/transformer.inl"
// clang-format on

namespace dl4jhopfield {

void fillAvx2(RowKernels<float>& table) {
  fillSeparations<F32>(table);
  fillTransformer<F32>(table);
}
void fillAvx2(RowKernels<double>& table) {
  fillSeparations<F64>(table);
  fillTransformer<F64>(table);
}

}  // namespace dl4jhopfield
