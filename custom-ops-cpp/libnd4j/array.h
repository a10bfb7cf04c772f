// ND4J arrays: where their numbers are, shapes and strides, and reading and writing them one by one.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"
#include "libnd4j_m21.h"

namespace dl4jhopfield {
namespace nd4j {

/// An ND4J array.
///
/// Host or device: kernels take kernel(), the address where this library's kernels run. What this library itself reads
/// or writes one by one (parameters, masks of other types, halves that are converted) takes host(). In a build for
/// libnd4jcpu both are the same memory. A build for libnd4jcuda gives host() a copy that is brought over first and back
/// after, and has kernels convert what is large; InUse below is its place for the rest.
struct Array {
  const long long* info = nullptr;

  Array() = default;
  explicit Array(sd::NDArray* array) : info(array->platformShapeInfo()), data_(array->platformBuffer()) {}

  template <class T>
  T* kernel() const {
    return static_cast<T*>(data_);
  }
  template <class T>
  T* host() const {
    return static_cast<T*>(data_);
  }

  int rank() const { return static_cast<int>(info[0]); }
  const long long* shape() const { return info + 1; }
  const long long* strides() const { return info + 1 + rank(); }
  int64_t length() const {
    int64_t n = 1;
    for (int i = 0; i < rank(); ++i) n *= shape()[i];
    return n;
  }
  sd::DataType type() const { return sd::typeOf(info); }

 private:
  void* data_ = nullptr;
};

/// The arrays of a call while it runs.
class InUse {
 public:
  InUse(std::vector<const sd::NDArray*> writes, std::vector<const sd::NDArray*> reads)
      : writes_(std::move(writes)), reads_(std::move(reads)) {
    sd::NDArray::prepareSpecialUse(writes_, reads_);
  }
  ~InUse() { sd::NDArray::registerSpecialUse(writes_, reads_); }
  InUse(const InUse&) = delete;

