#include "dl4jhopfield/pooling.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "internal/each_type.h"
#include "internal/projection_parts.h"

namespace dl4jhopfield {
namespace {

using association_detail::activeOps;
using association_detail::TileOps;
using namespace projection_detail;

constexpr int64_t kBlockBytes = 24 * 1024;  // of patterns worked on at a time
constexpr int64_t kMostChunks = 32;         // of all patterns, each with sums of its own
constexpr int64_t kLeastChunkRows = 256;
constexpr int64_t kSlack = 64;  // the matrix kernels may read past the end

template <class C>
std::vector<C> withSlack(const C* values, int64_t n) {
  std::vector<C> copy(n + kSlack);
  std::copy(values, values + n, copy.begin());
  return copy;
}

/// One call. "Rows" are those of the scores of an item: a head and a state pattern, number head * queries + query.
template <class S>
class Pooling {
  using C = Compute<S>;

 public:
  Pooling(const PoolingOptions& options, const PoolingInputs<S>& inputs)
      : o(options),
        in(inputs),
        length_(in.x.length),
        wide_(roundUp(in.x.length, ops.lanes)),
        rows_(o.heads * o.queries),
        lanes_(manyRows() ? roundUp(rows_, ops.lanes) : 0),
        x_(in.x, wide_, false) {
    check();
    blockRows_ = rowsOfBlock<C>(wide_, kBlockBytes);
    const int64_t most = std::max<int64_t>(1, kMostChunks / std::max<int64_t>(1, o.batch));
    chunkRows_ = roundUp(std::max(kLeastChunkRows, (o.stored + most - 1) / most), blockRows_);
    chunks_ = (o.stored + chunkRows_ - 1) / chunkRows_;
    key_ = fold(in.key, length_, ops.lanes, false);
    value_ = fold(in.value, length_, ops.lanes, false);
    for (Folded<C>* f : {&key_, &value_}) f->weight.resize(f->weight.size() + kSlack);
    findPadding();
    q_ = withSlack(in.q, in.qBatch * rows_ * o.width);
    queries_ = through(key_, q_.data(), in.qBatch, o.width, o.beta, !invariant());
  }

  void forward(C* out) {
    // sums of weight times h of each row [batch, rows, wide], and of weights [batch, rows]
    std::vector<C> patterns(o.batch * rows_ * wide_), weights(o.batch * rows_);
    if (isDense(o.separation))
      softmaxSums(patterns, weights);
    else
      separatedSums(patterns, weights);
    mapped(value_, patterns.data(), weights.data(), 1, o.valueWidth, out);
  }

  void backward(const PoolingGradients<S>& g);

 private:
  /// Products with every pattern that stand for those with its projection: vectors [batch, rows, wide] and constants to
  /// add.
  struct Through {
    std::vector<C> vectors, constants;
    std::vector<C> packed;  // [batch, length, lanes_] where rows are many
  };

  void check() const;
  void findPadding();
  Through through(const Folded<C>& f, const C* rows, int64_t batch, int64_t width, double scale, bool constants) const;
  void mapped(const Folded<C>& f, const C* patterns, const C* weights, int64_t step, int64_t width, C* out) const;

  /// Whether no head and no state pattern may see a pattern.
  bool hidden(int64_t b, int64_t j) const { return hidden_[b * o.stored + j] != 0; }
  /// Whether the separation stays as it is when all scores of a row move alike.
  bool invariant() const {
    return !(o.separation == AssociationSeparation::KSubsets && o.atMost) &&
           o.separation != AssociationSeparation::Softmax1;
  }
  int64_t cost() const { return length_ * (4 + rows_) / 8 + 1; }

