// Separations and their gradients in 57 digits, from their definitions: what the adversarial rows are compared with.
//
// Weights are those of the numbers as given (every double is exact here); gradients are those at given weights, which
// is what the backward passes receive. Each solution is certified by its own equation: see `certify`.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "big_float.h"

namespace dl4jhopfield {
namespace testing_support {

enum class ExactKind { Entmax, Normmax, ExactlyK, AtMostK };  // softmax, 1.5-entmax and sparsemax are alpha 1, 1.5, 2

class Exact {
 public:
  /// `parameter`: alpha, p or k. Finite scores only; mask empty: all take part.
  static std::vector<double> weights(ExactKind kind, double parameter, const std::vector<double>& x,
                                     const std::vector<uint8_t>& mask, double beta) {
    Exact row;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (mask.empty() || mask[i] != 0) row.index.push_back(i);
    std::vector<double> result(x.size(), 0.0);
    if (row.index.empty()) return result;
    // Highest scores first; z relative to the first.
    std::stable_sort(row.index.begin(), row.index.end(), [&](std::size_t a, std::size_t b) {
      return beta > 0 ? x[a] > x[b] : beta < 0 ? x[a] < x[b] : false;
    });
    for (std::size_t i : row.index) row.z.push_back(Big(beta) * Big(x[i]));
    switch (kind) {
      case ExactKind::Entmax:
        if (parameter == 1)
          row.softmax();
        else if (parameter < 2)
          row.powers(Big(parameter) - Big(1), Big(1) / (Big(parameter) - Big(1)), Big(1) / (Big(parameter) - Big(1)));
        else
          row.steepEntmax(Big(parameter) - Big(1));
        break;
      case ExactKind::Normmax:
        row.powers(Big(1), Big(parameter) / (Big(parameter) - Big(1)), Big(1) / (Big(parameter) - Big(1)));
        break;
      default:
        row.subsets(parameter, kind == ExactKind::AtMostK);
    }
    for (std::size_t j = 0; j < row.index.size(); ++j) result[row.index[j]] = row.y[j].toDouble();
    return result;
  }

  /// beta J^T g at the weights y. Infinite where a double is too small for it.
  static std::vector<double> gradient(ExactKind kind, double parameter, const std::vector<double>& y,
                                      const std::vector<double>& g, double beta, bool slack) {
    const std::size_t n = y.size();
    std::vector<Big> raw(n);
    if (kind == ExactKind::ExactlyK || kind == ExactKind::AtMostK) {
      Big sum;
      int64_t inside = 0;
      for (std::size_t i = 0; i < n; ++i)
        if (y[i] != 0 && y[i] != 1) {
          sum += Big(g[i]);
          ++inside;
        }
      const Big mean = slack || inside == 0 ? Big() : sum / Big(static_cast<double>(inside));
      for (std::size_t i = 0; i < n; ++i)
        if (y[i] != 0 && y[i] != 1) raw[i] = Big(g[i]) - mean;
    } else if (kind == ExactKind::Normmax) {
      normmaxGradient(parameter, y, g, raw);
    } else {
      weighted(parameter, y, g, raw);
    }
    std::vector<double> result(n);
    for (std::size_t i = 0; i < n; ++i) result[i] = (Big(beta) * raw[i]).toDouble();
    return result;
  }

