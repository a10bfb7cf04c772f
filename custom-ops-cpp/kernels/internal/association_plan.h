// How the work of the Hopfield association is cut into units, chunks and blocks. Baseline code only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "dl4jhopfield/association.h"
#include "internal/association_search.h"

namespace dl4jhopfield {
namespace association_detail {

constexpr int64_t kWidthBytes = 256;               // of a full row of lanes: 64 floats, 32 doubles
constexpr int64_t kBlockBytes = 32 * 1024;         // scores computed at a time: they stay in the first-level cache
constexpr int64_t kPreferredTile = 512 * 1024;     // resident tiles shrink to fewer queries to stay in the second level
constexpr int64_t kLargestTile = 8 * 1024 * 1024;  // and are not kept at all beyond this
constexpr int64_t kLargestSplitTile = 26 * 1024 * 1024;
constexpr int64_t kKeptBytes = 512 * 1024;  // weights of a head at two steps, for its early stop
constexpr int64_t kSeparateHeads = 16;      // from so many on, heads iterate one by one

/// How the scores of one head are cut. Depends on shapes only.
struct Plan {
  int64_t width;  // queries of a unit, padded
  int64_t units;  // units of a head
  int64_t block;  // stored patterns scored at a time
  int64_t chunk, chunks;
  bool split;     // chunks run in parallel, units one after the other; else the reverse
  bool resident;  // the scores of a unit stay in memory between passes
  int64_t sets() const { return split ? chunks : 1; }
};

template <class T>
Plan makePlan(const AssociationOptions& o, int lanes, bool backward) {
  const int64_t S = o.stored, L = o.queries, heads = o.batch * o.heads;
  Plan p{};
  const int64_t full = kWidthBytes / static_cast<int64_t>(sizeof(T));
  p.width = std::min(full, roundUp(std::max<int64_t>(L, 1), lanes));
  p.units = (L + p.width - 1) / p.width;
  p.split = (S >= 8192 && p.units < 16) || (S >= 2048 && heads * p.units < 8);
  const bool passes = backward || !isDense(o.separation) ||
                      (o.unit == AssociationUnit::Pfu && o.pfu.muIsMedian && o.pfu.scope == MedianScope::Row);
  const int64_t tiles = backward ? 2 : 1;
  const auto bytes = [&](int64_t width) { return S * width * tiles * static_cast<int64_t>(sizeof(T)); };
  if (passes) {
    const int64_t limit = p.split ? kLargestSplitTile : kLargestTile;
    const int64_t wish = p.split ? kLargestSplitTile : kPreferredTile;
    int64_t width = p.width;
    while (bytes(width) > wish && width > lanes && width > 8) width = roundUp(width / 2, lanes);
    p.resident = bytes(width) <= limit;
    if (p.resident) p.width = width;
  }
  p.units = (L + p.width - 1) / p.width;
  p.block = std::max<int64_t>(16, kBlockBytes / (p.width * static_cast<int64_t>(sizeof(T))));
  p.chunks = p.split ? std::min<int64_t>(16, S / 1024) : 1;
  p.chunk = p.split ? roundUp((S + p.chunks - 1) / p.chunks, p.block) : std::max<int64_t>(S, 1);
  p.chunks = std::max<int64_t>(1, (S + p.chunk - 1) / p.chunk);
  return p;
}

/// Update steps whose states a forward pass saves.
inline int64_t savedSteps(const AssociationOptions& o) {
  int64_t most = 0;
  for (int64_t h = 0; h < (o.updateStepsPerHead ? o.heads : 1); ++h) {
    const int64_t steps = o.updateStepsPerHead ? o.updateStepsPerHead[h] : o.updateSteps;
    if (steps < 0) throw std::invalid_argument("association: states of an unbounded number of steps are not saved");
    most = std::max(most, steps);
  }
  return most;
}

[[noreturn]] inline void refuse(const std::string& what) { throw std::invalid_argument("association: " + what); }

}  // namespace association_detail
}  // namespace dl4jhopfield
