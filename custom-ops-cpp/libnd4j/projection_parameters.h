// The parameters of projections as inputs of an op.
#pragma once

#include "dl4jhopfield/projection.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {

/// One projection of patterns of `features`: weights where they lie, other parameters as dense numbers.
template <class S, class In>
Projection<S> projectionOf(Reader<S>& reader, int64_t features, In weight, In bias, In gain, In shift,
                           int repetition = 0) {
  const Array w = reader.call.input(weight, repetition);
  if (w.rank() != 2 || w.shape()[0] != features)
    throw std::invalid_argument("weights must have one row an element of a row of x");
  Projection<S> p;
  p.width = w.shape()[1];
  p.weight = w.kernel<const S>();
  p.weightRow = w.strides()[0];
  p.weightStep = w.strides()[1];
  if (reader.call.has(bias)) p.bias = reader.dense(bias, p.width, repetition);
  if (reader.call.has(gain)) {
    p.gain = reader.dense(gain, features, repetition);
    p.shift = reader.dense(shift, features, repetition);
  }
  return p;
}

/// Room for its gradients, which the reader's finish() writes.
template <class S, class Out>
ProjectionGradient<Compute<S>> gradientOf(Reader<S>& reader, const Projection<S>& p, int64_t features, Out weight,
                                          Out bias, Out gain, Out shift, int repetition = 0) {
  ProjectionGradient<Compute<S>> g;
  g.weight = reader.denseOutput(weight, features * p.width, repetition);
  if (p.bias != nullptr) g.bias = reader.denseOutput(bias, p.width, repetition);
  if (p.gain != nullptr) {
    g.gain = reader.denseOutput(gain, features, repetition);
    g.shift = reader.denseOutput(shift, features, repetition);
  }
  return g;
}

}  // namespace nd4j
}  // namespace dl4jhopfield
