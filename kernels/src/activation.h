// sigmoid, tanh and relu of one vector. NaN in, NaN out.
#ifndef UNDERTONE_ACTIVATION_H
#define UNDERTONE_ACTIVATION_H

#include "simd.h"

// x within +-limit. NaN passes: the comparison is on the magnitude, because a plain choice between x and limit
// is compiled to relaxed_min on WebAssembly, which may drop it.
static inline vf clamp(vf x, float limit) {
  const vi magnitude = (vi)x & splat_bits(0x7fffffff);
  const vi sign = (vi)x & ~splat_bits(0x7fffffff);
  return choose((vf)magnitude > splat(limit), (vf)(sign | (vi)splat(limit)), x);
}

// exp by reduction to |r| <= ln(2)/2; the polynomial is that of Cephes' expf (Moshier): 2 ulp.
static inline vf vexp(vf x) {
  const vf shifter = splat(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer
  x = clamp(x, 87.0f);                   // exp and 1/exp stay normal numbers
  const vf shifted = madd(x, splat(1.44269504088896341f), shifter);
  const vf n = shifted - shifter;
  vf r = madd(n, splat(-0.693359375f), x);
  r = madd(n, splat(2.12194440e-4f), r);
  vf p = splat(1.9875691500e-4f);
  p = madd(p, r, splat(1.3981999507e-3f));
  p = madd(p, r, splat(8.3334519073e-3f));
  p = madd(p, r, splat(4.1665795894e-2f));
  p = madd(p, r, splat(1.6666665459e-1f));
  p = madd(p, r, splat(5.0000001201e-1f));
  p = madd(p, r * r, r + splat(1.0f));
  const vi exponent = ((vi)shifted - (vi)shifter + splat_bits(127)) << 23;
  return p * (vf)exponent;
}

static inline vf sigmoid(vf x) { return splat(1.0f) / (splat(1.0f) + vexp(-x)); }

// Rational approximation of degree 13/6, coefficients as in Eigen's generic_fast_tanh: a few ulp, odd, and
// relatively accurate near 0, where gradients live.
static inline vf vtanh(vf x) {
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

// Not a choice between x and 0, for the same reason.
static inline vf relu(vf x) { return (vf)((vi)x & ~(x < splat(0.0f))); }

static inline vf activate(vf x, int use_relu) { return use_relu ? relu(x) : vtanh(x); }

// Derivative of the activation, from its value y = activate(x).
static inline vf activate_slope(vf y, int use_relu) {
  if (!use_relu) return splat(1.0f) - y * y;
  return (vf)(~(y <= splat(0.0f)) & (vi)splat(1.0f)); // NaN: 1, so that it goes on
}

#endif