  /// From there on half-empty vectors of rows are faster than sums over the lanes.
  bool manyRows() const { return rows_ >= std::max(2, ops.lanes / 2); }
  int64_t scratch() const { return blockRows_ * (2 * (wide_ + 1) + lanes_); }
  const C* block(int64_t b, int64_t first, int64_t count, Parts<C>& parts, const C*& inverse) const;
  void scores(const Through& of, int64_t batch, int64_t b, const C* h, int64_t count, C* to, int64_t step,
              C* tile) const;
  void hide(int64_t b, int64_t first, int64_t count, C* scores, int64_t step) const;
  void drop(int64_t b, int64_t first, int64_t count, C* weights, int64_t step) const;

  /// Calls f(item, number of the chunk in all, first pattern, count, parts) for the blocks of all chunks, each chunk in
  /// order. Blocks of padding at the end are left out, or, with `all`, come too.
  template <class F>
  void eachBlock(int64_t elements, bool all, F&& f) const {
    parallelRows(o.batch * chunks_, std::min(chunkRows_, o.stored) * cost(), [&](int64_t begin, int64_t end) {
      for (int64_t chunk = begin; chunk < end; ++chunk) {
        const int64_t b = chunk / chunks_, from = chunk % chunks_ * chunkRows_;
        const int64_t to = std::min(from + chunkRows_, all ? o.stored : kept_[b]);
        for (int64_t first = from; first < to; first += blockRows_) {
          Parts<C> parts(scratch() + elements);
          f(b, chunk, first, std::min(blockRows_, to - first), parts);
        }
      }
    });
  }

  void softmaxSums(std::vector<C>& patterns, std::vector<C>& weights) const;
  void separatedSums(std::vector<C>& patterns, std::vector<C>& weights) const;
  /// Sums of `scoreRows` rows of weights [batch, scoreRows, stored] times patterns.
  void addUp(const std::vector<C>& partial, int64_t scoreRows, std::vector<C>& patterns, std::vector<C>& weights) const;

  void addWeights(C* sums, const C* weights, int64_t step, int64_t scoreRows, int64_t count) const;
  RowsView<C> view(C* data, int64_t itemRows) const;
  void separate(const RowsView<C>& scores) const;
  void separateBackward(const RowsView<const C>& weights, const RowsView<C>& gradient) const;
  bool nothing(const C* weights, int64_t scoreRows, int64_t count) const;

