// The entries that Java calls: everything else in the library is hidden.
#include <jni.h>

#include <mutex>
#include <string>

#include "dl4jhopfield/dispatch.h"
#include "op.h"

namespace {

std::string report;
std::once_flag once;

void registerAll() {
  using namespace dl4jhopfield::nd4j;
  std::vector<Op*> ops;  // libnd4j keeps and, at exit, deletes them
  addSeparations(ops);
  addLagrangianUnits(ops);
  addFunctions(ops);
  addAssociation(ops);
  addRetrieval(ops);
  addProjection(ops);
  addPooling(ops);
  addDense(ops);
  addSequenceEmbedding(ops);
  std::string lines = std::string("simd ") + dl4jhopfield::simdLevelName(dl4jhopfield::activeSimdLevel()) + "\n";
  for (Op* op : ops) {
    sd::ops::OpRegistrator::getInstance().registerOperation(op);
    lines += *op->getOpName() + " " + std::to_string(op->getOpHash()) + " " + op->wire() + "\n";
  }
  report = lines;
}

}  // namespace

/// Registers every op, once a process, and gives one line each: its name, libnd4j's hash and the form of a call; the
/// first line is "simd LEVEL". A text that begins with "error " says what went wrong. The text stays valid.
extern "C" __attribute__((visibility("default"))) const char* dl4jhopfield_register() {
  static std::string error;
  try {
    std::call_once(once, registerAll);
    return report.c_str();
  } catch (const std::exception& e) {
    error = std::string("error ") + e.what();
  } catch (...) {
    error = "error unknown failure";
  }
  return error.c_str();
}

extern "C" JNIEXPORT jstring JNICALL
Java_io_github_dl4jhopfield_ops_internal_runtime_NativeLibrary_register(JNIEnv* env, jclass) {
  return env->NewStringUTF(dl4jhopfield_register());
}