 private:
  std::vector<const sd::NDArray*> writes_, reads_;
};

inline std::vector<int64_t> shapeOf(const Array& a) { return {a.shape(), a.shape() + a.rank()}; }
inline std::vector<int64_t> stridesOf(const Array& a) { return {a.strides(), a.strides() + a.rank()}; }
/// The strides that a C-order copy of it has.
inline std::vector<int64_t> denseStrides(const Array& a) {
  std::vector<int64_t> strides(a.rank());
  int64_t stride = 1;
  for (int i = a.rank() - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= a.shape()[i];
  }
  return strides;
}
/// The strides of an array of `size` and `strides`, broadcast (dimensions aligned at the last) to `shape`; along `axis`
/// it may have length 1 only where `oneARow`. Throws where it does not fit.
inline std::vector<int64_t> broadcastStrides(const std::vector<int64_t>& size, const std::vector<int64_t>& strides,
                                             const std::vector<int64_t>& shape, const char* name, int axis = -1,
                                             bool oneARow = false) {
  const std::size_t own = size.size(), rank = shape.size();
  std::vector<int64_t> result(rank, 0);
  bool fits = own <= rank;
  for (std::size_t i = 1; fits && i <= own; ++i) {
    const std::size_t d = rank - i;
    const int64_t wanted = oneARow && static_cast<int>(d) == axis ? 1 : shape[d];
    fits = size[own - i] == 1 || size[own - i] == wanted;
    result[d] = size[own - i] == 1 ? 0 : strides[own - i];
  }
  if (!fits) throw std::invalid_argument(std::string(name) + " does not fit the shape of the call");
  return result;
}

inline bool isByte(sd::DataType type) {
  return type == sd::DataType::Bool || type == sd::DataType::UInt8 || type == sd::DataType::Int8;
}

/// Calls f(offset) for each element, in C order.
template <class F>
void eachElement(const Array& a, F&& f) {
  const int last = a.rank() - 1;
  if (last < 0) return f(int64_t(0));
  const long long length = a.shape()[last], stride = a.strides()[last];
  std::vector<long long> index(last, 0);
  int64_t offset = 0;
  for (int64_t rows = length == 0 ? 0 : a.length() / length; rows > 0; --rows) {
    for (int64_t i = 0; i < length; ++i) f(offset + i * stride);
    for (int d = last - 1; d >= 0; --d) {
      offset += a.strides()[d];
      if (++index[d] < a.shape()[d]) break;
      offset -= index[d] * a.strides()[d];
      index[d] = 0;
    }
  }
}

/// A mask of any type as bytes, 1 for anything but 0, dense in its own shape, so that a broadcast mask stays small.
inline std::vector<uint8_t> bytesOf(const Array& a) {
  std::vector<uint8_t> bytes(a.length());
  uint8_t* to = bytes.data();
  const auto copy = [&](auto type, auto nonzero) {
    const auto* from = a.host<const decltype(type)>();
    eachElement(a, [&](int64_t at) { *to++ = nonzero(from[at]); });
  };
  const auto plain = [](auto value) { return value != 0; };
  switch (a.type()) {
    case sd::DataType::Float32:
      copy(float{}, plain);
      break;
    case sd::DataType::Double:
      copy(double{}, plain);
      break;
    case sd::DataType::Int32:
    case sd::DataType::UInt32:
      copy(int32_t{}, plain);
      break;
    case sd::DataType::Int64:
    case sd::DataType::UInt64:
      copy(int64_t{}, plain);
      break;
    case sd::DataType::Int16:
    case sd::DataType::UInt16:
      copy(int16_t{}, plain);
      break;
    case sd::DataType::Half:
    case sd::DataType::BFloat16:
      copy(uint16_t{}, [](uint16_t value) { return (value & 0x7fff) != 0; });  // -0 is 0
      break;
    default:
      copy(uint8_t{}, plain);
  }
  return bytes;
}

/// Numbers of storage type S one by one.
template <class S>
struct Stored;
template <>
struct Stored<float> {
  static constexpr sd::DataType type = sd::DataType::Float32;
  static double load(const float* p) { return *p; }
  static void store(float* p, double v) { *p = static_cast<float>(v); }
};
template <>
struct Stored<double> {
  static constexpr sd::DataType type = sd::DataType::Double;
  static double load(const double* p) { return *p; }
  static void store(double* p, double v) { *p = v; }
};
template <>
struct Stored<Half> {
  static constexpr sd::DataType type = sd::DataType::Half;
  static double load(const Half* p) { return toFloat(*p); }
  static void store(Half* p, double v) { *p = toHalf(static_cast<float>(v)); }
};
template <>
struct Stored<BFloat16> {
  static constexpr sd::DataType type = sd::DataType::BFloat16;
  static double load(const BFloat16* p) { return toFloat(*p); }
  static void store(BFloat16* p, double v) { *p = toBFloat16(static_cast<float>(v)); }
};

/// Whether its elements follow each other in C order.
inline bool isDense(const Array& a) {
  const std::vector<int64_t> dense = denseStrides(a);
  for (int i = 0; i < a.rank(); ++i)
    if (a.shape()[i] != 1 && a.strides()[i] != dense[i]) return false;
  return true;
}

/// Rows along the last axis.
template <class T>
RowsView<T> lastAxis(const Array& a, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  return rowsAlong(a.kernel<T>(), static_cast<int>(shape.size()), shape.data(), strides.data());
}
template <class T>
RowsView<T> lastAxis(const Array& a) {
  return lastAxis<T>(a, shapeOf(a), stridesOf(a));
}

/// Its numbers in C order, of an array of S.
template <class S, class C = Compute<S>>
std::vector<C> numbersOf(const Array& a) {
  std::vector<C> numbers;
  numbers.reserve(a.length());
  eachElement(a, [&](int64_t offset) {
    const S* p = a.host<const S>() + offset;
    if constexpr (std::is_same_v<S, C>)
      numbers.push_back(*p);
    else
      numbers.push_back(static_cast<C>(Stored<S>::load(p)));
  });
  return numbers;
}
/// The reverse.
template <class S, class C>
void storeNumbers(const Array& a, const C* numbers) {
  eachElement(a, [&](int64_t offset) { Stored<S>::store(a.host<S>() + offset, static_cast<double>(*numbers++)); });
}

/// Calls f with a value of the storage type of `array`.
template <class F>
void withType(const Array& array, F&& f) {
  switch (array.type()) {
    case sd::DataType::Float32:
      return f(float{});
    case sd::DataType::Double:
      return f(double{});
    case sd::DataType::Half:
      return f(Half{});
    case sd::DataType::BFloat16:
      return f(BFloat16{});
    default:
      throw std::invalid_argument("expected data type double, float, half or bfloat16");
  }
}

}  // namespace nd4j
}  // namespace dl4jhopfield
