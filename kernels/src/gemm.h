#ifndef UNDERTONE_GEMM_H
#define UNDERTONE_GEMM_H

#include "signatures.h"
#include "simd.h"

// Rows and vectors of C that one tile holds in registers across K: ROWS * PANEL sums, PANEL of B and a broadcast.
// GATE_ROWS is for tiles of the four gates: GATE_ROWS * 4 sums, as many broadcasts and one of the weights.
#if LANES == 16
#define ROWS 6 // 24 + 4 + 1 of 32 registers; seven rows spill
#define PANEL 4
#define GATE_ROWS 6 // 24 + 6 + 1
#elif LANES == 8
#define ROWS 6 // 12 + 2 + 1 of 16 registers
#define PANEL 2
#define GATE_ROWS 3 // 12 + 3 + 1
#else
#define ROWS 2 // 8 + 4 + 1 of 16 registers
#define PANEL 4
#define GATE_ROWS 2 // 8 + 2 + 1
#endif

// Rows of gate gradients that are turned into weight gradients at a time, while they are still in the
// second-level cache; 96 to 256 measured the same.
#define CHUNK 192

static void weight_gradient(float *dweights, const float *h, const float *x, const float *g, int M, int Mh, int N,
                            int H, int F, int ldh, int ldx);

// Calls F(1) ... F(6) for a number of rows known at run time; the compiler unrolls each and drops those above `most`.
#define WITH_ROWS(rows, most, F)                                                                                      \
  switch (rows) {                                                                                                     \
    case 1: F(1); break;                                                                                              \
    case 2: F(2); break;                                                                                              \
    case 3: if (most >= 3) F(3 <= most ? 3 : 1); break;                                                               \
    case 4: if (most >= 4) F(4 <= most ? 4 : 1); break;                                                               \
    case 5: if (most >= 5) F(5 <= most ? 5 : 1); break;                                                               \
    default: if (most >= 6) F(6 <= most ? 6 : 1);                                                                     \
  }

// Rows of the next tile when `left` are left: full tiles, and the last two of about the same size.
INLINE int next_rows(int left, int most) {
  return left >= 2 * most ? most : left <= most ? left : (left + 1) / 2;
}

#endif
