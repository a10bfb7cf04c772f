// The part of libnd4j's C++ interface that an op needs, as the binary of ND4J 1.0.0-M2.1 has it on x86-64 Linux.
//
// libnd4j publishes no headers; its library exports every symbol. What is declared here was read off that binary:
// layouts and order of virtual functions hold for M2.1 only, which the Java side checks before it loads this library:
// another build of libnd4j is another file like this one, and nothing else here depends on the binary. Build with the
// C++11 string ABI and against the shared libstdc++, which libnd4jcpu.so uses too: std::string, std::vector and
// exceptions pass between the two.
#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#define LIBND4J __attribute__((visibility("default")))

namespace samediff {
enum class LIBND4J EmptyHandling : int { Skip = 1, Exception = 2, Execute = 3 };
}

namespace sd {

enum class LIBND4J DataType : int {
  Bool = 1,
  Half = 3,
  Float32 = 5,
  Double = 6,
  Int8 = 7,
  Int16 = 8,
  Int32 = 9,
  Int64 = 10,
  UInt8 = 11,
  UInt16 = 12,
  UInt32 = 13,
  UInt64 = 14,
  BFloat16 = 17
};

enum class LIBND4J Status : int { Ok = 0, BadInput = 1, KernelFailure = 50 };

/// Shape info is rank, shape, strides, type flags, element-wise stride, order.
class LIBND4J NDArray {
 public:
  /// Of the numbers on the platform: host memory in libnd4jcpu, device memory in libnd4jcuda.
  void* platformBuffer();
  const long long* platformShapeInfo() const;
  /// Around a kernel: bring the numbers that it reads to the platform; say that it wrote there. Nothing to do in
  /// libnd4jcpu.
  static void prepareSpecialUse(const std::vector<const NDArray*>& writes, const std::vector<const NDArray*>& reads,
                                bool synchronizeWrites = false);
  static void registerSpecialUse(const std::vector<const NDArray*>& writes, const std::vector<const NDArray*>& reads);
};

/// The type that the flags of a shape info name; Bool = 1 and so on as above.
inline DataType typeOf(const long long* shapeInfo) {
  const long long flags = shapeInfo[2 * shapeInfo[0] + 1];
  const struct {
    int bit;
    DataType type, asUnsigned;
  } types[] = {{13, DataType::Float32, DataType::Float32}, {14, DataType::Double, DataType::Double},
               {12, DataType::Half, DataType::Half},       {11, DataType::BFloat16, DataType::BFloat16},
               {19, DataType::Bool, DataType::Bool},       {15, DataType::Int8, DataType::UInt8},
               {16, DataType::Int16, DataType::UInt16},    {17, DataType::Int32, DataType::UInt32},
               {18, DataType::Int64, DataType::UInt64}};
  const bool isUnsigned = flags & (1LL << 23);
  for (const auto& t : types)
    if (flags & (1LL << t.bit)) return isUnsigned ? t.asUnsigned : t.type;
  throw std::invalid_argument("unknown data type of an array");
}

/// Shapes that a shape function gives; libnd4j deletes it.
class LIBND4J ShapeList {
 public:
  explicit ShapeList(const long long* shape = nullptr);
  void push_back(const long long* shape);
  long long* at(int index);

 private:
  std::vector<const long long*> shapes_;
  bool flags_[3];
};
static_assert(sizeof(ShapeList) == 32, "ShapeList of M2.1");

class LIBND4J ConstantShapeHelper {
 public:
  static ConstantShapeHelper& getInstance();
  long long* createShapeInfo(DataType type, char order, int rank, const long long* shape);
};

class LIBND4J ErrorReference {
 public:
  void setErrorCode(int code);
  void setErrorMessage(const char* message);
};

class LIBND4J LaunchContext {
 public:
  static LaunchContext* defaultContext();
  ErrorReference* errorReference();
};

namespace graph {

class LIBND4J ContextPrototype {
 public:
  std::vector<double>* getTArguments();
  std::vector<int>* getIArguments();
};

/// Both classes are polymorphic there; the base begins where the object does, as it does in this declaration.
class LIBND4J Context : public ContextPrototype {
 public:
  unsigned long width();
  NDArray* array(int index);
  std::vector<NDArray*>& fastpath_out();
};

}  // namespace graph

namespace ops {

class LIBND4J OpDescriptor;

class LIBND4J DeclarableOp {
 public:
  virtual void registerTypes();
  virtual Status validateAndExecute(graph::Context& block) = 0;
  virtual samediff::EmptyHandling emptyHandling();
  virtual ~DeclarableOp();
  virtual Status validateDataTypes(graph::Context& block);
  virtual ShapeList* calculateOutputShape(ShapeList* inputs, graph::Context& block) = 0;
  virtual Status execute(graph::Context* block);

  std::string* getOpName();
  long long getOpHash();

 protected:
  DeclarableOp(int inputs, int outputs, const char* name, bool inplace, int tArgs, int iArgs);
  NDArray* getZ(graph::Context& block, int index);

 private:
  std::mutex registrator_;
  bool registered_;
  std::string name_;
  OpDescriptor* descriptor_;
  NDArray* scalar_;
};
static_assert(sizeof(std::mutex) == 40 && sizeof(std::string) == 32, "glibc and libstdc++ on x86-64");
static_assert(sizeof(DeclarableOp) == 104, "DeclarableOp of M2.1");

class LIBND4J DeclarableCustomOp : public DeclarableOp {
 public:
  DeclarableCustomOp(int inputs, int outputs, const char* name, bool inplace, int tArgs, int iArgs);
};
static_assert(sizeof(DeclarableCustomOp) == 104, "DeclarableCustomOp of M2.1");

class LIBND4J OpRegistrator {
 public:
  static OpRegistrator& getInstance();
  bool registerOperation(DeclarableOp* op);
  DeclarableOp* getOperation(const char* name);
};

}  // namespace ops
}  // namespace sd
