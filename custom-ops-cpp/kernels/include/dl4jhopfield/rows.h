// Views of strided arrays as rows: what every kernel takes and gives.
//
// A row is one line along the axis on which an op works; the other dimensions, in their order, number the rows.
// Strides count elements, may be 0 (broadcast; inputs only) or negative. All views of one call have
// the same length and the same outer shape; an input may be the same view as an output (in place), but must not
// overlap one in any other way.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace dl4jhopfield {

constexpr int kMaxOuterRank = 31;  // ND4J arrays have at most 32 dimensions, one of which is the row axis

template <class T>
struct RowsView {
  T* data = nullptr;
  int64_t length = 0;  // elements in a row
  int64_t stride = 1;  // between the elements of a row
  int outerRank = 0;   // 0: a single row
  int64_t shape[kMaxOuterRank] = {};
  int64_t strides[kMaxOuterRank] = {};

  int64_t rows() const {
    int64_t n = 1;
    for (int i = 0; i < outerRank; ++i) n *= shape[i];
    return n;
  }
  /// First element of a row. Row numbers run with the last outer dimension fastest.
  T* row(int64_t index) const {
    int64_t offset = 0;
    for (int i = outerRank - 1; i >= 0; --i) {
      offset += index % shape[i] * strides[i];
      index /= shape[i];
    }
    return data + offset;
  }
  operator RowsView<const T>() const {
    RowsView<const T> view;
    view.data = data;
    view.length = length;
    view.stride = stride;
    view.outerRank = outerRank;
    for (int i = 0; i < outerRank; ++i) {
      view.shape[i] = shape[i];
      view.strides[i] = strides[i];
    }
    return view;
  }
};

/// Which entries take part: nonzero = keep. data == nullptr: all. Broadcast dimensions have stride 0.
using MaskView = RowsView<const uint8_t>;

/// The rows along `axis` (negative counts from the end) of an array of any rank >= 1.
template <class T>
RowsView<T> rowsAlong(T* data, int rank, const int64_t* shape, const int64_t* strides, int axis = -1) {
  if (axis < 0) axis += rank;
  if (rank < 1 || rank > kMaxOuterRank + 1 || axis < 0 || axis >= rank)
    throw std::invalid_argument("rowsAlong: rank must be 1 to 32 and axis inside it");
  RowsView<T> view;
  view.data = data;
  view.length = shape[axis];
  view.stride = strides[axis];
  for (int i = 0; i < rank; ++i) {
    if (i == axis) continue;
    view.shape[view.outerRank] = shape[i];
    view.strides[view.outerRank++] = strides[i];
  }
  return view;
}

/// Rows of a dense C-order matrix.
template <class T>
RowsView<T> denseRows(T* data, int64_t rows, int64_t length) {
  RowsView<T> view;
  view.data = data;
  view.length = length;
  view.outerRank = 1;
  view.shape[0] = rows;
  view.strides[0] = length;
  return view;
}

/// One number a row: a constant, or a view of length 1 with the outer shape of the call (stride 0 where broadcast,
/// for example one beta a head).
template <class S>
struct RowScalars {
  double constant = 1.0;
  RowsView<const S> view;  // view.data == nullptr: the constant

  RowScalars(double value = 1.0) : constant(value) {}            // NOLINT: a number is a RowScalars
  RowScalars(const RowsView<const S>& values) : view(values) {}  // NOLINT
};

/// Where a backward pass adds nothing but stores one gradient a row (of beta, of alpha), rows in the order
/// of RowsView::row. The caller sums over the dimensions that its parameter is broadcast over.
/// `x` is the forward input (needed for beta only).
template <class S>
struct RowScalarGrad {
  double* perRow = nullptr;  // nullptr: not wanted
  RowsView<const S> x;
};

}  // namespace dl4jhopfield
