#include "dl4jhopfield/projection.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "internal/each_type.h"
#include "internal/panels.h"
#include "internal/projection_parts.h"
#include "internal/row_kernels.h"

namespace dl4jhopfield {
namespace {

using association_detail::activeOps;
using association_detail::roundUp;
using association_detail::TileOps;
using namespace projection_detail;

constexpr int64_t kBlockBytes = 320 * 1024;  // rows of x worked on at a time, in the second-level cache
constexpr int64_t kFewRows = 256;            // from here on weights are packed before
constexpr int64_t kPackTerms = 128;          // packed at a time else
constexpr int64_t kComingRows = 24;          // of x between two looks at the weights that come next
constexpr int64_t kTileBytes = 512 * 1024;   // of a gradient of weights, likewise
constexpr int64_t kTileRows = 96;
constexpr int64_t kUnitRows = 6;          // of such a gradient: a share of the work
constexpr int64_t kGradientRows = 48;     // worked on at a time in the backward pass
constexpr int64_t kPartBytes = 32 << 20;  // rows and gradients that the backward pass keeps at a time
constexpr int64_t kMostPartRows = 4096;   // whose sums are taken in C; those of such parts are added up in double
constexpr int64_t kLeastPartRows = 1024;
constexpr int64_t kSumRows = 128;  // whose sum is taken in C

// where sums over rows, gradients of weights, take so few bytes
constexpr int64_t kSmallBytes = 160 * 1024;
constexpr int64_t kSmallBlockBytes = 48 * 1024;  // rows worked on at a time
constexpr int64_t kMostChunks = 32;              // of rows, each with sums of its own
constexpr int64_t kLeastChunkRows = 256;

template <class S>
void check(const RowsView<const S>& x, const std::vector<Projection<S>>& projections, std::size_t views) {
  if (projections.empty() || projections.size() != views)
    throw std::invalid_argument("one array a projection is needed");
  for (const auto& p : projections)
    if (p.width < 0 || (p.weight == nullptr && p.width * x.length > 0))
      throw std::invalid_argument("a projection has no weights");
}

/// What both directions need: x, normalised block by block.
template <class S>
struct Standardised {
  using C = Compute<S>;
  const TileOps<C>& ops = activeOps<C>();
  Blocks<S> x;
  bool normalise;
  C eps;
  int64_t length, wide;

  Standardised(const RowsView<const S>& view, bool norm, double eps)
      : x(view, roundUp(view.length, activeOps<C>().lanes), false),
        normalise(norm && view.length > 0),
        eps(static_cast<C>(eps)),
        length(view.length),
        wide(roundUp(view.length, activeOps<C>().lanes)) {}

  /// Whether the rows are used where they lie.
  bool inPlace() const { return x.direct() && !normalise; }

  /// Room that `rows` takes for blocks of so many rows.
  int64_t scratch(int64_t rows) const { return rows * ((x.direct() ? 0 : wide) + 2); }

