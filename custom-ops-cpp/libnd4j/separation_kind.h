// Which separation an integer argument means.
#pragma once

#include <stdexcept>

#include "dl4jhopfield/association.h"

namespace dl4jhopfield {
namespace nd4j {

/// @param kind the ordinal of io.github.dl4jhopfield.ops.Separation.Kind
inline AssociationSeparation separationOf(int kind) {
  constexpr AssociationSeparation kinds[] = {AssociationSeparation::Softmax,  AssociationSeparation::Sparsemax,
                                             AssociationSeparation::Entmax15, AssociationSeparation::Entmax,
                                             AssociationSeparation::Entmax,   AssociationSeparation::Normmax,
                                             AssociationSeparation::KSubsets};
  if (kind < 0 || kind >= 7) throw std::invalid_argument("separation must be 0 to 6");
  return kinds[kind];
}

}  // namespace nd4j
}  // namespace dl4jhopfield
