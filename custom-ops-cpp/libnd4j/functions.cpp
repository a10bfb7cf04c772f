// GELU, normalisations, conjugates and sequential k-subsets as libnd4j ops; arguments as in the classes of the same names in
// io.github.dl4jhopfield.ops.internal.
#include "dl4jhopfield/fenchel_young.h"
#include "dl4jhopfield/gelu.h"
#include "dl4jhopfield/layer_norm.h"
#include "dl4jhopfield/sequential_k_subsets.h"
#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

std::vector<int> like0(const std::vector<int>&) { return {0}; }

/// A vector input as dense numbers.
template <class S>
std::vector<S> vectorOf(const Array& a, int64_t length, const Array& scores, const char* name) {
  if (a.rank() != 1 || a.shape()[0] != length || a.type() != scores.type())
    throw std::invalid_argument(std::string(name) + " must be a vector of the type and row length of x");
  std::vector<S> values(length);
  for (int64_t i = 0; i < length; ++i) values[i] = static_cast<const S*>(a.data)[i * a.strides()[0]];
  return values;
}

template <class S>
void layerNormForward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const auto x = a.rows(0);
  std::vector<S> gain, bias;
  if (call.flag(0)) {
    gain = vectorOf<S>(call.input(1), x.length, call.input(0), "gain");
    bias = vectorOf<S>(call.input(2), x.length, call.input(0), "bias");
  }
  layerNorm<S>(x, call.flag(0) ? gain.data() : nullptr, call.flag(0) ? bias.data() : nullptr, call.tArg(0),
               a.output(call.outputs[0]));
}

template <class S>
void layerNormBack(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const auto x = a.rows(0);
  const bool affine = call.flag(0);
  std::vector<S> gain;
  if (affine) gain = vectorOf<S>(call.input(2), x.length, call.input(0), "gain");
  std::vector<double> gradGain(affine ? x.length : 0), gradBias(affine ? x.length : 0);
  layerNormBackward<S>(x, affine ? gain.data() : nullptr, call.tArg(0), a.rows(1), a.output(call.outputs[0]),
                       affine ? gradGain.data() : nullptr, affine ? gradBias.data() : nullptr);
  for (int o = 1; affine && o < 3; ++o) {
    const Array out(call.outputs[o]);
    if (out.rank() != 1 || out.shape()[0] != x.length || out.type() != call.input(0).type())
      throw std::invalid_argument("the gradient of a vector must be like it");
    for (int64_t i = 0; i < x.length; ++i)
      Arguments<S>::store(static_cast<S*>(out.data) + i * out.strides()[0], o == 1 ? gradGain[i] : gradBias[i]);
  }
}

std::vector<int> layerNormGradients(const std::vector<int>& iArgs) {
  if (iArgs.size() > 1 && (iArgs[1] & 1)) return {0, 2, 2};
  return {0};
}

SeparationKind kindOf(const Call& call) {
  switch (call.iArg(2)) {
    case 0: return SeparationKind::Softmax;
    case 1: return SeparationKind::Sparsemax;
    case 2: return SeparationKind::Entmax15;
    case 3:
    case 4: return SeparationKind::Entmax;
    case 5: return SeparationKind::Normmax;
    case 6: return call.iArg(3) != 0 ? SeparationKind::KSubsetsAtMost : SeparationKind::KSubsets;
    default: throw std::invalid_argument("the kind of separation must be 0 to 6");
  }
}

template <class S>
void conjugateForward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const MaskView mask = call.flag(0) ? a.mask(1) : MaskView();
  std::vector<double> perRow(a.rows());
  conjugate<S>(kindOf(call), RowScalars<S>(call.tArg(1)), a.rows(0), mask, RowScalars<S>(call.tArg(0)),
               a.output(call.outputs[1]), perRow.data());
  a.sumTo(call.outputs[0], perRow);
}

/// x, edges, mask of a sequential call.
template <class S>
struct Chain {
  Arguments<S> a;
  RowsView<const S> x, edges;
  MaskView mask;
  std::vector<int64_t> edgeStrides;
  std::vector<long long> edgeShape;

  Chain(const Call& call, int maskIndex) : a(call.block, call.input(0), call.axis()), x(a.rows(0)) {
    const Array scores = call.input(0), e = call.input(1);
    if (e.type() != scores.type()) throw std::invalid_argument("edge scores must have the type of x");
    edgeShape.assign(scores.shape(), scores.shape() + scores.rank());
    edgeShape[a.axis()] = x.length > 0 ? x.length - 1 : 0;
    if (x.length > 1) {
      edgeStrides = broadcastStrides(e, scores.rank(), edgeShape.data(), a.axis(), false, "edge scores");
      edges = x;
      edges.data = static_cast<const S*>(e.data);
      edges.length = x.length - 1;
      edges.stride = edgeStrides[a.axis()];
      for (int i = 0, j = 0; i < scores.rank(); ++i)
        if (i != a.axis()) edges.strides[j++] = edgeStrides[i];
    }
    if (call.flag(0)) mask = a.mask(maskIndex);
  }
};

