#include "dl4jhopfield/lagrangian.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "internal/each_type.h"
#include "internal/reference.h"
#include "internal/row_kernels.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace reference {

template <class C>
void lagrangian(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r) {
    const C* x = b.in[0] + r * b.inStep[0];
    const uint8_t* mask = b.mask ? b.mask + r * b.maskStep : nullptr;
    C* d = b.out[0] + r * b.outStep[0];
    C* keep = b.out[1] + r * b.outStep[1];
    const C threshold = static_cast<C>(b.scalar[0][r * b.scalarStep[0]]);
    const C bias = static_cast<C>(b.scalar[1][r * b.scalarStep[1]]);
    for (int64_t i = 0; i < b.length; ++i) {
      const C value = x[i];
      const bool masked = mask != nullptr && mask[i] == 0;
      const bool kept = !masked && value > threshold;
      d[i] = masked ? C(0) : kept || std::isnan(value) ? value : bias;
      keep[i] = kept ? C(1) : C(0);
    }
  }
}

template <class C>
void lagrangianBackward(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r) {
    const C* keep = b.in[0] + r * b.inStep[0];
    const C* g = b.in[1] + r * b.inStep[1];
    C* gradX = b.out[0] + r * b.outStep[0];
    for (int64_t i = 0; i < b.length; ++i) gradX[i] = keep[i] != 0 ? g[i] : C(0);
  }
}

template <class C>
void lagrangianSums(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r) {
    const C* x = b.in[0] + r * b.inStep[0];
    const C* keep = b.in[1] + r * b.inStep[1];
    const C* g = b.in[2] + r * b.inStep[2];
    const uint8_t* mask = b.mask ? b.mask + r * b.maskStep : nullptr;
    const double median = b.scalar[0][r * b.scalarStep[0]];
    double forgotten = 0, ties = 0;
    for (int64_t i = 0; i < b.length; ++i) {
      if (mask != nullptr && mask[i] == 0) continue;
      if (keep[i] == 0 && !std::isnan(x[i])) forgotten += static_cast<double>(g[i]);
      ties += static_cast<double>(x[i]) == median;
    }
    b.perRow[0][b.first + r] = forgotten;
    b.perRow[1][b.first + r] = ties;
  }
}

template <class C>
int64_t collect(const C* x, const uint8_t* mask, int64_t n, bool withMinusInfinity, C* out) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    const bool counts = (mask == nullptr || mask[i] != 0) && !std::isnan(x[i]) &&
                        (withMinusInfinity || x[i] != -std::numeric_limits<C>::infinity());
    if (counts) out[count++] = x[i];
  }
  return count;
}

template <class C>
C select(C* values, int64_t n, int64_t k) {
  std::nth_element(values, values + k, values + n);
  return values[k];
}

template void lagrangianSums(const Block<float>&);
template void lagrangianSums(const Block<double>&);
template int64_t collect(const float*, const uint8_t*, int64_t, bool, float*);
template int64_t collect(const double*, const uint8_t*, int64_t, bool, double*);
template float select(float*, int64_t, int64_t);
template double select(double*, int64_t, int64_t);
template void lagrangian(const Block<float>&);
template void lagrangian(const Block<double>&);
template void lagrangianBackward(const Block<float>&);
template void lagrangianBackward(const Block<double>&);

}  // namespace reference

namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// A copy of a view that holds only its rows [begin, end) is not expressible with outer strides; instead the entries
/// of a group are visited row by row.
template <class S, class F>
void eachEntry(const RowsView<const S>& x, const MaskView& mask, int64_t begin, int64_t end, F&& f) {
  for (int64_t row = begin; row < end; ++row) {
    const S* values = x.row(row);
    const uint8_t* keep = mask.data != nullptr ? mask.row(row) : nullptr;
    for (int64_t i = 0; i < x.length; ++i)
      if (keep == nullptr || keep[i * mask.stride] != 0) f(row, i, load<S>(values[i * x.stride]));
  }
}

