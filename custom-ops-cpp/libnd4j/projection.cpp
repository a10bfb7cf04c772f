// Projections with a layer norm before them as libnd4j ops.
#include "dl4jhopfield/projection.h"

#include "op.h"
#include "projection_parameters.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

using In = op::projection_bp::In;  // begins with the inputs of the forward op
using Out = op::projection_bp::Out;
using Flag = op::projection::Flag;
using Int = op::projection::Int;
using Num = op::projection::Num;

/// The rows of an array of as many as x has.
template <class T>
RowsView<T> rowsLike(const Array& x, const Array& a, int64_t length) {
  bool fits = a.rank() == x.rank() && a.shape()[a.rank() - 1] == length;
  for (int i = 0; fits && i + 1 < a.rank(); ++i) fits = a.shape()[i] == x.shape()[i];
  if (!fits) throw std::invalid_argument("an array does not have the rows of x and the width of its weights");
  return lastAxis<T>(a);
}

template <class S>
std::vector<Projection<S>> projections(Reader<S>& reader, int64_t features) {
  std::vector<Projection<S>> all;
  for (int i = 0; i < reader.call.integer(Int::Projections); ++i)
    all.push_back(projectionOf(reader, features, In::Weight, In::Bias, In::Gain, In::Shift, i));
  return all;
}

int64_t featuresOf(const Array& x) {
  if (x.rank() < 1) throw std::invalid_argument("x must have a dimension at least");
  return x.shape()[x.rank() - 1];
}

template <class S>
void forward(const Call& call) {
  Reader<S> reader(call);
  const Array x = call.input(In::X);
  const auto all = projections(reader, featuresOf(x));
  std::vector<RowsView<S>> y;
  for (std::size_t i = 0; i < all.size(); ++i)
    y.push_back(rowsLike<S>(x, reader.checked(op::projection::Out::Y, static_cast<int>(i)), all[i].width));
  project<S>(lastAxis<const S>(x), call.flag(Flag::LayerNorm), call.number(Num::Eps), all, y);
}

template <class S>
void backward(const Call& call) {
  Reader<S> reader(call);
  const Array x = call.input(In::X);
  const int64_t features = featuresOf(x);
  const auto all = projections(reader, features);
  std::vector<RowsView<const S>> gradY;
  std::vector<ProjectionGradient<Compute<S>>> gradients;
  for (int i = 0; i < static_cast<int>(all.size()); ++i) {
    gradY.push_back(rowsLike<const S>(x, call.input(In::GradientOfProjection, i), all[i].width));
    gradients.push_back(gradientOf(reader, all[i], features, Out::GradientOfWeight, Out::GradientOfBias,
                                   Out::GradientOfGain, Out::GradientOfShift, i));
  }
  projectBackward<S>(lastAxis<const S>(x), call.flag(Flag::LayerNorm), call.number(Num::Eps), all, gradY,
                     rowsLike<S>(x, reader.checked(Out::GradientOfX), features), gradients);
  reader.finish();
}

}  // namespace

void addProjection(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::projection::kDeclaration, DL4JHOPFIELD_TYPED(forward)));
  ops.push_back(new Op(op::projection_bp::kDeclaration, DL4JHOPFIELD_TYPED(backward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
