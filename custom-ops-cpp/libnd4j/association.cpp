// The fused Hopfield association as a libnd4j op.
#include "dl4jhopfield/association.h"

#include <algorithm>

#include "codes.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

using In = op::association_bp::In;  // begins with the inputs of the forward op
using Out = op::association::Out;
using BackOut = op::association_bp::Out;
using Flag = op::association::Flag;
using Int = op::association::Int;
using Num = op::association::Num;

struct Sizes {
  int64_t batch, heads, queries, stored, width, valueWidth;

  Sizes(const Array& q, const Array& k, const Array& v) {
    if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4) throw std::invalid_argument("q, k and v must have rank 4");
    batch = std::max({q.shape()[0], k.shape()[0], v.shape()[0]});
    queries = q.shape()[1];
    heads = q.shape()[2];
    width = q.shape()[3];
    stored = k.shape()[1];
    valueWidth = v.shape()[3];
  }
  Shape q() const { return {batch, queries, heads, width}; }
  Shape k() const { return {batch, stored, heads, width}; }
  Shape v() const { return {batch, stored, heads, valueWidth}; }
  Shape out() const { return {batch, queries, heads, valueWidth}; }
  Shape scores() const { return {batch, heads, queries, stored}; }
};

/// A call of either op, read.
template <class S>
struct Request {
  using C = Compute<S>;
  Reader<S> reader;
  const Sizes sizes;
  AssociationOptions options;
  AssociationInputs<C> in;
  std::vector<int64_t> steps;
  std::vector<double> eps, alphas;
  std::vector<C> betas;

  explicit Request(const Call& call) : reader(call), sizes(call.input(In::Q), call.input(In::K), call.input(In::V)) {
    const Sizes& n = sizes;
    AssociationOptions& o = options;
    o.batch = n.batch;
    o.heads = n.heads;
    o.queries = n.queries;
    o.stored = n.stored;
    o.width = n.width;
    o.valueWidth = n.valueWidth;
    o.separation = separationOf(call.integer(Int::Separation));
    o.alpha = o.k = call.number(Num::AlphaPOrK);
    o.atMost = call.integer(Int::AtMost) != 0;
    readUnit(call);
    readSteps(call);
    in.q = heads(In::Q, n.q(), "q");
    in.k = heads(In::K, n.k(), "k");
    in.v = heads(In::V, n.v(), "v");
    in.beta = call.number(Num::Beta);
    if (call.has(In::Mask)) in.mask = Reader<S>::byHead(reader.mask(In::Mask), n.scores(), false, "mask");
    if (call.has(In::AdditiveMask)) in.additive = scores(In::AdditiveMask, "additiveMask");
    if (call.has(In::StoredPadding))
      in.paddingMask = itemFlags(In::StoredPadding, n.stored, in.paddingBatch, in.paddingStep);
    if (call.has(In::QueryMask)) in.queryMask = itemFlags(In::QueryMask, n.queries, in.queryBatch, in.queryStep);
    if (call.has(In::Beta)) {
      for (double beta : onePerHead(In::Beta, "beta")) betas.push_back(static_cast<C>(beta));
      in.betas = betas.data();
      in.betaHead = 1;
    }
    if (call.has(In::Alpha)) {
      alphas = onePerHead(In::Alpha, "alpha");
      o.alphaPerHead = alphas.data();
    }
    if (call.has(In::Noise)) readNoise();
  }

  /// [batch, rows, heads, width], batch broadcast.
  HeadView<const C> heads(In input, const Shape& shape, const char* name) {
    return Reader<S>::byHead(reader.computed(input), shape, true, name);
  }
  /// [batch, heads, queries, stored], broadcast.
  HeadView<const C> scores(In input, const char* name) {
    return Reader<S>::byHead(reader.computed(input), sizes.scores(), false, name);
  }

  /// Numbers of the saved states: as in dl4jhopfield/association.h.
  int64_t savedLength() const {
    int64_t most = 0;
    for (int64_t n : steps) {
      if (n < 0) throw std::invalid_argument("states of an unbounded number of steps are not saved");
      most = std::max(most, n);
    }
    return sizes.batch * sizes.heads * (most * sizes.queries * sizes.width + 1);
  }

  /// Sums gradients [batch * heads] into one number, or one a head.
  void perHeadOut(BackOut output, const std::vector<double>& perItem) const {
    std::vector<double> sums(reader.checked(output).length(), 0.0);
    for (std::size_t i = 0; i < perItem.size(); ++i) sums[sums.size() == 1 ? 0 : i % sizes.heads] += perItem[i];
    reader.write(output, sums);
  }