  /// The rows, normalised where that is wanted, in h, with the factor that normalised each; not for rows in place.
  void rows(int64_t first, int64_t count, Parts<C>& parts, C* h, int64_t hStep, C* inverse) const {
    const C* raw = x.at(first, count, x.direct() ? nullptr : parts.take(count * wide));
    if (normalise) {
      C* mean = parts.take(2 * count);
      normaliseRows(ops, raw, x.step(), count, length, eps, mean, inverse ? inverse : mean + count, h, hStep);
    } else {
      for (int64_t r = 0; r < count; ++r) std::copy_n(raw + r * x.step(), length, h + r * hStep);
    }
  }
};

/// f of each number of a block.
template <class C>
void activate(DenseActivation f, C* out, int64_t step, int64_t rows, int64_t columns) {
  Block<C> block{};
  block.rows = rows;
  block.length = columns;
  block.in[0] = block.out[0] = out;
  block.inStep[0] = block.outStep[0] = step;
  switch (f) {
    case DenseActivation::None:
      break;
    case DenseActivation::Relu:
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < columns; ++i) {
          C& v = out[r * step + i];
          v = v < C(0) ? C(0) : v;
        }
      break;
    case DenseActivation::Gelu:
      rowKernels<C>().gelu(block);
      break;
    case DenseActivation::GeluTanh:
      rowKernels<C>().geluTanh(block);
      break;
  }
}

/// out += a part of rows of a view.
template <class S>
void addRows(const RowsView<const S>& view, int64_t first, int64_t rows, int64_t from, int64_t columns, Compute<S>* out,
             int64_t step) {
  for (int64_t r = 0; r < rows; ++r, out += step) {
    const S* row = view.row(first + r) + from * view.stride;
    if (view.stride == 1)
      for (int64_t c = 0; c < columns; ++c) out[c] += load<S>(row[c]);
    else
      for (int64_t c = 0; c < columns; ++c) out[c] += load<S>(row[c * view.stride]);
  }
}

/// Which projection and which of its columns each panel of all their weights has.
struct PanelPlace {
  std::size_t projection;
  int64_t from, columns, offset;  // offset: of its first number in what is packed
};

/// The panels of matrices of so many columns, that of each projection as many rows long as `rows` says.
template <class C, class Columns, class Rows>
std::vector<PanelPlace> places(std::size_t n, Columns&& columns, Rows&& rows, int64_t& size) {
  std::vector<PanelPlace> all;
  size = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (int64_t from = 0; from < columns(i); from += kPanelWidth<C>) {
      all.push_back({i, from, std::min(kPanelWidth<C>, columns(i) - from), size});
      size += rows(i) * kPanelWidth<C>;
    }
  return all;
}

/// The part of a panel that is packed next: weights of a few rows of x come from memory, and the processor by itself
/// does not look so far.
template <class S>
class Coming {
 public:
  Coming(const std::vector<Projection<S>>& projections, int64_t length, const PanelPlace& place, int64_t from)
      : of_(projections[place.projection]),
        at_(of_.weight + from * of_.weightRow + place.from * of_.weightStep),
        columns_(of_.weightStep == 1 ? place.columns : 0),
        terms_(std::min(kPackTerms, length - from)) {}

  /// Asks for a share of it, of as many as there are among `rows` rows.
  void some(int64_t rows) {
    constexpr int64_t line = 64 / static_cast<int64_t>(sizeof(S));
    const int64_t share = (terms_ * kComingRows + rows - 1) / rows;
    for (const int64_t stop = std::min(terms_, done_ + share); done_ < stop; ++done_, at_ += of_.weightRow)
      for (int64_t c = 0; c < columns_; c += line) __builtin_prefetch(at_ + c, 0, 2);
  }

 private:
  const Projection<S>& of_;
  const S* at_;
  int64_t columns_, terms_, done_ = 0;
};

template <class C>
C* memory(Scratch& scratch, int64_t elements) {
  return static_cast<C*>(scratch.atLeast(static_cast<std::size_t>(elements + kPadding) * sizeof(C)));
}

}  // namespace