  const PoolingOptions& o;
  const PoolingInputs<S>& in;
  const TileOps<C>& ops = activeOps<C>();
  const int64_t length_, wide_, rows_, lanes_;  // wide_, lanes_: length and rows, filled up to whole vectors
  const Blocks<S> x_;
  int64_t blockRows_, chunkRows_, chunks_;
  Folded<C> key_, value_;
  std::vector<uint8_t> hidden_;  // [batch, stored]; empty without a mask
  std::vector<int64_t> kept_;    // patterns of an item up to the last that is not hidden
  std::vector<C> q_;
  Through queries_;
};

template <class S>
void Pooling<S>::check() const {
  const bool fits = in.x.outerRank == 2 && in.x.shape[0] == o.batch && in.x.shape[1] == o.stored;
  if (!fits)
    throw std::invalid_argument("x must have the batch and the stored patterns of the call as outer dimensions");
  if (in.qBatch != 1 && in.qBatch != o.batch) throw std::invalid_argument("q must have the batch of x or one item");
  if (in.key.width != o.heads * o.width || in.value.width != o.heads * o.valueWidth)
    throw std::invalid_argument("a weight does not have the width of all heads");
}

template <class S>
void Pooling<S>::findPadding() {
  kept_.assign(o.batch, o.stored);
  if (in.mask.data == nullptr) return;
  hidden_.assign(o.batch * o.stored, 1);
  const int64_t heads = in.mask.head == 0 ? 1 : o.heads, queries = in.mask.row == 0 ? 1 : o.queries;
  for (int64_t b = 0; b < o.batch; ++b) {
    uint8_t* own = hidden_.data() + b * o.stored;
    for (int64_t n = 0; n < heads * queries; ++n) {
      const uint8_t* mask = in.mask.data + b * in.mask.batch + n / queries * in.mask.head + n % queries * in.mask.row;
      for (int64_t j = 0; j < o.stored; ++j) own[j] &= mask[j * in.mask.step] == 0;
    }
    while (kept_[b] > 0 && own[kept_[b] - 1] != 0) --kept_[b];
  }
}

/// @param rows [batch, queries, heads, width]
/// @param constants whether they matter; else they are left out unless they are no numbers
template <class S>
typename Pooling<S>::Through Pooling<S>::through(const Folded<C>& f, const C* rows, int64_t batch, int64_t width,
                                                 double scale, bool constants) const {
  Through t;
  t.vectors.assign(batch * rows_ * wide_ + kSlack, C(0));
  t.constants.assign(batch * rows_, C(0));
  parallelRows(batch, rows_ * (length_ + 8) * width / 8, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b)
      for (int64_t h = 0; h < o.heads; ++h) {
        const C* own = rows + (b * o.queries * o.heads + h) * width;
        C* to = t.vectors.data() + (b * rows_ + h * o.queries) * wide_;
        ops.rowDots(to, wide_, own, o.heads * width, o.queries, f.weight.data() + h * width, f.wide, length_, width);
        for (int64_t q = 0; q < o.queries; ++q) {
          double constant = 0;
          for (int64_t c = 0; c < width; ++c)
            constant += static_cast<double>(own[q * o.heads * width + c]) * static_cast<double>(f.bias[h * width + c]);
          if (constants || !std::isfinite(constant))
            t.constants[b * rows_ + h * o.queries + q] = static_cast<C>(scale * constant);
          for (int64_t k = 0; k < length_; ++k) to[q * wide_ + k] *= static_cast<C>(scale);
        }
      }
  });
  if (!manyRows()) return t;
  t.packed.resize(batch * length_ * lanes_ + kSlack);
  for (int64_t b = 0; b < batch; ++b)
    ops.pack(t.packed.data() + b * length_ * lanes_, lanes_, t.vectors.data() + b * rows_ * wide_, wide_, 1, rows_,
             length_, C(1));
  return t;
}

/// Rows [batch, queries, heads, width] that sums of patterns, `step` * rows_ apart for each item, give when projected.
template <class S>
void Pooling<S>::mapped(const Folded<C>& f, const C* patterns, const C* weights, int64_t step, int64_t width,
                        C* out) const {
  parallelRows(o.batch, rows_ * (length_ + 8) * width / 8, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b)
      for (int64_t h = 0; h < o.heads; ++h) {
        const int64_t first = b * step * rows_ + h * o.queries;
        C* to = out + (b * o.queries * o.heads + h) * width;
        ops.gemm(to, o.heads * width, f.weight.data() + h * width, f.wide, width, patterns + first * wide_, wide_, 1,
                 o.queries, length_, false, nullptr);
        for (int64_t q = 0; q < o.queries; ++q)
          for (int64_t c = 0; c < width; ++c) to[q * o.heads * width + c] += weights[first + q] * f.bias[h * width + c];
      }
  });
}

/// Patterns of an item, normalised, in rows of wide_; hidden ones as zeros.
template <class S>
const Compute<S>* Pooling<S>::block(int64_t b, int64_t first, int64_t count, Parts<C>& parts, const C*& inverse) const {
  C* h = parts.take(blockRows_ * wide_);
  C* mean = parts.take(blockRows_);
  C* scale = parts.take(blockRows_);
  const C* raw = x_.at(b * o.stored + first, count, x_.direct() ? nullptr : parts.take(blockRows_ * wide_));
  if (o.normalise) {
    normaliseRows(ops, raw, x_.step(), count, length_, static_cast<C>(o.eps), mean, scale, h, wide_);
  } else {
    std::fill(mean, mean + count, C(0));
    std::fill(scale, scale + count, C(1));
    ops.standardise(raw, x_.step(), count, length_, mean, scale, h, wide_);
  }
  for (int64_t r = 0; r < count && !hidden_.empty(); ++r)
    if (hidden(b, first + r)) std::fill(h + r * wide_, h + (r + 1) * wide_, C(0));
  inverse = scale;
  return h;
}

