// What the translation units of one instruction set give to the dispatcher.
#pragma once

#include "internal/row_kernels.h"

namespace dl4jhopfield {

void fillAvx2(RowKernels<float>& table);
void fillAvx2(RowKernels<double>& table);
void fillAvx512(RowKernels<float>& table);
void fillAvx512(RowKernels<double>& table);

}  // namespace dl4jhopfield
