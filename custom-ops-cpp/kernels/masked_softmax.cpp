#include "dl4jhopfield/masked_softmax.h"

#include <algorithm>

#include "internal/each_type.h"
#include "internal/reference.h"
#include "internal/reference_common.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {

template <class C>
void softmaxRow(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  std::vector<double> weight = scores.from(scores.maximum);
  double sum = 0;
  for (double& z : weight) sum += z = std::exp(z);
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(weight[j] / sum);
}

template <class C>
void softmax1Row(const C* x, const uint8_t* mask, C* y, int64_t n, double beta) {
  const Scores scores = collect(x, mask, y, n, beta);
  if (settled(scores, y)) return;
  const double top = std::max(scores.maximum, 0.0);
  std::vector<double> weight = scores.from(top);
  double sum = std::exp(scaledDifference(0, top, scores.scale));
  for (double& z : weight) sum += z = std::exp(z);
  for (int64_t j = 0; j < scores.count(); ++j) y[scores.index[j]] = static_cast<C>(weight[j] / sum);
}

template <class C>
void softmaxBackward(const Block<C>& block) {
  weightedBackward(block, [](double y, int64_t) { return y; });
}

template <class C>
void softmax1Backward(const Block<C>& block) {
  weightedBackward(
      block, [](double y, int64_t) { return y; }, false);
}

template void softmaxRow(const float*, const uint8_t*, float*, int64_t, double);
template void softmaxRow(const double*, const uint8_t*, double*, int64_t, double);
template void softmax1Row(const float*, const uint8_t*, float*, int64_t, double);
template void softmax1Row(const double*, const uint8_t*, double*, int64_t, double);
template void softmax1Backward(const Block<float>&);
template void softmax1Backward(const Block<double>&);
template void softmaxBackward(const Block<float>&);
template void softmaxBackward(const Block<double>&);

}  // namespace reference

template <class S>
void maskedSoftmax(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).run(1, 1, rowKernels<Compute<S>>().softmax);
}

template <class S>
void softmax1(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta, const RowsView<S>& y) {
  RowPlan<S>(x).separation(x, mask, beta, y).run(1, 1, rowKernels<Compute<S>>().softmax1);
}

template <class S>
void maskedSoftmaxBackward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                           const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .run(1, 1, rowKernels<Compute<S>>().softmaxBackward);
}

template <class S>
void softmax1Backward(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                      const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
  RowPlan<S>(y)
      .separationGradient(y, gradOut, beta, gradX, gradBeta)
      .run(1, 1, rowKernels<Compute<S>>().softmax1Backward);
}

#define INSTANTIATE(S)                                                                                              \
  template void maskedSoftmax(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&); \
  template void maskedSoftmaxBackward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,     \
                                      const RowsView<S>&, const RowScalarGrad<S>&);                                 \
  template void softmax1(const RowsView<const S>&, const MaskView&, const RowScalars<S>&, const RowsView<S>&);      \
  template void softmax1Backward(const RowsView<const S>&, const RowsView<const S>&, const RowScalars<S>&,          \
                                 const RowsView<S>&, const RowScalarGrad<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
