// The sequence embedding on AVX-512. No standard library header here, nor any header with inline functions.
#include "internal/embedding_kernels.h"
#include "simd/vec_avx512.h"
// clang-format off
#include "simd/math.inl"
#include "simd/embedding.inl"
// clang-format on

namespace dl4jhopfield {
namespace embedding_detail {

void fillAvx512(EmbeddingKernels<float>& table) { fill<F32>(table); }
void fillAvx512(EmbeddingKernels<double>& table) { fill<F64>(table); }

}  // namespace embedding_detail
}  // namespace dl4jhopfield
