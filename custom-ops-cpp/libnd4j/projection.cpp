// Projections with a layer norm before them as libnd4j ops; arguments as in io.github.dl4jhopfield.ops.internal.Projection.
#include "dl4jhopfield/projection.h"

#include "op.h"
#include "projection_parameters.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

/// Bits of the flags (integer argument 1); the number of projections is integer argument 2.
enum Flag { kNormalise, kBias, kAffine };
constexpr int kCount = 2;

int inputsOf(int flags) { return inputsOfProjection(flags >> kBias & 1, flags >> kAffine & 1); }

/// The rows of an array of as many as x has.
template <class T>
RowsView<T> rowsLike(const Array& x, const Array& a, int64_t length) {
  bool fits = a.rank() == x.rank() && a.type() == x.type() && a.shape()[a.rank() - 1] == length;
  for (int i = 0; fits && i + 1 < a.rank(); ++i) fits = a.shape()[i] == x.shape()[i];
  if (!fits) throw std::invalid_argument("an array does not have the type and rows of x and the width of its weights");
  return lastAxis<T>(a);
}

template <class S>
void forward(const Call& call) {
  const Array x = call.input(0);
  Parameters<S> parameters(call, 1, call.iArg(kCount), call.flag(kBias), call.flag(kAffine));
  std::vector<RowsView<S>> y;
  for (std::size_t i = 0; i < parameters.projections.size(); ++i)
    y.push_back(rowsLike<S>(x, Array(call.outputs[i]), parameters.projections[i].width));
  project<S>(lastAxis<const S>(x), call.flag(kNormalise), call.tArg(0), parameters.projections, y);
}

template <class S>
void backward(const Call& call) {
  const Array x = call.input(0);
  Parameters<S> parameters(call, 1, call.iArg(kCount), call.flag(kBias), call.flag(kAffine));
  const int first = 1 + call.iArg(kCount) * inputsOf(call.iArg(1));
  std::vector<RowsView<const S>> gradY;
  for (std::size_t i = 0; i < parameters.projections.size(); ++i)
    gradY.push_back(rowsLike<const S>(x, call.input(first + static_cast<int>(i)), parameters.projections[i].width));
  const std::vector<ProjectionGradient<Compute<S>>> gradients = parameters.gradients(1);
  projectBackward<S>(lastAxis<const S>(x), call.flag(kNormalise), call.tArg(0), parameters.projections, gradY,
                     rowsLike<S>(x, Array(call.outputs[0]), x.shape()[x.rank() - 1]), gradients);
  parameters.store();
}

std::vector<int> outputs(const std::vector<int>& iArgs) {
  return std::vector<int>(iArgs.size() > kCount ? std::max(0, iArgs[kCount]) : 0, 0);
}

std::vector<int> likeInputs(const std::vector<int>& iArgs) {
  const int n = iArgs.size() > kCount ? 1 + std::max(0, iArgs[kCount]) * inputsOf(iArgs[1]) : 0;
  std::vector<int> like(n);
  for (int i = 0; i < n; ++i) like[i] = i;
  return like;
}

class ProjectionOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const auto& iArgs = *block.getIArguments();
    const long long* x = inputs->at(0);
    std::vector<long long> shape(x + 1, x + 1 + x[0]);
    if (shape.empty()) throw std::invalid_argument("x must have rank 1 or more");
    auto* result = new sd::ShapeList();
    for (std::size_t i = 0; i < outputs(iArgs).size(); ++i) {
      shape.back() = dimensionOf(inputs->at(1 + static_cast<int>(i) * inputsOf(argumentOf(iArgs, 1))), 1);
      result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(typeOf(x), 'c', static_cast<int>(shape.size()),
                                                                               shape.data()));
    }
    return result;
  }
};

}  // namespace

void addProjection(std::vector<Op*>& ops) {
  ops.push_back(new ProjectionOp(
      "hopfield_projection",
      [](const Call& call) { withType(call.input(0), [&](auto s) { forward<decltype(s)>(call); }); }, outputs));
  ops.push_back(new Op(
      "hopfield_projection_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { backward<decltype(s)>(call); }); }, likeInputs));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
