// The fused Hopfield association as a libnd4j op; arguments as in io.github.dl4jhopfield.ops.internal.Association.
#include "dl4jhopfield/association.h"

#include <algorithm>

#include "op.h"
#include "separation_kind.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

/// Bits of the flags (integer argument 1). The first seven say which optional inputs follow q, k and v, in this order.
enum Flag { kMask, kAdditive, kPadding, kQueryMask, kBeta, kAlpha, kNoise, kWeights, kSteps, kAdditiveGradient, kSaved };
/// Integer arguments; the update steps, one or one a head, follow.
enum IArg { kFlags = 1, kSeparation, kAtMost, kUnit, kMuIsMedian, kBiasIsThreshold, kMedianScope, kStopScope, kFirstStep };
/// Floating-point arguments; the thresholds of the early stop, one or one a head, follow.
enum TArg { kBetaValue, kParameter, kMu, kBias, kSigma, kFirstEps };

using Shape = std::vector<long long>;

struct Sizes {
  int64_t batch, heads, queries, stored, width, valueWidth;

  Sizes(const long long* q, const long long* k, const long long* v) {
    if (q[0] != 4 || k[0] != 4 || v[0] != 4) throw std::invalid_argument("q, k and v must have rank 4");
    batch = std::max({q[1], k[1], v[1]});
    if (q[1] == 0 || k[1] == 0 || v[1] == 0) batch = 0;
    queries = q[2];
    heads = q[3];
    width = q[4];
    stored = k[2];
    valueWidth = v[4];
  }
  Shape q() const { return {batch, queries, heads, width}; }
  Shape k() const { return {batch, stored, heads, width}; }
  Shape v() const { return {batch, stored, heads, valueWidth}; }
  Shape out() const { return {batch, queries, heads, valueWidth}; }
  Shape scores() const { return {batch, heads, queries, stored}; }
};

/// Inputs and outputs of one call as the kernel takes them. Half and bfloat16 pass through float copies.
template <class S>
class Arrays {
 public:
  using C = Compute<S>;

  explicit Arrays(const Call& call)
      : sizes(call.input(0).info, call.input(1).info, call.input(2).info), call_(call) {}

  const Sizes sizes;

  /// The place of an optional input, or -1.
  int place(Flag flag) const {
    if (!call_.flag(flag)) return -1;
    int at = 3;
    for (int f = 0; f < flag; ++f) at += call_.flag(f);
    return at;
  }
  int optionalInputs() const {
    int n = 0;
    for (int f = kMask; f <= kNoise; ++f) n += call_.flag(f);
    return n;
  }

  /// [batch, rows, heads, width], batch broadcast.
  HeadView<const C> heads(int input, const Shape& shape) { return headView(floating(input), shape, true); }
  /// [batch, heads, queries, stored], broadcast.
  HeadView<const C> scores(int input) { return headView(floating(input), sizes.scores(), false); }

  HeadView<const uint8_t> mask(int input) { return headView(flags(input), sizes.scores(), false); }
  /// [batch, n] flags: a row a batch item.
  const uint8_t* itemFlags(int input, int64_t n, int64_t& batchStep, int64_t& step) {
    const Source<uint8_t> source = flags(input);
    const Shape shape{sizes.batch, n};
    const std::vector<int64_t> strides = stridesTo(source, shape);
    batchStep = strides[0];
    step = strides[1];
    return source.data;
  }
  /// All numbers of an input in C order.
  const std::vector<double>& numbers(int input) {
    const Array a = call_.input(input);
    require(a);
    return numbers_.emplace_back(numbersOf<S, double>(a));
  }
  const C* perHead(const std::vector<double>& values) {
    std::vector<C>& copy = copies_.emplace_back(sizes.heads);
    for (int64_t h = 0; h < sizes.heads; ++h) copy[h] = static_cast<C>(values[values.size() == 1 ? 0 : h]);
    return copy.data();
  }

