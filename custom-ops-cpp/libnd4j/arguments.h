// What an op reads from a libnd4j context, as the kernels' views.
#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/rows.h"
#include "libnd4j_m21.h"

namespace dl4jhopfield {
namespace nd4j {

/// An ND4J array. libnd4j's shape info: rank, shape, strides, type flags, element-wise stride, order.
struct Array {
  void* data = nullptr;
  const long long* info = nullptr;

  Array() = default;
  explicit Array(sd::NDArray* array) : data(array->platformBuffer()), info(array->platformShapeInfo()) {}

  int rank() const { return static_cast<int>(info[0]); }
  const long long* shape() const { return info + 1; }
  const long long* strides() const { return info + 1 + rank(); }
  int64_t length() const {
    int64_t n = 1;
    for (int i = 0; i < rank(); ++i) n *= shape()[i];
    return n;
  }
  sd::DataType type() const;
};

inline sd::DataType typeOf(const long long* info) {
  const long long flags = info[2 * info[0] + 1];
  const struct {
    long long flag;
    sd::DataType type;
  } types[] = {{1LL << 13, sd::DataType::Float32}, {1LL << 14, sd::DataType::Double}, {1LL << 12, sd::DataType::Half},
               {1LL << 11, sd::DataType::BFloat16}, {1LL << 19, sd::DataType::Bool}};
  for (const auto& t : types)
    if (flags & t.flag) return t.type;
  const bool isUnsigned = flags & (1LL << 23);
  if (flags & (1LL << 15)) return isUnsigned ? sd::DataType::UInt8 : sd::DataType::Int8;
  if (flags & (1LL << 16)) return isUnsigned ? sd::DataType::UInt16 : sd::DataType::Int16;
  if (flags & (1LL << 17)) return isUnsigned ? sd::DataType::UInt32 : sd::DataType::Int32;
  if (flags & (1LL << 18)) return isUnsigned ? sd::DataType::UInt64 : sd::DataType::Int64;
  throw std::invalid_argument("unknown data type of an array");
}

inline sd::DataType Array::type() const { return typeOf(info); }

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
/// The strides of `array`, which lies in `own` strides, broadcast (dimensions aligned at the last) to `shape`; along `axis` it may
/// have length 1 where `oneARow`. Throws where it does not fit.
inline std::vector<int64_t> broadcastStrides(const Array& array, const std::vector<int64_t>& own, int rank, const long long* shape,
                                             int axis, bool oneARow, const char* name) {
  std::vector<int64_t> strides(rank, 0);
  const int dims = array.rank();
  bool fits = dims <= rank;
  for (int i = 1; fits && i <= dims; ++i) {
    const int d = rank - i;
    const long long size = array.shape()[dims - i];
    const long long wanted = oneARow && d == axis ? 1 : shape[d];
    fits = size == 1 || size == wanted;
    strides[d] = size == 1 ? 0 : own[dims - i];
  }
  if (!fits) throw std::invalid_argument(std::string(name) + " does not broadcast to the shape of the scores");
  return strides;
}
inline std::vector<int64_t> broadcastStrides(const Array& array, int rank, const long long* shape, int axis, bool oneARow,
                                             const char* name) {
  return broadcastStrides(array, stridesOf(array), rank, shape, axis, oneARow, name);
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
    const auto* from = static_cast<const decltype(type)*>(a.data);
    eachElement(a, [&](int64_t at) { *to++ = nonzero(from[at]); });
  };
  const auto plain = [](auto value) { return value != 0; };
  switch (a.type()) {
    case sd::DataType::Float32: copy(float{}, plain); break;
    case sd::DataType::Double: copy(double{}, plain); break;
    case sd::DataType::Int32:
    case sd::DataType::UInt32: copy(int32_t{}, plain); break;
    case sd::DataType::Int64:
    case sd::DataType::UInt64: copy(int64_t{}, plain); break;
    case sd::DataType::Int16:
    case sd::DataType::UInt16: copy(int16_t{}, plain); break;
    case sd::DataType::Half:
    case sd::DataType::BFloat16:
      copy(uint16_t{}, [](uint16_t value) { return (value & 0x7fff) != 0; });  // -0 is 0
      break;
    default: copy(uint8_t{}, plain);
  }
  return bytes;
}

/// One call: its arrays, checked and viewed as rows along the axis. Keeps the buffers of converted masks alive.
template <class S>
class Arguments {
 public:
  Arguments(sd::graph::Context& block, const Array& scores, int axis)
      : block_(block), rank_(scores.rank()), shape_(scores.shape()), axis_(axis < 0 ? axis + scores.rank() : axis) {
    if (rank_ < 1 || rank_ > kMaxOuterRank + 1 || axis_ < 0 || axis_ >= rank_)
      throw std::invalid_argument("rank must be 1 to 32 and the axis inside it");
  }

  int axis() const { return axis_; }
  int64_t rows() const {
    int64_t n = 1;
    for (int i = 0; i < rank_; ++i)
      if (i != axis_) n *= shape_[i];
    return n;
  }

  Array array(int index) const {
    if (index >= static_cast<int>(block_.width())) throw std::invalid_argument("too few inputs");
    sd::NDArray* array = block_.array(index);
    if (array == nullptr) throw std::invalid_argument("an input is missing");
    return Array(array);
  }