  /// <dy/dalpha, g> of alpha-entmax, alpha > 1, at the weights y taken to have the sum 1. With l = log y, a = alpha - 1
  /// and r = y^(2 - alpha): y_i, its logarithm and its share of r.
  static double alphaGradient(double alpha, const std::vector<double>& y, const std::vector<double>& g) {
    const Big a = Big(alpha) - Big(1);
    std::vector<Big> p, l, share, gradient;
    Big mass;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) {
        p.push_back(Big(y[i]));
        mass += p.back();
        gradient.push_back(Big(g[i]));
      }
    if (p.empty()) return 0;
    for (const Big& value : p) l.push_back(log(value));
    // The form without differences that vanish as a does, for weights whose sum is 1 but for rounding:
    // r_i = y_i e_i, e = exp(-a l); psi = (e - 1 + a l) / a^2; dy_i = y_i ((1 - a l_i) W - (1 + a H) psi_i) / R.
    Big R, W, H, linear, curved;
    Big top = -a * l[0];
    for (const Big& value : l) top = std::max(top, -a * value);
    const Big scale =
        top.sign() > 0 && top.exponent() > 20 ? top : Big();  // where exponents run away, all relative to the largest
    for (std::size_t i = 0; i < p.size(); ++i) {
      const Big x = -a * l[i];
      const Big e = exp(x - scale);
      Big psi;
      if (scale.sign() == 0 && x.exponent() < -30) {
        Big term = Big(0.5), sum = term;
        for (int k = 3; k < 9; ++k) {
          term = term * x / Big(k);
          sum += term;
        }
        psi = l[i] * l[i] * sum;
      } else {
        psi = (e - (Big(1) + x) * exp(-scale)) / (a * a);
      }
      R += p[i] * (e - exp(-scale));
      W += p[i] * psi;
      H -= p[i] * l[i];
      linear += gradient[i] * p[i] * (Big(1) + x);
      curved += gradient[i] * p[i] * psi;
    }
    R += exp(-scale);
    return ((W * linear - (Big(1) + a * H) * curved) / R).toDouble();
  }

  /// Whether the sum of clipped scores stays below the budget of "at most".
  static bool slack(double k, const std::vector<double>& x, const std::vector<uint8_t>& mask, double beta) {
    Big sum;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (mask.empty() || mask[i] != 0) sum += clip(Big(beta) * Big(x[i]));
    return sum <= Big(k);
  }

 private:
  std::vector<std::size_t> index;
  std::vector<Big> z, y;

  static Big clip(const Big& value) { return value.sign() <= 0 ? Big() : value > Big(1) ? Big(1) : value; }
  static void certify(const Big& residual, const char* what) {
    if (residual.sign() != 0 && residual.exponent() > -150)
      throw std::logic_error(std::string("no certificate: ") + what);
  }

  void softmax() {
    Big sum;
    for (const Big& value : z) y.push_back(exp(value - z[0]));
    for (const Big& value : y) sum += value;
    for (Big& value : y) value = value / sum;
  }

  /// u_i = 1 + s (z_i - z_0 + v), v <= 0 such that sum u^q = 1; y proportional to u^w. For alpha-entmax up to 2 and
  /// normmax.
  void powers(const Big& s, const Big& q, const Big& w) {
    const long double sl = s.toDouble(), ql = q.toDouble();
    std::vector<long double> d;
    for (const Big& value : z) d.push_back((value - z[0]).toDouble());
    // Newton on the norm F^(1/q), convex and rising in v: falls to the root from v = 0.
    long double v = 0;
    for (int i = 0; i < 200; ++i) {
      long double F = 0, G = 0;
      for (long double di : d) {
        const long double u = sl * (di + v);
        if (u <= -1) break;  // sorted
        const long double power = std::exp(ql * std::log1p(u));
        F += power;
        G += power / (1 + u);
      }
      const long double step = std::expm1(-std::log(F) / ql) * F / (sl * G);
      v += step;
      if (!(std::abs(step) > 1e-19L / sl)) break;
    }
    Big V = Big(static_cast<double>(v)) + Big(static_cast<double>(v - static_cast<double>(v)));
    std::vector<Big> logarithm;
    Big F;
    for (int i = 0; i < 12; ++i) {
      F = Big();
      Big G;
      logarithm.clear();
      for (const Big& value : z) {
        const Big u = Big(1) + s * (value - z[0] + V);
        if (u.sign() <= 0) break;
        logarithm.push_back(log(u));
        const Big power = exp(q * logarithm.back());
        F += power;
        G += power / u;
      }
      const Big step = (Big(1) - F) / (q * s * G);
      if (step.sign() == 0 || (F - Big(1)).exponent() < -165) break;
      V += step;
    }
    certify(F - Big(1), "powers");
    y.assign(z.size(), Big());
    Big sum;
    for (std::size_t i = 0; i < logarithm.size(); ++i) sum += y[i] = exp(w * logarithm[i]);
    for (Big& value : y) value = value / sum;
  }

