// The table of row kernels of one instruction set. Block operands of each are listed as: in | scalar | out | perRow.
#pragma once

#include "internal/block.h"

namespace dl4jhopfield {

template <class C>
struct RowKernels {
  using Kernel = void (*)(const Block<C>&);

  // x | beta | y
  Kernel softmax, softmax1, sparsemax, entmax15;
  // x | beta, alpha or p or k | y
  Kernel entmax, normmax, kSubsetsExactly, kSubsetsAtMost;
  // y, g, x (optional) | beta | gradX | gradBeta
  Kernel softmaxBackward, softmax1Backward, sparsemaxBackward, entmax15Backward;
  // y, g, x (optional) | beta, alpha | gradX | gradBeta, gradAlpha
  Kernel entmaxBackward;
  // y, g, x (optional) | beta, p or k | gradX | gradBeta
  Kernel normmaxBackward, kSubsetsExactlyBackward, kSubsetsAtMostBackward;
  // x | threshold, bias | D, keep:  D = x > threshold ? x : bias, 0 where masked
  Kernel lagrangian;
  // keep, g | - | gradX
  Kernel lagrangianBackward;
  // x, keep, g | median | - | sum of g over what was not kept, number of entries that equal the median
  Kernel lagrangianSums;
  /// Copies the entries of a row that a median counts (unmasked, no NaN, -inf on request) to `out`, which has room for
  /// n + kPadding; returns how many.
  int64_t (*collect)(const C* x, const uint8_t* mask, int64_t n, bool withMinusInfinity, C* out);
  /// The k-th smallest of n values without NaN, 0 <= k < n; `values` has room for n + kPadding and is used up.
  C (*select)(C* values, int64_t n, int64_t k);
  // x | - | y;   x, g | - | gradX
  Kernel gelu, geluTanh, geluBackward, geluTanhBackward;
  // x, gain (optional), bias (optional) | eps | y;   x, g, gain (optional) | eps | gradX, and sums over rows (optional,
  // step 0) of gain's and bias's gradients, added to what is there
  Kernel layerNorm, layerNormBackward;
};

/// The table of the active level. Where a SIMD level has no version of a kernel, it points to the reference.
template <class C>
const RowKernels<C>& rowKernels();

template <class C>
const RowKernels<C>& referenceKernels();

}  // namespace dl4jhopfield