  /// An array of the shape and type of the scores.
  RowsView<const S> rows(int index) const { return sameShape<const S>(array(index)); }
  RowsView<S> output(sd::NDArray* out) const { return sameShape<S>(Array(out)); }

  /// Any array that broadcasts to the scores.
  RowsView<const S> broadcast(int index, const char* name) const {
    const Array a = array(index);
    requireType(a);
    return view<const S>(a.data, broadcastStrides(a, rank_, shape_, axis_, false, name), shape_[axis_]);
  }

  RowScalars<S> scalars(int index, const char* name) const {
    const Array a = array(index);
    requireType(a);
    return RowScalars<S>(view<const S>(a.data, broadcastStrides(a, rank_, shape_, axis_, true, name), 1));
  }

  MaskView mask(int index) {
    const Array a = array(index);
    const bool bytes = isByte(a.type());
    const auto strides =
        broadcastStrides(a, bytes ? stridesOf(a) : denseStrides(a), rank_, shape_, axis_, false, "mask");
    const void* data = bytes ? a.data : converted_.emplace_back(bytesOf(a)).data();
    return view<const uint8_t>(const_cast<void*>(data), strides, shape_[axis_]);
  }

  /// Sums one number a row into an output of the shape of a parameter that was broadcast over the rows.
  void sumTo(sd::NDArray* out, const std::vector<double>& perRow) const {
    const Array a(out);
    requireType(a);
    const RowsView<S> target =
        view<S>(a.data, broadcastStrides(a, rank_, shape_, axis_, true, "gradient of a parameter"), 1);
    std::vector<double> sums(a.length(), 0.0);
    RowsView<double> sumView = view<double>(
        sums.data(), broadcastStrides(a, denseStrides(a), rank_, shape_, axis_, true, "gradient of a parameter"), 1);
    for (int64_t r = 0; r < rows(); ++r) *sumView.row(r) += perRow[r];
    for (int64_t r = 0; r < rows(); ++r) store(target.row(r), *sumView.row(r));
  }

  static double load(const S* p);
  static void store(S* p, double value);
  static sd::DataType typeId();

 private:
  void requireType(const Array& a) const {
    if (a.type() != typeId()) throw std::invalid_argument("all floating-point arrays of a call must have one data type");
  }

  template <class T>
  RowsView<T> sameShape(const Array& a) const {
    requireType(a);
    bool same = a.rank() == rank_;
    for (int i = 0; same && i < rank_; ++i) same = a.shape()[i] == shape_[i];
    if (!same) throw std::invalid_argument("an array does not have the shape of the scores");
    return view<T>(a.data, std::vector<int64_t>(a.strides(), a.strides() + rank_), shape_[axis_]);
  }

  template <class T>
  RowsView<T> view(void* data, const std::vector<int64_t>& strides, int64_t length) const {
    RowsView<T> v;
    v.data = static_cast<T*>(data);
    v.length = length;
    v.stride = strides[axis_];
    for (int i = 0; i < rank_; ++i) {
      if (i == axis_) continue;
      v.shape[v.outerRank] = shape_[i];
      v.strides[v.outerRank++] = strides[i];
    }
    return v;
  }

  sd::graph::Context& block_;
  int rank_;
  const long long* shape_;
  int axis_;
  std::deque<std::vector<uint8_t>> converted_;
};

template <>
inline sd::DataType Arguments<float>::typeId() { return sd::DataType::Float32; }
template <>
inline sd::DataType Arguments<double>::typeId() { return sd::DataType::Double; }
template <>
inline sd::DataType Arguments<Half>::typeId() { return sd::DataType::Half; }
template <>
inline sd::DataType Arguments<BFloat16>::typeId() { return sd::DataType::BFloat16; }
template <>
inline double Arguments<float>::load(const float* p) { return *p; }
template <>
inline double Arguments<double>::load(const double* p) { return *p; }
template <>
inline double Arguments<Half>::load(const Half* p) { return toFloat(*p); }
template <>
inline double Arguments<BFloat16>::load(const BFloat16* p) { return toFloat(*p); }
template <>
inline void Arguments<float>::store(float* p, double v) { *p = static_cast<float>(v); }
template <>
inline void Arguments<double>::store(double* p, double v) { *p = v; }
template <>
inline void Arguments<Half>::store(Half* p, double v) { *p = toHalf(static_cast<float>(v)); }
template <>
inline void Arguments<BFloat16>::store(BFloat16* p, double v) { *p = toBFloat16(static_cast<float>(v)); }

// Plain reading and writing of arrays, for ops that have no axis and no scores.

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
  return rowsAlong(static_cast<T*>(a.data), static_cast<int>(shape.size()), shape.data(), strides.data());
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
    const S* p = static_cast<const S*>(a.data) + offset;
    if constexpr (std::is_same_v<S, C>)
      numbers.push_back(*p);
    else
      numbers.push_back(static_cast<C>(Arguments<S>::load(p)));
  });
  return numbers;
}
/// The reverse.
template <class S, class C>
void storeNumbers(const Array& a, const C* numbers) {
  eachElement(a, [&](int64_t offset) {
    Arguments<S>::store(static_cast<S*>(a.data) + offset, static_cast<double>(*numbers++));
  });
}

}  // namespace nd4j
}  // namespace dl4jhopfield
