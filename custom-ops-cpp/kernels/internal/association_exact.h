// Separations of tiles that take more than the arithmetic of a tile, lane by lane in double (baseline code only).
//
// alpha-entmax and normmax with a parameter above 2 are steep without bound, and near 1 powers of a number near 1:
// there a threshold in T says little of the weights (steep_entmax.h, power_threshold.h). A lane is described by numbers
// that say all:
//
//   parameter > 2: top = x_s, the smallest score of the support, tau = its weight s before the factor;
//     entmax   (s^a + a (x - x_s))^(1/a),  a = alpha - 1
//     normmax  (s^b + x - x_s)^(1/b),      b = p - 1
//   near 1: top = the largest score, tau = v;  [1 + c (x - top + v)]_+ ^ r, with c = a and r = 1/a, or 1 and 1/b.
//
// k-subsets whose scores are far apart keep their tile arithmetic, but relative to the score of rank ceil(k).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "internal/association_tile.h"
#include "internal/power_threshold.h"
#include "internal/steep_entmax.h"

namespace dl4jhopfield {
namespace association_detail {

constexpr double kSteep = 2, kNearOne = 1.05;
constexpr int64_t kGathered = int64_t(1) << 22;  // scores held at a time

inline bool isExact(double parameter) { return parameter > kSteep || parameter < kNearOne; }

/// A lane's scores this far below the largest: tile arithmetic has lost digits of the threshold.
template <class T>
T farApart() {
  return sizeof(T) == 4 ? T(-64) : T(-0x1p20);
}

/// D(x).
template <class T>
T unitOf(const Separator<T>& s, const Lanes<T>& lanes, int64_t q, T x) {
  if (!s.unit || !(x <= lanes.threshold[q]) || x == -std::numeric_limits<T>::infinity()) return x;
  return lanes.fill[q];
}

/// The weight of D(x) in a lane. NaN stays, as does a tau that is NaN.
template <class T>
class ExactWeight {
 public:
  ExactWeight(const Separator<T>& s, double top, double tau)
      : steep_(s.parameter > kSteep),
        entmax_(s.kind == Kind::Entmax),
        top_(top),
        tau_(tau),
        exponent_(std::min(s.parameter, std::numeric_limits<double>::max()) - 1),
        steepEntmax_(exponent_, tau),
        least_(std::pow(tau, exponent_)) {}

  double operator()(double x) const {
    if (std::isnan(x) || std::isnan(tau_)) return x == -std::numeric_limits<double>::infinity() ? 0 : x + tau_;
    if (steep_) {
      if (!(x >= top_)) return 0;
      if (x == top_) return tau_;
      return entmax_ ? steepEntmax_(x - top_) : std::pow(least_ + (x - top_), 1 / exponent_);
    }
    const double d = (x == top_ ? 0 : x - top_) + tau_, u = entmax_ ? exponent_ * d : d;
    return u <= -1 ? 0 : std::exp(std::log1p(u) / exponent_);
  }