  /// Outputs: written in place where type and strides allow, else from a dense copy by finish().
  HeadView<C> headsOut(int output, const Shape& full) { return target(output, full, true); }
  HeadView<C> scoresOut(int output, const Shape& full) { return target(output, full, false); }

  void finish() {
    for (const Pending& p : pending_) {
      std::vector<double> sums(p.target.length(), 0.0);
      const int rank = static_cast<int>(p.full.size());
      const std::vector<int64_t> strides = stridesTo(denseOf(p.target), p.full);
      std::vector<long long> index(rank, 0);
      int64_t n = 1;
      for (long long d : p.full) n *= d;
      for (int64_t i = 0; i < n; ++i) {
        int64_t at = 0;
        for (int d = 0; d < rank; ++d) at += index[d] * strides[d];
        sums[at] += static_cast<double>(p.source[i]);
        for (int d = rank - 1; d >= 0 && ++index[d] == p.full[d]; --d) index[d] = 0;
      }
      storeNumbers<S>(p.target, sums.data());
    }
  }
  /// A dense vector: itself, or a copy that finish() stores.
  C* vectorOut(int output) {
    const Array a(call_.outputs[output]);
    require(a);
    if (a.rank() != 1) throw std::invalid_argument("saved states must be a vector");
    if constexpr (std::is_same<S, C>::value)
      if (a.strides()[0] == 1) return static_cast<C*>(a.data);
    std::vector<C>& dense = copies_.emplace_back(a.length());
    pending_.push_back({a, dense.data(), {a.length()}});
    return dense.data();
  }
  const C* vector(int input, int64_t length) {
    const Source<C> source = floating(input);
    if (source.shape.size() != 1 || source.shape[0] != length || source.strides[0] != 1)
      throw std::invalid_argument("saved states do not fit the shapes of q and the update steps");
    return source.data;
  }

  /// Sums gradients [batch * heads] into one number, or one a head.
  void perHeadOut(int output, const std::vector<double>& perItem) {
    const Array a(call_.outputs[output]);
    require(a);
    std::vector<double> sums(a.length(), 0.0);
    for (std::size_t i = 0; i < perItem.size(); ++i) sums[sums.size() == 1 ? 0 : i % sizes.heads] += perItem[i];
    storeNumbers<S>(a, sums.data());
  }

 private:
  template <class T>
  struct Source {
    const T* data;
    std::vector<int64_t> shape, strides;
  };

  static void require(const Array& a) {
    if (a.type() != Arguments<S>::typeId())
      throw std::invalid_argument("all floating-point arrays of a call must have one data type");
  }
  static Source<double> denseOf(const Array& a) { return {nullptr, shapeOf(a), denseStrides(a)}; }

  Source<C> floating(int input) {
    const Array a = call_.input(input);
    require(a);
    if constexpr (std::is_same<S, C>::value) {
      return {static_cast<const C*>(a.data), shapeOf(a), stridesOf(a)};
    } else {
      return {copies_.emplace_back(numbersOf<S>(a)).data(), shapeOf(a), denseStrides(a)};
    }
  }
  Source<uint8_t> flags(int input) {
    const Array a = call_.input(input);
    if (isByte(a.type()))
      return {static_cast<const uint8_t*>(a.data), shapeOf(a), stridesOf(a)};
    return {bytes_.emplace_back(bytesOf(a)).data(), shapeOf(a), denseStrides(a)};
  }

  /// Strides of an array broadcast (dimensions aligned at the last) to `shape`.
  template <class T>
  static std::vector<int64_t> stridesTo(const Source<T>& source, const Shape& shape) {
    const std::size_t own = source.shape.size(), rank = shape.size();
    std::vector<int64_t> strides(rank, 0);
    bool fits = own <= rank;
    for (std::size_t i = 1; fits && i <= own; ++i) {
      const int64_t size = source.shape[own - i];
      fits = size == 1 || size == shape[rank - i];
      strides[rank - i] = size == 1 ? 0 : source.strides[own - i];
    }
    if (!fits) throw std::invalid_argument("an array does not fit the shapes of q, k and v");
    return strides;
  }
  template <class T>
  static HeadView<const T> headView(const Source<T>& source, const Shape& shape, bool rowsFirst) {
    const auto s = stridesTo(source, shape);
    return {source.data, s[0], s[rowsFirst ? 2 : 1], s[rowsFirst ? 1 : 2], s[3]};
  }