template <class S>
void Pooling<S>::scores(const Through& of, int64_t batch, int64_t b, const C* h, int64_t count, C* to, int64_t step,
                        C* tile) const {
  const int64_t first = batch == 1 ? 0 : b * rows_;
  if (manyRows()) {
    const C* packed = of.packed.data() + (batch == 1 ? 0 : b * length_ * lanes_);
    ops.gemm(tile, lanes_, packed, lanes_, lanes_, h, wide_, 1, count, length_, false, nullptr);
    ops.unpack(to, step, 1, tile, lanes_, rows_, count, nullptr, false);
  } else {
    ops.rowDots(to, step, of.vectors.data() + first * wide_, wide_, rows_, h, wide_, count, length_);
  }
  for (int64_t n = 0; n < rows_; ++n)
    if (const C constant = of.constants[first + n]; constant != 0)
      for (int64_t j = 0; j < count; ++j) to[n * step + j] += constant;
}

template <class S>
void Pooling<S>::hide(int64_t b, int64_t first, int64_t count, C* scores, int64_t step) const {
  if (in.mask.data == nullptr) return;
  for (int64_t n = 0; n < rows_; ++n) {
    const uint8_t* mask = in.mask.data + b * in.mask.batch + n / o.queries * in.mask.head + n % o.queries * in.mask.row;
    for (int64_t j = 0; j < count; ++j)
      if (mask[(first + j) * in.mask.step] == 0) scores[n * step + j] = -std::numeric_limits<C>::infinity();
  }
}

/// Multiplies weights with their factors.
template <class S>
void Pooling<S>::drop(int64_t b, int64_t first, int64_t count, C* weights, int64_t step) const {
  if (in.factor.data == nullptr) return;
  for (int64_t n = 0; n < rows_; ++n) {
    const C* factor =
        in.factor.data + b * in.factor.batch + n / o.queries * in.factor.head + n % o.queries * in.factor.row;
    for (int64_t j = 0; j < count; ++j) weights[n * step + j] *= factor[(first + j) * in.factor.step];
  }
}