namespace projection_detail {

template <class S>
void projectTo(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
               DenseActivation activation, const std::vector<RowsView<S>>& y, const RowsView<const S>& residual) {
  using C = Compute<S>;
  check<S>(x, projections, y.size());
  const Standardised<S> in(x, normalise, eps);
  const int64_t length = x.length, rows = x.rows();
  if (rows == 0) return;
  int64_t size;
  const std::vector<PanelPlace> panels = places<C>(
      y.size(), [&](std::size_t i) { return projections[i].width; }, [&](std::size_t) { return length; }, size);
  const int64_t count = static_cast<int64_t>(panels.size());
  std::vector<Target<S>> targets;
  for (const auto& view : y) targets.emplace_back(view);
  // Few rows meet each panel while it is packed, which is then in the first-level cache; else all are packed before.
  const bool few = rows <= kFewRows;
  const int64_t blockRows = few ? rows : evenBlock(rows, rowsOfBlock<C>(in.wide, kBlockBytes));
  const int64_t blocks = (rows + blockRows - 1) / blockRows;
  static thread_local Scratch scratch;
  C* packed = memory<C>(scratch, few ? rows * in.wide : size + count * kPanelWidth<C>);
  C* biases = packed + size;
  const auto packTerms = [&](const PanelPlace& place, int64_t from, int64_t terms, C* panel, C* bias) {
    const Projection<S>& of = projections[place.projection];
    packPanel(of.weight + from * of.weightRow + place.from * of.weightStep, of.weightRow, of.weightStep, terms,
              place.columns, panel);
    if (from == 0)
      for (int64_t c = 0; c < place.columns; ++c) bias[c] = of.bias ? of.bias[place.from + c] : C(0);
    if (of.shift != nullptr)
      in.ops.gemm(bias, kPanelWidth<C>, panel, kPanelWidth<C>, place.columns, of.shift + from, terms, 1, 1, terms, true,
                  nullptr);
    if (of.gain == nullptr) return;
    for (int64_t k = 0; k < terms; ++k, panel += kPanelWidth<C>)
      for (int64_t c = 0; c < kPanelWidth<C>; ++c) panel[c] *= of.gain[from + k];
  };
  if (few) {
    C* shared = packed;
    parallelRows(in.inPlace() ? 0 : rows, 8 * length, [&](int64_t begin, int64_t end) {
      Parts<C> parts(in.scratch(end - begin));
      in.rows(begin, end - begin, parts, shared + begin * in.wide, in.wide, nullptr);
    });
    const C* h = in.inPlace() ? in.x.at(0, rows, nullptr) : shared;
    const int64_t step = in.inPlace() ? in.x.step() : in.wide;
    parallelRows(count, (rows / 16 + 1) * length * kPanelWidth<C>, [&](int64_t begin, int64_t end) {
      Parts<C> parts((kPackTerms + 1 + rows) * kPanelWidth<C>);
      C* panel = parts.take(kPackTerms * kPanelWidth<C>);
      C* bias = parts.take(kPanelWidth<C>);
      C* buffer = parts.take(rows * kPanelWidth<C>);
      for (int64_t p = begin; p < end; ++p) {
        const PanelPlace& place = panels[p];
        const Target<S>& target = targets[place.projection];
        const bool after = projections[place.projection].shift != nullptr;
        const C* first = after ? nullptr : bias;
        for (int64_t k = 0; k < std::max<int64_t>(length, 1); k += kPackTerms) {
          const int64_t terms = std::min(kPackTerms, length - k);
          packTerms(place, k, terms, panel, bias);
          const bool deeper = k + kPackTerms < length;
          Coming<S> coming(projections, length, deeper ? place : panels[std::min(p + 1, end - 1)],
                           deeper ? k + kPackTerms : 0);
          for (int64_t r = 0; r < rows; r += kComingRows) {
            coming.some(rows);
            C* sums = buffer + r * kPanelWidth<C>;
            in.ops.gemmFrom(sums, kPanelWidth<C>, panel, kPanelWidth<C>, place.columns, h + r * step + k, step, 1,
                            std::min(kComingRows, rows - r), terms, k > 0 ? sums : first, k > 0 ? kPanelWidth<C> : 0,
                            nullptr);
          }
        }
        // not in the target before it is done: its rows may share places in the caches
        C* out = target.direct() ? target.at(0, nullptr) + place.from : buffer;
        const int64_t to = target.direct() ? target.step() : kPanelWidth<C>;
        for (int64_t r = 0; r < rows; ++r) {
          if (after)
            for (int64_t c = 0; c < place.columns; ++c) out[r * to + c] = buffer[r * kPanelWidth<C> + c] + bias[c];
          else if (out != buffer)
            std::copy_n(buffer + r * kPanelWidth<C>, place.columns, out + r * to);
        }
        activate(activation, out, to, rows, place.columns);
        if (residual.data != nullptr) addRows(residual, 0, rows, place.from, place.columns, out, to);
        if (!target.direct()) target.storedPart(0, rows, place.from, place.columns, out, to);
      }
    });
    return;
  }
  parallelRows(count, length * kPanelWidth<C> / 4, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p)
      packTerms(panels[p], 0, length, packed + panels[p].offset, biases + p * kPanelWidth<C>);
  });
  const auto work = [&](int64_t block, int64_t firstPanel, int64_t lastPanel) {
    const int64_t first = block * blockRows, n = std::min(blockRows, rows - first);
    Parts<C> parts(in.scratch(blockRows) + blockRows * (in.wide + kPanelWidth<C>));
    const C* h;
    int64_t step = in.x.step();
    if (in.inPlace()) {
      h = in.x.at(first, n, nullptr);
    } else {
      C* own = parts.take(blockRows * in.wide);
      in.rows(first, n, parts, own, in.wide, nullptr);
      h = own;
      step = in.wide;
    }
    C* buffer = parts.take(blockRows * kPanelWidth<C>);
    for (int64_t p = firstPanel; p < lastPanel; ++p) {
      const PanelPlace& place = panels[p];
      const Target<S>& target = targets[place.projection];
      C* out = target.direct() ? target.at(first, nullptr) + place.from : buffer;
      const int64_t to = target.direct() ? target.step() : kPanelWidth<C>;
      const C* bias = biases + p * kPanelWidth<C>;
      const bool after = projections[place.projection].shift != nullptr;  // as for few rows: the same bits
      in.ops.gemmFrom(out, to, packed + place.offset, kPanelWidth<C>, place.columns, h, step, 1, n, length,
                      after ? nullptr : bias, 0, nullptr);
      for (int64_t r = 0; r < n && after; ++r)
        for (int64_t c = 0; c < place.columns; ++c) out[r * to + c] += bias[c];
      activate(activation, out, to, n, place.columns);
      if (residual.data != nullptr) addRows(residual, first, n, place.from, place.columns, out, to);
      if (!target.direct()) target.storedPart(first, n, place.from, place.columns, out, to);
    }
  };
  parallelRows(blocks * count, blockRows * (length / 16 + 1) * kPanelWidth<C>,
               [&](int64_t begin, int64_t end) { eachRun(begin, end, count, work); });
}

}  // namespace projection_detail

