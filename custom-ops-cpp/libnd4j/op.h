// One libnd4j op made of a plain function.
#pragma once

#include <exception>
#include <string>

#include "arguments.h"

namespace dl4jhopfield {
namespace nd4j {

/// What runs: checks its inputs and throws std::exception with what was wrong.
struct Call {
  sd::graph::Context& block;
  std::vector<sd::NDArray*> outputs;

  Array input(int index) const {
    if (index < 0 || index >= static_cast<int>(block.width()) || block.array(index) == nullptr)
      throw std::invalid_argument("too few inputs");
    return Array(block.array(index));
  }
  int iArg(size_t index) const {
    const auto& args = *block.getIArguments();
    if (index >= args.size()) throw std::invalid_argument("too few integer arguments");
    return args[index];
  }
  double tArg(size_t index) const {
    const auto& args = *block.getTArguments();
    if (index >= args.size()) throw std::invalid_argument("too few floating-point arguments");
    return args[index];
  }
  int axis() const { return iArg(0); }
  bool flag(int bit) const { return iArg(1) >> bit & 1; }
};

/// An integer argument of a call whose shapes are asked for, and a dimension of one of its inputs: checked, as libnd4j checks neither.
inline int argumentOf(const std::vector<int>& iArgs, size_t index) {
  if (index >= iArgs.size()) throw std::invalid_argument("too few integer arguments");
  return iArgs[index];
}
inline long long dimensionOf(const long long* info, long long dimension) {
  if (dimension < 0 || dimension >= info[0])
    throw std::invalid_argument("an input of rank " + std::to_string(info[0]) + " has no dimension " + std::to_string(dimension));
  return info[1 + dimension];
}

using Kernel = void (*)(const Call&);
/// Instead of an input: the shape of input 0 with length 1 along the axis (integer argument 0).
constexpr int kOneARow = -1;
/// For each output the input whose shape it has, or kOneARow.
using ShapesLike = std::vector<int> (*)(const std::vector<int>& iArgs);

/// No exception leaves it: a failure is a status, and its message the error that ND4J throws in Java.
class Op : public sd::ops::DeclarableCustomOp {
 public:
  Op(const char* name, Kernel kernel, ShapesLike shapes)
      : DeclarableCustomOp(-2, -2, name, false, -2, -2), title_(name), kernel_(kernel), shapes_(shapes) {}

  /// The types are checked with the shapes, by the op itself.
  sd::Status validateDataTypes(sd::graph::Context&) override { return sd::Status::Ok; }

  sd::Status validateAndExecute(sd::graph::Context& block) override {
    try {
      Call call{block, {}};
      const size_t outputs = shapes_(*block.getIArguments()).size();
      for (size_t i = 0; i < outputs; ++i) {
        sd::NDArray* out = getZ(block, static_cast<int>(i));
        if (out == nullptr) throw std::invalid_argument("an output is missing");
        call.outputs.push_back(out);
      }
      kernel_(call);
      return sd::Status::Ok;
    } catch (const std::exception& e) {
      return failed(e.what());
    } catch (...) {
      return failed("unknown failure");
    }
  }

  sd::ShapeList* calculateOutputShape(sd::ShapeList* inputs, sd::graph::Context& block) final {
    try {
      return outputShapes(inputs, block);
    } catch (const std::exception& e) {
      failed(e.what());
    } catch (...) {
      failed("unknown failure");
    }
    return new sd::ShapeList();
  }

 protected:
  /// Of all outputs; what it throws is the error of the call.
  virtual sd::ShapeList* outputShapes(sd::ShapeList* inputs, sd::graph::Context& block) {
    auto* result = new sd::ShapeList();
    for (int like : shapes_(*block.getIArguments())) {
      const long long* info = inputs->at(like == kOneARow ? 0 : like);
      std::vector<long long> shape(info + 1, info + 1 + info[0]);
      if (like == kOneARow && !shape.empty()) {
        const long long axis = argumentOf(*block.getIArguments(), 0), own = axis < 0 ? axis + info[0] : axis;
        dimensionOf(info, own);
        shape[own] = 1;
      }
      result->push_back(sd::ConstantShapeHelper::getInstance().createShapeInfo(
          typeOf(inputs->at(0)), 'c', static_cast<int>(shape.size()), shape.data()));
    }
    return result;
  }

 private:
  sd::Status failed(const char* what) {
    auto* error = sd::LaunchContext::defaultContext()->errorReference();
    error->setErrorCode(static_cast<int>(sd::Status::BadInput));
    error->setErrorMessage((title_ + ": " + what).c_str());
    return sd::Status::BadInput;
  }

  std::string title_;
  Kernel kernel_;
  ShapesLike shapes_;
};

/// Calls f with a value of the storage type of `array`.
template <class F>
void withType(const Array& array, F&& f) {
  switch (array.type()) {
    case sd::DataType::Float32: return f(float{});
    case sd::DataType::Double: return f(double{});
    case sd::DataType::Half: return f(Half{});
    case sd::DataType::BFloat16: return f(BFloat16{});
    default: throw std::invalid_argument("expected data type double, float, half or bfloat16");
  }
}

void addSeparations(std::vector<Op*>& ops);
void addLagrangianUnits(std::vector<Op*>& ops);
void addFunctions(std::vector<Op*>& ops);
void addAssociation(std::vector<Op*>& ops);
void addRetrieval(std::vector<Op*>& ops);
void addProjection(std::vector<Op*>& ops);
void addPooling(std::vector<Op*>& ops);
void addDense(std::vector<Op*>& ops);
void addSequenceEmbedding(std::vector<Op*>& ops);

}  // namespace nd4j
}  // namespace dl4jhopfield
