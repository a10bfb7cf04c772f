// The reference rows: each the definition of its op, written to be read. They are the scalar level, and SIMD kernels
// hand them the rows that hold NaN or infinities.
#pragma once

#include <cstdint>

#include "internal/block.h"

namespace dl4jhopfield {
namespace reference {

// One row; `mask` may be nullptr; y may be x.
template <class C>
void softmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta);
template <class C>
void softmax1Row(const C* x, const uint8_t* mask, C* y, int64_t n, double beta);
template <class C>
void sparsemaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta);
template <class C>
void entmax15Row(const C* x, const uint8_t* mask, C* y, int64_t n, double beta);
template <class C>
void entmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double alpha);
template <class C>
void normmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double p);
template <class C>
void kSubsetsRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double k, bool atMost);

/// d<y, g>/dalpha of alpha-entmax for one row.
template <class C>
double alphaGradient(const C* y, const C* g, int64_t n, double alpha);

/// The gradients before beta of alpha-entmax (of any alpha, and above 2: see weightedGradient) and normmax at n weights
/// above 0.
template <class C>
void entmaxGradient(const C* y, const C* g, int64_t n, double alpha, double* raw);
template <class C>
void steepEntmaxGradient(const C* y, const C* g, int64_t n, double alpha, double* raw);
template <class C>
void normmaxGradient(const C* y, const C* g, int64_t n, double p, double* raw);
/// The weights of some scores x (beta's sign in them, `scale` its size) for alpha > 2, unnormalised.
void steepEntmax(const double* x, int64_t n, double scale, double alpha, double* y);

// Whole blocks, for the table.
template <class C>
void softmaxBackward(const Block<C>& block);
template <class C>
void softmax1Backward(const Block<C>& block);
template <class C>
void sparsemaxBackward(const Block<C>& block);
template <class C>
void entmax15Backward(const Block<C>& block);
template <class C>
void entmaxBackward(const Block<C>& block);
template <class C>
void normmaxBackward(const Block<C>& block);
template <class C>
void kSubsetsExactlyBackward(const Block<C>& block);
template <class C>
void kSubsetsAtMostBackward(const Block<C>& block);
template <class C>
void lagrangian(const Block<C>& block);
template <class C>
void lagrangianBackward(const Block<C>& block);
template <class C>
void lagrangianSums(const Block<C>& block);
template <class C>
int64_t collect(const C* x, const uint8_t* mask, int64_t n, bool withMinusInfinity, C* out);
template <class C>
C select(C* values, int64_t n, int64_t k);
template <class C>
void gelu(const Block<C>& block);
template <class C>
void geluTanh(const Block<C>& block);
template <class C>
void geluBackward(const Block<C>& block);
template <class C>
void geluTanhBackward(const Block<C>& block);
template <class C>
void layerNorm(const Block<C>& block);
template <class C>
void layerNormBackward(const Block<C>& block);

}  // namespace reference
}  // namespace dl4jhopfield
