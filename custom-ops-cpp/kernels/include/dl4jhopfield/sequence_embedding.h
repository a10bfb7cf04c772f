// The embedding of short amino-acid sequences: a convolution over the residues, SELU, the maximum over the positions,
// in one pass.
//
//   z_p[c] = bias[c] + sum_k ( scale * weight[k][residue_{p+k}][c] + sum_f feature_f(p + k) weight[k][20 + f][c] )
//   y[c]   = selu( max_p z_p[c] )
//
// One-hot arrays are never there: a residue picks a row of the weight. SELU grows with z, so it is taken once, of the
// maximum. A sequence of L residues has max(L, kernel) - kernel + 1 positions; taps past its end add nothing. Where
// several positions share the maximum, the first has the gradient.
//
// Position features of residue j, with t = 2 |1/2 - j / (L - 1)| (L = 1: t = 1): start = t for j < ceil(L / 2), else 0;
// middle = 1 - t; end = t for j >= ceil(L / 2), else 0: in this order the features 20, 21 and 22.
//
// Widrich et al., Modern Hopfield Networks and Attention for Immune Repertoire Classification, NeurIPS 2020 (DeepRC).
// There the maximum also runs over the padding of the minibatch, so that an embedding depends on its batch mates:
// `extent` does the same.
//
// A row of the output depends on its sequence only. Deterministic: sums are split by the shapes only. NaN in a weight
// that a window meets gives NaN.
#pragma once

#include <cstdint>

namespace dl4jhopfield {

constexpr int kResidues = 20;
constexpr int kPositionFeatures = 3;

template <class C>
struct SequenceEmbedding {
  int64_t sequences = 0;
  int64_t width = 0;  // bytes of a row of residues
  int64_t kernel = 1, channels = 0;
  bool positionFeatures = false;
  int64_t extent = 0;  // length that shorter sequences are padded to, with windows in the padding; 0: none
  const uint8_t* residues =
      nullptr;                // dense [sequences, width]: 0 to 19, then 20 or more from the end of the sequence on
  const C* scale = nullptr;   // [sequences], times the residues' part (a count, or its logarithm); nullptr: 1
  const C* weight = nullptr;  // dense [kernel, 20 or 23, channels]
  const C* bias = nullptr;    // [channels]

  int64_t features() const { return kResidues + (positionFeatures ? kPositionFeatures : 0); }
};

/// `out`: dense [sequences, channels]. Throws std::invalid_argument where a residue follows the end of its sequence.
template <class C>
void sequenceEmbedding(const SequenceEmbedding<C>& in, C* out);

/// Gradients, which are overwritten, from that of the output; like weight and bias.
template <class C>
void sequenceEmbeddingBackward(const SequenceEmbedding<C>& in, const C* gradOut, C* gradWeight, C* gradBias);

}  // namespace dl4jhopfield
