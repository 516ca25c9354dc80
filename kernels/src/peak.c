// What one core could do if no number ever came from memory: the roof that the other kernels are measured against.
#include "peak.h"

#include "simd.h"

// `rounds` times x = x * factor + factor in CHAINS independent vectors, which is CHAINS * LANES multiply-adds a
// round. Latency of 4 to 6 cycles at two a cycle needs 8 to 12 chains; 12 and their operands still fit into 16
// registers. The sum is returned, and the factor is unknown to the compiler, so nothing can be left out.
static float multiply_add_peak(float factor, int rounds) {
  const vf x = splat(factor);
  vf acc[CHAINS];
  for (int k = 0; k < CHAINS; k++) acc[k] = splat((float)k);
  for (int round = 0; round < rounds; round++)
    for (int k = 0; k < CHAINS; k++) acc[k] = madd(acc[k], x, x);
  float sum = 0;
  for (int k = 0; k < CHAINS; k++)
    for (int lane = 0; lane < LANES; lane++) sum += acc[k][lane];
  return sum;
}
