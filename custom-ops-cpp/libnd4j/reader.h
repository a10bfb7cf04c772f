// The arrays of one call as the kernels' views: in place where type and strides allow, else by copies that it keeps and
// writes back.
#pragma once

#include <algorithm>
#include <deque>
#include <utility>

#include "call.h"
#include "dl4jhopfield/association.h"

namespace dl4jhopfield {
namespace nd4j {

using Shape = std::vector<int64_t>;

/// S is the type in which arrays are stored; kernels compute in Compute<S>.
template <class S>
class Reader {
 public:
  using C = Compute<S>;

  explicit Reader(const Call& call) : call(call) {}
  Reader(const Reader&) = delete;

  const Call& call;

  /// Numbers where they lie, or a dense copy of them.
  template <class T>
  struct Source {
    const T* data;
    Shape shape, strides;

    Shape stridesTo(const Shape& to, const char* name, int axis = -1, bool oneARow = false) const {
      return broadcastStrides(shape, strides, to, name, axis, oneARow);
    }
  };

  template <class In>
  Source<S> stored(In input, int repetition = 0) const {
    const Array a = call.input(input, repetition);
    return {a.kernel<const S>(), shapeOf(a), stridesOf(a)};
  }
  template <class In>
  Source<C> computed(In input, int repetition = 0) {
    const Array a = call.input(input, repetition);
    if constexpr (std::is_same_v<S, C>)
      return {a.kernel<const C>(), shapeOf(a), stridesOf(a)};
    else
      return {copies_.emplace_back(numbersOf<S>(a)).data(), shapeOf(a), denseStrides(a)};
  }
  /// A mask of any type as bytes. A broadcast mask stays small.
  template <class In>
  Source<uint8_t> mask(In input) {
    const Array a = call.input(input);
    if (isByte(a.type())) return {a.kernel<const uint8_t>(), shapeOf(a), stridesOf(a)};
    return {bytes_.emplace_back(bytesOf(a)).data(), shapeOf(a), denseStrides(a)};
  }
  /// All numbers of an input in C order.
  template <class In>
  const std::vector<double>& numbers(In input) {
    return numbers_.emplace_back(numbersOf<S, double>(call.input(input)));
  }
  /// The same, `length` of them, in the type of computing.
  template <class In>
  const C* dense(In input, int64_t length, int repetition = 0) {
    const Array a = call.input(input, repetition);
    if (a.length() != length)
      throw std::invalid_argument("an input has " + std::to_string(a.length()) + " numbers, expected " +
                                  std::to_string(length));
    return copies_.emplace_back(numbersOf<S>(a)).data();
  }

  /// A view [batch, head, row, step] of an array [batch, rows, heads, width] (or heads before rows) that broadcasts to
  /// `shape`.
  template <class T>
  static HeadView<const T> byHead(const Source<T>& source, const Shape& shape, bool rowsFirst, const char* name) {
    const Shape s = source.stridesTo(shape, name);
    return {source.data, s[0], s[rowsFirst ? 2 : 1], s[rowsFirst ? 1 : 2], s[3]};
  }

  /// An output like that, which may have length 1 where it is summed. finish() writes it where it is not written in
  /// place.
  template <class Out>
  HeadView<C> outputByHead(Out output, const Shape& full, bool rowsFirst) {
    const Array a = checked(output);
    bool direct = std::is_same_v<S, C> && a.rank() == 4 && a.strides()[3] == 1 && shapeOf(a) == full;
    HeadView<C> view;
    Shape strides = direct ? stridesOf(a) : Shape(4, 1);
    if (direct) {
      view.data = a.kernel<C>();
    } else {
      view.data = copies_.emplace_back(full[0] * full[1] * full[2] * full[3]).data();
      for (int i = 2; i >= 0; --i) strides[i] = strides[i + 1] * full[i + 1];
      pending_.push_back({a, view.data, full});
    }
    view.batch = strides[0];
    view.row = strides[rowsFirst ? 1 : 2];
    view.head = strides[rowsFirst ? 2 : 1];
    return view;
  }
  /// A dense output of `length` numbers: itself where it lies so, or a copy that finish() writes.
  template <class Out>
  C* denseOutput(Out output, int64_t length, int repetition = 0) {
    const Array a = checked(output, repetition);
    if (a.length() != length)
      throw std::invalid_argument("an output has " + std::to_string(a.length()) + " numbers, expected " +
                                  std::to_string(length));
    if (std::is_same_v<S, C> && isDense(a)) return a.kernel<C>();
    std::vector<C>& values = copies_.emplace_back(length);
    pending_.push_back({a, values.data(), shapeOf(a)});
    return values.data();
  }
  /// Writes numbers in C order.
  template <class Out, class T>
  void write(Out output, const std::vector<T>& numbers) const {
    const Array a = checked(output);
    if (a.length() != static_cast<int64_t>(numbers.size())) throw std::invalid_argument("an output has a wrong length");
    storeNumbers<S>(a, numbers.data());
  }
  /// After the kernel: outputs that were not written in place, summed over what they are broadcast over.
  void finish() {
    for (const Pending& p : pending_) {
      if (shapeOf(p.target) == p.full) {
        storeNumbers<S>(p.target, p.source);
        continue;
      }
      std::vector<double> sums(p.target.length(), 0.0);
      const Shape strides = broadcastStrides(shapeOf(p.target), denseStrides(p.target), p.full, "an output");
      const int rank = static_cast<int>(p.full.size());
      Shape index(rank, 0);
      int64_t n = 1;
      for (int64_t d : p.full) n *= d;
      for (int64_t i = 0; i < n; ++i) {
        int64_t at = 0;
        for (int d = 0; d < rank; ++d) at += index[d] * strides[d];
        sums[at] += static_cast<double>(p.source[i]);
        for (int d = rank - 1; d >= 0 && ++index[d] == p.full[d]; --d) index[d] = 0;
      }
      storeNumbers<S>(p.target, sums.data());
    }
  }