/// Lower median of the entries that count; -inf if there are none (then everything finite is kept).
template <class S>
double lowerMedian(const RowsView<const S>& x, const MaskView& mask, int64_t begin, int64_t end,
                   bool withMinusInfinity) {
  using C = Compute<S>;
  static thread_local Scratch scratch;
  const RowKernels<C>& kernels = rowKernels<C>();
  C* values = static_cast<C*>(scratch.atLeast(((end - begin) * x.length + kPadding) * sizeof(C)));
  int64_t count = 0;
  for (int64_t row = begin; row < end; ++row) {
    bool inPlace = std::is_same_v<S, C> && x.stride == 1;
    inPlace &= mask.data == nullptr || mask.stride == 1;
    if (inPlace) {
      count += kernels.collect(reinterpret_cast<const C*>(x.row(row)), mask.data != nullptr ? mask.row(row) : nullptr,
                               x.length, withMinusInfinity, values + count);
    } else {
      eachEntry(x, mask, row, row + 1, [&](int64_t, int64_t, C value) {
        if (!std::isnan(value) && (withMinusInfinity || value != -std::numeric_limits<C>::infinity()))
          values[count++] = value;
      });
    }
  }
  return count == 0 ? kMinusInfinity : static_cast<double>(kernels.select(values, count, (count - 1) / 2));
}

struct Groups {
  int64_t count, rows;

  Groups(const PfuOptions& options, int64_t allRows) : count(options.groups(allRows)), rows(allRows) {
    if (count < 1 || (allRows % count) != 0)
      throw std::invalid_argument("pfu: the number of samples must divide the number of rows");
  }
  int64_t begin(int64_t group) const { return rows / count * group; }
};

template <class S>
void groupMedians(const RowsView<const S>& x, const MaskView& mask, const PfuOptions& options, const Groups& groups,
                  double* medians) {
  if (!options.muIsMedian) {
    std::fill(medians, medians + groups.count, options.mu);
    return;
  }
  const bool withMinusInfinity = options.scope == MedianScope::Tensor;
  parallelRows(groups.count, groups.rows / groups.count * x.length * 8, [&](int64_t begin, int64_t end) {
    for (int64_t g = begin; g < end; ++g)
      medians[g] = lowerMedian(x, mask, groups.begin(g), groups.begin(g + 1), withMinusInfinity);
  });
}

/// Per-row numbers as a RowScalars of the compute type would need a view with the outer shape of x; a dense one is.
template <class S>
RowsView<const double> denseScalars(const RowsView<const S>& like, const std::vector<double>& values) {
  RowsView<const double> view;
  view.data = values.data();
  view.length = 1;
  view.outerRank = like.outerRank;
  int64_t stride = 1;
  for (int i = like.outerRank - 1; i >= 0; --i) {
    view.shape[i] = like.shape[i];
    view.strides[i] = stride;
    stride *= like.shape[i];
  }
  return view;
}

}  // namespace

template <class S>
void reluUnit(const RowsView<const S>& x, const MaskView& mask, const RowsView<S>& d, const RowsView<S>& keep) {
  RowPlan<S>(x).in(x).mask(mask).scalar(0.0).scalar(0.0).out(d).out(keep).run(1, 0,
                                                                              rowKernels<Compute<S>>().lagrangian);
}

template <class S>
void reluUnitBackward(const RowsView<const S>& keep, const RowsView<const S>& gradD, const RowsView<S>& gradX) {
  RowPlan<S>(keep).in(keep).in(gradD).out(gradX).run(1, 0, rowKernels<Compute<S>>().lagrangianBackward);
}