  /// With s the smallest weight of the support, y_i = (s^a + a (z_i - z_s))^(1/a): nothing cancels, and the sum is
  /// convex in s.
  void steepEntmax(const Big& a) {
    const std::size_t n = z.size();
    const double ad = a.toDouble();
    const auto root = [&](const Big& u) { return exp(log(u) / a); };
    const auto above = [&](std::size_t last) {  // sum of the weights of the others where z[last] just gets none
      Big sum;
      for (std::size_t i = 0; i < last && z[i] > z[last]; ++i) sum += root(a * (z[i] - z[last]));
      return sum;
    };
    const auto nearlyAbove = [&](std::size_t last) {
      double sum = 0;
      for (std::size_t i = 0; i < last && z[i] > z[last]; ++i) {
        const double gap = (z[i] - z[last]).toDouble();
        if (std::log(ad) + std::log(gap) >= 0) return 2.0;
        sum += std::exp((std::log(ad) + std::log(gap)) / ad);
        if (sum > 1.001) return sum;
      }
      return sum;
    };
    std::size_t low = 0, high = n;  // the last of the support is in [low, high)
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      (nearlyAbove(middle) < 1 ? low : high) = middle;
    }
    while (low > 0 && above(low) >= Big(1)) --low;
    while (low + 1 < n && above(low + 1) < Big(1)) ++low;
    const std::size_t count = low + 1;
    const Big& least = z[low];
    double guess = 1.0 / static_cast<double>(count), before = 2;
    for (int i = 0; i < 200 && guess != before; ++i) {
      double sum = -1, slope = 0;
      for (std::size_t j = 0; j < count; ++j) {
        const double gap = (z[j] - least).toDouble();
        const double p = std::log(guess) * ad, g = gap > 0 ? std::log(ad) + std::log(gap) : -kHuge;
        const double high = std::max(p, g);
        const double value = gap > 0 ? std::exp((high + std::log1p(std::exp(std::min(p, g) - high))) / ad) : guess;
        sum += value;
        slope += gap > 0 ? std::exp((ad - 1) * (std::log(guess) - std::log(value))) : 1;
      }
      before = guess;
      guess = std::max(guess - sum / slope, guess / 1e6);
      if (i > 60) break;
    }
    Big s(guess), F;
    for (int i = 0; i < 40; ++i) {
      y.assign(n, Big());
      F = Big();
      Big slope;
      const Big sa = exp(a * log(s));
      for (std::size_t j = 0; j < count; ++j) {
        const Big gap = z[j] - least;
        y[j] = gap.sign() == 0 ? s : root(sa + a * gap);
        F += y[j];
        slope += gap.sign() == 0 ? Big(1) : exp((a - Big(1)) * log(s / y[j]));
      }
      const Big residual = F - Big(1);
      if (residual.sign() == 0 || residual.exponent() < -160) break;
      Big next = s - residual / slope;
      if (next.sign() <= 0) next = s.scaled(-10);
      s = next;
    }
    certify(F - Big(1), "steep entmax");
  }
  static constexpr double kHuge = 1e308;