 private:
  /// [batch, n] flags: a row a batch item.
  const uint8_t* itemFlags(In input, int64_t n, int64_t& batchStep, int64_t& step) {
    const auto source = reader.mask(input);
    const Shape strides = source.stridesTo({sizes.batch, n}, "a mask of patterns");
    batchStep = strides[0];
    step = strides[1];
    return source.data;
  }
  void readUnit(const Call& call) {
    options.unit = unitOf(call.integer(Int::Unit));
    options.pfu.muIsMedian = call.integer(Int::MuIsAMedian) != 0;
    options.pfu.biasIsThreshold = call.integer(Int::BiasIsTheThreshold) != 0;
    options.pfu.scope = medianScopeOf(call.integer(Int::MedianScope));
    options.pfu.mu = call.number(Num::Mu);
    options.pfu.bias = call.number(Num::Bias);
    options.pfu.sigma = call.number(Num::Sigma);
    options.stopScope = stopScopeOf(call.integer(Int::StopScope));
  }
  void readSteps(const Call& call) {
    steps = call.integerList();
    eps = call.numberList();
    for (const std::size_t n : {steps.size(), eps.size()})
      if (n != 1 && n != static_cast<std::size_t>(options.heads))
        throw std::invalid_argument("update steps and their eps must be one number or one a head");
    options.updateSteps = steps[0];
    options.updateStepsEps = eps[0];
    if (steps.size() > 1) options.updateStepsPerHead = steps.data();
    if (eps.size() > 1) options.updateStepsEpsPerHead = eps.data();
  }
  std::vector<double> onePerHead(In input, const char* name) {
    std::vector<double> values = reader.numbers(input);
    if (values.size() != 1 && static_cast<int64_t>(values.size()) != options.heads)
      throw std::invalid_argument(std::string(name) + " must be one number or one a head");
    values.resize(std::max<std::size_t>(options.heads, 1), values[0]);
    return values;
  }
  void readNoise() {
    const int64_t items = options.batch * options.heads * options.queries;
    const int64_t groups = options.pfu.scope == MedianScope::Tensor   ? 1
                           : options.pfu.scope == MedianScope::Sample ? options.batch
                                                                      : items;
    const std::vector<double>& values = reader.numbers(In::Noise);
    const int64_t most = *std::max_element(steps.begin(), steps.end());
    if (*std::min_element(steps.begin(), steps.end()) < 0 || static_cast<int64_t>(values.size()) != (most + 1) * groups)
      throw std::invalid_argument(
          "noise must have one number a median scope for each evaluation of a bounded number of steps");
    options.noise = values.data();
  }
};

template <class S>
void forward(const Call& call) {
  using C = Compute<S>;
  Request<S> r(call);
  const Sizes& n = r.sizes;
  AssociationOutputs<C> out;
  out.out = r.reader.outputByHead(Out::Out, n.out(), true);
  if (call.gives(Out::Weights)) out.weights = r.reader.outputByHead(Out::Weights, n.scores(), false);
  std::vector<int32_t> steps(call.gives(Out::Steps) ? n.batch * n.heads : 0);
  if (call.gives(Out::Steps)) out.steps = steps.data();
  if (call.gives(Out::SavedStates)) out.saved = r.reader.denseOutput(Out::SavedStates, r.savedLength());
  association<C>(r.options, r.in, out);
  r.reader.finish();
  if (call.gives(Out::Steps)) r.reader.write(Out::Steps, steps);
}

template <class S>
void backward(const Call& call) {
  using C = Compute<S>;
  Request<S> r(call);
  const Sizes& n = r.sizes;
  AssociationGradients<C> g;
  g.gradOut = r.heads(In::GradientOfOut, n.out(), "the gradient of out");
  if (call.has(In::GradientOfWeights)) g.gradWeights = r.scores(In::GradientOfWeights, "the gradient of weights");
  if (call.has(In::SavedStates)) {
    const auto saved = r.reader.computed(In::SavedStates);
    if (saved.shape != Shape{r.savedLength()} || saved.strides[0] != 1)
      throw std::invalid_argument("saved states do not fit the shapes of q and the update steps");
    g.saved = saved.data;
  }
  g.gradQ = r.reader.outputByHead(BackOut::GradientOfQ, n.q(), true);
  g.gradK = r.reader.outputByHead(BackOut::GradientOfK, n.k(), true);
  g.gradV = r.reader.outputByHead(BackOut::GradientOfV, n.v(), true);
  if (call.gives(BackOut::GradientOfAdditiveMask))
    g.gradAdditive = r.reader.outputByHead(BackOut::GradientOfAdditiveMask, n.scores(), false);
  std::vector<double> gradBeta(n.batch * n.heads), gradAlpha(n.batch * n.heads);
  if (call.has(In::Beta)) g.gradBeta = gradBeta.data();
  if (call.has(In::Alpha)) g.gradAlpha = gradAlpha.data();
  associationBackward<C>(r.options, r.in, g);
  r.reader.finish();
  if (call.has(In::Beta)) r.perHeadOut(BackOut::GradientOfBeta, gradBeta);
  if (call.has(In::Alpha)) r.perHeadOut(BackOut::GradientOfAlpha, gradAlpha);
}

}  // namespace

void addAssociation(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::association::kDeclaration, DL4JHOPFIELD_TYPED(forward)));
  ops.push_back(new Op(op::association_bp::kDeclaration, DL4JHOPFIELD_TYPED(backward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