template <class S>
void sequential(const Call& call) {
  Chain<S> chain(call, 2);
  sequentialKSubsets<S>(chain.x, chain.edges, chain.mask, RowScalars<S>(call.tArg(0)), call.iArg(2) != 0,
                        chain.a.output(call.outputs[0]));
}

template <class S>
void sequentialBackward(const Call& call) {
  Chain<S> chain(call, 3);
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
  sequentialKSubsetsBackward<S>(chain.x, chain.edges, chain.mask, RowScalars<S>(call.tArg(0)), call.iArg(2) != 0,
                                chain.a.rows(2), chain.a.output(call.outputs[0]), gradEdges);
  // Sums over what the edge scores are broadcast over.
  const Array out(call.outputs[1]);
  if (out.type() != call.input(0).type()) throw std::invalid_argument("the gradient of edge scores must be like them");
  const std::vector<int64_t> own = out.length() == 0 || n < 2
      ? std::vector<int64_t>()
      : broadcastStrides(out, call.input(0).rank(), chain.edgeShape.data(), chain.a.axis(), false, "edge gradient");
  S* target = static_cast<S*>(out.data);
  int64_t extent = 1;
  for (int i = 0; i < out.rank(); ++i) extent += (out.shape()[i] - 1) * out.strides()[i];
  std::vector<double> sums(extent, 0.0);
  std::vector<char> used(extent, own.empty() ? 1 : 0);
  if (!own.empty()) {
    RowsView<S> at = chain.a.output(call.outputs[0]);
    for (int i = 0, j = 0; i < call.input(0).rank(); ++i)
      if (i != chain.a.axis()) at.strides[j++] = own[i];
    at.data = target;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t start = at.row(r) - target;
      for (int64_t i = 0; i < couplings; ++i) {
        const int64_t offset = start + i * own[chain.a.axis()];
        if (offset < 0 || offset >= extent) throw std::invalid_argument("the gradient of edge scores must lie in one piece");
        sums[offset] += Arguments<S>::load(&full[r * couplings + i]);
        used[offset] = 1;
      }
    }
  }
  for (int64_t i = 0; i < extent; ++i)
    if (used[i]) Arguments<S>::store(target + i, sums[i]);
}

}  // namespace

#define TYPED(function) [](const Call& call) { withType(call.input(0), [&](auto s) { function<decltype(s)>(call); }); }

template <class S>
void geluForward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  gelu<S>(a.rows(0), call.iArg(1) != 0, a.output(call.outputs[0]));
}
template <class S>
void geluBack(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  geluBackward<S>(a.rows(0), a.rows(1), call.iArg(1) != 0, a.output(call.outputs[0]));
}
template <class S>
void l2Forward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  l2Normalize<S>(a.rows(0), call.tArg(0), a.output(call.outputs[0]));
}
template <class S>
void l2Back(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  l2NormalizeBackward<S>(a.rows(0), call.tArg(0), a.rows(1), a.output(call.outputs[0]));
}

void addFunctions(std::vector<Op*>& ops) {
  ops.push_back(new Op("hopfield_gelu", TYPED(geluForward), like0));
  ops.push_back(new Op("hopfield_gelu_bp", TYPED(geluBack), like0));
  ops.push_back(new Op("hopfield_l2_normalize", TYPED(l2Forward), like0));
  ops.push_back(new Op("hopfield_l2_normalize_bp", TYPED(l2Back), like0));
  ops.push_back(new Op("hopfield_layer_norm", TYPED(layerNormForward), like0));
  ops.push_back(new Op("hopfield_layer_norm_bp", TYPED(layerNormBack), layerNormGradients));
  ops.push_back(new Op("hopfield_conjugate", TYPED(conjugateForward),
                       [](const std::vector<int>&) { return std::vector<int>{kOneARow, 0}; }));
  ops.push_back(new Op("hopfield_sequential_k_subsets", TYPED(sequential), like0));
  ops.push_back(new Op("hopfield_sequential_k_subsets_bp", TYPED(sequentialBackward),
                       [](const std::vector<int>&) { return std::vector<int>{0, 1}; }));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