template <class S>
void pfuUnit(const RowsView<const S>& x, const MaskView& mask, const PfuOptions& options, const double* noise,
             const RowsView<S>& d, const RowsView<S>& keep, double* medians) {
  const int64_t rows = x.rows();
  if (rows == 0 || x.length == 0) return;
  const Groups groups(options, rows);
  std::vector<double> mu(groups.count);
  groupMedians(x, mask, options, groups, mu.data());
  if (medians != nullptr) std::copy(mu.begin(), mu.end(), medians);
  std::vector<double> threshold(rows), bias(rows);
  for (int64_t g = 0; g < groups.count; ++g) {
    const double t = mu[g] + (noise != nullptr ? options.sigma * options.sigma * noise[g] : 0.0);
    for (int64_t row = groups.begin(g); row < groups.begin(g + 1); ++row) {
      threshold[row] = t;
      bias[row] = options.biasIsThreshold ? t : options.bias;
    }
  }
  RowPlan<S>(x)
      .in(x)
      .mask(mask)
      .scalars(denseScalars(x, threshold))
      .scalars(denseScalars(x, bias))
      .out(d)
      .out(keep)
      .run(1, 0, rowKernels<Compute<S>>().lagrangian);
}

template <class S>
void pfuUnitBackward(const RowsView<const S>& x, const MaskView& mask, const PfuOptions& options,
                     const RowsView<const S>& keep, const RowsView<const S>& gradD, const RowsView<S>& gradX,
                     const double* medians) {
  reluUnitBackward<S>(keep, gradD, gradX);
  const int64_t rows = x.rows();
  if (!options.biasIsThreshold || !options.muIsMedian || rows == 0 || x.length == 0) return;
  const Groups groups(options, rows);
  std::vector<double> found;
  if (medians == nullptr) {
    found.resize(groups.count);
    groupMedians(x, mask, options, groups, found.data());
    medians = found.data();
  }
  // Summed row by row, then in the order of the rows: the same bits whatever the number of threads.
  const auto groupOf = [&](int64_t row) { return row / (rows / groups.count); };
  std::vector<double> forgotten(rows), ties(rows), ofRow(rows);
  for (int64_t row = 0; row < rows; ++row) ofRow[row] = medians[groupOf(row)];
  RowPlan<S>(x)
      .in(x)
      .in(keep)
      .in(gradD)
      .mask(mask)
      .scalars(denseScalars(x, ofRow))
      .perRow(forgotten.data())
      .perRow(ties.data())
      .run(1, 0, rowKernels<Compute<S>>().lagrangianSums);
  std::vector<double> share(groups.count, 0.0);
  std::vector<double> tied(groups.count, 0.0);
  for (int64_t row = 0; row < rows; ++row) {
    share[groupOf(row)] += forgotten[row];
    if (ofRow[row] != kMinusInfinity) tied[groupOf(row)] += ties[row];
  }
  for (int64_t g = 0; g < groups.count; ++g)
    if (tied[g] > 0) share[g] /= tied[g];
  parallelRows(rows, x.length, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      if (ties[row] == 0 || ofRow[row] == kMinusInfinity) continue;
      S* target = gradX.row(row);
      const double median = medians[groupOf(row)];
      eachEntry(x, mask, row, row + 1, [&](int64_t, int64_t i, Compute<S> value) {
        if (static_cast<double>(value) != median) return;
        S& entry = target[i * gradX.stride];
        entry = store<S>(static_cast<Compute<S>>(load<S>(entry) + share[groupOf(row)]));
      });
    }
  });
}

#define INSTANTIATE(S)                                                                                       \
  template void reluUnit(const RowsView<const S>&, const MaskView&, const RowsView<S>&, const RowsView<S>&); \
  template void reluUnitBackward(const RowsView<const S>&, const RowsView<const S>&, const RowsView<S>&);    \
  template void pfuUnit(const RowsView<const S>&, const MaskView&, const PfuOptions&, const double*,         \
                        const RowsView<S>&, const RowsView<S>&, double*);                                    \
  template void pfuUnitBackward(const RowsView<const S>&, const MaskView&, const PfuOptions&,                \
                                const RowsView<const S>&, const RowsView<const S>&, const RowsView<S>&,      \
                                const double*);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
