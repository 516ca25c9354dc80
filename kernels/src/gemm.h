#ifndef UNDERTONE_GEMM_H
#define UNDERTONE_GEMM_H

#include "simd.h"

// Vectors of C that one tile holds across, and its rows: 2 x 4 accumulators fill the 16 registers of 128-bit
// machines without spilling once four of B and one broadcast are loaded (8 rows would pay on AVX-512).
#define PANEL 4
#define ROWS 2

// Rows of gate gradients that are turned into weight gradients at a time, while they are still in the
// second-level cache; 96 to 256 measured the same.
#define CHUNK 192

void gemm_pack(float *packed, const float *b, int K, int N, int ldb, int transposed);
void gemm(float *c, const float *a, const float *packed, int M, int N, int K, int ldc, int lda, int accumulate);
void gemm_transposed(float *c, const float *a, const float *g, int M, int N, int K, int ldc, int lda, int ldg);

#endif
