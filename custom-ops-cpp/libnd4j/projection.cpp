// Projections with a layer norm before them as libnd4j ops; arguments as in io.github.dl4jhopfield.ops.custom.Projection.
#include "dl4jhopfield/projection.h"

#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

/// Bits of the flags (integer argument 1); the number of projections is integer argument 2.
enum Flag { kNormalise, kBias, kAffine };
constexpr int kCount = 2;

/// Inputs of one projection, in order: weight, bias, gain and shift as far as the flags say.
int inputsOf(int flags) { return 1 + (flags >> kBias & 1) + 2 * (flags >> kAffine & 1); }

/// Weights where they lie, other parameters as dense numbers, and room for gradients like them.
template <class S>
class Parameters {
 public:
  using C = Compute<S>;

  explicit Parameters(const Call& call) : call_(call), length_(call.input(0).shape()[call.input(0).rank() - 1]) {
    const int count = call.iArg(kCount);
    if (count < 1) throw std::invalid_argument("at least one projection is needed");
    for (int i = 0, input = 1; i < count; ++i) {
      Projection<S> p;
      const Array weight = call.input(input++);
      if (weight.rank() != 2 || weight.shape()[0] != length_ || weight.type() != Arguments<S>::typeId())
        throw std::invalid_argument("weights must have the type of x and one row an element of a row of x");
      p.width = weight.shape()[1];
      p.weight = static_cast<const S*>(weight.data);
      p.weightRow = weight.strides()[0];
      p.weightStep = weight.strides()[1];
      if (call.flag(kBias)) p.bias = dense(input++, p.width);
      if (call.flag(kAffine)) {
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
      if (call_.flag(kBias)) g.bias = room(output++, p.width);
      if (call_.flag(kAffine)) {
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
  std::deque<std::vector<C>> values_;
  std::vector<std::pair<int, std::vector<C>*>> gradients_;
};

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
  Parameters<S> parameters(call);
  std::vector<RowsView<S>> y;
  for (std::size_t i = 0; i < parameters.projections.size(); ++i)
    y.push_back(rowsLike<S>(x, Array(call.outputs[i]), parameters.projections[i].width));
  project<S>(lastAxis<const S>(x), call.flag(kNormalise), call.tArg(0), parameters.projections, y);
}

template <class S>
void backward(const Call& call) {
  const Array x = call.input(0);
  Parameters<S> parameters(call);
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

  sd::ShapeList* calculateOutputShape(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const auto& iArgs = *block.getIArguments();
    const long long* x = inputs->at(0);
    std::vector<long long> shape(x + 1, x + 1 + x[0]);
    auto* result = new sd::ShapeList();
    for (std::size_t i = 0; i < outputs(iArgs).size(); ++i) {
      shape.back() = inputs->at(1 + static_cast<int>(i) * inputsOf(iArgs[1]))[2];
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
