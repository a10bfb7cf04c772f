// Hopfield pooling as a libnd4j op; arguments as in io.github.dl4jhopfield.ops.internal.Pooling.
#include "dl4jhopfield/pooling.h"

#include "op.h"
#include "projection_parameters.h"
#include "separation_kind.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

/// Bits of the flags (integer argument 1).
enum Flag { kNormalise, kBias, kAffine, kMask, kFactor };
enum IArg { kSeparation = 2, kAtMost };
enum TArg { kEps, kBeta, kParameter };
constexpr int kFirstParameter = 2;

/// x, q and the parameters of two projections; mask and factor follow.
int differentiable(int flags) {
  return kFirstParameter + 2 * inputsOfProjection(flags >> kBias & 1, flags >> kAffine & 1);
}

/// A call of either op, read.
template <class S>
class Request {
 public:
  using C = Compute<S>;

  explicit Request(const Call& call)
      : parameters(call, kFirstParameter, 2, call.flag(kBias), call.flag(kAffine)), call_(call) {
    const Array x = call.input(0), q = call.input(1);
    if (x.rank() != 3 || q.rank() != 4 || q.type() != x.type())
      throw std::invalid_argument("x must have rank 3, q rank 4 and its type");
    PoolingOptions& o = options;
    o.batch = x.shape()[0];
    o.stored = x.shape()[1];
    o.queries = q.shape()[1];
    o.heads = q.shape()[2];
    o.width = q.shape()[3];
    in.value = parameters.projections[1];
    if (o.heads < 1 || in.value.width % o.heads != 0) throw std::invalid_argument("the value's weight does not split into heads");
    o.valueWidth = in.value.width / o.heads;
    o.normalise = call.flag(kNormalise);
    o.eps = call.tArg(kEps);
    o.beta = call.tArg(kBeta);
    o.parameter = call.tArg(kParameter);
    o.atMost = call.iArg(kAtMost) != 0;
    o.separation = separationOf(call.iArg(kSeparation));
    in.key = parameters.projections[0];
    in.x = lastAxis<const S>(x);
    in.q = copies_.emplace_back(numbersOf<S>(q)).data();
    in.qBatch = q.shape()[0];
    int next = differentiable(call.iArg(1));
    if (call.flag(kMask)) readMask(call.input(next++));
    if (call.flag(kFactor)) readFactor(call.input(next));
  }
  Request(const Request&) = delete;

  Parameters<S> parameters;
  PoolingOptions options;
  PoolingInputs<S> in;

  /// Room for an output that is small.
  C* dense(int output, std::vector<long long> shape) {
    const Array a(call_.outputs[output]);
    if (a.type() != Arguments<S>::typeId() || std::vector<long long>(a.shape(), a.shape() + a.rank()) != shape)
      throw std::invalid_argument("an output does not have the type of x and the shape of the call");
    std::vector<C>& values = copies_.emplace_back(a.length());
    pending_.push_back({a, values.data()});
    return values.data();
  }
  const C* numbers(int input) {
    const Array a = call_.input(input);
    const PoolingOptions& o = options;
    if (a.type() != Arguments<S>::typeId() || a.length() != o.batch * o.queries * o.heads * o.valueWidth)
      throw std::invalid_argument("a gradient does not have the type of x and the shape of the output");
    return copies_.emplace_back(numbersOf<S>(a)).data();
  }
  void store() const {
    parameters.store();
    for (const auto& [array, values] : pending_) storeNumbers<S>(array, values);
  }

 private:
  /// [batch, heads, queries, stored], broadcast.
  template <class T>
  HeadView<const T> scores(const Array& a, const T* data, bool dense, const char* name) const {
    const PoolingOptions& o = options;
    const long long shape[] = {o.batch, o.heads, o.queries, o.stored};
    const auto strides = broadcastStrides(a, dense ? denseStrides(a) : stridesOf(a), 4, shape, 3, false, name);
    return {data, strides[0], strides[1], strides[2], strides[3]};
  }
  void readMask(const Array& mask) {
    const bool bytes = isByte(mask.type());
    const uint8_t* data = bytes ? static_cast<const uint8_t*>(mask.data) : bytes_.emplace_back(bytesOf(mask)).data();
    in.mask = scores<uint8_t>(mask, data, !bytes, "mask");
  }
  void readFactor(const Array& factor) {
    if (factor.type() != Arguments<S>::typeId()) throw std::invalid_argument("factor must have the type of x");
    constexpr bool there = std::is_same_v<S, C>;
    const C* data = there ? static_cast<const C*>(factor.data) : copies_.emplace_back(numbersOf<S>(factor)).data();
    in.factor = scores<C>(factor, data, !there, "factor");
  }

  const Call& call_;
  std::deque<std::vector<C>> copies_;
  std::deque<std::vector<uint8_t>> bytes_;
  std::vector<std::pair<Array, const C*>> pending_;
};

template <class S>
void forward(const Call& call) {
  Request<S> r(call);
  const PoolingOptions& o = r.options;
  pool<S>(o, r.in, r.dense(0, {o.batch, o.queries, o.heads, o.valueWidth}));
  r.store();
}

template <class S>
void backward(const Call& call) {
  Request<S> r(call);
  const PoolingOptions& o = r.options;
  const int inputs = differentiable(call.iArg(1));
  const Array gradX(call.outputs[0]);
  const std::vector<int64_t> shape = shapeOf(call.input(0));
  if (gradX.type() != Arguments<S>::typeId() || shapeOf(gradX) != shape)
    throw std::invalid_argument("the gradient of x must be like it");
  PoolingGradients<S> g;
  g.gradOut = r.numbers(inputs + (call.flag(kMask) ? 1 : 0) + (call.flag(kFactor) ? 1 : 0));
  g.gradX = lastAxis<S>(gradX);
  g.gradQ = r.dense(1, {r.in.qBatch, o.queries, o.heads, o.width});
  const auto gradients = r.parameters.gradients(kFirstParameter);
  g.key = gradients[0];
  g.value = gradients[1];
  poolBackward<S>(o, r.in, g);
  r.store();
}

std::vector<int> likeInputs(const std::vector<int>& iArgs) {
  std::vector<int> like(iArgs.size() > 1 ? differentiable(iArgs[1]) : 0);
  for (std::size_t i = 0; i < like.size(); ++i) like[i] = static_cast<int>(i);
  return like;
}

class PoolingOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const long long *x = inputs->at(0), *q = inputs->at(1);
    const int flags = argumentOf(*block.getIArguments(), 1);
    const long long* value = inputs->at(kFirstParameter + (differentiable(flags) - kFirstParameter) / 2);
    const long long heads = dimensionOf(q, 2);
    const std::vector<long long> shape{dimensionOf(x, 0), dimensionOf(q, 1), heads, dimensionOf(value, 1) / std::max(1LL, heads)};
    auto* result = new sd::ShapeList();
    result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(typeOf(x), 'c', 4, shape.data()));
    return result;
  }
};

}  // namespace

void addPooling(std::vector<Op*>& ops) {
  ops.push_back(new PoolingOp(
      "hopfield_pooling",
      [](const Call& call) { withType(call.input(0), [&](auto s) { forward<decltype(s)>(call); }); },
      [](const std::vector<int>&) { return std::vector<int>{0}; }));
  ops.push_back(new Op(
      "hopfield_pooling_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { backward<decltype(s)>(call); }); }, likeInputs));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