/// In one pass: each chunk with the largest score that it has seen so far, as the online softmax.
template <class S>
void Pooling<S>::softmaxSums(std::vector<C>& patterns, std::vector<C>& weights) const {
  // of a chunk: for each row sums of patterns, of weights, of weights times their factors, and the largest score
  const int64_t own = rows_ * (wide_ + 3);
  const C none = -std::numeric_limits<C>::infinity();
  std::vector<C> partial(o.batch * chunks_ * own, C(0));
  for (int64_t chunk = 0; chunk < o.batch * chunks_; ++chunk)
    std::fill(partial.begin() + (chunk + 1) * own - rows_, partial.begin() + (chunk + 1) * own, none);
  eachBlock(rows_ * blockRows_, false, [&](int64_t b, int64_t chunk, int64_t first, int64_t count, Parts<C>& parts) {
    C* sum = partial.data() + chunk * own;
    C* mass = sum + rows_ * wide_;
    C* passed = mass + rows_;
    C* top = passed + rows_;
    const C* inverse;
    const C* h = block(b, first, count, parts, inverse);
    C* z = parts.take(rows_ * blockRows_);
    scores(queries_, in.qBatch, b, h, count, z, blockRows_, parts.take(blockRows_ * lanes_));
    hide(b, first, count, z, blockRows_);
    for (int64_t n = 0; n < rows_; ++n) {
      const C largest = ops.largest(z + n * blockRows_, count);
      if (largest > top[n]) {
        const C factor = std::exp(top[n] - largest);
        mass[n] *= factor;
        passed[n] *= factor;
        for (int64_t k = 0; k < wide_; ++k) sum[n * wide_ + k] *= factor;
        top[n] = largest;
      }
      mass[n] += ops.exponentials(z + n * blockRows_, z + n * blockRows_, count, top[n]);
    }
    drop(b, first, count, z, blockRows_);
    if (in.factor.data != nullptr) addWeights(passed, z, blockRows_, rows_, count);
    ops.gemm(sum, wide_, h, wide_, length_, z, blockRows_, 1, rows_, count, true, nullptr);
  });
  for (int64_t row = 0; row < o.batch * rows_; ++row) {
    const C* first = partial.data() + row / rows_ * chunks_ * own;
    const int64_t n = row % rows_;
    const bool nothing = o.separation == AssociationSeparation::Softmax1;
    C top = nothing ? C(0) : none;
    for (int64_t chunk = 0; chunk < chunks_; ++chunk) top = std::max(top, first[chunk * own + rows_ * (wide_ + 2) + n]);
    std::vector<double> sum(length_, 0.0);
    double mass = 0, passed = 0;
    for (int64_t chunk = 0; chunk < chunks_; ++chunk) {
      const C* part = first + chunk * own;
      const C ownTop = part[rows_ * (wide_ + 2) + n];
      const double factor = ownTop == top ? 1.0 : std::exp(static_cast<double>(ownTop) - static_cast<double>(top));
      mass += factor * static_cast<double>(part[rows_ * wide_ + n]);
      passed += factor * static_cast<double>(part[rows_ * (wide_ + 1) + n]);
      for (int64_t k = 0; k < length_; ++k) sum[k] += factor * static_cast<double>(part[n * wide_ + k]);
    }
    if (mass == 0) continue;  // nothing to retrieve from
    const double all = nothing ? mass + std::exp(-static_cast<double>(top)) : mass;
    weights[row] = static_cast<C>((in.factor.data == nullptr ? mass : passed) / all);
    for (int64_t k = 0; k < length_; ++k) patterns[row * wide_ + k] = static_cast<C>(sum[k] / all);
  }
}

template <class S>
void Pooling<S>::addUp(const std::vector<C>& partial, int64_t scoreRows, std::vector<C>& patterns,
                       std::vector<C>& weights) const {
  parallelRows(o.batch * scoreRows, chunks_ * length_, [&](int64_t begin, int64_t end) {
    std::vector<double> sum(length_ + 1);
    for (int64_t row = begin; row < end; ++row) {
      const C* first = partial.data() + row / scoreRows * chunks_ * scoreRows * (wide_ + 1);
      const int64_t n = row % scoreRows;
      std::fill(sum.begin(), sum.end(), 0.0);
      for (int64_t chunk = 0; chunk < chunks_; ++chunk) {
        const C* part = first + chunk * scoreRows * (wide_ + 1);
        for (int64_t k = 0; k < length_; ++k) sum[k] += static_cast<double>(part[n * wide_ + k]);
        sum[length_] += static_cast<double>(part[scoreRows * wide_ + n]);
      }
      for (int64_t k = 0; k < length_; ++k) patterns[row * wide_ + k] = static_cast<C>(sum[k]);
      weights[row] = static_cast<C>(sum[length_]);
    }
  });
}

