// Every case of golden.txt through the kernels, forward and backward, at each SIMD level: in double against the peers' own
// numbers (the case's tolerance), in float against our double on the same inputs rounded to float (1e-5).
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/lagrangian.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

/// "output y", "input_grad x", ...: what a run gave.
using Results = std::map<std::string, Array>;

template <class T>
Array arrayOf(const std::vector<T>& values, const std::vector<int64_t>& shape) {
  return {shape, std::vector<double>(values.begin(), values.end())};
}

/// Runs a separation and its gradient on the case's x.
template <class T>
Results separation(const GoldenCase& c) {
  const Array& input = c.input("x");
  const int axis = c.axis();
  std::vector<T> x = input.as<T>(), y(x.size()), gradX(x.size()), g = c.gradOut("y").as<T>();
  const RowsView<const T> xv = rows<const T>(x.data(), input, axis), gv = rows<const T>(g.data(), input, axis),
                          yc = rows<const T>(y.data(), input, axis);
  const RowsView<T> yv = rows<T>(y.data(), input, axis), gxv = rows<T>(gradX.data(), input, axis);
  Results results;
  if (c.op == "softmax") {
    maskedSoftmax<T>(xv, {}, 1.0, yv);
    maskedSoftmaxBackward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "sparsemax") {
    sparsemax<T>(xv, {}, 1.0, yv);
    sparsemaxBackward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "entmax15") {
    entmax15<T>(xv, {}, 1.0, yv);
    entmax15Backward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "alpha_entmax" && c.has("alpha")) {
    entmax<T>(xv, {}, c.number("alpha"), 1.0, yv);
    entmaxBackward<T>(yc, gv, c.number("alpha"), 1.0, gxv);
  } else if (c.op == "alpha_entmax") {  // one alpha a row
    std::vector<T> alpha = c.input("alpha").as<T>();
    RowsView<const T> av = denseRows<const T>(alpha.data(), static_cast<int64_t>(alpha.size()), 1);
    std::vector<double> gradAlpha(alpha.size());
    entmax<T>(xv, {}, av, 1.0, yv);
    entmaxBackward<T>(yc, gv, av, 1.0, gxv, gradAlpha.data());
    results["input_grad alpha"] = arrayOf(gradAlpha, c.input("alpha").shape);
  } else if (c.op == "normmax") {
    normmax<T>(xv, {}, c.number("alpha"), 1.0, yv);
    normmaxBackward<T>(yc, gv, c.number("alpha"), 1.0, gxv);
  } else if (c.op == "k_subsets_exact" || c.op == "k_subsets_at_most") {
    const double k = c.op == "k_subsets_exact" && c.has("budget") ? c.number("budget") : c.number("k");
    const bool atMost = c.op == "k_subsets_at_most";
    kSubsets<T>(xv, {}, k, atMost, 1.0, yv);
    kSubsetsBackward<T>(yc, gv, k, atMost, 1.0, gxv);
  } else {
    ADD_FAILURE() << "no such op here: " << c.op;
  }
  results["output y"] = arrayOf(y, input.shape);
  results["input_grad x"] = arrayOf(gradX, input.shape);
  return results;
}

template <class T>
Results constrained(const GoldenCase& c) {
  const Array& input = c.input("z");
  std::vector<T> z = input.as<T>(), u = c.input("u").as<T>(), g = c.gradOut("y").as<T>();
  std::vector<T> y(z.size()), gradZ(z.size()), gradU(z.size());
  const auto in = [&](std::vector<T>& v) { return rows<const T>(v.data(), input); };
  const auto out = [&](std::vector<T>& v) { return rows<T>(v.data(), input); };
  constrainedSparsemax<T>(in(z), in(u), {}, out(y));
  constrainedSparsemaxBackward<T>(in(y), in(u), {}, in(g), out(gradZ), out(gradU));
  return {{"output y", arrayOf(y, input.shape)},
          {"input_grad z", arrayOf(gradZ, input.shape)},
          {"input_grad u", arrayOf(gradU, input.shape)}};
}

