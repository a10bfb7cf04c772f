#include "simd/tables.h"
namespace dl4jhopfield {
void fillAvx2(RowKernels<float>&) {}
void fillAvx2(RowKernels<double>&) {}
}  // namespace dl4jhopfield
