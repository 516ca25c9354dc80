// sigmoid, tanh and relu of one vector. NaN in, NaN out.
#ifndef UNDERTONE_ACTIVATION_H
#define UNDERTONE_ACTIVATION_H

#include "simd.h"

// 1 + exp(-x), x taken within +-limit, at most 80, so that exp and 1/exp stay normal numbers: exp(-x) = 2^n exp(-s)
// with |s| <= ln(2)/2 and a minimax polynomial of degree 5, relative error 1.1e-7.
INLINE vf one_plus_exp_minus(vf x, float limit) {
  const vf shifter = splat(12583039.0f); // 1.5 * 2^23 + 127: adding it rounds, and leaves n + 127 in the last bits
  x = clamp(x, limit);
  const vf shifted = madd(x, splat(-1.44269504088896341f), shifter);
  const vf n = shifted - shifter;
  const vf s = madd(n, splat(0.69314718055994531f), x);
  vf p = splat(-0.0083125f);
  p = madd(p, s, splat(0.04189033f));
  p = madd(p, s, splat(-0.16667115f));
  p = madd(p, s, splat(0.4999923f));
  p = madd(p, s, splat(-1.0f));
  p = madd(p, s, splat(1.0f));
  return madd(p, (vf)((vi)shifted << 23), splat(1.0f));
}

// Three sigmoids with one division, by 1 / a = bc / abc: the divider takes as long as several products. The limit
// keeps abc below 1e38; sigmoid(-29) is 2.5e-13.
INLINE void sigmoids(vf *x, vf *y, vf *z) {
  const vf a = one_plus_exp_minus(*x, 29.0f), b = one_plus_exp_minus(*y, 29.0f), c = one_plus_exp_minus(*z, 29.0f);
  const vf ab = a * b, abc_inverse = splat(1.0f) / (ab * c), ab_inverse = abc_inverse * c;
  *x = ab_inverse * b, *y = ab_inverse * a, *z = abc_inverse * ab;
}

// Rational approximation of degree 13/6, coefficients as in Eigen's generic_fast_tanh: a few ulp, odd, and
// relatively accurate near 0, where gradients live.
INLINE vf vtanh(vf x) {
  x = clamp(x, 7.90531110763549805f);
  const vf z = x * x;
  vf p = splat(-2.76076847742355e-16f);
  p = madd(p, z, splat(2.00018790482477e-13f));
  p = madd(p, z, splat(-8.60467152213735e-11f));
  p = madd(p, z, splat(5.12229709037114e-08f));
  p = madd(p, z, splat(1.48572235717979e-05f));
  p = madd(p, z, splat(6.37261928875436e-04f));
  p = madd(p, z, splat(4.89352455891786e-03f));
  vf q = splat(1.19825839466702e-06f);
  q = madd(q, z, splat(1.18534705686654e-04f));
  q = madd(q, z, splat(2.26843463243900e-03f));
  q = madd(q, z, splat(4.89352518554385e-03f));
  return x * p / q;
}

// Not a choice between x and 0, which WebAssembly may compile to a relaxed_max that drops NaN.
INLINE vf relu(vf x) { return (vf)((vi)x & ~(x < splat(0.0f))); }

INLINE vf activate(vf x, int use_relu) { return use_relu ? relu(x) : vtanh(x); }

// Derivative of the activation, from its value y = activate(x).
INLINE vf activate_slope(vf y, int use_relu) {
  if (!use_relu) return splat(1.0f) - y * y;
  return (vf)(~(y <= splat(0.0f)) & (vi)splat(1.0f)); // NaN: 1, so that it goes on
}

#endif