  void subsets(double k, bool atMost) {
    const std::size_t n = z.size();
    y.assign(n, Big());
    if (atMost) {
      Big sum;
      for (std::size_t i = 0; i < n; ++i) sum += y[i] = clip(z[i]);
      if (sum <= Big(k)) return;
    }
    if (static_cast<double>(n) <= k) {
      y.assign(n, Big(1));
      return;
    }
    // With the score of rank ceil(k) as origin, the threshold is in [-1, 0).
    const Big origin = z[static_cast<std::size_t>(std::ceil(k)) - 1];
    std::vector<Big> d, breaks;
    Big ones;
    for (const Big& value : z) {
      const Big gap = value - origin;
      if (gap >= Big(1)) {
        ones += Big(1);
      } else if (gap > Big(-1)) {
        d.push_back(gap);
        for (const Big& b : {gap, gap - Big(1)})
          if (b >= Big(-1) && b <= Big(0)) breaks.push_back(b);
      }
    }
    breaks.push_back(Big(-1));
    breaks.push_back(Big(0));
    std::sort(breaks.begin(), breaks.end());
    const auto total = [&](const Big& t) {
      Big sum = ones;
      for (const Big& value : d) sum += clip(value - t);
      return sum;
    };
    std::size_t low = 0, high = breaks.size() - 1;
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      (total(breaks[middle]) >= Big(k) ? low : high) = middle;
    }
    const Big a = total(breaks[low]), b = total(breaks[high]);
    const Big t = a == b ? breaks[low] : breaks[low] + (breaks[high] - breaks[low]) * (a - Big(k)) / (a - b);
    Big sum;
    for (std::size_t i = 0; i < n; ++i) sum += y[i] = clip(z[i] - origin - t);
    certify((sum - Big(k)) / Big(k), "k-subsets");
  }

  static void weighted(double alpha, const std::vector<double>& y, const std::vector<double>& g,
                       std::vector<Big>& raw) {
    const Big power = Big(2) - Big(alpha);
    // Relative to the gradient where the slope y^(2 - alpha) is largest: there g - mean would cancel.
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) live.push_back(i);
    if (live.empty()) return;
    std::vector<Big> l;
    for (std::size_t i : live) l.push_back(power.sign() == 0 ? Big() : power * log(Big(y[i])));
    const std::size_t top = static_cast<std::size_t>(std::max_element(l.begin(), l.end()) - l.begin());
    const Big origin(g[live[top]]);
    // Exponents beyond those of Big only ever meet as differences.
    Big mass, reach;  // the largest logarithm of a slope whose g differs
    bool differs = false;
    for (std::size_t j = 0; j < live.size(); ++j) {
      mass += exp(l[j] - l[top]);
      if (Big(g[live[j]]) == origin) continue;
      if (!differs || l[j] > reach) reach = l[j];
      differs = true;
    }
    if (!differs) return;
    Big sum;
    for (std::size_t j = 0; j < live.size(); ++j) sum += exp(l[j] - reach) * (Big(g[live[j]]) - origin);
    for (std::size_t j = 0; j < live.size(); ++j) {
      const Big difference = Big(g[live[j]]) - origin;
      raw[live[j]] = difference.sign() == 0 ? -sum / mass * exp(reach + (l[j] - l[top]))
                                            : exp(l[j]) * (difference - sum / mass * exp(reach - l[top]));
    }
  }

  static void normmaxGradient(double p, const std::vector<double>& y, const std::vector<double>& g,
                              std::vector<Big>& raw) {
    Big powers, mass, mean;
    std::size_t least = y.size();
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) {
        powers += pow(Big(y[i]), Big(p));
        mass += Big(y[i]);
        if (least == y.size() || y[i] < y[least]) least = i;
      }
    if (least == y.size()) return;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) mean += Big(y[i]) * (Big(g[i]) - Big(g[least]));
    mean = mean / mass;
    const Big norm = pow(powers, Big(1) / Big(p));
    Big sum;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) {
        raw[i] = pow(Big(y[i]) / norm, Big(2) - Big(p)) / (Big(p) - Big(1)) * norm * (Big(g[i]) - Big(g[least]) - mean);
        sum += raw[i];
      }
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] != 0) raw[i] -= Big(y[i]) * sum;
  }
};

}  // namespace testing_support
}  // namespace dl4jhopfield