template <class S>
void project(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
             const std::vector<RowsView<S>>& y) {
  projectTo<S>(x, normalise, eps, projections, DenseActivation::None, y);
}

namespace {

/// The backward pass where the sums over rows are small: each thread takes rows from their norm to their part of the
/// sums while they are in its first caches.
template <class S>
void smallBackward(const RowsView<const S>& x, bool normalise, double eps,
                   const std::vector<Projection<S>>& projections, const std::vector<RowsView<const S>>& gradY,
                   const RowsView<S>& gradX, const std::vector<ProjectionGradient<Compute<S>>>& gradients) {
  using C = Compute<S>;
  const Standardised<S> in(x, normalise, eps);
  const Target<S> target(gradX);
  const std::size_t n = gradY.size();
  std::vector<Folded<C>> folded;
  std::vector<Blocks<S>> grads;
  std::vector<int64_t> product(n), sum(n);  // places in a chunk's sums
  int64_t cost = x.length, widest = 0, size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const int64_t width = projections[i].width;
    folded.push_back(fold(projections[i], x.length, in.ops.lanes, true));
    grads.emplace_back(gradY[i], folded[i].wide, true);
    product[i] = size;
    sum[i] = size + x.length * width;
    size += (x.length + 1) * width;
    cost += x.length * width / 8;
    widest = std::max(widest, folded[i].wide);
  }
  const int64_t rows = x.rows(), blockRows = rowsOfBlock<C>(in.wide, kSmallBlockBytes);
  const int64_t chunkRows = roundUp(std::max(kLeastChunkRows, (rows + kMostChunks - 1) / kMostChunks), blockRows);
  const int64_t chunks = (rows + chunkRows - 1) / chunkRows;
  std::vector<C> partial(chunks * size, C(0));
  parallelRows(chunks, chunkRows * cost, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * chunkRows; first < std::min(end * chunkRows, rows); first += blockRows) {
      const int64_t count = std::min(blockRows, rows - first);
      C* own = partial.data() + first / chunkRows * size;
      Parts<C> parts(in.scratch(blockRows) + blockRows * (widest + 3 * in.wide + 1));
      const C* h;
      int64_t step = in.x.step();
      C* inverse = parts.take(blockRows);
      if (in.inPlace()) {
        h = in.x.at(first, count, nullptr);
      } else {
        C* made = parts.take(blockRows * in.wide);
        in.rows(first, count, parts, made, in.wide, inverse);
        h = made;
        step = in.wide;
      }
      C* gradBuffer = parts.take(blockRows * widest);
      C* out = target.at(first, parts.take(blockRows * in.wide));
      C* gradH = in.normalise ? parts.take(blockRows * in.wide) : out;
      const int64_t gradStep = in.normalise ? in.wide : target.step();
      for (std::size_t i = 0; i < n; ++i) {
        const int64_t width = projections[i].width, from = grads[i].step();
        const C* g = grads[i].at(first, count, gradBuffer);
        in.ops.gemm(gradH, gradStep, folded[i].weight.data(), in.wide, x.length, g, from, 1, count, width, i > 0,
                    nullptr);
        in.ops.gemm(own + product[i], width, g, from, width, h, 1, step, x.length, count, true, nullptr);
        C* sums = own + sum[i];
        for (int64_t r = 0; r < count; ++r)
          for (int64_t c = 0; c < width; ++c) sums[c] += g[r * from + c];
      }
      if (in.normalise)
        in.ops.standardiseGradient(out, target.step(), gradH, gradStep, h, step, count, x.length, inverse);
      target.stored(first, count, out);
    }
  });
  for (std::size_t i = 0; i < n; ++i)
    collect(projections[i], x.length, partial.data() + product[i], partial.data() + sum[i], chunks, size, gradients[i]);
}

