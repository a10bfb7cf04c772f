#include "dl4jhopfield/sequence_embedding.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "dl4jhopfield/dispatch.h"
#include "dl4jhopfield/parallel.h"
#include "internal/each_type.h"
#include "internal/embedding_kernels.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace {

using embedding_detail::EmbeddingKernels;
using embedding_detail::kSeluAlpha;
using embedding_detail::kSeluScale;
using embedding_detail::kTableRows;
using embedding_detail::Sequences;

constexpr uint8_t kPad = kTableRows - 1;
constexpr int64_t kBlock = 64;      // sequences that a thread takes at a time
constexpr int64_t kGradients = 16;  // partial sums of the gradients at most

// ---------------------------------------------------------------- the definition, one number at a time

template <class C>
void maxima(const Sequences<C>& s) {
  for (int64_t i = 0; i < s.count; ++i)
    for (int64_t c = 0; c < s.channels; ++c) {
      C z = 0, best = 0;
      for (int32_t p = 0; p < s.positions[i]; ++p) {
        C sum = 0;
        for (int64_t k = 0; k < s.kernel; ++k)
          sum += s.table[(k * kTableRows + s.codes[i * s.codeStep + p + k]) * s.channels + c];
        const C value = s.start[i][p * s.startStep + c] + (s.scale == nullptr ? sum : s.scale[i] * sum);
        if (p == 0 || value > z || std::isnan(value)) {
          z = value;
          best = static_cast<C>(p);
        }
      }
      s.z[i * s.channels + c] = z;
      s.best[i * s.channels + c] = best;
    }
}

template <class C>
void selu(const C* z, C* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = static_cast<C>(kSeluScale) * (z[i] > 0 ? z[i] : static_cast<C>(kSeluAlpha) * std::expm1(z[i]));
}

template <class C>
void seluBackward(const C* z, const C* g, C* d, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    d[i] = g[i] * static_cast<C>(kSeluScale) * (z[i] > 0 ? C(1) : static_cast<C>(kSeluAlpha) * std::exp(z[i]));
}

template <class C>
EmbeddingKernels<C> kernels() {
  EmbeddingKernels<C> table{maxima<C>, selu<C>, seluBackward<C>, 1};
#ifdef DL4JHOPFIELD_X86
  switch (activeSimdLevel()) {
    case SimdLevel::Avx512:
      embedding_detail::fillAvx512(table);
      break;
    case SimdLevel::Avx2:
      embedding_detail::fillAvx2(table);
      break;
    case SimdLevel::Scalar:
      break;
  }
#endif
  return table;
}

// ---------------------------------------------------------------- a call

/// Feature f of residue j of n.
template <class C>
C positionFeature(int f, int64_t j, int64_t n) {
  const double t = n > 1 ? 2 * std::abs(0.5 - static_cast<double>(j) / static_cast<double>(n - 1)) : 1;
  const bool first = j < (n + 1) / 2;
  return static_cast<C>(f == 1 ? 1 - t : first == (f == 0) ? t : 0);
}

template <class C>
struct Call {
  const SequenceEmbedding<C>& in;
  EmbeddingKernels<C> run = kernels<C>();
  int64_t channels;                    // padded
  int64_t codeStep;                    // of a row of padded codes
  std::vector<C> table, bias;          // padded; the bias where there are no position features
  std::vector<int32_t> lengths;        // of each sequence
  std::vector<std::vector<C>> starts;  // by length: [positions][channels], with the bias

  explicit Call(const SequenceEmbedding<C>& in) : in(in) {
    if (in.kernel < 1 || in.channels < 1 || in.sequences < 0 || in.width < 0 || in.extent < 0)
      throw std::invalid_argument("sequence embedding: the kernel must have at least one tap and one channel");
    channels = (in.channels + run.width - 1) / run.width * run.width;
    codeStep = std::max({in.width, in.extent, in.kernel}) + in.kernel - 1;
    table.assign(in.kernel * kTableRows * channels, C(0));
    for (int64_t k = 0; k < in.kernel; ++k)
      for (int64_t r = 0; r < kResidues; ++r)
        std::copy_n(in.weight + (k * in.features() + r) * in.channels, in.channels, row(k, r));
    bias.assign(channels, C(0));
    std::copy_n(in.bias, in.channels, bias.data());
    readLengths();
    if (in.positionFeatures) addStarts();
  }
  Call(const Call&) = delete;

