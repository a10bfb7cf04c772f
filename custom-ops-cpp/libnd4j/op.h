// One libnd4j op made of a declaration and a plain function.
#pragma once

#include <exception>
#include <string>

#include "call.h"

namespace dl4jhopfield {
namespace nd4j {

/// What runs. It checks shapes and throws std::exception with what was wrong.
using Kernel = void (*)(const Call&);

/// No exception leaves it: a failure is a status, and its message the error that ND4J throws in Java.
class Op : public sd::ops::DeclarableCustomOp {
 public:
  Op(const Declaration& declaration, Kernel kernel)
      : DeclarableCustomOp(-2, -2, declaration.name, false, -2, -2), declaration_(declaration), kernel_(kernel) {}

  const char* wire() const { return declaration_.wire; }

  /// The types are checked by the declaration.
  sd::Status validateDataTypes(sd::graph::Context&) override { return sd::Status::Ok; }

  sd::Status validateAndExecute(sd::graph::Context& block) override {
    try {
      const Call call(declaration_, block);
      const InUse arrays(call.writes(), call.reads());
      kernel_(call);
      return sd::Status::Ok;
    } catch (const std::exception& e) {
      return failed(e.what());
    } catch (...) {
      return failed("unknown failure");
    }
  }

  /// Those of the outputs that the caller brings: the shape functions are in Java, which makes and checks every output.
  sd::ShapeList* calculateOutputShape(sd::ShapeList*, sd::graph::Context& block) override {
    auto* result = new sd::ShapeList();
    for (sd::NDArray* out : block.fastpath_out())
      if (out != nullptr) result->push_back(out->platformShapeInfo());
    return result;
  }

 private:
  sd::Status failed(const char* what) {
    auto* error = sd::LaunchContext::defaultContext()->errorReference();
    error->setErrorCode(static_cast<int>(sd::Status::BadInput));
    error->setErrorMessage((std::string(declaration_.name) + ": " + what).c_str());
    return sd::Status::BadInput;
  }

  const Declaration& declaration_;
  Kernel kernel_;
};

/// A kernel of a function template over the storage type of the reference input.
#define DL4JHOPFIELD_TYPED(function)                                                                \
  [](const ::dl4jhopfield::nd4j::Call& call) {                                                      \
    ::dl4jhopfield::nd4j::withType(call.reference(), [&](auto s) { function<decltype(s)>(call); }); \
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