/// The backward pass else: rows part by part; in each the rows normalised again, the gradients packed, that of x, and
/// the sums over rows.
template <class S>
class Backward {
  using C = Compute<S>;

 public:
  Backward(const RowsView<const S>& x, bool normalise, double eps, const std::vector<Projection<S>>& projections,
           const std::vector<RowsView<const S>>& gradY, const RowsView<S>& gradX,
           const std::vector<ProjectionGradient<C>>& gradients)
      : in_(x, normalise, eps),
        ops_(in_.ops),
        projections_(projections),
        gradients_(gradients),
        target_(gradX),
        length_(x.length),
        all_(x.rows()),
        n_(gradY.size()) {
    for (const auto& view : gradY) {
      grads_.emplace_back(view, view.length, false);
      width_ += view.length;
    }
    // an odd number of lines from row to row: columns of h are read too
    hStep_ =
        in_.inPlace()
            ? in_.x.step()
            : in_.wide + (in_.wide * static_cast<int64_t>(sizeof(C)) % 1024 ? 0 : 64 / static_cast<int64_t>(sizeof(C)));
    const int64_t bytes = (2 * in_.wide + width_ + 1) * static_cast<int64_t>(sizeof(C));
    partRows_ = std::clamp(kPartBytes / bytes / 24 * 24, kLeastPartRows, kMostPartRows);
    const auto width = [&](std::size_t i) { return projections[i].width; };
    back_ = places<C>(
        n_, [&](std::size_t) { return length_; }, width, backSize_);
    grad_ = places<C>(
        n_, width, [&](std::size_t) { return std::min(partRows_, all_); }, gradSize_);
    for (std::size_t i = 0; i < n_; ++i) {
      sumAt_.push_back(sums_);
      sums_ += projections[i].width;
    }
  }

  void run() {
    static thread_local Scratch scratch;
    const int64_t most = std::min(partRows_, all_), hRoom = in_.inPlace() ? 0 : most * hStep_,
                  gRoom = in_.normalise || !target_.direct() ? most * in_.wide : 0;
    C* at = memory<C>(scratch, backSize_ + gradSize_ + hRoom + gRoom + most + 2 * kPadding);
    packed_ = at;
    packedGrad_ = packed_ + backSize_;
    h_ = packedGrad_ + gradSize_;
    gradH_ = h_ + hRoom + kPadding;
    inverse_ = gradH_ + gRoom + kPadding;
    sum_.assign(sums_, 0.0);
    packWeights();
    const bool parts = all_ > partRows_;
    if (parts) total_.assign(length_ * width_, 0.0);
    for (int64_t first = 0; first < all_ || first == 0; first += partRows_) {
      rows_ = std::min(partRows_, all_ - first);
      prepare(first);
      gradientOfRows(first);
      addSums();
      gradientOfWeights(first, first + partRows_ >= all_, parts);
    }
    for (std::size_t i = 0; i < n_; ++i)
      if (gradients_[i].bias != nullptr)
        for (int64_t c = 0; c < projections_[i].width; ++c) gradients_[i].bias[c] = static_cast<C>(sum_[sumAt_[i] + c]);
  }

