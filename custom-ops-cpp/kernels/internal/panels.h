// Matrices packed for the matrix kernel: panels of a few vectors' columns, in each the rows one after another, so that
// it reads memory in order and no two rows share a place in the first-level cache. Baseline code only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "internal/association_search.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {

constexpr int64_t kPanelBytes = 256;  // of a row of a panel
template <class C>
constexpr int64_t kPanelWidth = kPanelBytes / static_cast<int64_t>(sizeof(C));

inline int64_t panelsOf(int64_t columns, int64_t width) { return (columns + width - 1) / width; }

/// Writes `rows` x `columns` numbers, element (k, n) at data[k * row + n * step], to to[k * kPanelWidth + n]; columns
/// after the last are zeros.
template <class S>
void packPanel(const S* data, int64_t row, int64_t step, int64_t rows, int64_t columns, Compute<S>* to) {
  using C = Compute<S>;
  constexpr int64_t width = kPanelWidth<C>;
  if constexpr (std::is_same_v<S, C>)
    if (row == 1 && step != 1) {
      association_detail::activeOps<C>().pack(to, width, data, step, 1, columns, rows, C(1));
      return;
    }
  const bool whole = std::is_same_v<S, C> && step == 1 && columns == width;
  for (int64_t k = 0; k < rows; ++k, to += width, data += row) {
    if (whole)
      std::memcpy(to, data, kPanelBytes);
    else if (step == 1)
      for (int64_t n = 0; n < columns; ++n) to[n] = load<S>(data[n]);
    else
      for (int64_t n = 0; n < columns; ++n) to[n] = load<S>(data[n * step]);
    for (int64_t n = columns; n < width; ++n) to[n] = C(0);
  }
}

/// Calls body(block, first, last) for the units [begin, end) of a grid of blocks x `inner`, a run of inner units at a
/// time: however few blocks there are, threads get equal shares.
template <class F>
void eachRun(int64_t begin, int64_t end, int64_t inner, F&& body) {
  while (begin < end) {
    const int64_t block = begin / inner, first = begin % inner, last = std::min(inner, first + end - begin);
    body(block, first, last);
    begin += last - first;
  }
}

/// At most `most` rows in a block, blocks of about the same size, a multiple of 6 (the rows of the matrix kernel).
inline int64_t evenBlock(int64_t rows, int64_t most) {
  const int64_t blocks = std::max<int64_t>(1, (rows + most - 1) / most);
  return std::max<int64_t>(6, ((rows + blocks - 1) / blocks + 5) / 6 * 6);
}

}  // namespace dl4jhopfield
