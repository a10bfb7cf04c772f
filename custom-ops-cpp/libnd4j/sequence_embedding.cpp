// The sequence embedding as a libnd4j op; arguments as in io.github.dl4jhopfield.ops.internal.SequenceEmbedding.
#include "dl4jhopfield/sequence_embedding.h"

#include <algorithm>

#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

enum Flag { kPositions, kScale };
enum IArg { kExtent = 2 };
enum Input { kWeight, kBias, kResidueCodes, kScaleFactors };

int inputs(const Call& call) { return call.flag(kScale) ? 4 : 3; }

/// Residue codes of any number type as bytes; what is no residue becomes padding.
std::vector<uint8_t> codesOf(const Array& a) {
  std::vector<uint8_t> codes;
  codes.reserve(a.length());
  const auto copy = [&](auto type) {
    const auto* from = static_cast<const decltype(type)*>(a.data);
    eachElement(a, [&](int64_t at) {
      const auto value = from[at];
      codes.push_back(value >= 0 && value < kResidues ? static_cast<uint8_t>(value) : uint8_t(255));
    });
  };
  switch (a.type()) {
    case sd::DataType::Float32: copy(float{}); break;
    case sd::DataType::Double: copy(double{}); break;
    case sd::DataType::Int32: copy(int32_t{}); break;
    case sd::DataType::Int64: copy(int64_t{}); break;
    case sd::DataType::Int16: copy(int16_t{}); break;
    case sd::DataType::Int8: copy(int8_t{}); break;
    case sd::DataType::UInt8: copy(uint8_t{}); break;
    default: throw std::invalid_argument("residues must be double, float, int8, uint8, int16, int32 or int64");
  }
  return codes;
}

template <class S>
struct Request {
  using C = Compute<S>;
  std::vector<uint8_t> codes;
  std::vector<C> weight, bias, scale;
  SequenceEmbedding<C> in;

  explicit Request(const Call& call) {
    const Array w = call.input(kWeight), b = call.input(kBias), r = call.input(kResidueCodes);
    in.positionFeatures = call.flag(kPositions);
    in.extent = call.iArg(kExtent);
    if (w.rank() != 3 || w.shape()[1] != in.features() || r.rank() != 2)
      throw std::invalid_argument("weight must be [kernel, 20 or 23, channels], residues [sequences, width]");
    in.kernel = w.shape()[0];
    in.channels = w.shape()[2];
    in.sequences = r.shape()[0];
    in.width = r.shape()[1];
    if (b.type() != w.type() || b.length() != in.channels) throw std::invalid_argument("bias must have a number for each channel");
    weight = numbersOf<S>(w);
    bias = numbersOf<S>(b);
    in.weight = weight.data();
    in.bias = bias.data();
    const bool bytes = r.type() == sd::DataType::Int8 || r.type() == sd::DataType::UInt8;
    if (bytes && isDense(r)) {
      in.residues = static_cast<const uint8_t*>(r.data);
    } else {
      codes = codesOf(r);
      in.residues = codes.data();
    }
    if (!call.flag(kScale)) return;
    const Array s = call.input(kScaleFactors);
    if (s.type() != w.type() || s.length() != in.sequences) throw std::invalid_argument("scale must have a number for each sequence");
    scale = numbersOf<S>(s);
    in.scale = scale.data();
  }
  Request(const Request&) = delete;
};

template <class S>
void forward(const Call& call) {
  const Request<S> r(call);
  const Array out(call.outputs[0]);
  if (out.type() != Arguments<S>::typeId() || out.rank() != 2 || out.shape()[0] != r.in.sequences || out.shape()[1] != r.in.channels)
    throw std::invalid_argument("the output must be [sequences, channels] of the weight's type");
  if (std::is_same_v<S, Compute<S>> && isDense(out)) return sequenceEmbedding(r.in, static_cast<Compute<S>*>(out.data));
  std::vector<Compute<S>> y(out.length());
  sequenceEmbedding(r.in, y.data());
  storeNumbers<S>(out, y.data());
}

template <class S>
void backward(const Call& call) {
  const Request<S> r(call);
  const Array g = call.input(inputs(call));
  const Array gradWeight(call.outputs[0]), gradBias(call.outputs[1]);
  if (g.type() != Arguments<S>::typeId() || g.length() != r.in.sequences * r.in.channels)
    throw std::invalid_argument("the gradient must be like the output");
  if (shapeOf(gradWeight) != shapeOf(call.input(kWeight)) || gradBias.length() != r.in.channels)
    throw std::invalid_argument("gradients must be like weight and bias");
  const auto gradient = numbersOf<S>(g);
  std::vector<Compute<S>> weight(gradWeight.length()), bias(gradBias.length());
  sequenceEmbeddingBackward(r.in, gradient.data(), weight.data(), bias.data());
  storeNumbers<S>(gradWeight, weight.data());
  storeNumbers<S>(gradBias, bias.data());
}

class SequenceEmbeddingOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context&) override {
    const long long *w = inputs->at(kWeight), *r = inputs->at(kResidueCodes);
    if (w[0] != 3 || r[0] != 2) throw std::invalid_argument("weight must have rank 3, residues rank 2");
    const long long shape[] = {r[1], w[3]};
    auto* result = new sd::ShapeList();
    result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(typeOf(w), 'c', 2, shape));
    return result;
  }
};

}  // namespace

void addSequenceEmbedding(std::vector<Op*>& ops) {
  ops.push_back(new SequenceEmbeddingOp(
      "hopfield_sequence_embedding",
      [](const Call& call) { withType(call.input(0), [&](auto s) { forward<decltype(s)>(call); }); },
      [](const std::vector<int>&) { return std::vector<int>{kWeight}; }));
  ops.push_back(new Op(
      "hopfield_sequence_embedding_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { backward<decltype(s)>(call); }); },
      [](const std::vector<int>&) { return std::vector<int>{kWeight, kBias}; }));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
