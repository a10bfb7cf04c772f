// A dense layer as a libnd4j op.
#include "dl4jhopfield/dense.h"

#include "codes.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

template <class S>
void run(const Call& call) {
  using In = op::dense::In;
  using Int = op::dense::Int;
  const Reader<S> reader(call);
  const Array x = call.input(In::X), w = call.input(In::W), out = reader.checked(op::dense::Out::Y);
  if (w.rank() != 2) throw std::invalid_argument("W must be a matrix");
  const long long inner = call.integer(Int::InnerDimensions);
  if (inner > x.rank()) throw std::invalid_argument("x has too few dimensions");
  std::vector<int64_t> shape = shapeOf(x), strides = stridesOf(x);
  int64_t pieces = 1, pieceStride = 0;
  if (inner == 2) {
    pieces = shape[x.rank() - 2];
    pieceStride = strides[x.rank() - 2];
    shape.erase(shape.end() - 2);
    strides.erase(strides.end() - 2);
  }
  if (out.rank() != static_cast<int>(shape.size()))
    throw std::invalid_argument("y must have the outer dimensions of x");
  std::vector<S> bias;
  if (call.has(In::B)) {
    const Array b = call.input(In::B);
    if (b.length() != w.shape()[1]) throw std::invalid_argument("b must have a number for each column of W");
    bias = numbersOf<S, S>(b);
  }
  RowsView<const S> residual;
  if (call.has(In::Residual)) {
    const Array r = call.input(In::Residual);
    if (shapeOf(r) != shapeOf(out)) throw std::invalid_argument("the residual must have the shape of y");
    residual = lastAxis<const S>(r);
  }
  dense<S>(lastAxis<S>(x, shape, strides), lastAxis<S>(w), call.has(In::B) ? bias.data() : nullptr,
           activationOf(call.integer(Int::Activation)), lastAxis<S>(out), pieces, pieceStride, residual);
}

}  // namespace

void addDense(std::vector<Op*>& ops) { ops.push_back(new Op(op::dense::kDeclaration, DL4JHOPFIELD_TYPED(run))); }

}  // namespace nd4j
}  // namespace dl4jhopfield
