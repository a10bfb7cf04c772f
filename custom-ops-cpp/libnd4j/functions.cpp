// GELU, normalisations, conjugates and sequential k-subsets as libnd4j ops.
#include "dl4jhopfield/fenchel_young.h"
#include "dl4jhopfield/gelu.h"
#include "dl4jhopfield/layer_norm.h"
#include "dl4jhopfield/sequential_k_subsets.h"
#include "codes.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

/// A vector input as dense numbers; empty where the call has none.
template <class S, class In>
std::vector<S> vectorOf(const Call& call, In input, int64_t length) {
  if (!call.has(input)) return {};
  const Array a = call.input(input);
  if (a.rank() != 1 || a.shape()[0] != length)
    throw std::invalid_argument("gain and bias must be vectors of the row length of x");
  return numbersOf<S, S>(a);
}

template <class S>
void layerNormForward(const Call& call) {
  using In = op::layer_norm::In;
  RowReader<S> a(call, In::X);
  const auto x = a.rows(In::X);
  const std::vector<S> gain = vectorOf<S>(call, In::Gain, x.length), bias = vectorOf<S>(call, In::Bias, x.length);
  const bool affine = call.has(In::Gain);
  layerNorm<S>(x, affine ? gain.data() : nullptr, affine ? bias.data() : nullptr, call.number(op::layer_norm::Num::Eps),
               a.output(op::layer_norm::Out::Y));
}

template <class S>
void layerNormBack(const Call& call) {
  using In = op::layer_norm_bp::In;
  using Out = op::layer_norm_bp::Out;
  RowReader<S> a(call, In::X);
  const auto x = a.rows(In::X);
  const bool affine = call.has(In::Gain);
  const std::vector<S> gain = vectorOf<S>(call, In::Gain, x.length);
  std::vector<double> gradGain(affine ? x.length : 0), gradBias(affine ? x.length : 0);
  layerNormBackward<S>(x, affine ? gain.data() : nullptr, call.number(op::layer_norm::Num::Eps),
                       a.rows(In::GradientOfY), a.output(Out::GradientOfX), affine ? gradGain.data() : nullptr,
                       affine ? gradBias.data() : nullptr);
  if (!affine) return;
  a.write(Out::GradientOfGain, gradGain);
  a.write(Out::GradientOfBias, gradBias);
}

template <class S>
void conjugateForward(const Call& call) {
  using In = op::conjugate::In;
  using Int = op::conjugate::Int;
  using Num = op::conjugate::Num;
  RowReader<S> a(call, In::X);
  std::vector<double> perRow(a.count());
  conjugate<S>(conjugateKindOf(call.integer(Int::Separation), call.integer(Int::AtMost) != 0),
               RowScalars<S>(call.number(Num::AlphaPOrK)), a.rows(In::X), a.maskRows(In::Mask),
               RowScalars<S>(call.number(Num::Beta)), a.output(op::conjugate::Out::Y), perRow.data());
  a.sumTo(op::conjugate::Out::Value, perRow);
}

/// x, edges, mask of a sequential call.
template <class S>
struct Chain {
  RowReader<S> a;
  RowsView<const S> x, edges;
  MaskView mask;
  Shape edgeShape;

  template <class In>
  Chain(const Call& call, In scores, In edgeScores, In maskInput)
      : a(call, scores), x(a.rows(scores)), edgeShape(a.shape()) {
    edgeShape[a.axis()] = x.length > 0 ? x.length - 1 : 0;
    if (x.length > 1) edges = a.broadcast(edgeScores, edgeShape, "edge scores");
    mask = a.maskRows(maskInput);
  }
};

template <class S>
void sequential(const Call& call) {
  using In = op::sequential_k_subsets::In;
  Chain<S> chain(call, In::X, In::EdgeScores, In::Mask);
  sequentialKSubsets<S>(chain.x, chain.edges, chain.mask, RowScalars<S>(call.number(op::sequential_k_subsets::Num::K)),
                        call.integer(op::sequential_k_subsets::Int::AtMost) != 0,
                        chain.a.output(op::sequential_k_subsets::Out::Y));
}

