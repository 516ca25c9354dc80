// The only place that knows how wide a vector is and how it multiplies. LANES floats a vector, by target:
// 4 for WebAssembly, NEON and baseline x86-64, 8 for AVX2, 16 for AVX-512.
#ifndef UNDERTONE_SIMD_H
#define UNDERTONE_SIMD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

#define INLINE static inline __attribute__((always_inline))

// Before a loop of a constant number of rounds, at most 8.
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));

#define PAD(n) (((n) + LANES - 1) / LANES * LANES)

INLINE vf load(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// A load that is done once: compilers like to repeat it at each use, and loads are what a tile has fewest of.
INLINE vf load_once(const float *p) {
  vf v = load(p);
#if defined(__AVX2__)
  __asm__("" : "+v"(v));
#endif
  return v;
}

INLINE void store(float *p, vf v) { __builtin_memcpy(p, &v, sizeof v); }

// x - 0 is x for every x, NaN and -0 included, so this compiles to a broadcast.
INLINE vf splat(float x) { return x - (vf){0}; }

INLINE vi splat_bits(int32_t x) { return x - (vi){0}; }

// a * b + c. Rounded once wherever the processor can, so that AVX2 and AVX-512 agree bit for bit.
INLINE vf madd(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#elif defined(__AVX512F__)
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

// a where the mask is all ones, b where it is 0. Comparisons with NaN are false: choose the arms so that
// NaN survives.
INLINE vf choose(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

// x within +-limit, NaN kept. x86's min and max return their second operand when one is NaN; elsewhere the
// comparison is on the magnitude, because a plain choice between x and limit is compiled to relaxed_min on
// WebAssembly, which may drop NaN.
INLINE vf clamp(vf x, float limit) {
#if defined(__AVX512F__)
  return (vf)_mm512_max_ps(_mm512_set1_ps(-limit), _mm512_min_ps(_mm512_set1_ps(limit), (__m512)x));
#elif defined(__AVX2__)
  return (vf)_mm256_max_ps(_mm256_set1_ps(-limit), _mm256_min_ps(_mm256_set1_ps(limit), (__m256)x));
#else
  const vi magnitude = (vi)x & splat_bits(0x7fffffff);
  const vi sign = (vi)x & ~splat_bits(0x7fffffff);
  return choose((vf)magnitude > splat(limit), (vf)(sign | (vi)splat(limit)), x);
#endif
}

// 1 / x for x in 1e-30 .. 1e30, to 2 ulp; NaN stays. Dividing takes as long as twenty products of vectors, so where
// products are fused the first guess (12 % off, from the bits of x) is mended twice, each time to the cube.
INLINE vf reciprocal(vf x) {
#if defined(__FMA__) || defined(__aarch64__)
  vf y = (vf)(splat_bits(0x7ef311c7) - (vi)x);
  for (int k = 0; k < 2; k++) {
    const vf error = madd(-x, y, splat(1.0f));
    y = madd(madd(error, error, error), y, y);
  }
  return y;
#else
  return splat(1.0f) / x;
#endif
}

INLINE vf square_root(vf x) {
#if defined(__AVX512F__)
  return (vf)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX2__)
  return (vf)_mm256_sqrt_ps((__m256)x);
#else
  for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrtf(x[lane]);
  return x;
#endif
}

// Zeroes what is about to become denormal, whose operands cost up to twelve times the work on long sequences.
// Natively a mode of the processor does it for the time of a call. WebAssembly has none. NaN stays.
INLINE vf flush(vf x) {
#if defined(__wasm__)
  const vi magnitude = (vi)x & splat_bits(0x7fffffff);
  const vi tiny = (vf)magnitude < splat(1e-30f);
  return (vf)((vi)x & ~tiny);
#else
  return x;
#endif
}

#endif
