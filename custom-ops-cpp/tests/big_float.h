// Floating-point numbers of 192 bits (57 digits) with an exponent of 64, for references that hold where double, its
// range included, does not. Results are truncated: an error of a few units in the last place. Written for tests: small,
// not fast.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace dl4jhopfield {
namespace testing_support {

class Big {
 public:
  Big() = default;
  Big(double value) {  // NOLINT: a number is a Big; infinities and NaN are not
    if (value == 0) return;
    int exponent;
    const double fraction = std::frexp(std::abs(value), &exponent);
    sign_ = value < 0 ? -1 : 1;
    exponent_ = exponent;
    m_[2] = static_cast<uint64_t>(std::ldexp(fraction, 64));
  }

  /// The nearest double, nearly; beyond its range infinity or 0.
  double toDouble() const {
    if (sign_ == 0 || exponent_ < -1100) return 0;
    if (exponent_ > 1100) return sign_ * std::numeric_limits<double>::infinity();
    const double top = static_cast<double>(m_[2] >> 11), rest = static_cast<double>(m_[2] & 2047);
    const double fraction =
        std::ldexp(top, -53) + std::ldexp(rest + std::ldexp(static_cast<double>(m_[1] >> 11), -53), -64);
    return sign_ * std::ldexp(fraction, static_cast<int>(exponent_));
  }

  int sign() const { return sign_; }
  /// The size is in [2^(e-1), 2^e) for e = exponent(); that of 0 is the least of all.
  int64_t exponent() const { return sign_ == 0 ? std::numeric_limits<int64_t>::min() / 2 : exponent_; }
  Big scaled(int64_t power) const {  // times 2^power
    Big result = *this;
    if (sign_ != 0) result.setExponent(exponent_ + power);
    return result;
  }

  Big operator-() const {
    Big result = *this;
    result.sign_ = -sign_;
    return result;
  }
  friend Big operator+(const Big& a, const Big& b) {
    if (a.sign_ == 0) return b;
    if (b.sign_ == 0) return a;
    const int order = compareMagnitude(a, b);
    const Big &large = order >= 0 ? a : b, &small = order >= 0 ? b : a;
    if (a.sign_ != b.sign_ && order == 0) return Big();
    // One limb of guard below.
    uint64_t x[4] = {0, large.m_[0], large.m_[1], large.m_[2]}, y[4] = {0, small.m_[0], small.m_[1], small.m_[2]};
    if (large.exponent_ - small.exponent_ > 255) return large;
    shiftRight(y, static_cast<int>(large.exponent_ - small.exponent_));
    Big result;
    result.sign_ = large.sign_;
    int64_t exponent = large.exponent_;
    unsigned __int128 carry = 0;
    if (a.sign_ == b.sign_) {
      for (int i = 0; i < 4; ++i) {
        carry += static_cast<unsigned __int128>(x[i]) + y[i];
        x[i] = static_cast<uint64_t>(carry);
        carry >>= 64;
      }
      if (carry != 0) {
        shiftRight(x, 1);
        x[3] |= uint64_t(1) << 63;
        ++exponent;
      }
    } else {
      uint64_t borrow = 0;
      for (int i = 0; i < 4; ++i) {
        const unsigned __int128 difference = static_cast<unsigned __int128>(x[i]) - y[i] - borrow;
        x[i] = static_cast<uint64_t>(difference);
        borrow = static_cast<uint64_t>(difference >> 64) != 0 ? 1 : 0;
      }
      while (x[3] == 0) {
        if (x[2] == 0 && x[1] == 0 && x[0] == 0) return Big();
        for (int i = 3; i > 0; --i) x[i] = x[i - 1];
        x[0] = 0;
        exponent -= 64;
      }
      const int shift = __builtin_clzll(x[3]);
      if (shift != 0) {
        for (int i = 3; i > 0; --i) x[i] = x[i] << shift | x[i - 1] >> (64 - shift);
        x[0] <<= shift;
        exponent -= shift;
      }
    }
    for (int i = 0; i < 3; ++i) result.m_[i] = x[i + 1];
    result.setExponent(exponent);
    return result;
  }
  friend Big operator-(const Big& a, const Big& b) { return a + (-b); }
  friend Big operator*(const Big& a, const Big& b) {
    if (a.sign_ == 0 || b.sign_ == 0) return Big();
    uint64_t product[6] = {};
    for (int i = 0; i < 3; ++i) {
      unsigned __int128 carry = 0;
      for (int j = 0; j < 3; ++j) {
        carry += static_cast<unsigned __int128>(a.m_[i]) * b.m_[j] + product[i + j];
        product[i + j] = static_cast<uint64_t>(carry);
        carry >>= 64;
      }
      product[i + 3] = static_cast<uint64_t>(carry);
    }
    Big result;
    result.sign_ = a.sign_ * b.sign_;
    int64_t exponent = a.exponent_ + b.exponent_;
    const bool low = product[5] >> 63 == 0;
    for (int i = 0; i < 3; ++i) result.m_[i] = low ? product[i + 3] << 1 | product[i + 2] >> 63 : product[i + 3];
    result.setExponent(low ? exponent - 1 : exponent);
    return result;
  }
  friend Big operator/(const Big& a, const Big& b) {
    if (a.sign_ == 0) return Big();
    Big unit = b;  // in [1/2, 1)
    unit.exponent_ = 0;
    unit.sign_ = 1;
    Big inverse(1 / unit.toDouble());
    for (int i = 0; i < 3; ++i) inverse = inverse + inverse * (Big(1) - unit * inverse);
    Big result = a * inverse;
    result.sign_ = a.sign_ * b.sign_;
    result.setExponent(result.exponent_ - b.exponent_);
    return result;
  }
  Big& operator+=(const Big& b) { return *this = *this + b; }
  Big& operator-=(const Big& b) { return *this = *this - b; }
  Big& operator*=(const Big& b) { return *this = *this * b; }

