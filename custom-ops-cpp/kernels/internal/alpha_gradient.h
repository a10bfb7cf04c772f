// The derivative of one row of alpha-entmax with respect to alpha, summed up entry by entry.
//
// With l = log y, e = alpha - 1, a = -e l, psi(a) = (exp(a) - 1 - a) / a^2:
//   dy_i/dalpha = y_i / (1 + U) ((1 + a_i) W - (1 + A) w_i),  w = l^2 psi(a),
//   U = sum y expm1(a),  A = sum y a,  W = sum y w.
// It equals proposition 1 of Correia et al., EMNLP 2019, with the differences that cancel as alpha -> 1 taken out, and at
// alpha = 1 is y_i (sum y l^2 - l_i^2) / 2, their limit.
#pragma once

#include <cmath>

namespace dl4jhopfield {

class AlphaGradientSums {
 public:
  explicit AlphaGradientSums(double alpha) : e_(alpha - 1) {}

  /// An entry of weight p and gradient g. NaN weights make the value NaN.
  void add(double p, double g) {
    if (p == 0) return;
    const double l = std::log(p), a = -e_ * l, w = weighted(p, l, a);
    u_ += a < 300 ? p * std::expm1(a) : std::exp((1 - e_) * l);
    a_ += p * a;
    w_ += w;
    gradientLinear_ += g * p * (1 + a);
    gradientCurved_ += g * w;
  }
  void add(const AlphaGradientSums& other) {
    u_ += other.u_;
    a_ += other.a_;
    w_ += other.w_;
    gradientLinear_ += other.gradientLinear_;
    gradientCurved_ += other.gradientCurved_;
  }
  /// <dy/dalpha, g>.
  double value() const { return (w_ * gradientLinear_ - (1 + a_) * gradientCurved_) / (1 + u_); }

 private:
  /// p w; where exp(a) alone would overflow, p exp(a) = p^(1 - e) takes its place.
  double weighted(double p, double l, double a) const {
    if (a < 0.05)
      return p * l * l * (0.5 + a * (1.0 / 6 + a * (1.0 / 24 + a * (1.0 / 120 + a * (1.0 / 720 + a / 5040)))));
    return (a < 300 ? p * (std::expm1(a) - a) : std::exp((1 - e_) * l)) / (e_ * e_);
  }

  double e_;
  double u_ = 0, a_ = 0, w_ = 0, gradientLinear_ = 0, gradientCurved_ = 0;
};

}  // namespace dl4jhopfield
