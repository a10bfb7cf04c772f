// Turns strided views into blocks of contiguous rows: operands whose rows are contiguous are used where they are, the
// others (other axis, broadcast, 16-bit types) go through a buffer that stays in the first-level caches.
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/parallel.h"
#include "dl4jhopfield/rows.h"
#include "internal/block.h"
#include "internal/scratch.h"

namespace dl4jhopfield {

template <class S>
Compute<S> load(S value) {
  if constexpr (std::is_same_v<S, Half> || std::is_same_v<S, BFloat16>)
    return toFloat(value);
  else
    return value;
}

template <class S>
S store(Compute<S> value) {
  if constexpr (std::is_same_v<S, Half>)
    return toHalf(value);
  else if constexpr (std::is_same_v<S, BFloat16>)
    return toBFloat16(value);
  else
    return value;
}

template <class S>
class RowPlan {
 public:
  using C = Compute<S>;

  /// `like` gives the length and the outer shape that every other operand must have.
  template <class T>
  explicit RowPlan(const RowsView<T>& like) : length_(like.length), rank_(like.outerRank) {
    if (length_ < 0 || rank_ < 0 || rank_ > kMaxOuterRank) throw std::invalid_argument("rows view: bad length or rank");
    for (int i = 0; i < rank_; ++i) shape_[i] = like.shape[i];
  }

  RowPlan& in(const RowsView<const S>& view) {
    add(in_[ins_++], view, length_);
    return *this;
  }
  /// An optional input: its slot stays nullptr in the blocks if view.data is.
  RowPlan& maybeIn(const RowsView<const S>& view) {
    if (view.data != nullptr) return in(view);
    ++ins_;
    return *this;
  }
  RowPlan& out(const RowsView<S>& view) {
    add(out_[outs_++], view, length_);
    return *this;
  }
  RowPlan& mask(const MaskView& view) {
    if (view.data != nullptr) add(mask_, view, length_);
    return *this;
  }
  RowPlan& scalar(const RowScalars<S>& values) {
    constant_[scalars_] = values.constant;
    if (values.view.data != nullptr) add(scalar_[scalars_], values.view, 1);
    ++scalars_;
    return *this;
  }
  /// Per-row numbers held as double whatever S is.
  RowPlan& scalars(const RowsView<const double>& view) {
    add(scalar_[scalars_++], view, 1);
    return *this;
  }
  RowPlan& perRow(double* results) {
    perRow_[perRows_++] = results;
    return *this;
  }

  /// What every separation has: scores, mask, beta, weights.
  RowPlan& separation(const RowsView<const S>& x, const MaskView& m, const RowScalars<S>& beta, const RowsView<S>& y) {
    return in(x).mask(m).scalar(beta).out(y);
  }
  /// What every gradient of one has; the scores only where beta has a gradient.
  RowPlan& separationGradient(const RowsView<const S>& y, const RowsView<const S>& gradOut, const RowScalars<S>& beta,
                              const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta) {
    return in(y).in(gradOut).maybeIn(gradBeta.x).scalar(beta).out(gradX).perRow(gradBeta.perRow);
  }

  /// No block crosses a multiple of `rows`, and what lies between two multiples runs on one thread, in order.
  RowPlan& chunk(int64_t rows) {
    chunk_ = rows;
    return *this;
  }

  /// Calls kernel(const Block<C>&) for blocks that cover all rows, in parallel. `costPerElement` in units of
  /// parallelRows; each block gets `scratchRows` scratch rows of length + kPadding elements.
  template <class Kernel>
  void run(int64_t costPerElement, int64_t scratchRows, Kernel&& kernel) {
    int64_t rows = 1;
    for (int i = 0; i < rank_; ++i) rows *= shape_[i];
    if (rows == 0 || length_ == 0) return;
    merge();
    parallelRows((rows + chunk_ - 1) / chunk_, chunk_ * (costPerElement * length_ + 8),
                 [&](int64_t begin, int64_t end) {
                   runRange(begin * chunk_, std::min(end * chunk_, rows), scratchRows, kernel);
                 });
  }

 private:
  struct Operand {
    const char* data = nullptr;
    int64_t elementSize = 0;
    int64_t stride = 0;
    int64_t strides[kMaxOuterRank] = {};
    bool direct = false;  // used in place
    bool isDouble = false;

    const char* at(int64_t offset) const { return data + offset * elementSize; }
  };

