// Lagrangian units of learning with partial forgetting (Ota et al., AISTATS 2023): element-wise maps that forget small
// scores. Each gives D(x) and the indicator D'(x) in {0, 1} of what it kept; no gradient flows through D'.
//
//   ReLU:  D(x) = max(x, 0),            D'(x) = 1[x > 0]
//   PFU:   D(x) = x if x > t else b,    D'(x) = 1[x > t],     t = mu + sigma^2 noise,   b = t or a number
//
// mu is a number or the lower median (the element of rank floor((n-1)/2)) of the tensor, of each sample, or of each
// row.
//
// Masked entries give D = D' = 0, never enter a median and get no gradient. NaN gives D = NaN, D' = 0 at that
// entry, and does not enter a median. -inf scores enter the median of the whole tensor, as in the original, where
// they stand for masked ones; they never enter the median of a sample or row.
#pragma once

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {

template <class S>
void reluUnit(const RowsView<const S>& x, const MaskView& mask, const RowsView<S>& d, const RowsView<S>& keep);

/// gradX = keep * gradD.
template <class S>
void reluUnitBackward(const RowsView<const S>& keep, const RowsView<const S>& gradD, const RowsView<S>& gradX);

/// What one median is taken over.
enum class MedianScope { Tensor, Sample, Row };

struct PfuOptions {
  bool muIsMedian = true;  // else the number `mu`
  double mu = 0;
  bool biasIsThreshold = true;  // else the number `bias`
  double bias = 0;
  double sigma = 1;  // noise is scaled by sigma SQUARED, as in the original
  MedianScope scope = MedianScope::Sample;
  /// Number of samples for MedianScope::Sample: rows [g*rows/samples, (g+1)*rows/samples) are sample g. It divides the
  /// rows.
  int64_t samples = 1;

  /// Medians, thresholds and noise values in one call.
  int64_t groups(int64_t rows) const {
    return scope == MedianScope::Tensor ? 1 : scope == MedianScope::Sample ? samples : rows;
  }
};

/// `noise`: standard normal numbers, one a group (training), or nullptr. `medians`: receives the groups' mu
/// (-inf for a group with no entry), or nullptr.
template <class S>
void pfuUnit(const RowsView<const S>& x, const MaskView& mask, const PfuOptions& options, const double* noise,
             const RowsView<S>& d, const RowsView<S>& keep, double* medians = nullptr);

/// Kept entries pass gradD. With biasIsThreshold and muIsMedian the gradients of the others are summed per group
/// and shared equally between the unmasked entries that equal the median (as torch.median does); else they end here.
/// `medians` as pfuUnit gave them, or nullptr: found again from x.
template <class S>
void pfuUnitBackward(const RowsView<const S>& x, const MaskView& mask, const PfuOptions& options,
                     const RowsView<const S>& keep, const RowsView<const S>& gradD, const RowsView<S>& gradX,
                     const double* medians = nullptr);

}  // namespace dl4jhopfield