  template <class Out>
  Array checked(Out output, int repetition = 0) const {
    const Array a = call.output(output, repetition);
    if (a.info == nullptr) throw std::invalid_argument("an output is missing");
    if (a.type() != Stored<S>::type) throw std::invalid_argument("an output does not have the type of the inputs");
    return a;
  }

 private:
  struct Pending {
    Array target;
    const C* source;
    Shape full;  // of the source, dense
  };
  std::deque<std::vector<C>> copies_;
  std::deque<std::vector<uint8_t>> bytes_;
  std::deque<std::vector<double>> numbers_;
  std::vector<Pending> pending_;
};

/// Arrays as rows along the axis of a call; the first input, the scores, gives the shape.
template <class S>
class RowReader : public Reader<S> {
 public:
  using Base = Reader<S>;
  using Base::call;

  template <class In>
  RowReader(const Call& call, In scores) : Base(call), shape_(shapeOf(call.input(scores))), axis_(0) {
    const int rank = static_cast<int>(shape_.size());
    const long long axis = call.axis();
    if (rank < 1 || rank > kMaxOuterRank + 1 || axis < -rank || axis >= rank)
      throw std::invalid_argument("rank must be 1 to 32 and the axis inside it");
    axis_ = static_cast<int>(axis < 0 ? axis + rank : axis);
  }

  const Shape& shape() const { return shape_; }
  int axis() const { return axis_; }
  int64_t count() const {
    int64_t n = 1;
    for (int i = 0; i < static_cast<int>(shape_.size()); ++i)
      if (i != axis_) n *= shape_[i];
    return n;
  }

  /// An array of the shape of the scores.
  template <class In>
  RowsView<const S> rows(In input) const {
    const auto source = this->stored(input);
    if (source.shape != shape_) throw std::invalid_argument("an array does not have the shape of the scores");
    return view(source.data, source.strides, shape_[axis_]);
  }
  template <class Out>
  RowsView<S> output(Out output) const {
    const Array a = this->checked(output);
    if (shapeOf(a) != shape_) throw std::invalid_argument("an output does not have the shape of the scores");
    return view(a.kernel<S>(), stridesOf(a), shape_[axis_]);
  }
  /// An array that broadcasts to `shape`, which has another length along the axis perhaps.
  template <class In>
  RowsView<const S> broadcast(In input, const Shape& shape, const char* name) const {
    const auto source = this->stored(input);
    return view(source.data, source.stridesTo(shape, name), shape[axis_]);
  }
  /// The mask, or none where the call has none.
  template <class In>
  MaskView maskRows(In input) {
    if (!call.has(input)) return {};
    const auto source = this->mask(input);
    return view(source.data, source.stridesTo(shape_, "mask"), shape_[axis_]);
  }
  /// One number a row.
  template <class In>
  RowScalars<S> scalars(In input, const char* name) const {
    const auto source = this->stored(input);
    return RowScalars<S>(view(source.data, source.stridesTo(shape_, name, axis_, true), 1));
  }
  /// The input, or the number where the call has none.
  template <class In, class Num>
  RowScalars<S> scalars(In input, Num number, const char* name) const {
    return call.has(input) ? scalars(input, name) : RowScalars<S>(call.number(number));
  }

  /// Sums one number a row into an output of the shape of a parameter that was broadcast over the rows.
  template <class Out>
  void sumTo(Out output, const std::vector<double>& perRow) const {
    const Array a = this->checked(output);
    const char* name = "the gradient of a parameter";
    const RowsView<S> target =
        view(a.kernel<S>(), broadcastStrides(shapeOf(a), stridesOf(a), shape_, name, axis_, true), 1);
    std::vector<double> sums(a.length(), 0.0);
    const RowsView<double> sum =
        view(sums.data(), broadcastStrides(shapeOf(a), denseStrides(a), shape_, name, axis_, true), 1);
    for (int64_t r = 0; r < count(); ++r) *sum.row(r) += perRow[r];
    for (int64_t r = 0; r < count(); ++r) Stored<S>::store(target.row(r), *sum.row(r));
  }

  template <class T>
  RowsView<T> view(T* data, const Shape& strides, int64_t length) const {
    RowsView<T> v;
    v.data = data;
    v.length = length;
    v.stride = strides[axis_];
    for (int i = 0; i < static_cast<int>(shape_.size()); ++i) {
      if (i == axis_) continue;
      v.shape[v.outerRank] = shape_[i];
      v.strides[v.outerRank++] = strides[i];
    }
    return v;
  }

 private:
  Shape shape_;
  int axis_;
};

}  // namespace nd4j
}  // namespace dl4jhopfield
