// The parameters of projections as inputs of an op.
#pragma once

#include "dl4jhopfield/projection.h"
#include "op.h"

namespace dl4jhopfield {
namespace nd4j {

/// Inputs of one projection, in order: weight, bias, gain and shift.
inline int inputsOfProjection(bool bias, bool affine) { return 1 + (bias ? 1 : 0) + (affine ? 2 : 0); }

/// Weights where they lie, other parameters as dense numbers, and room for gradients like them.
template <class S>
class Parameters {
 public:
  using C = Compute<S>;

  /// Of the features of input 0; the parameters begin at input `first`.
  Parameters(const Call& call, int first, int count, bool bias, bool affine)
      : call_(call), length_(dimensionOf(call.input(0).info, call.input(0).rank() - 1)), bias_(bias), affine_(affine) {
    if (count < 1) throw std::invalid_argument("at least one projection is needed");
    for (int i = 0, input = first; i < count; ++i) {
      Projection<S> p;
      const Array weight = call.input(input++);
      if (weight.rank() != 2 || weight.shape()[0] != length_ || weight.type() != Arguments<S>::typeId())
        throw std::invalid_argument("weights must have the type of x and one row an element of a row of x");
      p.width = weight.shape()[1];
      p.weight = static_cast<const S*>(weight.data);
      p.weightRow = weight.strides()[0];
      p.weightStep = weight.strides()[1];
      if (bias) p.bias = dense(input++, p.width);
      if (affine) {
        p.gain = dense(input++, length_);
        p.shift = dense(input++, length_);
      }
      projections.push_back(p);
    }
  }

  std::vector<Projection<S>> projections;

  /// Room for the gradients of all parameters, whose outputs begin at `output`.
  std::vector<ProjectionGradient<C>> gradients(int output) {
    std::vector<ProjectionGradient<C>> all;
    for (const Projection<S>& p : projections) {
      ProjectionGradient<C> g;
      g.weight = room(output++, length_ * p.width);
      if (bias_) g.bias = room(output++, p.width);
      if (affine_) {
        g.gain = room(output++, length_);
        g.shift = room(output++, length_);
      }
      all.push_back(g);
    }
    return all;
  }
  void store() const {
    for (const auto& [output, values] : gradients_) {
      const Array a(call_.outputs[output]);
      if (a.type() != Arguments<S>::typeId() || a.length() != static_cast<int64_t>(values->size()))
        throw std::invalid_argument("the gradient of a parameter must be like it");
      storeNumbers<S>(a, values->data());
    }
  }

 private:
  const C* dense(int input, int64_t length) {
    const Array a = call_.input(input);
    if (a.type() != Arguments<S>::typeId() || a.length() != length)
      throw std::invalid_argument("a parameter must have the type of x and the length of rows of x or of y");
    return values_.emplace_back(numbersOf<S>(a)).data();
  }
  /// The output itself where it is dense.
  C* room(int output, int64_t length) {
    const Array a(call_.outputs[output]);
    if constexpr (std::is_same_v<S, C>)
      if (a.type() == Arguments<S>::typeId() && a.length() == length && isDense(a)) return static_cast<C*>(a.data);
    std::vector<C>& values = values_.emplace_back(length);
    gradients_.push_back({output, &values});
    return values.data();
  }

  const Call& call_;
  int64_t length_;
  bool bias_, affine_;
  std::deque<std::vector<C>> values_;
  std::vector<std::pair<int, std::vector<C>*>> gradients_;
};

}  // namespace nd4j
}  // namespace dl4jhopfield