/// Two passes: scores and their separation, which needs whole rows; then sums over the patterns that have weight.
template <class S>
void Pooling<S>::separatedSums(std::vector<C>& patterns, std::vector<C>& weights) const {
  std::vector<C> z(o.batch * rows_ * o.stored), partial(o.batch * chunks_ * rows_ * (wide_ + 1));
  eachBlock(0, false, [&](int64_t b, int64_t, int64_t first, int64_t count, Parts<C>& parts) {
    const C* inverse;
    const C* h = block(b, first, count, parts, inverse);
    scores(queries_, in.qBatch, b, h, count, z.data() + b * rows_ * o.stored + first, o.stored,
           parts.take(blockRows_ * lanes_));
  });
  separate(view(z.data(), rows_));
  eachBlock(0, false, [&](int64_t b, int64_t chunk, int64_t first, int64_t count, Parts<C>& parts) {
    C* p = z.data() + b * rows_ * o.stored + first;
    if (nothing(p, rows_, count)) return;
    drop(b, first, count, p, o.stored);
    C* sum = partial.data() + chunk * rows_ * (wide_ + 1);
    const C* inverse;
    const C* h = block(b, first, count, parts, inverse);
    ops.gemm(sum, wide_, h, wide_, length_, p, o.stored, 1, rows_, count, true, nullptr);
    addWeights(sum + rows_ * wide_, p, o.stored, rows_, count);
  });
  addUp(partial, rows_, patterns, weights);
}

template <class S>
void Pooling<S>::addWeights(C* sums, const C* weights, int64_t step, int64_t scoreRows, int64_t count) const {
  for (int64_t n = 0; n < scoreRows; ++n) {
    double sum = 0;
    for (int64_t j = 0; j < count; ++j) sum += static_cast<double>(weights[n * step + j]);
    sums[n] += static_cast<C>(sum);
  }
}

/// Whether a block has no weight at all, as most have of sparse weights.
template <class S>
bool Pooling<S>::nothing(const C* weights, int64_t scoreRows, int64_t count) const {
  if (isDense(o.separation)) return false;
  for (int64_t n = 0; n < scoreRows; ++n) {
    int some = 0;
    for (int64_t j = 0; j < count; ++j) some |= weights[n * o.stored + j] != 0;
    if (some) return false;
  }
  return true;
}

/// The rows of scores of all items, as the separations take them.
template <class S>
RowsView<Compute<S>> Pooling<S>::view(C* data, int64_t itemRows) const {
  RowsView<C> v;
  v.data = data;
  v.length = o.stored;
  v.outerRank = 3;
  const int64_t shape[] = {o.batch, o.heads, o.queries};
  const int64_t strides[] = {itemRows * o.stored, o.queries * o.stored, o.stored};
  std::copy(shape, shape + 3, v.shape);
  std::copy(strides, strides + 3, v.strides);
  return v;
}

template <class S>
void Pooling<S>::separate(const RowsView<C>& z) const {
  MaskView mask;
  if (in.mask.data != nullptr) {
    mask.data = in.mask.data;
    mask.length = o.stored;
    mask.stride = in.mask.step;
    mask.outerRank = 3;
    std::copy(z.shape, z.shape + 3, mask.shape);
    const int64_t strides[] = {in.mask.batch, in.mask.head, in.mask.row};
    std::copy(strides, strides + 3, mask.strides);
  }
  switch (o.separation) {
    case AssociationSeparation::Softmax:
      return maskedSoftmax<C>(z, mask, 1.0, z);
    case AssociationSeparation::Softmax1:
      return softmax1<C>(z, mask, 1.0, z);
    case AssociationSeparation::Sparsemax:
      return sparsemax<C>(z, mask, 1.0, z);
    case AssociationSeparation::Entmax15:
      return entmax15<C>(z, mask, 1.0, z);
    case AssociationSeparation::Entmax:
      return entmax<C>(z, mask, o.parameter, 1.0, z);
    case AssociationSeparation::Normmax:
      return normmax<C>(z, mask, o.parameter, 1.0, z);
    case AssociationSeparation::KSubsets:
      return kSubsets<C>(z, mask, o.parameter, o.atMost, 1.0, z);
  }
}

