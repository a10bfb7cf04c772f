// Lagrangian units as libnd4j ops; arguments as in io.github.dl4jhopfield.ops.internal.ReluUnit and PfuUnit.
#include "dl4jhopfield/lagrangian.h"

#include "op.h"

namespace dl4jhopfield {
namespace nd4j {
namespace {

constexpr int kMask = 0, kNoise = 1;

template <class S>
void relu(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const MaskView mask = call.flag(kMask) ? a.mask(1) : MaskView();
  reluUnit<S>(a.rows(0), mask, a.output(call.outputs[0]), a.output(call.outputs[1]));
}

template <class S>
void reluBackward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  reluUnitBackward<S>(a.rows(0), a.rows(1), a.output(call.outputs[0]));
}

PfuOptions options(const Call& call) {
  PfuOptions o;
  o.muIsMedian = call.iArg(2) != 0;
  o.biasIsThreshold = call.iArg(3) != 0;
  switch (call.iArg(4)) {
    case 0: o.scope = MedianScope::Tensor; break;
    case 1: o.scope = MedianScope::Sample; break;
    case 2: o.scope = MedianScope::Row; break;
    default: throw std::invalid_argument("median scope must be 0 (tensor), 1 (sample) or 2 (row)");
  }
  o.mu = call.tArg(0);
  o.bias = call.tArg(1);
  o.sigma = call.tArg(2);
  const Array x = call.input(0);
  o.samples = x.rank() == 1 ? 1 : x.shape()[0];
  return o;
}

template <class S>
void pfu(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const PfuOptions o = options(call);
  if (o.scope == MedianScope::Sample && call.input(0).rank() > 1 && a.axis() == 0)
    throw std::invalid_argument("rows must not run along the dimension that numbers the samples");
  int next = 1;
  const MaskView mask = call.flag(kMask) ? a.mask(next++) : MaskView();
  std::vector<double> noise;
  if (call.flag(kNoise)) {
    const Array n = call.input(next);
    if (n.type() != call.input(0).type() || n.length() != o.groups(a.rows()))
      throw std::invalid_argument("noise must have the type of the scores and one number a median scope");
    noise = numbersOf<S, double>(n);
  }
  pfuUnit<S>(a.rows(0), mask, o, noise.empty() ? nullptr : noise.data(), a.output(call.outputs[0]),
             a.output(call.outputs[1]));
}

template <class S>
void pfuBackward(const Call& call) {
  Arguments<S> a(call.block, call.input(0), call.axis());
  const MaskView mask = call.flag(kMask) ? a.mask(3) : MaskView();
  pfuUnitBackward<S>(a.rows(0), mask, options(call), a.rows(1), a.rows(2), a.output(call.outputs[0]));
}

std::vector<int> one(const std::vector<int>&) { return {0}; }
std::vector<int> two(const std::vector<int>&) { return {0, 0}; }

}  // namespace

void addLagrangianUnits(std::vector<Op*>& ops) {
  ops.push_back(new Op(
      "hopfield_relu_unit",
      [](const Call& call) { withType(call.input(0), [&](auto s) { relu<decltype(s)>(call); }); }, two));
  ops.push_back(new Op(
      "hopfield_relu_unit_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { reluBackward<decltype(s)>(call); }); }, one));
  ops.push_back(new Op(
      "hopfield_pfu_unit",
      [](const Call& call) { withType(call.input(0), [&](auto s) { pfu<decltype(s)>(call); }); }, two));
  ops.push_back(new Op(
      "hopfield_pfu_unit_bp",
      [](const Call& call) { withType(call.input(0), [&](auto s) { pfuBackward<decltype(s)>(call); }); }, one));
}

}  // namespace nd4j
}  // namespace dl4jhopfield
