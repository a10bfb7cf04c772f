// The kernels' own names for what the arguments choose by code.
#pragma once

#include "declarations.h"
#include "dl4jhopfield/association.h"
#include "dl4jhopfield/dense.h"
#include "dl4jhopfield/fenchel_young.h"
#include "dl4jhopfield/lagrangian.h"

namespace dl4jhopfield {
namespace nd4j {

// The compiler says where a code has no case here. A code that is not known does not come this far.
inline AssociationSeparation separationOf(long long code) {
  switch (static_cast<SeparationCode>(code)) {
    case SeparationCode::Softmax:
      return AssociationSeparation::Softmax;
    case SeparationCode::Sparsemax:
      return AssociationSeparation::Sparsemax;
    case SeparationCode::Entmax15:
      return AssociationSeparation::Entmax15;
    case SeparationCode::Entmax:
    case SeparationCode::LearnedEntmax:
      return AssociationSeparation::Entmax;
    case SeparationCode::Normmax:
      return AssociationSeparation::Normmax;
    case SeparationCode::KSubsets:
      return AssociationSeparation::KSubsets;
    case SeparationCode::Softmax1:
      return AssociationSeparation::Softmax1;
  }
  throw std::invalid_argument("unknown separation");
}

inline SeparationKind conjugateKindOf(long long code, bool atMost) {
  switch (static_cast<SeparationCode>(code)) {
    case SeparationCode::Softmax:
      return SeparationKind::Softmax;
    case SeparationCode::Sparsemax:
      return SeparationKind::Sparsemax;
    case SeparationCode::Entmax15:
      return SeparationKind::Entmax15;
    case SeparationCode::Entmax:
    case SeparationCode::LearnedEntmax:
      return SeparationKind::Entmax;
    case SeparationCode::Normmax:
      return SeparationKind::Normmax;
    case SeparationCode::KSubsets:
      return atMost ? SeparationKind::KSubsetsAtMost : SeparationKind::KSubsets;
    case SeparationCode::Softmax1:
      return SeparationKind::Softmax1;
  }
  throw std::invalid_argument("unknown separation");
}

inline AssociationUnit unitOf(long long code) {
  switch (static_cast<UnitCode>(code)) {
    case UnitCode::None:
      return AssociationUnit::None;
    case UnitCode::Relu:
      return AssociationUnit::Relu;
    case UnitCode::Pfu:
      return AssociationUnit::Pfu;
  }
  throw std::invalid_argument("unknown unit");
}

inline MedianScope medianScopeOf(long long code) {
  switch (static_cast<MedianScopeCode>(code)) {
    case MedianScopeCode::Tensor:
      return MedianScope::Tensor;
    case MedianScopeCode::Sample:
      return MedianScope::Sample;
    case MedianScopeCode::Row:
      return MedianScope::Row;
  }
  throw std::invalid_argument("unknown median scope");
}

inline StopScope stopScopeOf(long long code) {
  switch (static_cast<StopScopeCode>(code)) {
    case StopScopeCode::Sample:
      return StopScope::Sample;
    case StopScopeCode::Batch:
      return StopScope::Batch;
  }
  throw std::invalid_argument("unknown stop scope");
}

inline DenseActivation activationOf(long long code) {
  switch (static_cast<ActivationCode>(code)) {
    case ActivationCode::None:
      return DenseActivation::None;
    case ActivationCode::Relu:
      return DenseActivation::Relu;
    case ActivationCode::Gelu:
      return DenseActivation::Gelu;
    case ActivationCode::GeluTanh:
      return DenseActivation::GeluTanh;
  }
  throw std::invalid_argument("unknown activation");
}

}  // namespace nd4j
}  // namespace dl4jhopfield
