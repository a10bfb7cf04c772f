// The Hopfield association: attention with any separation, several update steps and partial forgetting, fused.
//
// For every batch item b and head h, with state patterns (queries) q [L, d], stored patterns (keys) k [S, d], pattern
// projections (values) v [S, dv]:
//
//   x_t   = beta state_t k^T + additive            masked entries take no part
//   p_t   = separation(D(x_t))                     softmax, sparsemax, entmax, normmax, k-subsets
//   state_0 = q,   state_{t+1} = p_t k             the update of the modern Hopfield network, eq. 3
//   p     = D'(x_T) p_T                            D the Lagrangian unit: none, ReLU, PFU
//   out   = p v
//
// Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, eqs. 3 and 10; Santos et al., ICML 2024 (sparse
// separations); Ota et al., AISTATS 2023 (Lagrangian units).
//
// T is `updateSteps`, or less: a head stops after step t >= 1 once ||p_t - p_{t-1}||_F, over all queries and stored
// patterns, is at most `updateStepsEps` (in every batch item for StopScope::Batch, as the original; in the item itself
// for StopScope::Sample, so that a prediction does not depend on its batch mates).
//
// Early stop: where heads are many each iterates on one thread, and while the weights of one head at two steps fit 512
// KB they are kept, so that their change costs no product; else both are computed again.
//
// Memory: nothing grows with L * S. Scores live in a tile of one block of queries; softmax is online; for the other
// separations the threshold is searched on the tile while S * 16 scores fit in a few MB, else the scores are computed
// again in every round of the search. The backward pass computes everything again from q, k and v.
//
// Deterministic: how sums are split depends on the shapes only, never on the number of threads: same bits with any.
//
// Masks: 1 = keep. A query with nothing to attend to gives zeros, forward and backward. -inf scores count as masked.
// NaN in the scores of a query gives NaN in the results of that query.
// Where a padded stored pattern holds NaN, its score is masked, but 0 * NaN still reaches `out`: padding must be
// finite.
#pragma once

#include <cstdint>

#include "dl4jhopfield/lagrangian.h"

namespace dl4jhopfield {

/// A [batch, head, row, element] view. Strides count elements. An input may have any strides (0 = broadcast), so
/// projections [B, L, H * d] are taken as they are: {L*H*d, d, H*d, 1}.
template <class T>
struct HeadView {
  T* data = nullptr;
  int64_t batch = 0, head = 0, row = 0, step = 1;
};

enum class AssociationSeparation { Softmax, Sparsemax, Entmax15, Entmax, Normmax, KSubsets, Softmax1 };
/// Softmax or softmax1: every pattern gets weight, and one pass finds the sums.
inline bool isDense(AssociationSeparation s) {
  return s == AssociationSeparation::Softmax || s == AssociationSeparation::Softmax1;
}
enum class AssociationUnit { None, Relu, Pfu };
enum class StopScope { Sample, Batch };

struct AssociationOptions {
  int64_t batch = 1, heads = 1, queries = 0, stored = 0;
  int64_t width = 0;       // d, of states and stored patterns
  int64_t valueWidth = 0;  // dv

  AssociationSeparation separation = AssociationSeparation::Softmax;
  double alpha = 1.5;                    // Entmax: alpha >= 1; Normmax: p > 1
  const double* alphaPerHead = nullptr;  // [heads], instead of alpha; Entmax only
  double k = 1;                          // KSubsets
  bool atMost = false;                   // KSubsets: at most k instead of exactly k

  AssociationUnit unit = AssociationUnit::None;
  /// MedianScope::Sample is a batch item (all its heads, queries and unmasked scores); Row is a query. `samples` is not
  /// used.
  PfuOptions pfu;
  /// Training noise of the PFU, standard normal: noise[t * groups + g] for step t; groups = 1, batch, or
  /// batch * heads * queries by scope. nullptr: none. With `updateSteps` < 0 only nullptr.
  const double* noise = nullptr;

  /// Updates after the first association; below 0: until converged (at most `stepLimit`).
  int64_t updateSteps = 0;
  const int64_t* updateStepsPerHead = nullptr;  // [heads], instead of updateSteps
  double updateStepsEps = 1e-4;
  const double* updateStepsEpsPerHead = nullptr;  // [heads]
  StopScope stopScope = StopScope::Sample;
  int64_t stepLimit = 10000;
};

template <class T>
struct AssociationInputs {
  HeadView<const T> q, k, v;
  double beta = 1;           // where betas is null
  const T* betas = nullptr;  // beta of (b, h) at betas[b * betaBatch + h * betaHead]
  int64_t betaBatch = 0, betaHead = 0;

  HeadView<const uint8_t> mask;          // [b, h, L, S] by strides; data null: none
  HeadView<const T> additive;            // [b, h, L, S] by strides, added to the scaled scores
  const uint8_t* paddingMask = nullptr;  // [B, S]
  int64_t paddingBatch = 0, paddingStep = 1;
  const uint8_t* queryMask = nullptr;  // [B, L]: rows with 0 give zeros and enter neither medians nor stopping
  int64_t queryBatch = 0, queryStep = 1;
};

/// What is wanted; null data: not wanted.
template <class T>
struct AssociationOutputs {
  HeadView<T> out;           // [b, h, L, dv]
  HeadView<T> weights;       // [b, h, L, S]: p
  HeadView<T> state;         // [b, h, L, d]: state_T
  int32_t* steps = nullptr;  // [B * H]: T
  /// What spares the backward pass the update steps: state_1 to state_n [n, b * h, L, d] of the most steps n that a
  /// head may take (zeros where it did not), then T [b * h]. Not with an unbounded number of steps.
  T* saved = nullptr;
};

template <class T>
struct AssociationGradients {
  HeadView<const T> gradOut;      // [b, h, L, dv]; data null: zero
  HeadView<const T> gradWeights;  // [b, h, L, S]; data null: zero
  const T* saved = nullptr;       // of the forward pass; nullptr: the steps are computed again
  /// Overwritten, not added to. gradK, gradV and gradAdditive need step == 1 and full strides: for inputs that were
  /// broadcast the caller sums afterwards.
  HeadView<T> gradQ, gradK, gradV, gradAdditive;
  double* gradBeta = nullptr;   // [B * H]
  double* gradAlpha = nullptr;  // [B * H]; Entmax only
};

/// Throws std::invalid_argument for arguments that do not fit, std::bad_alloc without memory.
template <class T>
void association(const AssociationOptions& options, const AssociationInputs<T>& in, const AssociationOutputs<T>& out);

/// Gradients with respect to q, k, v, beta, alpha and the additive mask, exact through the update steps; the number of
/// steps and the indicators D' are held fixed, as in the original.
template <class T>
void associationBackward(const AssociationOptions& options, const AssociationInputs<T>& in,
                         const AssociationGradients<T>& gradients);

}  // namespace dl4jhopfield
