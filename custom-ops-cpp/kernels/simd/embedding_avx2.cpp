// The sequence embedding on AVX2. No standard library header here, nor any header with inline functions.
#include "internal/embedding_kernels.h"
#include "simd/vec_avx2.h"
// clang-format off
#include "simd/math.inl"
#include "simd/embedding.inl"
// clang-format on

namespace dl4jhopfield {
namespace embedding_detail {

void fillAvx2(EmbeddingKernels<float>& table) { fill<F32>(table); }
void fillAvx2(EmbeddingKernels<double>& table) { fill<F64>(table); }

}  // namespace embedding_detail
}  // namespace dl4jhopfield