  HeadView<C> target(int output, const Shape& full, bool rowsFirst) {
    const Array a(call_.outputs[output]);
    require(a);
    bool direct = std::is_same<S, C>::value && a.rank() == 4 && a.strides()[3] == 1;
    for (int i = 0; direct && i < 4; ++i) direct = a.shape()[i] == full[i];
    HeadView<C> view;
    int64_t strides[4];
    if (direct) {
      view.data = static_cast<C*>(a.data);
      std::copy(a.strides(), a.strides() + 4, strides);
    } else {
      std::vector<C>& dense = copies_.emplace_back(full[0] * full[1] * full[2] * full[3]);
      view.data = dense.data();
      strides[3] = 1;
      for (int i = 2; i >= 0; --i) strides[i] = strides[i + 1] * full[i + 1];
      pending_.push_back({a, view.data, full});
    }
    view.batch = strides[0];
    view.row = strides[rowsFirst ? 1 : 2];
    view.head = strides[rowsFirst ? 2 : 1];
    return view;
  }

  struct Pending {
    Array target;
    const C* source;
    Shape full;  // of the source, dense; summed over the dimensions where the target has length 1
  };
  const Call& call_;
  std::deque<std::vector<C>> copies_;
  std::deque<std::vector<uint8_t>> bytes_;
  std::deque<std::vector<double>> numbers_;
  std::vector<Pending> pending_;
};

/// Numbers of the saved states: as in dl4jhopfield/association.h.
int64_t savedLength(const Sizes& n, const std::vector<int>& iArgs) {
  int64_t most = 0;
  for (std::size_t i = kFirstStep; i < iArgs.size(); ++i) {
    if (iArgs[i] < 0) throw std::invalid_argument("states of an unbounded number of steps are not saved");
    most = std::max<int64_t>(most, iArgs[i]);
  }
  return n.batch * n.heads * (most * n.queries * n.width + 1);
}

/// A call of either op, read.
template <class S>
struct Request {
  using C = Compute<S>;
  Arrays<S> arrays;
  AssociationOptions options;
  AssociationInputs<C> in;
  std::vector<int64_t> steps;
  std::vector<double> eps, alphas;

  explicit Request(const Call& call) : arrays(call) {
    const Sizes& n = arrays.sizes;
    AssociationOptions& o = options;
    o.batch = n.batch;
    o.heads = n.heads;
    o.queries = n.queries;
    o.stored = n.stored;
    o.width = n.width;
    o.valueWidth = n.valueWidth;
    readSeparation(call);
    readUnit(call);
    readSteps(call);
    in.q = arrays.heads(0, n.q());
    in.k = arrays.heads(1, n.k());
    in.v = arrays.heads(2, n.v());
    in.beta = call.tArg(kBetaValue);
    if (const int i = arrays.place(kMask); i >= 0) in.mask = arrays.mask(i);
    if (const int i = arrays.place(kAdditive); i >= 0) in.additive = arrays.scores(i);
    if (const int i = arrays.place(kPadding); i >= 0)
      in.paddingMask = arrays.itemFlags(i, n.stored, in.paddingBatch, in.paddingStep);
    if (const int i = arrays.place(kQueryMask); i >= 0)
      in.queryMask = arrays.itemFlags(i, n.queries, in.queryBatch, in.queryStep);
    if (const int i = arrays.place(kBeta); i >= 0) {
      in.betas = arrays.perHead(oneOrPerHead(i, "beta"));
      in.betaHead = 1;
    }
    if (const int i = arrays.place(kAlpha); i >= 0) {
      alphas = oneOrPerHead(i, "alpha");
      alphas.resize(std::max<std::size_t>(n.heads, alphas.size()), alphas[0]);
      o.alphaPerHead = alphas.data();
    }
    if (const int i = arrays.place(kNoise); i >= 0) readNoise(i);
  }
  Request(const Request&) = delete;

