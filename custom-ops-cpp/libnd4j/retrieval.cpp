// Retrieval from a memory of any size as a libnd4j op; arguments as in io.github.dl4jhopfield.ops.internal.Retrieve.
#include "dl4jhopfield/association_retrieval.h"

#include "op.h"
#include "separation_kind.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

constexpr int kValues = 0;
enum IArg { kFlags = 1, kSeparation, kAtMost, kTopK, kBlocks };

/// A matrix whose rows are contiguous.
Array matrix(const Call& call, int input, int64_t width, const char* name) {
  const Array a = call.input(input);
  if (a.rank() != 2 || (width >= 0 && a.shape()[1] != width) || (a.shape()[1] > 1 && a.strides()[1] != 1))
    throw std::invalid_argument(std::string(name) + " must be a matrix of fitting width with contiguous rows");
  return a;
}

template <class T>
void run(const Call& call) {
  const Array queries = matrix(call, 0, -1, "queries");
  const int blockCount = call.iArg(kBlocks);
  RetrievalOptions o;
  o.queries = queries.shape()[0];
  o.width = queries.shape()[1];
  o.separation = separationOf(call.iArg(kSeparation));
  o.beta = call.tArg(0);
  o.alpha = o.k = call.tArg(1);
  o.atMost = call.iArg(kAtMost) != 0;
  o.topK = call.iArg(kTopK);
  std::vector<PatternBlock<T>> blocks;
  o.valueWidth = -1;
  for (int i = 0; i < blockCount; ++i) {
    const Array keys = matrix(call, 1 + i, o.width, "keys");
    PatternBlock<T> block;
    block.half = keys.type() == sd::DataType::Half;
    if (!block.half && keys.type() != queries.type()) throw std::invalid_argument("keys must be half or like the queries");
    block.keys = keys.data;
    block.rows = keys.shape()[0];
    block.keyStride = keys.strides()[0];
    int64_t width = o.width;
    if (call.flag(kValues)) {
      const Array values = matrix(call, 1 + blockCount + i, -1, "values");
      if (values.type() != keys.type() || values.shape()[0] != block.rows)
        throw std::invalid_argument("values must have the type and rows of their keys");
      block.values = values.data;
      block.valueStride = values.strides()[0];
      width = values.shape()[1];
    }
    if (o.valueWidth >= 0 && width != o.valueWidth) throw std::invalid_argument("values must have one width");
    o.valueWidth = width;
    blocks.push_back(block);
  }
  if (o.valueWidth < 0) throw std::invalid_argument("there must be at least one block of patterns");
  RetrievalResults<T> r;
  const auto output = [&](std::size_t i, int64_t length) {
    const Array a(call.outputs.at(i));
    if (!isDense(a) || a.length() != length) throw std::invalid_argument("an output is not dense or has a wrong length");
    return a.data;
  };
  r.out = static_cast<T*>(output(0, o.queries * o.valueWidth));
  r.logSumExp = static_cast<T*>(output(1, o.queries));
  r.support = static_cast<int64_t*>(output(2, o.queries));
  if (o.topK > 0) {
    r.topIndex = static_cast<int64_t*>(output(3, o.queries * o.topK));
    r.topScore = static_cast<T*>(output(4, o.queries * o.topK));
    r.topWeight = static_cast<T*>(output(5, o.queries * o.topK));
  }
  retrieve<T>(o, static_cast<const T*>(queries.data), queries.strides()[0], blocks.data(),
              static_cast<int64_t>(blocks.size()), r);
}

std::vector<int> outputs(const std::vector<int>& iArgs) {
  return std::vector<int>(iArgs.size() > kTopK && iArgs[kTopK] > 0 ? 6 : 3, 0);
}

class RetrieveOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const auto& iArgs = *block.getIArguments();
    const long long n = dimensionOf(inputs->at(0), 0), topK = argumentOf(iArgs, kTopK);
    const bool values = argumentOf(iArgs, kFlags) >> kValues & 1;
    const long long width = dimensionOf(inputs->at(values ? 1 + argumentOf(iArgs, kBlocks) : 0), 1);
    const sd::DataType type = typeOf(inputs->at(0));
    auto* result = new sd::ShapeList();
    const auto add = [&](sd::DataType t, std::vector<long long> shape) {
      result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(
          t, 'c', static_cast<int>(shape.size()), shape.data()));
    };
    add(type, {n, width});
    add(type, {n});
    add(sd::DataType::Int64, {n});
    if (topK > 0) {
      add(sd::DataType::Int64, {n, topK});
      add(type, {n, topK});
      add(type, {n, topK});
    }
    return result;
  }
};

}  // namespace

void addRetrieval(std::vector<Op*>& ops) {
  ops.push_back(new RetrieveOp(
      "hopfield_retrieve",
      [](const Call& call) {
        switch (call.input(0).type()) {
          case sd::DataType::Float32: return run<float>(call);
          case sd::DataType::Double: return run<double>(call);
          default: throw std::invalid_argument("queries must be float or double");
        }
      },
      outputs));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
