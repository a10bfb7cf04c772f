// Retrieval from a memory of any size as a libnd4j op.
#include "dl4jhopfield/association_retrieval.h"

#include "codes.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

using In = op::retrieve::In;
using Out = op::retrieve::Out;

/// A matrix whose rows are contiguous.
Array matrix(const Array& a, int64_t width, const char* name) {
  if (a.rank() != 2 || (width >= 0 && a.shape()[1] != width) || (a.shape()[1] > 1 && a.strides()[1] != 1))
    throw std::invalid_argument(std::string(name) + " must be a matrix of fitting width with contiguous rows");
  return a;
}

template <class T>
T* dense(const Array& a, int64_t length) {
  if (!isDense(a) || a.length() != length) throw std::invalid_argument("an output is not dense or has a wrong length");
  return a.kernel<T>();
}

template <class T>
void run(const Call& call) {
  using Int = op::retrieve::Int;
  const Array queries = matrix(call.input(In::Queries), -1, "queries");
  RetrievalOptions o;
  o.queries = queries.shape()[0];
  o.width = queries.shape()[1];
  o.separation = separationOf(call.integer(Int::Separation));
  o.beta = call.number(op::retrieve::Num::Beta);
  o.alpha = o.k = call.number(op::retrieve::Num::AlphaPOrK);
  o.atMost = call.integer(Int::AtMost) != 0;
  o.topK = static_cast<int>(call.integer(Int::TopK));
  std::vector<PatternBlock<T>> blocks;
  o.valueWidth = -1;
  for (int i = 0; i < call.integer(Int::BlocksOfKeys); ++i) {
    const Array keys = matrix(call.input(In::KeysBlock, i), o.width, "keys");
    PatternBlock<T> block;
    block.half = keys.type() == sd::DataType::Half;
    block.keys = keys.kernel<void>();
    block.rows = keys.shape()[0];
    block.keyStride = keys.strides()[0];
    int64_t width = o.width;
    if (call.has(In::ValuesBlock)) {
      const Array values = matrix(call.input(In::ValuesBlock, i), -1, "values");
      if (values.type() != keys.type() || values.shape()[0] != block.rows)
        throw std::invalid_argument("values must have the type and rows of their keys");
      block.values = values.kernel<void>();
      block.valueStride = values.strides()[0];
      width = values.shape()[1];
    }
    if (o.valueWidth >= 0 && width != o.valueWidth) throw std::invalid_argument("values must have one width");
    o.valueWidth = width;
    blocks.push_back(block);
  }
  RetrievalResults<T> r;
  r.out = dense<T>(call.output(Out::Out), o.queries * o.valueWidth);
  r.logSumExp = dense<T>(call.output(Out::LogSumExp), o.queries);
  r.support = dense<int64_t>(call.output(Out::Support), o.queries);
  if (o.topK > 0) {
    r.topIndex = dense<int64_t>(call.output(Out::TopIndex), o.queries * o.topK);
    r.topScore = dense<T>(call.output(Out::TopScore), o.queries * o.topK);
    r.topWeight = dense<T>(call.output(Out::TopWeight), o.queries * o.topK);
  }
  retrieve<T>(o, queries.kernel<const T>(), queries.strides()[0], blocks.data(), static_cast<int64_t>(blocks.size()),
              r);
}

}  // namespace

void addRetrieval(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::retrieve::kDeclaration, [](const Call& call) {
    call.reference().type() == sd::DataType::Double ? run<double>(call) : run<float>(call);
  }));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