  C* row(int64_t tap, int64_t residue) { return table.data() + (tap * kTableRows + residue) * channels; }

  int64_t positions(int64_t length) const { return std::max({length, in.extent, in.kernel}) - in.kernel + 1; }

  const C* start(int64_t length) const { return in.positionFeatures ? starts[length].data() : bias.data(); }

  /// One block: its maxima go into z and best, [kBlock][channels] each.
  struct Work {
    uint8_t* codes;
    C *z, *best, *d;
  };

  Work work(Scratch& scratch) const {
    const std::size_t numbers = static_cast<std::size_t>(kBlock * channels);
    C* memory = static_cast<C*>(scratch.atLeast(3 * numbers * sizeof(C) + static_cast<std::size_t>(kBlock * codeStep)));
    return {reinterpret_cast<uint8_t*>(memory + 3 * numbers), memory, memory + numbers, memory + 2 * numbers};
  }

  void maxima(const Work& w, int64_t first, int64_t count) const {
    int32_t at[kBlock];
    const C* from[kBlock];
    for (int64_t i = 0; i < count; ++i) {
      const int64_t length = lengths[first + i];
      uint8_t* codes = w.codes + i * codeStep;
      std::copy_n(in.residues + (first + i) * in.width, length, codes);
      std::fill(codes + length, codes + codeStep, kPad);
      at[i] = static_cast<int32_t>(positions(length));
      from[i] = start(length);
    }
    run.maxima({count, in.kernel, channels, w.codes, codeStep, at, from, in.positionFeatures ? channels : 0,
                table.data(), in.scale == nullptr ? nullptr : in.scale + first, w.z, w.best});
  }

 private:
  void readLengths() {
    lengths.resize(in.sequences);
    for (int64_t i = 0; i < in.sequences; ++i) {
      const uint8_t* row = in.residues + i * in.width;
      int64_t n = 0;
      while (n < in.width && row[n] < kResidues) ++n;
      for (int64_t j = n; j < in.width; ++j)
        if (row[j] < kResidues)
          throw std::invalid_argument("sequence embedding: sequence " + std::to_string(i) + " ends at residue " +
                                      std::to_string(n) + ", but residue " + std::to_string(j) + " follows");
      lengths[i] = static_cast<int32_t>(n);
    }
  }

  void addStarts() {
    starts.resize(in.width + 1);
    for (const int32_t length : lengths) {
      std::vector<C>& to = starts[length];
      if (!to.empty()) continue;
      const int64_t n = positions(length);
      for (int64_t p = 0; p < n; ++p) {
        to.insert(to.end(), bias.begin(), bias.end());
        C* sums = to.data() + p * channels;
        for (int64_t k = 0; k < in.kernel && p + k < length; ++k)
          for (int f = 0; f < kPositionFeatures; ++f) {
            const C feature = positionFeature<C>(f, p + k, length);
            const C* w = in.weight + (k * in.features() + kResidues + f) * in.channels;
            for (int64_t c = 0; c < in.channels; ++c) sums[c] += feature * w[c];
          }
      }
    }
  }
};

template <class C>
struct Gradients {
  std::vector<C> table;                // like Call::table
  std::vector<std::vector<C>> starts;  // by length, or one row of the bias
};

template <class C>
void backwardBlock(const Call<C>& call, const typename Call<C>::Work& w, const C* gradOut, int64_t first, int64_t count,
                   Gradients<C>& sums) {
  const auto& in = call.in;
  const int64_t step = call.channels;
  call.maxima(w, first, count);
  for (int64_t i = 0; i < count; ++i) {
    const C* g = gradOut + (first + i) * in.channels;
    std::copy_n(g, in.channels, w.d + i * step);
    std::fill(w.d + i * step + in.channels, w.d + (i + 1) * step, C(0));
  }
  call.run.seluBackward(w.z, w.d, w.d, count * step);
  for (int64_t i = 0; i < count; ++i) {
    const uint8_t* codes = w.codes + i * call.codeStep;
    const C *d = w.d + i * step, *best = w.best + i * step;
    const C scale = in.scale == nullptr ? C(1) : in.scale[first + i];
    std::vector<C>& start = sums.starts[in.positionFeatures ? call.lengths[first + i] : 0];
    if (start.empty()) start.assign(in.positionFeatures ? call.positions(call.lengths[first + i]) * step : step, C(0));
    for (int64_t c = 0; c < in.channels; ++c) {
      const int64_t p = static_cast<int64_t>(best[c]);
      start[(in.positionFeatures ? p * step : 0) + c] += d[c];
      const C scaled = scale * d[c];
      C* to = sums.table.data() + c;
      for (int64_t k = 0; k < in.kernel; ++k, to += kTableRows * step) to[codes[p + k] * step] += scaled;
    }
  }
}