  friend bool operator<(const Big& a, const Big& b) {
    if (a.sign_ != b.sign_) return a.sign_ < b.sign_;
    const int order = compareMagnitude(a, b);
    return a.sign_ < 0 ? order > 0 : order < 0;
  }
  friend bool operator>(const Big& a, const Big& b) { return b < a; }
  friend bool operator<=(const Big& a, const Big& b) { return !(b < a); }
  friend bool operator>=(const Big& a, const Big& b) { return !(a < b); }
  friend bool operator==(const Big& a, const Big& b) { return a.sign_ == b.sign_ && compareMagnitude(a, b) == 0; }
  friend bool operator!=(const Big& a, const Big& b) { return !(a == b); }

 private:
  static int compareMagnitude(const Big& a, const Big& b) {
    if (a.sign_ == 0 || b.sign_ == 0) return (a.sign_ != 0) - (b.sign_ != 0);
    if (a.exponent_ != b.exponent_) return a.exponent_ < b.exponent_ ? -1 : 1;
    for (int i = 2; i >= 0; --i)
      if (a.m_[i] != b.m_[i]) return a.m_[i] < b.m_[i] ? -1 : 1;
    return 0;
  }
  static void shiftRight(uint64_t (&x)[4], int by) {
    for (; by >= 64; by -= 64) {
      for (int i = 0; i < 3; ++i) x[i] = x[i + 1];
      x[3] = 0;
    }
    if (by == 0) return;
    for (int i = 0; i < 3; ++i) x[i] = x[i] >> by | x[i + 1] << (64 - by);
    x[3] >>= by;
  }
  void setExponent(int64_t exponent) {  // saturates: such numbers stand for infinity and 0
    constexpr int64_t most = int64_t(1) << 60;
    exponent_ = exponent > most ? most : exponent < -most ? -most : exponent;
  }

  int sign_ = 0;
  int64_t exponent_ = 0;  // value = sign * 0.m * 2^exponent
  uint64_t m_[3] = {};
};

inline Big abs(const Big& x) { return x.sign() < 0 ? -x : x; }

inline const Big& ln2() {
  static const Big value = [] {
    Big sum, power(1);
    for (int k = 1; k < 200; ++k) {
      power = power.scaled(-1);
      sum += power / Big(k);
    }
    return sum;
  }();
  return value;
}

inline Big exp(const Big& x) {
  if (x.sign() == 0) return Big(1);
  if (x.exponent() > 58) return Big(x.sign() > 0 ? 1.0 : 0.0).scaled(int64_t(1) << 60);
  const int64_t k = static_cast<int64_t>(std::nearbyint(x.toDouble() / 0.69314718055994530942));
  // k as a Big without rounding: k < 2^59
  const Big whole =
      Big(static_cast<double>(k >> 30)).scaled(30) + Big(static_cast<double>(k & ((int64_t(1) << 30) - 1)));
  const Big r = (x - whole * ln2()).scaled(-8);
  static const Big* inverse = [] {  // 1 / n
    static Big table[24];
    for (int n = 1; n < 24; ++n) table[n] = Big(1) / Big(n);
    return table;
  }();
  Big term(1), sum;
  for (int n = 1; n < 22; ++n) {
    term = term * r * inverse[n];
    sum += term;
  }
  for (int i = 0; i < 8; ++i) sum = sum.scaled(1) + sum * sum;  // expm1(2r) = 2 expm1(r) + expm1(r)^2
  return (sum + Big(1)).scaled(k);
}

/// Of a number above 0.
inline Big log(const Big& x) {
  const int64_t e = x.exponent();
  const Big m = x.scaled(-e);  // in [1/2, 1)
  if (e == 1 || e == 0) {      // near 1 the sum with e ln 2 would cancel
    const Big f = x - Big(1);
    if (f.sign() == 0) return Big();
    if (f.exponent() < -60) {  // log(1 + f) by its series
      Big power = f, sum = f;
      for (int k = 2; k < 5; ++k) {
        power = power * f;
        sum += power / Big(k % 2 == 0 ? -k : k);
      }
      return sum;
    }
    Big y(std::log1p(f.toDouble()));
    for (int i = 0; i < 2; ++i) {
      const Big p = exp(y);
      y += ((x - p) / (x + p)).scaled(1);
    }
    return y;
  }
  Big y(std::log(m.toDouble()));
  for (int i = 0; i < 2; ++i) {
    const Big p = exp(y);
    y += ((m - p) / (m + p)).scaled(1);
  }
  const Big whole(static_cast<double>(e));  // |e| < 2^53 but for saturated numbers
  return y + whole * ln2();
}

/// x^a for x > 0.
inline Big pow(const Big& x, const Big& a) { return exp(a * log(x)); }

}  // namespace testing_support
}  // namespace dl4jhopfield