 private:
  static constexpr int64_t kWidth = kPanelWidth<C>;

  /// (gain W)' of each projection.
  void packWeights() {
    parallelRows(static_cast<int64_t>(back_.size()), width_ / static_cast<int64_t>(n_) * kWidth / 4 + 1,
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     const PanelPlace& place = back_[p];
                     const Projection<S>& of = projections_[place.projection];
                     C* to = packed_ + place.offset;
                     packPanel(of.weight + place.from * of.weightRow, of.weightStep, of.weightRow, of.width,
                               place.columns, to);
                     if (of.gain == nullptr) continue;
                     const C* gain = of.gain + place.from;
                     for (int64_t c = 0; c < of.width; ++c, to += kWidth)
                       for (int64_t k = 0; k < place.columns; ++k) to[k] *= gain[k];
                   }
                 });
  }

  void prepare(int64_t first) {
    const int64_t blocks = (rows_ + kGradientRows - 1) / kGradientRows;
    parallelRows(blocks, kGradientRows * (width_ / 4 + length_), [&](int64_t begin, int64_t end) {
      for (int64_t from = begin * kGradientRows; from < std::min(end * kGradientRows, rows_); from += kGradientRows) {
        const int64_t count = std::min(kGradientRows, rows_ - from);
        int64_t widest = 0;
        for (const auto& g : grads_) widest = std::max(widest, g.direct() ? 0 : g.step());
        Parts<C> parts(in_.scratch(kGradientRows) + kGradientRows * widest);
        C* buffer = parts.take(kGradientRows * widest);
        if (!in_.inPlace()) in_.rows(first + from, count, parts, h_ + from * hStep_, hStep_, inverse_ + from);
        const C* g = nullptr;
        for (const PanelPlace& place : grad_) {
          const Blocks<S>& of = grads_[place.projection];
          if (place.from == 0) g = of.at(first + from, count, buffer);
          packPanel(g + place.from, of.step(), 1, count, place.columns, packedGrad_ + place.offset + from * kWidth);
        }
      }
    });
  }

  /// gradH = sum over i of g_i (gain_i W_i)', and that of x from it.
  void gradientOfRows(int64_t first) {
    const bool direct = !in_.normalise && target_.direct();
    const int64_t block = evenBlock(rows_, kTileRows), blocks = (rows_ + block - 1) / block;
    const int64_t panels = panelsOf(length_, kWidth);
    const auto work = [&](int64_t b, int64_t firstPanel, int64_t lastPanel) {
      const int64_t from = b * block, count = std::min(block, rows_ - from);
      int64_t widest = 0;
      for (const auto& g : grads_) widest = std::max(widest, g.direct() ? 0 : g.step());
      Parts<C> parts(block * widest);
      C* buffer = parts.take(block * widest);
      C* out = direct ? target_.at(first + from, nullptr) : gradH_ + from * in_.wide;
      const int64_t step = direct ? target_.step() : in_.wide;
      for (std::size_t i = 0; i < n_; ++i) {
        const C* g = grads_[i].at(first + from, count, buffer);
        for (int64_t p = firstPanel; p < lastPanel; ++p) {
          const PanelPlace& place = back_[static_cast<int64_t>(i) * panels + p];
          ops_.gemm(out + place.from, step, packed_ + place.offset, kWidth, place.columns, g, grads_[i].step(), 1,
                    count, projections_[i].width, i > 0, nullptr);
        }
      }
    };
    if (panels > 0)
      parallelRows(blocks * panels, block * (width_ / 16 + 1) * kWidth,
                   [&](int64_t begin, int64_t end) { eachRun(begin, end, panels, work); });
    if (direct) return;
    const int64_t shares = (rows_ + kGradientRows - 1) / kGradientRows;
    parallelRows(shares, kGradientRows * length_, [&](int64_t begin, int64_t end) {
      const int64_t from = begin * kGradientRows, count = std::min(end * kGradientRows, rows_) - from;
      Parts<C> parts(count * length_);
      C* out = target_.at(first + from, parts.take(count * length_));
      const C* g = gradH_ + from * in_.wide;
      if (in_.normalise)
        ops_.standardiseGradient(out, target_.step(), g, in_.wide, h_ + from * hStep_, hStep_, count, length_,
                                 inverse_ + from);
      else
        for (int64_t r = 0; r < count; ++r) std::copy_n(g + r * in_.wide, length_, out + r * length_);
      target_.stored(first + from, count, out);
    });
  }

  /// s_i = sum over rows of g_i.
  void addSums() {
    parallelRows(static_cast<int64_t>(grad_.size()), rows_ * kWidth / 4 + 1, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        const PanelPlace& place = grad_[p];
        double* to = sum_.data() + sumAt_[place.projection] + place.from;
        const C* g = packedGrad_ + place.offset;
        for (int64_t r = 0; r < rows_;) {
          C part[kWidth] = {};
          for (const int64_t stop = std::min(rows_, r + kSumRows); r < stop; ++r, g += kWidth)
            for (int64_t c = 0; c < kWidth; ++c) part[c] += g[c];
          for (int64_t c = 0; c < place.columns; ++c) to[c] += static_cast<double>(part[c]);
        }
      }
    });
  }

  /// M_i = h' g_i; after the last part the gradients that follow from it.
  void gradientOfWeights(int64_t first, bool last, bool parts) {
    const C* h = in_.inPlace() ? in_.x.at(first, rows_, nullptr) : h_;
    const int64_t units = (length_ + kUnitRows - 1) / kUnitRows;
    if (units == 0) return;
    std::size_t panel = 0;
    std::vector<std::size_t> firstPanel;
    for (std::size_t i = 0; i < n_; ++i) {
      firstPanel.push_back(panel);
      panel += static_cast<std::size_t>(panelsOf(projections_[i].width, kWidth));
    }
    int64_t totalAt = 0;
    std::vector<int64_t> totals;
    for (std::size_t i = 0; i < n_; ++i) {
      totals.push_back(totalAt);
      totalAt += length_ * projections_[i].width;
    }
    const auto work = [&](int64_t i, int64_t firstUnit, int64_t lastUnit) {
      const Projection<S>& of = projections_[i];
      const int64_t wide = roundUp(of.width, ops_.lanes), width = of.width;
      const int64_t most = std::clamp(
          kTileBytes / (std::max<int64_t>(1, wide) * static_cast<int64_t>(sizeof(C))) / kUnitRows * kUnitRows,
          kUnitRows, kTileRows);
      const int64_t end = std::min(length_, lastUnit * kUnitRows), begin = firstUnit * kUnitRows;
      const int64_t block = evenBlock(end - begin, most);
      Parts<C> parts_(block * wide + 3 * wide);
      C* tile = parts_.take(block * wide);
      C* s = parts_.take(wide);
      C* row = parts_.take(wide);
      for (int64_t c = 0; c < width; ++c) s[c] = static_cast<C>(sum_[sumAt_[i] + c]);
      for (int64_t k0 = begin; k0 < end; k0 += block) {
        const int64_t count = std::min(block, end - k0);
        for (int64_t c = 0; c < width; c += kWidth) {
          const PanelPlace& place = grad_[firstPanel[i] + static_cast<std::size_t>(c / kWidth)];
          ops_.gemm(tile + c, wide, packedGrad_ + place.offset, kWidth, place.columns, h + k0, 1, hStep_, count, rows_,
                    false, nullptr);
        }
        for (int64_t k = k0; k < k0 + count; ++k) {
          C* m = tile + (k - k0) * wide;
          if (parts) {
            double* total = total_.data() + totals[i] + k * width;
            for (int64_t c = 0; c < width; ++c) total[c] += static_cast<double>(m[c]);
            if (last)
              for (int64_t c = 0; c < width; ++c) m[c] = static_cast<C>(total[c]);
          }
          if (last) finish(of, gradients_[i], k, m, s, row);
        }
      }
    };
    parallelRows(static_cast<int64_t>(n_) * units,
                 kUnitRows * (rows_ / 16 + 1) * (width_ / static_cast<int64_t>(n_) + 1),
                 [&](int64_t begin, int64_t end) { eachRun(begin, end, units, work); });
  }

  void finish(const Projection<S>& p, const ProjectionGradient<C>& to, int64_t k, const C* m, const C* s,
              C* row) const {
    const int64_t width = p.width;
    if (to.gain != nullptr || to.shift != nullptr) {
      const S* w = p.weight + k * p.weightRow;
      const C* weights = row;
      if constexpr (std::is_same_v<S, C>)
        if (p.weightStep == 1) weights = w;
      if (weights == row)
        for (int64_t c = 0; c < width; ++c) row[c] = load<S>(w[c * p.weightStep]);
      if (to.gain != nullptr) ops_.dots(to.gain + k, 1, m, 1, weights, width, 1, width);
      if (to.shift != nullptr) ops_.dots(to.shift + k, 1, s, 1, weights, width, 1, width);
    }
    if (to.weight == nullptr) return;
    C* out = to.weight + k * width;
    const C gain = p.gain ? p.gain[k] : C(1);
    if (p.shift == nullptr && p.gain == nullptr) {
      std::copy_n(m, width, out);
    } else {
      const C shift = p.shift ? p.shift[k] : C(0);
      for (int64_t c = 0; c < width; ++c) out[c] = gain * m[c] + shift * s[c];
    }
  }

  const Standardised<S> in_;
  const TileOps<C>& ops_;
  const std::vector<Projection<S>>& projections_;
  const std::vector<ProjectionGradient<C>>& gradients_;
  const Target<S> target_;
  const int64_t length_, all_;
  const std::size_t n_;
  std::vector<Blocks<S>> grads_;
  std::vector<PanelPlace> back_, grad_;
  std::vector<int64_t> sumAt_;
  std::vector<double> sum_, total_;
  int64_t width_ = 0, hStep_ = 0, partRows_ = 0, backSize_ = 0, gradSize_ = 0, sums_ = 0, rows_ = 0;
  C* packed_ = nullptr;      // weights
  C* packedGrad_ = nullptr;  // gradients of the part's rows
  C* h_ = nullptr;
  C* gradH_ = nullptr;
  C* inverse_ = nullptr;
};

}  // namespace

