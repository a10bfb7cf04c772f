// What a row kernel is given: some rows, each contiguous. Included by baseline and SIMD translation units alike, so
// plain data only: nothing here may be compiled to an out-of-line function.
#pragma once

#include <cstdint>

namespace dl4jhopfield {

constexpr int kMaxOperands = 4;
/// Elements by which scratch rows are longer than asked for: vector stores may run past the end.
constexpr int64_t kPadding = 32;

/// Scratch rows of what takes powers: kWideRows where a float row may be computed in double.
constexpr int64_t kPowerRows = 2, kWideRows = 8;

template <class C>
struct Block {
  int64_t first;   // number of the first row in the call
  int64_t rows;    // rows here
  int64_t length;  // elements in a row
  const C* in[kMaxOperands];
  int64_t inStep[kMaxOperands];
  const uint8_t* mask;  // nullptr: every entry takes part
  int64_t maskStep;
  C* out[kMaxOperands];
  int64_t outStep[kMaxOperands];
  const double* scalar[2];  // per-row numbers (beta, alpha)
  int64_t scalarStep[2];
  double* perRow[2];  // per-row results, indexed by the row's number in the call; nullptr: not wanted
  C* scratch;         // length + kPadding elements, times what the family asked for
  int64_t scratchStep;
};

}  // namespace dl4jhopfield