template <class S>
void sequentialBackward(const Call& call) {
  using In = op::sequential_k_subsets_bp::In;
  using Out = op::sequential_k_subsets_bp::Out;
  Chain<S> chain(call, In::X, In::EdgeScores, In::Mask);
  const int64_t n = chain.x.length, rows = chain.x.rows();
  const int64_t couplings = n > 1 ? n - 1 : 0;
  std::vector<S> full(rows * couplings);
  RowsView<S> gradEdges;
  gradEdges.data = full.data();
  gradEdges.length = couplings;
  gradEdges.outerRank = chain.x.outerRank;
  int64_t stride = couplings;
  for (int i = chain.x.outerRank - 1; i >= 0; --i) {
    gradEdges.shape[i] = chain.x.shape[i];
    gradEdges.strides[i] = stride;
    stride *= chain.x.shape[i];
  }
  sequentialKSubsetsBackward<S>(chain.x, chain.edges, chain.mask,
                                RowScalars<S>(call.number(op::sequential_k_subsets::Num::K)),
                                call.integer(op::sequential_k_subsets::Int::AtMost) != 0, chain.a.rows(In::GradientOfY),
                                chain.a.output(Out::GradientOfX), gradEdges);
  // Sums over what the edge scores are broadcast over.
  const Array out = chain.a.checked(Out::GradientOfEdgeScores);
  std::vector<double> sums(out.length(), 0.0);
  if (n > 1 && out.length() > 0) {
    const Shape strides =
        broadcastStrides(shapeOf(out), denseStrides(out), chain.edgeShape, "the gradient of edge scores");
    const RowsView<double> sum = chain.a.view(sums.data(), strides, couplings);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t i = 0; i < couplings; ++i) sum.row(r)[i * sum.stride] += Stored<S>::load(&full[r * couplings + i]);
  }
  chain.a.write(Out::GradientOfEdgeScores, sums);
}

template <class S>
void geluForward(const Call& call) {
  RowReader<S> a(call, op::gelu::In::X);
  gelu<S>(a.rows(op::gelu::In::X), call.flag(op::gelu::Flag::TanhForm), a.output(op::gelu::Out::Y));
}
template <class S>
void geluBack(const Call& call) {
  using In = op::gelu_bp::In;
  RowReader<S> a(call, In::X);
  geluBackward<S>(a.rows(In::X), a.rows(In::GradientOfY), call.flag(op::gelu::Flag::TanhForm),
                  a.output(op::gelu_bp::Out::GradientOfX));
}
template <class S>
void l2Forward(const Call& call) {
  RowReader<S> a(call, op::l2_normalize::In::X);
  l2Normalize<S>(a.rows(op::l2_normalize::In::X), call.number(op::l2_normalize::Num::Eps),
                 a.output(op::l2_normalize::Out::Y));
}
template <class S>
void l2Back(const Call& call) {
  using In = op::l2_normalize_bp::In;
  RowReader<S> a(call, In::X);
  l2NormalizeBackward<S>(a.rows(In::X), call.number(op::l2_normalize::Num::Eps), a.rows(In::GradientOfY),
                         a.output(op::l2_normalize_bp::Out::GradientOfX));
}

}  // namespace

void addFunctions(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::gelu::kDeclaration, DL4JHOPFIELD_TYPED(geluForward)));
  ops.push_back(new Op(op::gelu_bp::kDeclaration, DL4JHOPFIELD_TYPED(geluBack)));
  ops.push_back(new Op(op::l2_normalize::kDeclaration, DL4JHOPFIELD_TYPED(l2Forward)));
  ops.push_back(new Op(op::l2_normalize_bp::kDeclaration, DL4JHOPFIELD_TYPED(l2Back)));
  ops.push_back(new Op(op::layer_norm::kDeclaration, DL4JHOPFIELD_TYPED(layerNormForward)));
  ops.push_back(new Op(op::layer_norm_bp::kDeclaration, DL4JHOPFIELD_TYPED(layerNormBack)));
  ops.push_back(new Op(op::conjugate::kDeclaration, DL4JHOPFIELD_TYPED(conjugateForward)));
  ops.push_back(new Op(op::sequential_k_subsets::kDeclaration, DL4JHOPFIELD_TYPED(sequential)));
  ops.push_back(new Op(op::sequential_k_subsets_bp::kDeclaration, DL4JHOPFIELD_TYPED(sequentialBackward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