template <class S>
void projectBackward(const RowsView<const S>& x, bool normalise, double eps,
                     const std::vector<Projection<S>>& projections, const std::vector<RowsView<const S>>& gradY,
                     const RowsView<S>& gradX, const std::vector<ProjectionGradient<Compute<S>>>& gradients) {
  check<S>(x, projections, gradY.size());
  if (gradients.size() != gradY.size()) throw std::invalid_argument("one set of gradients a projection is needed");
  int64_t size = 0;
  for (const auto& p : projections) size += (x.length + 1) * p.width;
  if (size * static_cast<int64_t>(sizeof(Compute<S>)) <= kSmallBytes)
    return smallBackward<S>(x, normalise, eps, projections, gradY, gradX, gradients);
  Backward<S>(x, normalise, eps, projections, gradY, gradX, gradients).run();
}

#define INSTANTIATE(S)                                                                                     \
  template void projection_detail::projectTo(const RowsView<const S>&, bool, double,                       \
                                             const std::vector<Projection<S>>&, DenseActivation,           \
                                             const std::vector<RowsView<S>>&, const RowsView<const S>&);   \
  template void project(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&,         \
                        const std::vector<RowsView<S>>&);                                                  \
  template void projectBackward(const RowsView<const S>&, bool, double, const std::vector<Projection<S>>&, \
                                const std::vector<RowsView<const S>>&, const RowsView<S>&,                 \
                                const std::vector<ProjectionGradient<Compute<S>>>&);
DL4JH_EACH_STORED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace dl4jhopfield
