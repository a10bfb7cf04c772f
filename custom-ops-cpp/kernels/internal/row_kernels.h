// The table of row kernels of one instruction set. Block operands of each are listed as: in | scalar | out | perRow.
#pragma once

#include "internal/block.h"

namespace dl4jhopfield {

template <class C>
struct RowKernels {
  using Kernel = void (*)(const Block<C>&);

  // x | beta | y
  Kernel softmax, sparsemax, entmax15;
  // x | beta, alpha or p or k | y
  Kernel entmax, normmax, kSubsetsExactly, kSubsetsAtMost;
  // y, g, x (optional) | beta | gradX | gradBeta
  Kernel softmaxBackward, sparsemaxBackward, entmax15Backward;
  // y, g, x (optional) | beta, alpha | gradX | gradBeta, gradAlpha
  Kernel entmaxBackward;
  // y, g, x (optional) | beta, p or k | gradX | gradBeta
  Kernel normmaxBackward, kSubsetsExactlyBackward, kSubsetsAtMostBackward;
  // x | threshold, bias | D, keep:  D = x > threshold ? x : bias, 0 where masked
  Kernel lagrangian;
  // keep, g | - | gradX
  Kernel lagrangianBackward;
  // x | - | y;   x, g | - | gradX
  Kernel gelu, geluTanh, geluBackward, geluTanhBackward;
  // x, gain (optional), bias (optional) | eps | y;   x, g, gain (optional) | eps | gradX, and sums over rows (optional, step 0)
  // of gain's and bias's gradients, added to what is there
  Kernel layerNorm, layerNormBackward;
};

/// The table of the active level. Where a SIMD level has no version of a kernel, it points to the reference.
template <class C>
const RowKernels<C>& rowKernels();

template <class C>
const RowKernels<C>& referenceKernels();

}  // namespace dl4jhopfield