template <class T>
Results lagrangianUnit(const GoldenCase& c) {
  const Array& input = c.input("x");
  std::vector<T> x = input.as<T>(), g = c.gradOut("D").as<T>(), d(x.size()), keep(x.size()), gradX(x.size());
  const auto in = [&](std::vector<T>& v) { return rows<const T>(v.data(), input); };
  const auto out = [&](std::vector<T>& v) { return rows<T>(v.data(), input); };
  if (c.hyper.at("unit") == "ReLU") {
    reluUnit<T>(in(x), {}, out(d), out(keep));
    reluUnitBackward<T>(in(keep), in(g), out(gradX));
  } else {
    PfuOptions options;
    options.scope = MedianScope::Tensor;
    options.sigma = c.number("sigma");
    options.muIsMedian = c.hyper.at("mu") == "dmedian";
    options.biasIsThreshold = c.hyper.at("bias") == "mu";
    if (!options.muIsMedian) options.mu = c.number("mu");
    if (!options.biasIsThreshold) options.bias = c.number("bias");
    const double noise = c.has("noise") ? c.number("noise") / (options.sigma * options.sigma) : 0;
    pfuUnit<T>(in(x), {}, options, c.has("noise") ? &noise : nullptr, out(d), out(keep));
    pfuUnitBackward<T>(in(x), {}, options, in(keep), in(g), out(gradX));
  }
  return {{"output D", arrayOf(d, input.shape)},
          {"output mask", arrayOf(keep, input.shape)},
          {"input_grad x", arrayOf(gradX, input.shape)}};
}

template <class T>
Results compute(const GoldenCase& c) {
  if (c.op == "constrained_sparsemax") return constrained<T>(c);
  if (c.op == "lagrangian_unit") return lagrangianUnit<T>(c);
  return separation<T>(c);
}

bool belongsHere(const GoldenCase& c) {
  for (const char* op : {"softmax", "sparsemax", "entmax15", "alpha_entmax", "normmax", "k_subsets_exact",
                         "k_subsets_at_most", "constrained_sparsemax", "lagrangian_unit"})
    if (c.op == op) return true;
  return false;
}

class Golden : public EachLevel {};

TEST_P(Golden, doubleAgreesWithThePeers) {
  int run = 0;
  for (const GoldenCase& c : goldenCases()) {
    if (!belongsHere(c)) continue;
    SCOPED_TRACE(c.group + " " + c.name);
    for (const auto& [what, array] : compute<double>(c)) {
      const std::string kind = what.substr(0, what.find(' ')), name = what.substr(what.find(' ') + 1);
      const Array& input = c.arrays.at("input").begin()->second;
      const std::vector<double> slack =
          c.arrays.at("input").count("x") && array.shape == c.input("x").shape ? inputRounding(c.input("x"), c.axis())
                                                                               : inputRounding(input, c.axis());
      expectMatches(array.data, c.arrays.at(kind).at(name), c.tolerance, what.c_str(),
                    slack.size() == array.data.size() ? slack : std::vector<double>());
    }
    ++run;
  }
  EXPECT_EQ(run, 68);
}

TEST_P(Golden, floatAgreesWithDouble) {
  for (GoldenCase c : goldenCases()) {
    if (!belongsHere(c)) continue;
    SCOPED_TRACE(c.group + " " + c.name);
    for (const char* kind : {"input", "grad_out"})
      for (auto& [name, array] : c.arrays.at(kind))
        for (double& value : array.data) value = static_cast<float>(value);
    const Results expected = compute<double>(c);
    for (const auto& [what, array] : compute<float>(c)) expectMatches(array.data, expected.at(what), 1e-5, what.c_str());
  }
}

AT_EACH_LEVEL(Golden);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
