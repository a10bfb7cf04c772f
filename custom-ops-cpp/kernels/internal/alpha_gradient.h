// The derivative of one row of alpha-entmax with respect to alpha, summed up entry by entry.
//
// With l = log y, e = alpha - 1, a = -e l, psi(a) = (exp(a) - 1 - a) / a^2:
//   dy_i/dalpha = y_i / (1 + U) ((1 + a_i) W - (1 + A) w_i),  w = l^2 psi(a),
//   U = sum y expm1(a),  A = sum y a,  W = sum y w.
// It equals proposition 1 of Correia et al., EMNLP 2019, with the differences that cancel as alpha -> 1 taken out, and
// at alpha = 1 is y_i (sum y l^2 - l_i^2) / 2, their limit. For large alpha exp(a) is beyond any range: then 1 + U, W
// and the sum with w are kept relative to exp(c), c the largest a so far.
#pragma once

#include <cmath>

namespace dl4jhopfield {

class AlphaGradientSums {
 public:
  explicit AlphaGradientSums(double alpha) : e_(alpha - 1) {}

  /// An entry of weight p and gradient g. NaN weights make the value NaN.
  void add(double p, double g) {
    if (p == 0) return;
    const double l = std::log(p), a = -e_ * l;
    if (a > kRange && a > c_) rescale(a);
    const double w = weighted(p, l, a);
    u_ += c_ == 0 ? p * std::expm1(a) : p * (std::exp(a - c_) - std::exp(-c_));
    a_ += p * a;
    w_ += w;
    gradientLinear_ += g * p * (1 + a);
    gradientCurved_ += g * w;
  }
  void add(const AlphaGradientSums& other) {
    AlphaGradientSums same = other;
    if (same.c_ > c_)
      rescale(same.c_);
    else
      same.rescale(c_);
    u_ += same.u_;
    a_ += same.a_;
    w_ += same.w_;
    gradientLinear_ += same.gradientLinear_;
    gradientCurved_ += same.gradientCurved_;
  }
  /// <dy/dalpha, g>.
  double value() const { return (w_ * gradientLinear_ - (1 + a_) * gradientCurved_) / (std::exp(-c_) + u_); }

 private:
  static constexpr double kRange = 300;  // exp of this times numbers of ordinary size has room left

  void rescale(double c) {
    const double factor = std::exp(c_ - c);
    u_ *= factor;
    w_ *= factor;
    gradientCurved_ *= factor;
    c_ = c;
  }

  /// p w exp(-c).
  double weighted(double p, double l, double a) const {
    if (a < 0.05)
      return p * l * l * (0.5 + a * (1.0 / 6 + a * (1.0 / 24 + a * (1.0 / 120 + a * (1.0 / 720 + a / 5040))))) *
             std::exp(-c_);
    const double rest = c_ == 0 ? std::expm1(a) - a : std::exp(a - c_) - (c_ > 1e3 ? 0.0 : (1 + a) * std::exp(-c_));
    return p * rest / e_ / e_;
  }

  double e_;
  double c_ = 0;
  double u_ = 0, a_ = 0, w_ = 0, gradientLinear_ = 0, gradientCurved_ = 0;
};

}  // namespace dl4jhopfield
