// What one core could do if no number ever came from memory: the roof that the other kernels are measured against.
#include "signatures.h"
#include "simd.h"

// Latency of 4 to 6 cycles at two a cycle needs 8 to 12 chains; 12 and their operands still fit into 16 registers.
#define CHAINS 12

// x = x * factor + factor in CHAINS independent vectors. The sum is returned, and the factor is unknown to the
// compiler, so nothing can be left out.
static double multiply_add_peak(float factor, int count) {
  const vf x = splat(factor);
  vf acc[CHAINS];
  for (int k = 0; k < CHAINS; k++) acc[k] = splat((float)k);
  for (; count > 0; count -= CHAINS)
    for (int k = 0; k < CHAINS; k++) acc[k] = madd(acc[k], x, x);
  float sum = 0;
  for (int k = 0; k < CHAINS; k++)
    for (int lane = 0; lane < LANES; lane++) sum += acc[k][lane];
  return sum;
}