  template <class T>
  void add(Operand& operand, const RowsView<T>& view, int64_t length) {
    if (view.length != length || view.outerRank != rank_)
      throw std::invalid_argument("rows views of one call must have the same length and outer shape");
    for (int i = 0; i < rank_; ++i)
      if (view.shape[i] != shape_[i])
        throw std::invalid_argument("rows views of one call must have the same length and outer shape");
    operand.data = reinterpret_cast<const char*>(view.data);
    operand.elementSize = sizeof(T);
    operand.stride = view.stride;
    std::copy(view.strides, view.strides + rank_, operand.strides);
    using Stored = std::remove_const_t<T>;
    const bool plain = std::is_same_v<Stored, C> || std::is_same_v<Stored, uint8_t>;
    operand.isDouble = std::is_same_v<Stored, double>;
    operand.direct = plain && (view.stride == 1 || length == 1);
    all_[count_++] = &operand;
  }

  /// Joins neighbouring outer dimensions that every operand steps through evenly, so that runs of rows are long.
  void merge() {
    int kept = 0;
    for (int i = 0; i < rank_; ++i) {
      if (shape_[i] == 1) continue;
      bool joins = kept > 0;
      for (int k = 0; k < count_ && joins; ++k) joins = all_[k]->strides[kept - 1] == all_[k]->strides[i] * shape_[i];
      if (!joins) {
        shape_[kept] = shape_[i];
        for (int k = 0; k < count_; ++k) all_[k]->strides[kept] = all_[k]->strides[i];
        ++kept;
      } else {
        shape_[kept - 1] *= shape_[i];
        for (int k = 0; k < count_; ++k) all_[k]->strides[kept - 1] = all_[k]->strides[i];
      }
    }
    rank_ = kept;
  }

  int64_t offset(const Operand& operand, int64_t row) const {
    int64_t result = 0;
    for (int i = rank_ - 1; i > 0; --i) {
      result += row % shape_[i] * operand.strides[i];
      row /= shape_[i];
    }
    return rank_ > 0 ? result + row * operand.strides[0] : 0;
  }

  int64_t step(const Operand& operand) const { return rank_ > 0 ? operand.strides[rank_ - 1] : 0; }

  // Copies between a strided block and a buffer row by row or, where rows lie closer together than elements, column
  // by column, so that each cache line is touched once.
  template <class F>
  static void eachElement(int64_t rows, int64_t length, int64_t rowStep, int64_t stride, F&& f) {
    const int64_t a = rowStep < 0 ? -rowStep : rowStep;
    const int64_t b = stride < 0 ? -stride : stride;
    if (a < b && a != 0) {
      for (int64_t i = 0; i < length; ++i)
        for (int64_t r = 0; r < rows; ++r) f(r, i);
    } else {
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < length; ++i) f(r, i);
    }
  }

  template <class T, class B>
  void gather(const Operand& operand, const T* source, int64_t rows, B* buffer, int64_t bufferStep) const {
    const int64_t rowStep = step(operand), stride = operand.stride;
    eachElement(rows, length_, rowStep, stride, [&](int64_t r, int64_t i) {
      if constexpr (std::is_same_v<T, uint8_t>)
        buffer[r * bufferStep + i] = source[r * rowStep + i * stride];
      else
        buffer[r * bufferStep + i] = load<T>(source[r * rowStep + i * stride]);
    });
  }

  void scatter(const Operand& operand, S* target, int64_t rows, const C* buffer, int64_t bufferStep) const {
    const int64_t rowStep = step(operand), stride = operand.stride;
    eachElement(rows, length_, rowStep, stride,
                [&](int64_t r, int64_t i) { target[r * rowStep + i * stride] = store<S>(buffer[r * bufferStep + i]); });
  }