 private:
  bool steep_, entmax_;
  double top_, tau_, exponent_;
  SteepWeight steepEntmax_;
  double least_;
};

template <class T>
void exactWeights(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, T* P, int64_t width,
                  int64_t rows) {
  for (int64_t q = 0; q < width; ++q) {
    const ExactWeight<T> weight(s, lanes.top[q], lanes.tau[q]);
    const double factor = lanes.factor[q];
    for (int64_t j = 0; j < rows; ++j) {
      const T x = X[j * width + q];
      const bool forgotten = finalStep && s.unit && !(x > lanes.threshold[q]);
      P[j * width + q] = forgotten ? T(0) : static_cast<T>(factor * weight(unitOf(s, lanes, q, x)));
    }
  }
}

/// Calls f(lane, scores) for some lanes with the scores above `from` of each, a few lanes at a time where they are
/// many.
template <class T, class Each, class F>
void eachLane(const Separator<T>& s, const Lanes<T>& lanes, int64_t width, int64_t sets, int64_t stored,
              const std::vector<int64_t>& which, const std::vector<double>& from, Each&& each, F&& f) {
  const int64_t group = std::max<int64_t>(1, kGathered / std::max<int64_t>(1, stored));
  for (std::size_t first = 0; first < which.size(); first += static_cast<std::size_t>(group)) {
    const std::size_t lanesHere = std::min(which.size() - first, static_cast<std::size_t>(group));
    std::vector<std::vector<double>> scores(sets * lanesHere);
    each([&](int64_t set, int64_t rows, const T* X) {
      for (std::size_t l = 0; l < lanesHere; ++l) {
        const int64_t q = which[first + l];
        std::vector<double>& own = scores[set * lanesHere + l];
        for (int64_t j = 0; j < rows; ++j) {
          const double x = unitOf(s, lanes, q, X[j * width + q]);
          if (!(x <= from[first + l])) own.push_back(x);  // NaN too
        }
      }
    });
    for (std::size_t l = 0; l < lanesHere; ++l) {
      std::vector<double>& all = scores[l];
      for (int64_t set = 1; set < sets; ++set) {
        const std::vector<double>& more = scores[set * lanesHere + l];
        all.insert(all.end(), more.begin(), more.end());
      }
      f(which[first + l], all);
    }
  }
}

/// top, tau and factor of separators that are exact. `largest`: of D(x) in each lane, -inf where there is none.
template <class T, class Each>
void exactThresholds(const Separator<T>& s, const Lanes<T>& lanes, int64_t width, int64_t sets, int64_t stored,
                     const T* largest, T* top, T* tau, T* factor, Each&& each) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const bool steep = s.parameter > kSteep, entmax = s.kind == Kind::Entmax;
  const double exponent = std::min(s.parameter, std::numeric_limits<double>::max()) - 1;
  std::vector<int64_t> which(width);
  std::vector<double> from(width);
  for (int64_t q = 0; q < width; ++q) {
    which[q] = q;
    // What cannot be in the support: 1 below the largest, or 1 / a; a little more for rounding.
    const double reach = (entmax ? 1 / exponent : 1) * 1.001, own = largest[q];
    from[q] = own - reach < own ? own - reach : std::nextafter(own, -inf);
  }
  eachLane<T>(s, lanes, width, sets, stored, which, from, each, [&](int64_t q, std::vector<double>& x) {
    factor[q] = 1;
    top[q] = 0;
    tau[q] = 1;  // of a lane with nothing in it: every score is -inf
    double most = -inf;
    for (double value : x) {
      if (std::isnan(value)) {
        tau[q] = std::numeric_limits<T>::quiet_NaN();
        return;
      }
      most = std::max(most, value);
    }
    if (most == -inf) return;
    if (most == inf) {
      const double ties = static_cast<double>(std::count(x.begin(), x.end(), inf));
      top[q] = std::numeric_limits<T>::infinity();
      tau[q] = steep ? static_cast<T>(1 / ties) : T(0);
      if (!steep) factor[q] = static_cast<T>(1 / ties);
      return;
    }
    if (steep && entmax) {
      std::vector<double> own(x);
      const SteepThreshold t = steepThreshold(own, 1, exponent);
      top[q] = static_cast<T>(t.origin);
      tau[q] = static_cast<T>(t.least);
    } else {
      std::vector<double> d, above;  // differences from the largest; 1 above them, but for the largest itself
      for (double value : x) {
        d.push_back(value - most);
        if (value != most) above.push_back(oneAbove(value, most, 1));
      }
      const double v = entmax ? powerThreshold(d, exponent, 1 / exponent)
                              : normThreshold(above, static_cast<double>(x.size() - above.size()), 1 + 1 / exponent);
      top[q] = static_cast<T>(most);
      tau[q] = static_cast<T>(v);
      if (steep) {  // the smallest of the support
        double least = most, u = 1 + v;
        for (double value : x)
          if (value < least && oneAbove(value, most, 1) + v > 0) {
            least = value;
            u = oneAbove(value, most, 1) + v;
          }
        top[q] = static_cast<T>(least);
        tau[q] = static_cast<T>(least == most ? std::exp(std::log1p(v) / exponent) : std::pow(u, 1 / exponent));
      }
    }
    double sum = 0;
    const ExactWeight<T> weight(s, top[q], tau[q]);
    for (double value : x) sum += weight(value);
    factor[q] = static_cast<T>(1 / sum);
  });
}

/// top, tau and factor of k-subsets in some lanes with finite scores, relative to the score of rank ceil(k).
template <class T, class Each>
void subsetThresholds(const Separator<T>& s, const Lanes<T>& lanes, int64_t width, int64_t sets, int64_t stored,
                      const std::vector<int64_t>& which, T* top, T* tau, T* factor, Each&& each) {
  const std::vector<double> from(which.size(), -std::numeric_limits<double>::infinity());
  eachLane<T>(s, lanes, width, sets, stored, which, from, each, [&](int64_t q, std::vector<double>& x) {
    const double k = static_cast<double>(s.k);
    double clipped = 0;
    for (double value : x) {
      if (std::isnan(value)) {
        tau[q] = std::numeric_limits<T>::quiet_NaN();
        return;
      }
      clipped += std::min(std::max(value, 0.0), 1.0);
    }
    if (s.atMost && clipped <= k) {
      top[q] = tau[q] = factor[q] = 0;
      return;
    }
    if (static_cast<double>(x.size()) <= k) {
      top[q] = static_cast<T>(*std::min_element(x.begin(), x.end()));
      tau[q] = -2;
      return;
    }
    const auto rank = x.begin() + static_cast<std::ptrdiff_t>(std::ceil(k)) - 1;
    std::nth_element(x.begin(), rank, x.end(), [](double a, double b) { return a > b; });
    const double origin = *rank;
    double left = k;
    std::vector<double> d;
    for (double value : x) {
      if (value - origin >= 1)
        left -= 1;
      else if (value - origin > -1)
        d.push_back(value - origin);
    }
    // sum min(1, max(0, d - t)) = left, t in [-1, 0): the sum falls, Newton on its pieces in a bracket.
    double low = -1, high = 0, t = -0.5;
    for (int iteration = 0; iteration < 200; ++iteration) {
      double sum = 0, moving = 0;
      for (double value : d) {
        const double c = value - t;
        sum += std::min(std::max(c, 0.0), 1.0);
        moving += c > 0 && c < 1;
      }
      if (sum == left) break;
      (sum > left ? low : high) = t;
      double next = moving > 0 ? t + (sum - left) / moving : low + (high - low) / 2;
      if (!(next > low && next < high) || iteration % 4 == 3) next = low + (high - low) / 2;
      if (next == t || high - low < 1e-16) break;
      t = next;
    }
    top[q] = static_cast<T>(origin);
    tau[q] = static_cast<T>(t);
  });
}

}  // namespace association_detail
}  // namespace dl4jhopfield
