// The sequence embedding as a libnd4j op.
#include "dl4jhopfield/sequence_embedding.h"

#include <algorithm>

#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

using In = op::sequence_embedding_bp::In;  // begins with the inputs of the forward op
using Out = op::sequence_embedding_bp::Out;

/// Residue codes of any number type as bytes; what is no residue becomes padding.
std::vector<uint8_t> codesOf(const Array& a) {
  std::vector<uint8_t> codes;
  codes.reserve(a.length());
  const auto copy = [&](auto type) {
    const auto* from = a.host<const decltype(type)>();
    eachElement(a, [&](int64_t at) {
      const auto value = from[at];
      codes.push_back(value >= 0 && value < kResidues ? static_cast<uint8_t>(value) : uint8_t(255));
    });
  };
  switch (a.type()) {
    case sd::DataType::Float32:
      copy(float{});
      break;
    case sd::DataType::Double:
      copy(double{});
      break;
    case sd::DataType::Int32:
      copy(int32_t{});
      break;
    case sd::DataType::Int64:
      copy(int64_t{});
      break;
    case sd::DataType::Int16:
      copy(int16_t{});
      break;
    case sd::DataType::Int8:
      copy(int8_t{});
      break;
    case sd::DataType::UInt8:
      copy(uint8_t{});
      break;
    default:
      throw std::invalid_argument("residues must be double, float, int8, uint8, int16, int32 or int64");
  }
  return codes;
}

template <class S>
struct Request {
  using C = Compute<S>;
  Reader<S> reader;
  std::vector<uint8_t> codes;
  SequenceEmbedding<C> in;

  explicit Request(const Call& call) : reader(call) {
    const Array w = call.input(In::Weight), r = call.input(In::Residues);
    in.positionFeatures = call.flag(op::sequence_embedding::Flag::PositionFeatures);
    in.extent = call.integer(op::sequence_embedding::Int::Extent);
    if (w.rank() != 3 || w.shape()[1] != in.features() || r.rank() != 2)
      throw std::invalid_argument("weight must be [kernel, 20 or 23, channels], residues [sequences, width]");
    in.kernel = w.shape()[0];
    in.channels = w.shape()[2];
    in.sequences = r.shape()[0];
    in.width = r.shape()[1];
    in.weight = reader.dense(In::Weight, w.length());
    in.bias = reader.dense(In::Bias, in.channels);
    const bool bytes = r.type() == sd::DataType::Int8 || r.type() == sd::DataType::UInt8;
    if (bytes && isDense(r)) {
      in.residues = r.kernel<const uint8_t>();
    } else {
      codes = codesOf(r);
      in.residues = codes.data();
    }
    if (call.has(In::Scale)) in.scale = reader.dense(In::Scale, in.sequences);
  }
};

template <class S>
void forward(const Call& call) {
  Request<S> r(call);
  sequenceEmbedding(r.in, r.reader.denseOutput(op::sequence_embedding::Out::Out, r.in.sequences * r.in.channels));
  r.reader.finish();
}

template <class S>
void backward(const Call& call) {
  Request<S> r(call);
  const auto* gradient = r.reader.dense(In::Gradient, r.in.sequences * r.in.channels);
  auto* weight = r.reader.denseOutput(Out::GradientOfWeight, call.input(In::Weight).length());
  sequenceEmbeddingBackward(r.in, gradient, weight, r.reader.denseOutput(Out::GradientOfBias, r.in.channels));
  r.reader.finish();
}

}  // namespace

void addSequenceEmbedding(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::sequence_embedding::kDeclaration, DL4JHOPFIELD_TYPED(forward)));
  ops.push_back(new Op(op::sequence_embedding_bp::kDeclaration, DL4JHOPFIELD_TYPED(backward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
