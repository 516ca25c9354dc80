// The only place that knows how wide a vector is and how it multiplies. LANES floats a vector, by target:
// 4 for WebAssembly and baseline x86-64, 8 for AVX2, 16 for AVX-512; -DLANES=n overrides.
#ifndef UNDERTONE_SIMD_H
#define UNDERTONE_SIMD_H

#include <stddef.h>
#include <stdint.h>

#ifndef LANES
#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#endif

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));

#define PAD(n) (((n) + LANES - 1) / LANES * LANES)

static inline vf load(const float *p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static inline void store(float *p, vf v) { __builtin_memcpy(p, &v, sizeof v); }

// x - 0 is x for every x, NaN and -0 included, so this compiles to a broadcast.
static inline vf splat(float x) { return x - (vf){0}; }

static inline vi splat_bits(int32_t x) { return x - (vi){0}; }

#if defined(__wasm_relaxed_simd__)
static inline vf madd(vf a, vf b, vf c) { return __builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#else
static inline vf madd(vf a, vf b, vf c) { return a * b + c; }
#endif

// a where the mask is all ones, b where it is 0. Comparisons with NaN are false: choose the arms so that
// NaN survives.
static inline vf choose(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

// Zeroes what is about to become denormal: WebAssembly has no flush-to-zero mode and denormal operands cost
// up to twelve times the work on long sequences. NaN stays.
static inline vf flush(vf x) {
  const vi magnitude = (vi)x & splat_bits(0x7fffffff);
  const vi tiny = (vf)magnitude < splat(1e-30f);
  return (vf)((vi)x & ~tiny);
}

#endif
