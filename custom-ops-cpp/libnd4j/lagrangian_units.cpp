// Lagrangian units as libnd4j ops.
#include "dl4jhopfield/lagrangian.h"

#include "codes.h"
#include "op.h"
#include "reader.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

template <class S>
void relu(const Call& call) {
  using In = op::relu_unit::In;
  using Out = op::relu_unit::Out;
  RowReader<S> a(call, In::X);
  reluUnit<S>(a.rows(In::X), a.maskRows(In::Mask), a.output(Out::Values), a.output(Out::Kept));
}

template <class S>
void reluBackward(const Call& call) {
  using In = op::relu_unit_bp::In;
  RowReader<S> a(call, In::Kept);
  reluUnitBackward<S>(a.rows(In::Kept), a.rows(In::GradientOfValues), a.output(op::relu_unit_bp::Out::GradientOfX));
}

PfuOptions options(const Call& call) {
  using Int = op::pfu_unit::Int;
  using Num = op::pfu_unit::Num;
  PfuOptions o;
  o.muIsMedian = call.integer(Int::MuIsAMedian) != 0;
  o.biasIsThreshold = call.integer(Int::BiasIsTheThreshold) != 0;
  o.scope = medianScopeOf(call.integer(Int::MedianScope));
  o.mu = call.number(Num::Mu);
  o.bias = call.number(Num::Bias);
  o.sigma = call.number(Num::Sigma);
  const Array x = call.reference();
  o.samples = x.rank() == 1 ? 1 : x.shape()[0];
  return o;
}

template <class S>
void pfu(const Call& call) {
  using In = op::pfu_unit::In;
  using Out = op::pfu_unit::Out;
  RowReader<S> a(call, In::X);
  const PfuOptions o = options(call);
  if (o.scope == MedianScope::Sample && a.shape().size() > 1 && a.axis() == 0)
    throw std::invalid_argument("rows must not run along the dimension that numbers the samples");
  const double* noise = nullptr;
  if (call.has(In::Noise)) {
    const std::vector<double>& given = a.numbers(In::Noise);
    if (static_cast<int64_t>(given.size()) != o.groups(a.count()))
      throw std::invalid_argument("noise must have one number a median scope");
    noise = given.data();
  }
  pfuUnit<S>(a.rows(In::X), a.maskRows(In::Mask), o, noise, a.output(Out::Values), a.output(Out::Kept));
}

template <class S>
void pfuBackward(const Call& call) {
  using In = op::pfu_unit_bp::In;
  RowReader<S> a(call, In::X);
  pfuUnitBackward<S>(a.rows(In::X), a.maskRows(In::Mask), options(call), a.rows(In::Kept), a.rows(In::GradientOfValues),
                     a.output(op::pfu_unit_bp::Out::GradientOfX));
}

}  // namespace

void addLagrangianUnits(std::vector<Op*>& ops) {
  ops.push_back(new Op(op::relu_unit::kDeclaration, DL4JHOPFIELD_TYPED(relu)));
  ops.push_back(new Op(op::relu_unit_bp::kDeclaration, DL4JHOPFIELD_TYPED(reluBackward)));
  ops.push_back(new Op(op::pfu_unit::kDeclaration, DL4JHOPFIELD_TYPED(pfu)));
  ops.push_back(new Op(op::pfu_unit_bp::kDeclaration, DL4JHOPFIELD_TYPED(pfuBackward)));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
