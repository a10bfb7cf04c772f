// Separations as libnd4j ops.
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

// Every separation begins with the same arguments; entmax has one more input.
using In = op::entmax::In;
using Out = op::entmax::Out;
using Num = op::entmax::Num;
using BackIn = op::entmax_bp::In;
using BackOut = op::entmax_bp::Out;

enum class Family { Softmax, Softmax1, Sparsemax, Entmax15, Entmax, Normmax, KSubsets };

/// alpha, p or k: floating argument 1, of entmax perhaps an input.
template <Family family, class S, class In>
RowScalars<S> parameterOf(const RowReader<S>& a, In alpha) {
  if constexpr (family == Family::Entmax) return a.scalars(alpha, Num::Alpha, "alpha");
  if constexpr (family == Family::Normmax) return RowScalars<S>(a.call.number(op::normmax::Num::P));
  if constexpr (family == Family::KSubsets) return RowScalars<S>(a.call.number(op::k_subsets::Num::K));
  return RowScalars<S>(0);
}

template <Family family, class S>
void forward(const Call& call) {
  RowReader<S> a(call, In::X);
  const auto x = a.rows(In::X);
  const auto y = a.output(Out::Y);
  const MaskView mask = a.maskRows(In::Mask);
  const RowScalars<S> beta = a.scalars(In::Beta, Num::Beta, "beta");
  const RowScalars<S> parameter = parameterOf<family>(a, In::Alpha);
  if constexpr (family == Family::Softmax) maskedSoftmax<S>(x, mask, beta, y);
  if constexpr (family == Family::Softmax1) softmax1<S>(x, mask, beta, y);
  if constexpr (family == Family::Sparsemax) sparsemax<S>(x, mask, beta, y);
  if constexpr (family == Family::Entmax15) entmax15<S>(x, mask, beta, y);
  if constexpr (family == Family::Entmax) entmax<S>(x, mask, parameter, beta, y);
  if constexpr (family == Family::Normmax) normmax<S>(x, mask, parameter, beta, y);
  if constexpr (family == Family::KSubsets)
    kSubsets<S>(x, mask, parameter, call.integer(op::k_subsets::Int::AtMost) != 0, beta, y);
}

template <Family family, class S>
void backward(const Call& call) {
  RowReader<S> a(call, BackIn::Y);
  const auto y = a.rows(BackIn::Y);
  const auto gradY = a.rows(BackIn::GradientOfY);
  const auto gradX = a.output(BackOut::GradientOfX);
  const bool withBeta = call.has(BackIn::Beta);
  bool withAlpha = false;
  if constexpr (family == Family::Entmax) withAlpha = call.has(BackIn::Alpha);
  std::vector<double> gradBetaRows(withBeta ? a.count() : 0), gradAlphaRows(withAlpha ? a.count() : 0);
  const RowScalars<S> beta = a.scalars(BackIn::Beta, Num::Beta, "beta");
  RowScalarGrad<S> gradBeta;
  if (withBeta) {
    gradBeta.perRow = gradBetaRows.data();
    gradBeta.x = a.rows(BackIn::X);
  }
  const RowScalars<S> parameter = parameterOf<family>(a, BackIn::Alpha);
  if constexpr (family == Family::Softmax) maskedSoftmaxBackward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Softmax1) softmax1Backward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Sparsemax) sparsemaxBackward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Entmax15) entmax15Backward<S>(y, gradY, beta, gradX, gradBeta);
  if constexpr (family == Family::Entmax)
    entmaxBackward<S>(y, gradY, parameter, beta, gradX, withAlpha ? gradAlphaRows.data() : nullptr, gradBeta);
  if constexpr (family == Family::Normmax) normmaxBackward<S>(y, gradY, parameter, beta, gradX, gradBeta);
  if constexpr (family == Family::KSubsets)
    kSubsetsBackward<S>(y, gradY, parameter, call.integer(op::k_subsets::Int::AtMost) != 0, beta, gradX, gradBeta);
  if (withBeta) a.sumTo(BackOut::GradientOfBeta, gradBetaRows);
  if (withAlpha) a.sumTo(BackOut::GradientOfAlpha, gradAlphaRows);
}

template <Family family>
void add(std::vector<Op*>& ops, const Declaration& declaration, const Declaration& gradient) {
  ops.push_back(new Op(declaration, [](const Call& call) {
    withType(call.reference(), [&](auto s) { forward<family, decltype(s)>(call); });
  }));
  ops.push_back(new Op(gradient, [](const Call& call) {
    withType(call.reference(), [&](auto s) { backward<family, decltype(s)>(call); });
  }));
}

template <class S>
void constrained(const Call& call) {
  using In = op::constrained_sparsemax::In;
  RowReader<S> a(call, In::X);
  constrainedSparsemax<S>(a.rows(In::X), a.broadcast(In::Upper, a.shape(), "upper"), a.maskRows(In::Mask),
                          a.output(op::constrained_sparsemax::Out::Y));
}

template <class S>
void constrainedBackward(const Call& call) {
  using In = op::constrained_sparsemax_bp::In;
  using Out = op::constrained_sparsemax_bp::Out;
  RowReader<S> a(call, In::Y);
  constrainedSparsemaxBackward<S>(a.rows(In::Y), a.broadcast(In::Upper, a.shape(), "upper"), a.maskRows(In::Mask),
                                  a.rows(In::GradientOfY), a.output(Out::GradientOfX), a.output(Out::GradientOfUpper));
}

}  // namespace

void addSeparations(std::vector<Op*>& ops) {
  add<Family::Softmax>(ops, op::masked_softmax::kDeclaration, op::masked_softmax_bp::kDeclaration);
  add<Family::Softmax1>(ops, op::softmax1::kDeclaration, op::softmax1_bp::kDeclaration);
  add<Family::Sparsemax>(ops, op::sparsemax::kDeclaration, op::sparsemax_bp::kDeclaration);
  add<Family::Entmax15>(ops, op::entmax15::kDeclaration, op::entmax15_bp::kDeclaration);
  add<Family::Entmax>(ops, op::entmax::kDeclaration, op::entmax_bp::kDeclaration);
  add<Family::Normmax>(ops, op::normmax::kDeclaration, op::normmax_bp::kDeclaration);
  add<Family::KSubsets>(ops, op::k_subsets::kDeclaration, op::k_subsets_bp::kDeclaration);
  ops.push_back(new Op(op::constrained_sparsemax::kDeclaration, DL4JHOPFIELD_TYPED(constrained)));
  ops.push_back(new Op(op::constrained_sparsemax_bp::kDeclaration, DL4JHOPFIELD_TYPED(constrainedBackward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
