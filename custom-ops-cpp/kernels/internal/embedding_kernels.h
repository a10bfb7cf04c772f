// What the sequence embedding runs at each instruction set. Plain data only: included by SIMD translation units too.
#pragma once

#include <cstdint>

namespace dl4jhopfield {
namespace embedding_detail {

/// Rows of the residue table of one tap: the residues and one of zeros for padding.
constexpr int kTableRows = 21;

/// Some sequences. Channels are padded to whole vectors everywhere.
template <class C>
struct Sequences {
  int64_t count, kernel, channels;
  const uint8_t* codes;  // [count] rows, codeStep apart, at least positions + kernel - 1 codes below kTableRows each
  int64_t codeStep;
  const int32_t* positions;  // [count]
  const C* const* start;     // [count]: what position 0 has beside the residues; position p has start + p * startStep
  int64_t startStep;
  const C* table;  // [kernel][kTableRows][channels]
  const C* scale;  // [count] or nullptr
  C* z;            // [count][channels]: the maximum
  C* best;         // [count][channels]: its position, a number
};

template <class C>
struct EmbeddingKernels {
  void (*maxima)(const Sequences<C>&);
  /// y = selu(z), n a multiple of the vector's width.
  void (*selu)(const C* z, C* y, int64_t n);
  /// d = g selu'(z).
  void (*seluBackward)(const C* z, const C* g, C* d, int64_t n);
  int64_t width;  // of a vector
};

constexpr double kSeluScale = 1.0507009873554804934193349852946, kSeluAlpha = 1.6732632423543772848170429916717;

void fillAvx2(EmbeddingKernels<float>& table);
void fillAvx2(EmbeddingKernels<double>& table);
void fillAvx512(EmbeddingKernels<float>& table);
void fillAvx512(EmbeddingKernels<double>& table);

}  // namespace embedding_detail
}  // namespace dl4jhopfield
