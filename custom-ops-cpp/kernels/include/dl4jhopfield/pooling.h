// Hopfield pooling: a few state patterns retrieve from many stored patterns, both roles of which are projections of one
// array.
//
//   h_j = (x_j - mean) / sqrt(variance + eps) over the features of pattern j, or h_j = x_j
//   k_j = (gain_k h_j + shift_k) W_k + b_k,   v_j = (gain_v h_j + shift_v) W_v + b_v      the heads side by side
//   p   = separation(beta q k')               over the stored patterns, for each head and state pattern
//   out = (f p) v          f what dropout of the weights draws: 0 or 1 / (1 - rate); 1 without
//
// Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equation 10 with one update and state patterns that
// are parameters (the "pooling" of its section 3).
//
// Method. Neither k nor v is ever there. With W' = gain W and b' = b + shift W,
//
//   q k_j' = (q W_k'') h_j + q b_k',          out = (sum_j f_j p_j h_j) W_v' + (sum_j f_j p_j) b_v',
//
// so that what touches every pattern are two products of its length for each state pattern and head, in place of two
// projections: x is read once or twice forward, twice backward. Only the scores are kept, a number for each state
// pattern, head and stored pattern; worth it while state patterns are fewer than features. Separations that do not
// change when all scores move alike (all but k-subsets "at most") are given the scores without q b_k', and the gradient
// through it is exactly 0.
//
// Rules as in masked_softmax.h for each row of scores. Stored patterns that the mask hides from all heads and state
// patterns of an item are not read: they may hold NaN. Otherwise NaN in a pattern gives NaN in its item only.
// Deterministic: how sums are split depends on the shapes only.
#pragma once

#include "dl4jhopfield/association.h"
#include "dl4jhopfield/projection.h"

namespace dl4jhopfield {

struct PoolingOptions {
  int64_t batch = 1, heads = 1, queries = 0, stored = 0;
  int64_t width = 0;       // of a head's k
  int64_t valueWidth = 0;  // of a head's v
  bool normalise = true;
  double eps = 1e-5, beta = 1;
  AssociationSeparation separation = AssociationSeparation::Softmax;
  double parameter = 1.5;  // alpha of entmax, p of normmax, k of k-subsets
  bool atMost = false;     // k-subsets
};

template <class S>
struct PoolingInputs {
  RowsView<const S> x;                // outer shape [batch, stored]
  const Compute<S>* q = nullptr;      // dense [batch or 1, queries, heads, width]
  int64_t qBatch = 1;                 // batch or 1
  Projection<S> key, value;           // to heads * width, heads * valueWidth
  HeadView<const uint8_t> mask;       // [batch, heads, queries, stored] by strides, 1 = keep; data null: all
  HeadView<const Compute<S>> factor;  // f, likewise; has no gradient; data null: 1
};

/// `out`: dense [batch, queries, heads, valueWidth].
template <class S>
void pool(const PoolingOptions& options, const PoolingInputs<S>& in, Compute<S>* out);

template <class S>
struct PoolingGradients {
  using C = Compute<S>;
  const C* gradOut = nullptr;  // like out
  RowsView<S> gradX;           // like x
  C* gradQ = nullptr;          // like q
  ProjectionGradient<C> key, value;
};

/// All gradients are overwritten.
template <class S>
void poolBackward(const PoolingOptions& options, const PoolingInputs<S>& in, const PoolingGradients<S>& gradients);

}  // namespace dl4jhopfield
