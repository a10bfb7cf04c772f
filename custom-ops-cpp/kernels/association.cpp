#include "dl4jhopfield/association.h"

#include <string>

#include "internal/each_type.h"
#include "internal/association_run.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

template <class T>
void check(const AssociationOptions& o, const AssociationInputs<T>& in) {
  if (o.batch < 0 || o.heads < 0 || o.queries < 0 || o.stored < 0)
    refuse("batch, heads, queries and stored must not be negative");
  if (o.width < 1) refuse("width must be at least 1, found " + std::to_string(o.width));
  if (o.valueWidth < 0) refuse("valueWidth must not be negative, found " + std::to_string(o.valueWidth));
  if (o.alphaPerHead && o.separation != AssociationSeparation::Entmax) refuse("alpha per head is for entmax");
  for (int64_t h = 0; h < (o.alphaPerHead ? o.heads : 1); ++h) {
    const double alpha = o.alphaPerHead ? o.alphaPerHead[h] : o.alpha;
    if (o.separation == AssociationSeparation::Entmax && !(alpha >= 1))
      refuse("entmax needs alpha >= 1, found " + std::to_string(alpha));
  }
  if (o.separation == AssociationSeparation::Normmax && !(o.alpha > 1))
    refuse("normmax needs p > 1, found " + std::to_string(o.alpha));
  if (o.separation == AssociationSeparation::KSubsets && !(o.k > 0))
    refuse("k-subsets need k > 0, found " + std::to_string(o.k));
  if (o.batch * o.heads * o.queries > 0 && in.q.data == nullptr) refuse("q is missing");
  if (o.batch * o.heads * o.stored > 0 && in.k.data == nullptr) refuse("k is missing");
  if (o.noise != nullptr && o.updateSteps < 0 && o.updateStepsPerHead == nullptr)
    refuse("PFU noise needs a bounded number of update steps");
}

}  // namespace

template <class T>
AssociationRun<T>::AssociationRun(const AssociationOptions& options, const AssociationInputs<T>& inputs)
    : o(options), in(inputs), ops(activeOps<T>()) {
  check(o, in);
  for (int64_t h = 0; h < (o.alphaPerHead ? o.heads : 1); ++h)
    separators_.push_back(makeSeparator<T>(o.separation, alphaOf(h), o.k, o.atMost, o.unit != AssociationUnit::None));
  heads_ = o.batch * o.heads;
  padded_ = roundUp(std::max<int64_t>(o.queries, 1), 64);
  zeros_.assign(128, T(0));
  taken_.assign(heads_, 0);
  effective_.assign(o.batch, o.stored);
  if (in.paddingMask != nullptr)
    for (int64_t b = 0; b < o.batch; ++b) {
      int64_t& n = effective_[b];
      while (n > 0 && !in.paddingMask[b * in.paddingBatch + (n - 1) * in.paddingStep]) --n;
    }
}

template <class T>
void AssociationRun<T>::forward(const AssociationOutputs<T>& out) {
  if (out.out.data != nullptr && heads_ * o.stored * o.valueWidth > 0 && in.v.data == nullptr) refuse("v is missing");
  const int64_t most = out.saved != nullptr ? savedSteps(o) : 0;
  eachIteration([&](Iteration<T>& it) { iterate(it, &out); });
  for (int64_t i = 0; i < heads_; ++i) {
    if (out.steps != nullptr) out.steps[i] = taken_[i];
    if (out.saved != nullptr) out.saved[most * stateSize() + i] = static_cast<T>(taken_[i]);
  }
}

#define INSTANTIATE(T)                                                                                \
  template AssociationRun<T>::AssociationRun(const AssociationOptions&, const AssociationInputs<T>&); \
  template void AssociationRun<T>::forward(const AssociationOutputs<T>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace association_detail

template <class T>
void association(const AssociationOptions& options, const AssociationInputs<T>& in, const AssociationOutputs<T>& out) {
  association_detail::AssociationRun<T>(options, in).forward(out);
}

template void association<float>(const AssociationOptions&, const AssociationInputs<float>&,
                                 const AssociationOutputs<float>&);
template void association<double>(const AssociationOptions&, const AssociationInputs<double>&,
                                  const AssociationOutputs<double>&);

}  // namespace dl4jhopfield
