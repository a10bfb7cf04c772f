// Regularisers, their conjugates and the losses made of them (Blondel, Martins & Niculae, JMLR 2020).
//
// Every separation is y(z) = argmax_p <p, z> - Omega(p) = grad Omega*(z) with z = beta x and
//
//   softmax        Omega(p) = sum p log p                                  Omega*(z) = log sum exp z
//   softmax1       Omega(p) = sum p log p + r log r, r = 1 - sum p         Omega*(z) = log (1 + sum exp z)
//   alpha-entmax   Omega(p) = (sum p^alpha - 1) / (alpha (alpha - 1))      (sparsemax 2, entmax15 1.5)
//   normmax        Omega(p) = ||p||_p - 1
//   k-subsets      Omega(p) = 1/2 ||p||^2
//
// The Fenchel-Young loss of a target distribution t is L(z; t) = Omega*(z) + Omega(t) - <t, z> >= 0, with gradient y -
// t; for a class index, Omega(t) = 0 (but for k-subsets, where Omega(t) = 1/2). The energy of a Hopfield-Fenchel-Young
// network is made of Omega* (Santos et al., 2024, equation 8).
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

enum class SeparationKind { Softmax, Sparsemax, Entmax15, Entmax, Normmax, KSubsets, KSubsetsAtMost, Softmax1 };

/// The separation as one function. `parameter`: alpha, p or k; unused by the first three.
template <class S>
void separate(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x, const MaskView& mask,
              const RowScalars<S>& beta, const RowsView<S>& y);
template <class S>
void separateBackward(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& y,
                      const RowsView<const S>& gradOut, const RowScalars<S>& beta, const RowsView<S>& gradX,
                      const RowScalarGrad<S>& gradBeta = {});

/// Omega(y), one number a row. A row of zeros gives 0.
template <class S>
void regularizer(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& y, double* perRow);

/// y and Omega*(beta x), one number a row; a row with nothing in it gives 0. The gradient with respect to x is beta y.
template <class S>
void conjugate(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x, const MaskView& mask,
               const RowScalars<S>& beta, const RowsView<S>& y, double* perRow);

/// Losses of class indices, one a row, and y for the backward pass. A row whose target is ignoreIndex costs 0 and gets
/// no gradient. A target outside [0, length), or masked, throws std::invalid_argument.
template <class S>
void fenchelYoungLoss(SeparationKind kind, const RowScalars<S>& parameter, const RowsView<const S>& x,
                      const MaskView& mask, const int64_t* targets, int64_t ignoreIndex, const RowsView<S>& y,
                      double* lossPerRow);

/// gradX = gradPerRow (y - t).
template <class S>
void fenchelYoungLossBackward(const RowsView<const S>& y, const int64_t* targets, int64_t ignoreIndex,
                              const double* gradPerRow, const RowsView<S>& gradX);

}  // namespace dl4jhopfield