 private:
  void readSeparation(const Call& call) {
    options.separation = separationOf(call.iArg(kSeparation));
    options.alpha = options.k = call.tArg(kParameter);
    options.atMost = call.iArg(kAtMost) != 0;
  }
  void readUnit(const Call& call) {
    const int unit = call.iArg(kUnit), scope = call.iArg(kMedianScope), stop = call.iArg(kStopScope);
    if (unit < 0 || unit > 2 || scope < 0 || scope > 2 || stop < 0 || stop > 1)
      throw std::invalid_argument("unit and median scope must be 0 to 2, stop scope 0 or 1");
    options.unit = static_cast<AssociationUnit>(unit);
    options.pfu.muIsMedian = call.iArg(kMuIsMedian) != 0;
    options.pfu.biasIsThreshold = call.iArg(kBiasIsThreshold) != 0;
    options.pfu.scope = static_cast<MedianScope>(scope);
    options.pfu.mu = call.tArg(kMu);
    options.pfu.bias = call.tArg(kBias);
    options.pfu.sigma = call.tArg(kSigma);
    options.stopScope = stop == 0 ? StopScope::Sample : StopScope::Batch;
  }
  void readSteps(const Call& call) {
    const auto& iArgs = *call.block.getIArguments();
    const auto& tArgs = *call.block.getTArguments();
    if (iArgs.size() <= kFirstStep || tArgs.size() <= kFirstEps) throw std::invalid_argument("update steps are missing");
    steps.assign(iArgs.begin() + kFirstStep, iArgs.end());
    eps.assign(tArgs.begin() + kFirstEps, tArgs.end());
    for (const std::size_t n : {steps.size(), eps.size()})
      if (n != 1 && n != static_cast<std::size_t>(options.heads))
        throw std::invalid_argument("update steps and their eps must be one number or one a head");
    options.updateSteps = steps[0];
    options.updateStepsEps = eps[0];
    if (steps.size() > 1) options.updateStepsPerHead = steps.data();
    if (eps.size() > 1) options.updateStepsEpsPerHead = eps.data();
  }
  const std::vector<double>& oneOrPerHead(int input, const char* name) {
    const std::vector<double>& values = arrays.numbers(input);
    if (values.size() != 1 && static_cast<int64_t>(values.size()) != options.heads)
      throw std::invalid_argument(std::string(name) + " must be one number or one a head");
    return values;
  }
  void readNoise(int input) {
    const int64_t items = options.batch * options.heads * options.queries;
    const int64_t groups = options.pfu.scope == MedianScope::Tensor   ? 1
                           : options.pfu.scope == MedianScope::Sample ? options.batch
                                                                      : items;
    const std::vector<double>& values = arrays.numbers(input);
    const int64_t most = *std::max_element(steps.begin(), steps.end());
    if (*std::min_element(steps.begin(), steps.end()) < 0 || static_cast<int64_t>(values.size()) != (most + 1) * groups)
      throw std::invalid_argument("noise must have one number a median scope for each evaluation of a bounded number of steps");
    options.noise = values.data();
  }
};

template <class S>
void forward(const Call& call) {
  using C = Compute<S>;
  Request<S> r(call);
  const Sizes& n = r.arrays.sizes;
  AssociationOutputs<C> out;
  int next = 0;
  out.out = r.arrays.headsOut(next++, n.out());
  if (call.flag(kWeights)) out.weights = r.arrays.scoresOut(next++, n.scores());
  std::vector<int32_t> steps(call.flag(kSteps) ? n.batch * n.heads : 0);
  if (call.flag(kSteps)) out.steps = steps.data();
  const int stepsAt = next;
  if (call.flag(kSteps)) ++next;
  if (call.flag(kSaved)) {
    if (Array(call.outputs[next]).length() != savedLength(n, *call.block.getIArguments()))
      throw std::invalid_argument("the output of saved states has the wrong length");
    out.saved = r.arrays.vectorOut(next);
  }
  association<C>(r.options, r.in, out);
  r.arrays.finish();
  if (call.flag(kSteps))
    storeNumbers<S>(Array(call.outputs[stepsAt]), steps.data());
}