  template <class Kernel>
  void runRange(int64_t begin, int64_t end, int64_t scratchRows, Kernel&& kernel) {
    static thread_local Scratch scratch;
    const int64_t wide = (length_ + kPadding + 15) / 16 * 16;  // rows of the buffers stay aligned to 64 bytes
    int staged = 0;
    for (int k = 0; k < ins_; ++k) staged += in_[k].data != nullptr && !in_[k].direct;
    for (int k = 0; k < outs_; ++k) staged += !out_[k].direct;
    const bool stagedMask = mask_.data != nullptr && !mask_.direct;
    bool buffered = staged > 0 || stagedMask;
    for (int k = 0; k < scalars_; ++k) buffered |= scalar_[k].data != nullptr;
    int64_t limit = end - begin;
    if (buffered) {
      const int64_t bytesPerRow = (staged * sizeof(C) + stagedMask) * wide + 2 * sizeof(double);
      limit = std::min(limit, std::clamp<int64_t>(256 * 1024 / bytesPerRow, 1, 64));
    }
    const int64_t held = buffered ? limit : 0;
    const std::size_t bytes =
        (scratchRows * wide + staged * held * wide) * sizeof(C) + 2 * (held + 8) * sizeof(double) + held * wide;
    char* memory = static_cast<char*>(scratch.atLeast(bytes));
    const auto take = [&memory](std::size_t n) {
      char* result = memory;
      memory += n;
      return result;
    };

    Block<C> block{};
    block.length = length_;
    block.scratchStep = wide;
    block.scratch = reinterpret_cast<C*>(take(scratchRows * wide * sizeof(C)));
    C* inBuffer[kMaxOperands] = {};
    C* outBuffer[kMaxOperands] = {};
    for (int k = 0; k < ins_; ++k)
      if (in_[k].data != nullptr && !in_[k].direct) inBuffer[k] = reinterpret_cast<C*>(take(held * wide * sizeof(C)));
    for (int k = 0; k < outs_; ++k)
      if (!out_[k].direct) outBuffer[k] = reinterpret_cast<C*>(take(held * wide * sizeof(C)));
    double* scalarBuffer[2] = {};
    for (int k = 0; k < scalars_; ++k) scalarBuffer[k] = reinterpret_cast<double*>(take((held + 8) * sizeof(double)));
    uint8_t* maskBuffer = stagedMask ? reinterpret_cast<uint8_t*>(take(held * wide)) : nullptr;
    for (int k = 0; k < perRows_; ++k) block.perRow[k] = perRow_[k];

    const int64_t run = rank_ > 0 ? shape_[rank_ - 1] : 1;
    for (int64_t row = begin; row < end;) {
      int64_t rows = std::min({end - row, limit, run - row % run});
      if (chunk_ > 1) rows = std::min(rows, chunk_ - row % chunk_);
      block.first = row;
      block.rows = rows;
      for (int k = 0; k < ins_; ++k) {
        if (in_[k].data == nullptr) continue;
        const char* source = in_[k].at(offset(in_[k], row));
        if (in_[k].direct) {
          block.in[k] = reinterpret_cast<const C*>(source);
          block.inStep[k] = step(in_[k]);
        } else {
          gather(in_[k], reinterpret_cast<const S*>(source), rows, inBuffer[k], wide);
          block.in[k] = inBuffer[k];
          block.inStep[k] = wide;
        }
      }
      if (mask_.data != nullptr) {
        const uint8_t* source = reinterpret_cast<const uint8_t*>(mask_.at(offset(mask_, row)));
        if (mask_.direct) {
          block.mask = source;
          block.maskStep = step(mask_);
        } else {
          gather(mask_, source, rows, maskBuffer, wide);
          block.mask = maskBuffer;
          block.maskStep = wide;
        }
      }
      for (int k = 0; k < scalars_; ++k) {
        if (scalar_[k].data == nullptr) {
          block.scalar[k] = &constant_[k];
          block.scalarStep[k] = 0;
        } else {
          for (int64_t r = 0; r < rows; ++r) {
            const char* source = scalar_[k].at(offset(scalar_[k], row) + r * step(scalar_[k]));
            scalarBuffer[k][r] = scalar_[k].isDouble ? *reinterpret_cast<const double*>(source)
                                                     : load<S>(*reinterpret_cast<const S*>(source));
          }
          block.scalar[k] = scalarBuffer[k];
          block.scalarStep[k] = 1;
        }
      }
      for (int k = 0; k < outs_; ++k) {
        if (out_[k].direct) {
          block.out[k] = const_cast<C*>(reinterpret_cast<const C*>(out_[k].at(offset(out_[k], row))));
          block.outStep[k] = step(out_[k]);
        } else {
          block.out[k] = outBuffer[k];
          block.outStep[k] = wide;
        }
      }
      kernel(static_cast<const Block<C>&>(block));
      for (int k = 0; k < outs_; ++k)
        if (!out_[k].direct)
          scatter(out_[k], const_cast<S*>(reinterpret_cast<const S*>(out_[k].at(offset(out_[k], row)))), rows,
                  outBuffer[k], wide);
      row += rows;
    }
  }

  int64_t length_;
  int rank_;
  int64_t shape_[kMaxOuterRank] = {};
  Operand in_[kMaxOperands], out_[kMaxOperands], mask_, scalar_[2];
  Operand* all_[2 * kMaxOperands + 3] = {};
  int ins_ = 0, outs_ = 0, scalars_ = 0, perRows_ = 0, count_ = 0;
  int64_t chunk_ = 1;
  double constant_[2] = {1.0, 1.0};
  double* perRow_[2] = {};
};

}  // namespace dl4jhopfield