/// Adds up what the parts collected and takes the positions' sums apart into features.
template <class C>
void finish(const Call<C>& call, std::vector<Gradients<C>>& parts, C* gradWeight, C* gradBias) {
  const auto& in = call.in;
  const int64_t step = call.channels;
  std::fill_n(gradWeight, in.kernel * in.features() * in.channels, C(0));
  std::fill_n(gradBias, in.channels, C(0));
  for (const Gradients<C>& part : parts) {
    for (int64_t k = 0; k < in.kernel; ++k)
      for (int64_t r = 0; r < kResidues; ++r) {
        C* to = gradWeight + (k * in.features() + r) * in.channels;
        const C* from = part.table.data() + (k * kTableRows + r) * step;
        for (int64_t c = 0; c < in.channels; ++c) to[c] += from[c];
      }
    for (std::size_t length = 0; length < part.starts.size(); ++length) {
      const std::vector<C>& start = part.starts[length];
      for (int64_t p = 0; p * step < static_cast<int64_t>(start.size()); ++p) {
        const C* from = start.data() + p * step;
        for (int64_t c = 0; c < in.channels; ++c) gradBias[c] += from[c];
        if (!in.positionFeatures) continue;
        for (int64_t k = 0; k < in.kernel && p + k < static_cast<int64_t>(length); ++k)
          for (int f = 0; f < kPositionFeatures; ++f) {
            const C feature = positionFeature<C>(f, p + k, static_cast<int64_t>(length));
            C* to = gradWeight + (k * in.features() + kResidues + f) * in.channels;
            for (int64_t c = 0; c < in.channels; ++c) to[c] += feature * from[c];
          }
      }
    }
  }
}

template <class C>
int64_t costOf(const SequenceEmbedding<C>& in) {
  return std::max<int64_t>(1, in.width) * in.kernel * in.channels / 4;
}

}  // namespace

template <class C>
void sequenceEmbedding(const SequenceEmbedding<C>& in, C* out) {
  const Call<C> call(in);
  const int64_t blocks = (in.sequences + kBlock - 1) / kBlock;
  parallelRows(blocks, kBlock * costOf(in), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    const auto w = call.work(scratch);
    for (int64_t b = begin; b < end; ++b) {
      const int64_t first = b * kBlock, count = std::min(kBlock, in.sequences - first);
      call.maxima(w, first, count);
      call.run.selu(w.z, w.z, count * call.channels);
      for (int64_t i = 0; i < count; ++i)
        std::copy_n(w.z + i * call.channels, in.channels, out + (first + i) * in.channels);
    }
  });
}

template <class C>
void sequenceEmbeddingBackward(const SequenceEmbedding<C>& in, const C* gradOut, C* gradWeight, C* gradBias) {
  const Call<C> call(in);
  const int64_t blocks = (in.sequences + kBlock - 1) / kBlock,
                parts = std::max<int64_t>(1, std::min(kGradients, blocks));
  std::vector<Gradients<C>> sums(parts);
  parallelRows(parts, (blocks / parts + 1) * kBlock * costOf(in) * 2, [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    const auto w = call.work(scratch);
    for (int64_t part = begin; part < end; ++part) {
      sums[part].table.assign(call.table.size(), C(0));
      sums[part].starts.resize(in.positionFeatures ? in.width + 1 : 1);
      for (int64_t b = blocks * part / parts; b < blocks * (part + 1) / parts; ++b)
        backwardBlock(call, w, gradOut, b * kBlock, std::min(kBlock, in.sequences - b * kBlock), sums[part]);
    }
  });
  finish(call, sums, gradWeight, gradBias);
}

#define INSTANTIATE(C)                                              \
  template void sequenceEmbedding(const SequenceEmbedding<C>&, C*); \
  template void sequenceEmbeddingBackward(const SequenceEmbedding<C>&, const C*, C*, C*);
DL4JH_EACH_COMPUTED(INSTANTIATE)

}  // namespace dl4jhopfield
