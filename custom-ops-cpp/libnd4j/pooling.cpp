// Hopfield pooling as a libnd4j op.
#include "dl4jhopfield/pooling.h"

#include "codes.h"
#include "op.h"
#include "projection_parameters.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

using In = op::pooling_bp::In;  // begins with the inputs of the forward op
using Out = op::pooling_bp::Out;

/// A call of either op, read.
template <class S>
struct Request {
  using C = Compute<S>;
  Reader<S> reader;
  PoolingOptions options;
  PoolingInputs<S> in;
  int64_t features;

  explicit Request(const Call& call) : reader(call) {
    using Int = op::pooling::Int;
    using Num = op::pooling::Num;
    const Array x = call.input(In::X), q = call.input(In::Q);
    if (x.rank() != 3 || q.rank() != 4) throw std::invalid_argument("x must have rank 3, q rank 4");
    features = x.shape()[2];
    in.key = projectionOf(reader, features, In::KeyWeight, In::KeyBias, In::KeyGain, In::KeyShift);
    in.value = projectionOf(reader, features, In::ValueWeight, In::ValueBias, In::ValueGain, In::ValueShift);
    PoolingOptions& o = options;
    o.batch = x.shape()[0];
    o.stored = x.shape()[1];
    o.queries = q.shape()[1];
    o.heads = q.shape()[2];
    o.width = q.shape()[3];
    if (o.heads < 1 || in.value.width % o.heads != 0)
      throw std::invalid_argument("the value's weight does not split into heads");
    o.valueWidth = in.value.width / o.heads;
    o.normalise = call.flag(op::pooling::Flag::LayerNorm);
    o.eps = call.number(Num::Eps);
    o.beta = call.number(Num::Beta);
    o.parameter = call.number(Num::AlphaPOrK);
    o.atMost = call.integer(Int::AtMost) != 0;
    o.separation = separationOf(call.integer(Int::Separation));
    in.x = lastAxis<const S>(x);
    in.q = reader.dense(In::Q, q.length());
    in.qBatch = q.shape()[0];
    const Shape scores{o.batch, o.heads, o.queries, o.stored};
    if (call.has(In::Mask)) in.mask = Reader<S>::byHead(reader.mask(In::Mask), scores, false, "mask");
    if (call.has(In::Factor)) in.factor = Reader<S>::byHead(reader.computed(In::Factor), scores, false, "factor");
  }

  int64_t outLength() const { return options.batch * options.queries * options.heads * options.valueWidth; }
};

template <class S>
void forward(const Call& call) {
  Request<S> r(call);
  pool<S>(r.options, r.in, r.reader.denseOutput(op::pooling::Out::Out, r.outLength()));
  r.reader.finish();
}

template <class S>
void backward(const Call& call) {
  Request<S> r(call);
  const Array gradX = r.reader.checked(Out::GradientOfX);
  if (shapeOf(gradX) != shapeOf(call.input(In::X))) throw std::invalid_argument("the gradient of x must be like it");
  PoolingGradients<S> g;
  g.gradOut = r.reader.dense(In::Gradient, r.outLength());
  g.gradX = lastAxis<S>(gradX);
  g.gradQ = r.reader.denseOutput(Out::GradientOfQ, call.input(In::Q).length());
  g.key = gradientOf(r.reader, r.in.key, r.features, Out::GradientOfKeyWeight, Out::GradientOfKeyBias,
                     Out::GradientOfKeyGain, Out::GradientOfKeyShift);
  g.value = gradientOf(r.reader, r.in.value, r.features, Out::GradientOfValueWeight, Out::GradientOfValueBias,
                       Out::GradientOfValueGain, Out::GradientOfValueShift);
  poolBackward<S>(r.options, r.in, g);
  r.reader.finish();
}

}  // namespace

void addPooling(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::pooling::kDeclaration, DL4JHOPFIELD_TYPED(forward)));
  ops.push_back(new Op(op::pooling_bp::kDeclaration, DL4JHOPFIELD_TYPED(backward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