template <class S>
void backward(const Call& call) {
  using C = Compute<S>;
  Request<S> r(call);
  const Sizes& n = r.arrays.sizes;
  AssociationGradients<C> g;
  const int first = 3 + r.arrays.optionalInputs();
  g.gradOut = r.arrays.heads(first, n.out());
  if (call.flag(kWeights)) g.gradWeights = r.arrays.scores(first + 1);
  if (call.flag(kSaved))
    g.saved = r.arrays.vector(first + 1 + call.flag(kWeights), savedLength(n, *call.block.getIArguments()));
  int next = 0;
  g.gradQ = r.arrays.headsOut(next++, n.q());
  g.gradK = r.arrays.headsOut(next++, n.k());
  g.gradV = r.arrays.headsOut(next++, n.v());
  if (call.flag(kAdditiveGradient)) g.gradAdditive = r.arrays.scoresOut(next++, n.scores());
  std::vector<double> gradBeta(n.batch * n.heads), gradAlpha(n.batch * n.heads);
  if (call.flag(kBeta)) g.gradBeta = gradBeta.data();
  if (call.flag(kAlpha)) g.gradAlpha = gradAlpha.data();
  associationBackward<C>(r.options, r.in, g);
  r.arrays.finish();
  if (call.flag(kBeta)) r.arrays.perHeadOut(next++, gradBeta);
  if (call.flag(kAlpha)) r.arrays.perHeadOut(next, gradAlpha);
}

/// How many arrays a call gives; their shapes are made below, which no list of like inputs can say.
std::vector<int> outputs(const std::vector<int>& iArgs) {
  const int flags = iArgs.size() > kFlags ? iArgs[kFlags] : 0;
  return std::vector<int>(1 + (flags >> kWeights & 1) + (flags >> kSteps & 1) + (flags >> kSaved & 1), 0);
}

std::vector<int> gradients(const std::vector<int>& iArgs) {
  const int flags = iArgs.size() > kFlags ? iArgs[kFlags] : 0;
  std::vector<int> like{0, 1, 2};
  int input = 3;
  for (int f = kMask; f <= kNoise; ++f) {
    if (!(flags >> f & 1)) continue;
    if (f == kBeta || f == kAlpha || (f == kAdditive && flags >> kAdditiveGradient & 1)) like.push_back(input);
    ++input;
  }
  return like;
}

class AssociationOp : public Op {
 public:
  using Op::Op;

 protected:
  sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) override {
    const Sizes n(inputs->at(0), inputs->at(1), inputs->at(2));
    const int flags = argumentOf(*block.getIArguments(), kFlags);
    std::vector<Shape> shapes{n.out()};
    if (flags >> kWeights & 1) shapes.push_back(n.scores());
    if (flags >> kSteps & 1) shapes.push_back({n.batch, n.heads});
    if (flags >> kSaved & 1) shapes.push_back({savedLength(n, *block.getIArguments())});
    auto* result = new sd::ShapeList();
    for (const Shape& shape : shapes)
      result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(
          typeOf(inputs->at(0)), 'c', static_cast<int>(shape.size()), shape.data()));
    return result;
  }
};

}  // namespace

void addAssociation(std::vector<Op*>& ops) {
  ops.push_back(new AssociationOp(
      "hopfield_association",
      [](const Call& call) { withType(call.input(0), [&](auto s) { forward<decltype(s)>(call); }); }, outputs));
  ops.push_back(new Op(
      "hopfield_association_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { backward<decltype(s)>(call); }); }, gradients));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
