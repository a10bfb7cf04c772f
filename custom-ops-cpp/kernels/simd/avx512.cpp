#include "simd/tables.h"
namespace dl4jhopfield {
void fillAvx512(RowKernels<float>&) {}
void fillAvx512(RowKernels<double>&) {}
}  // namespace dl4jhopfield
