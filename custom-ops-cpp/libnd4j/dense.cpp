// A dense layer as a libnd4j op; arguments as in io.github.dl4jhopfield.ops.internal.Dense.
#include "dl4jhopfield/dense.h"

#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

constexpr int kBias = 0;
enum IArg { kActivation = 2, kInner };

template <class S>
void run(const Call& call) {
  const Array x = call.input(0), w = call.input(1), out(call.outputs[0]);
  if (w.rank() != 2 || w.type() != x.type()) throw std::invalid_argument("W must be a matrix of the type of x");
  const int inner = call.iArg(kInner);
  if (inner < 1 || inner > 2 || inner > x.rank()) throw std::invalid_argument("1 or 2 dimensions of x can be the inputs");
  std::vector<int64_t> shape = shapeOf(x), strides = stridesOf(x);
  int64_t pieces = 1, pieceStride = 0;
  if (inner == 2) {
    pieces = shape[x.rank() - 2];
    pieceStride = strides[x.rank() - 2];
    shape.erase(shape.end() - 2);
    strides.erase(strides.end() - 2);
  }
  if (out.type() != x.type() || out.rank() != static_cast<int>(shape.size()))
    throw std::invalid_argument("y must have the type of x and its outer dimensions");
  const int activation = call.iArg(kActivation);
  if (activation < 0 || activation > 3) throw std::invalid_argument("the activation must be 0 to 3");
  std::vector<S> bias;
  if (call.flag(kBias)) {
    const Array b = call.input(2);
    if (b.length() != w.shape()[1] || b.type() != x.type()) throw std::invalid_argument("b must have a number for each column of W");
    bias = numbersOf<S, S>(b);
  }
  dense<S>(lastAxis<S>(x, shape, strides), lastAxis<S>(w), call.flag(kBias) ? bias.data() : nullptr,
           static_cast<DenseActivation>(activation), lastAxis<S>(out), pieces, pieceStride);
}

std::vector<int> oneOutput(const std::vector<int>&) { return {0}; }

class DenseOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const long long* x = inputs->at(0);
    std::vector<long long> shape(x + 1, x + 1 + x[0]);
    if (argumentOf(*block.getIArguments(), kInner) == 2 && !shape.empty()) shape.pop_back();
    if (shape.empty()) throw std::invalid_argument("1 or 2 dimensions of x can be the inputs");
    shape.back() = dimensionOf(inputs->at(1), 1);
    auto* result = new sd::ShapeList();
    result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(typeOf(x), 'c', static_cast<int>(shape.size()),
                                                                             shape.data()));
    return result;
  }
};

}  // namespace

void addDense(std::vector<Op*>& ops) {
  ops.push_back(new DenseOp(
      "hopfield_dense", [](const Call& call) { withType(call.input(0), [&](auto s) { run<decltype(s)>(call); }); }, oneOutput));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
