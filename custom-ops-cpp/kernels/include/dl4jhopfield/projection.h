// Projections of the same rows, with one layer norm before all of them on request:
//
//   y_i = (gain_i h + shift_i) W_i + b_i,   h = (x - mean) / sqrt(variance + eps) of each row x, or h = x
//
// which is how the state, stored and projected patterns of a Hopfield layer are made of one input. Gain and shift are
// folded into weights and bias; rows are normalised block by block and never written out, in the backward pass again.
//
// NaN or an infinity in a row of x gives NaN or an infinity in that row of each y only.
#pragma once

#include <vector>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

/// One projection of rows of `length` numbers.
template <class S>
struct Projection {
  int64_t width = 0;                      // of a row of y
  const S* weight = nullptr;              // length x width
  int64_t weightRow = 0, weightStep = 1;  // between its rows, and the numbers of a row
  const Compute<S>* bias = nullptr;       // width, or nullptr for 0
  const Compute<S>* gain = nullptr;       // length, or nullptr for 1
  const Compute<S>* shift = nullptr;      // length, or nullptr for 0
};

/// Gradients of one projection, in dense arrays; nullptr: not wanted.
template <class C>
struct ProjectionGradient {
  C* weight = nullptr;
  C* bias = nullptr;
  C* gain = nullptr;
  C* shift = nullptr;
};

/// `y`: one view a projection, with the outer shape of x. Without `normalise` eps has no meaning.
template <class S>
void project(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
             const std::vector<RowsView<S>>& y);

/// With s_i = sum over rows of g_i and M_i = sum over rows of h' g_i: gradients W: gain M + shift' s, b: s,
/// gain: sum over columns of W M, shift: W s; gradH = sum over i of gain_i (g_i W_i'), and gradX that of the layer
/// norm. Sums over rows are taken in an order that does not depend on the number of threads.
template <class S>
void projectBackward(const RowsView<const S>& x, bool normalise, double eps,
                     const std::vector<Projection<S>>& projections, const std::vector<RowsView<const S>>& gradY,
                     const RowsView<S>& gradX, const std::vector<ProjectionGradient<Compute<S>>>& gradients);

}  // namespace dl4jhopfield
