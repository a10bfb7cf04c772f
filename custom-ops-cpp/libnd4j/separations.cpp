// Separations as libnd4j ops; arguments as in io.github.dl4jhopfield.ops.internal.SeparationOp.
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

constexpr int kMask = 0, kBeta = 1, kParameter = 2;

enum class Family { Softmax, Sparsemax, Entmax15, Entmax, Normmax, KSubsets };

template <class S, Family family>
void forward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const auto x = a.rows(0);
  const auto y = a.output(call.outputs[0]);
  int next = 1;
  const MaskView mask = call.flag(kMask) ? a.mask(next++) : MaskView();
  const RowScalars<S> beta = call.flag(kBeta) ? a.scalars(next++, "beta") : RowScalars<S>(call.tArg(0));
  const auto parameter = [&] {
    return call.flag(kParameter) ? a.scalars(next, "parameter") : RowScalars<S>(call.tArg(1));
  };
  if constexpr (family == Family::Softmax) maskedSoftmax<S>(x, mask, beta, y);
  if constexpr (family == Family::Sparsemax) sparsemax<S>(x, mask, beta, y);
  if constexpr (family == Family::Entmax15) entmax15<S>(x, mask, beta, y);
  if constexpr (family == Family::Entmax) entmax<S>(x, mask, parameter(), beta, y);
  if constexpr (family == Family::Normmax) normmax<S>(x, mask, parameter(), beta, y);
  if constexpr (family == Family::KSubsets) kSubsets<S>(x, mask, parameter(), call.iArg(2) != 0, beta, y);
}

/// Inputs: y, gradient of y, then x and beta, then the parameter. Outputs: gradients of x, beta, parameter.
template <class S, Family family>
void backward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const auto y = a.rows(0);
  const auto gradY = a.rows(1);
  const auto gradX = a.output(call.outputs[0]);
  const bool withBeta = call.flag(kBeta), withParameter = call.flag(kParameter);
  std::vector<double> gradBetaRows(withBeta ? a.rows() : 0), gradParameterRows(withParameter ? a.rows() : 0);
  RowScalars<S> beta(withBeta ? 1.0 : call.tArg(0));
  RowScalarGrad<S> gradBeta;
  if (withBeta) {
    beta = a.scalars(3, "beta");
    gradBeta.perRow = gradBetaRows.data();
    gradBeta.x = a.rows(2);
  }
  const auto parameter = [&] {
    return withParameter ? a.scalars(withBeta ? 4 : 2, "parameter") : RowScalars<S>(call.tArg(1));
  };
  if constexpr (family == Family::Softmax) maskedSoftmaxBackward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Sparsemax) sparsemaxBackward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Entmax15) entmax15Backward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Entmax)
    entmaxBackward<S>(y, gradY, parameter(), beta, gradX, withParameter ? gradParameterRows.data() : nullptr, gradBeta);
  if constexpr (family == Family::Normmax) normmaxBackward<S>(y, gradY, parameter(), beta, gradX, gradBeta);
  if constexpr (family == Family::KSubsets)
    kSubsetsBackward<S>(y, gradY, parameter(), call.iArg(2) != 0, beta, gradX, gradBeta);
  int next = 1;
  if (withBeta) a.sumTo(call.outputs[next++], gradBetaRows);
  if (withParameter) a.sumTo(call.outputs[next], gradParameterRows);
}

template <Family family>
void run(const Call& call) {
  withType(call.input(0), [&](auto s) { forward<decltype(s), family>(call); });
}

template <Family family>
void runBackward(const Call& call) {
  withType(call.input(0), [&](auto s) { backward<decltype(s), family>(call); });
}

std::vector<int> likeScores(const std::vector<int>&) { return {0}; }

std::vector<int> gradients(const std::vector<int>& iArgs) {
  std::vector<int> like{0};
  const int flags = iArgs.size() > 1 ? iArgs[1] : 0;
  const bool withBeta = flags >> kBeta & 1;
  if (withBeta) like.push_back(3);
  if (flags >> kParameter & 1) like.push_back(withBeta ? 4 : 2);
  return like;
}

template <Family family>
void add(std::vector<Op*>& ops, const std::string& name) {
  ops.push_back(new Op(name.c_str(), run<family>, likeScores));
  ops.push_back(new Op((name + "_bp").c_str(), runBackward<family>, gradients));
}

template <class S>
void constrained(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const MaskView mask = call.flag(kMask) ? a.mask(2) : MaskView();
  constrainedSparsemax<S>(a.rows(0), a.broadcast(1, "upper"), mask, a.output(call.outputs[0]));
}

/// Inputs: y, upper (in full), gradient of y, mask. Outputs: gradients of x and upper.
template <class S>
void constrainedBackward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const MaskView mask = call.flag(kMask) ? a.mask(3) : MaskView();
  constrainedSparsemaxBackward<S>(a.rows(0), a.broadcast(1, "upper"), mask, a.rows(2), a.output(call.outputs[0]),
                                  a.output(call.outputs[1]));
}

}  // namespace

void addSeparations(std::vector<Op*>& ops) {
  add<Family::Softmax>(ops, "hopfield_masked_softmax");
  add<Family::Sparsemax>(ops, "hopfield_sparsemax");
  add<Family::Entmax15>(ops, "hopfield_entmax15");
  add<Family::Entmax>(ops, "hopfield_entmax");
  add<Family::Normmax>(ops, "hopfield_normmax");
  add<Family::KSubsets>(ops, "hopfield_k_subsets");
  ops.push_back(new Op(
      "hopfield_constrained_sparsemax",
      [](const Call& call) { withType(call.input(0), [&](auto s) { constrained<decltype(s)>(call); }); }, likeScores));
  ops.push_back(new Op(
      "hopfield_constrained_sparsemax_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { constrainedBackward<decltype(s)>(call); }); },
      [](const std::vector<int>&) { return std::vector<int>{0, 0}; }));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