template <class S>
void Pooling<S>::separateBackward(const RowsView<const C>& p, const RowsView<C>& g) const {
  switch (o.separation) {
    case AssociationSeparation::Softmax:
      return maskedSoftmaxBackward<C>(p, g, 1.0, g);
    case AssociationSeparation::Softmax1:
      return softmax1Backward<C>(p, g, 1.0, g);
    case AssociationSeparation::Sparsemax:
      return sparsemaxBackward<C>(p, g, 1.0, g);
    case AssociationSeparation::Entmax15:
      return entmax15Backward<C>(p, g, 1.0, g);
    case AssociationSeparation::Entmax:
      return entmaxBackward<C>(p, g, o.parameter, 1.0, g);
    case AssociationSeparation::Normmax:
      return normmaxBackward<C>(p, g, o.parameter, 1.0, g);
    case AssociationSeparation::KSubsets:
      return kSubsetsBackward<C>(p, g, o.parameter, o.atMost, 1.0, g);
  }
}

/// Pass one gives scores z and gradients of the weights, from which the rows' p and score gradients g are made. Pass
/// two adds up sum p h and sum g h, and gives each pattern its gradient, sum over rows of p mu + g q', mu and q' what
/// its weight's gradient and score were products with.
template <class S>
void Pooling<S>::backward(const PoolingGradients<S>& g) {
  const int64_t both = 2 * rows_, stored = o.stored;
  const std::vector<C> gradOut = withSlack(g.gradOut, o.batch * rows_ * o.valueWidth);
  const Through values =
      through(value_, gradOut.data(), o.batch, o.valueWidth, 1, !invariant() || in.factor.data != nullptr);
  std::vector<C> z(o.batch * both * stored), vectors(o.batch * both * wide_ + kSlack);
  std::vector<C> partial(o.batch * chunks_ * both * (wide_ + 1)), patterns(o.batch * both * wide_),
      weights(o.batch * both);
  for (int64_t b = 0; b < o.batch; ++b) {
    const auto mu = values.vectors.begin() + b * rows_ * wide_;
    const auto q = queries_.vectors.begin() + (in.qBatch == 1 ? 0 : b * rows_ * wide_);
    std::copy(mu, mu + rows_ * wide_, vectors.begin() + b * both * wide_);
    std::copy(q, q + rows_ * wide_, vectors.begin() + (b * both + rows_) * wide_);
  }
  eachBlock(0, false, [&](int64_t b, int64_t, int64_t first, int64_t count, Parts<C>& parts) {
    const C* inverse;
    const C* h = block(b, first, count, parts, inverse);
    C* to = z.data() + b * both * stored + first;
    C* tile = parts.take(blockRows_ * lanes_);
    scores(queries_, in.qBatch, b, h, count, to, stored, tile);
    scores(values, o.batch, b, h, count, to + rows_ * stored, stored, tile);
    drop(b, first, count, to + rows_ * stored, stored);
  });
  separate(view(z.data(), both));
  separateBackward(view(z.data(), both), view(z.data() + rows_ * stored, both));

  const Target<S> target(g.gradX);
  eachBlock(2 * blockRows_ * wide_, true, [&](int64_t b, int64_t chunk, int64_t first, int64_t count, Parts<C>& parts) {
    C* w = z.data() + b * both * stored + first;
    drop(b, first, count, w, stored);
    const int64_t row = b * stored + first;
    if (first >= kept_[b] || nothing(w, both, count)) {
      C* out = target.at(row, parts.take(blockRows_ * wide_));
      for (int64_t r = 0; r < count; ++r) std::fill(out + r * target.step(), out + r * target.step() + length_, C(0));
      return target.stored(row, count, out);
    }
    const C* inverse;
    const C* h = block(b, first, count, parts, inverse);
    C* sum = partial.data() + chunk * both * (wide_ + 1);
    ops.gemm(sum, wide_, h, wide_, length_, w, stored, 1, both, count, true, nullptr);
    addWeights(sum + both * wide_, w, stored, invariant() ? rows_ : both, count);
    C* out = target.at(row, parts.take(blockRows_ * wide_));
    C* gradH = o.normalise ? parts.take(blockRows_ * wide_) : out;
    const int64_t step = o.normalise ? wide_ : target.step();
    ops.gemm(gradH, step, vectors.data() + b * both * wide_, wide_, length_, w, 1, stored, count, both, false, nullptr);
    if (o.normalise) ops.standardiseGradient(out, target.step(), gradH, step, h, wide_, count, length_, inverse);
    for (int64_t r = 0; r < count && !hidden_.empty(); ++r)
      if (hidden(b, first + r)) std::fill(out + r * target.step(), out + r * target.step() + length_, C(0));
    target.stored(row, count, out);
  });
  addUp(partial, both, patterns, weights);

  // the gradients of small arrays
  std::vector<C> keyProducts(length_ * in.key.width), keySums(in.key.width), valueProducts(length_ * in.value.width),
      valueSums(in.value.width), gradQ(o.batch * rows_ * o.width);
  const auto outer = [&](const C* rows, int64_t width, const C* sums, const C* masses, std::vector<C>& products,
                         std::vector<C>& total) {
    for (int64_t h = 0; h < o.heads; ++h) {
      const C* own = rows + h * width;
      ops.gemm(products.data() + h * width, o.heads * width, own, o.heads * width, width, sums + h * o.queries * wide_,
               1, wide_, length_, o.queries, true, nullptr);
      for (int64_t q = 0; q < o.queries; ++q)
        for (int64_t c = 0; c < width; ++c)
          total[h * width + c] += masses[h * o.queries + q] * own[q * o.heads * width + c];
    }
  };
  for (int64_t b = 0; b < o.batch; ++b) {
    C* mixed = patterns.data() + b * both * wide_;
    C* moved = mixed + rows_ * wide_;
    C* mass = weights.data() + b * both;
    for (int64_t i = 0; i < rows_ * wide_; ++i) moved[i] *= static_cast<C>(o.beta);
    for (int64_t n = 0; n < rows_; ++n) mass[rows_ + n] *= static_cast<C>(o.beta);
    outer(gradOut.data() + b * rows_ * o.valueWidth, o.valueWidth, mixed, mass, valueProducts, valueSums);
    outer(q_.data() + (in.qBatch == 1 ? 0 : b * rows_ * o.width), o.width, moved, mass + rows_, keyProducts, keySums);
  }
  mapped(key_, patterns.data() + rows_ * wide_, weights.data() + rows_, 2, o.width, gradQ.data());
  if (g.gradQ != nullptr) {
    const int64_t n = rows_ * o.width;
    std::vector<double> sums(in.qBatch * n, 0.0);
    for (int64_t i = 0; i < o.batch * n; ++i) sums[i % (in.qBatch * n)] += static_cast<double>(gradQ[i]);
    for (int64_t i = 0; i < in.qBatch * n; ++i) g.gradQ[i] = static_cast<C>(sums[i]);
  }
  collect(in.key, length_, keyProducts.data(), keySums.data(), 1, 0, g.key);
  collect(in.value, length_, valueProducts.data(), valueSums.data(), 1, 0, g.value);
}

}  // namespace

template <class S>
void pool(const PoolingOptions& options, const PoolingInputs<S>& in, Compute<S>* out) {
  Pooling<S>(options, in).forward(out);
}

template <class S>
void poolBackward(const PoolingOptions& options, const PoolingInputs<S>& in, const PoolingGradients<S>& gradients) {
  Pooling<S>(options, in).backward(gradients);
}

#define INSTANTIATE(S)                                                             \
  template void pool(const PoolingOptions&, const PoolingInputs<S>&, Compute<S>*); \
  template void poolBackward(const PoolingOptions&, const PoolingInputs<S>&, const PoolingGradients<S>&);
DL4JH_EACH_STORED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace dl4jhopfield
