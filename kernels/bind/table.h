// The kernels of one target as a table, so that the add-on can choose when it is loaded.
#ifndef UNDERTONE_TABLE_H
#define UNDERTONE_TABLE_H

#include "gemm.h"
#include "lstm.h"
#include "peak.h"
#include "readout.h"
#include "vector.h"

// Name, what each argument is, and how it becomes C's. t: a tensor, an offset into the arena; o: one that may be
// absent, below 0; s: a size, a distance or a switch; k: any whole number; f: any number. Those that return a number
// come second.
#define PROCEDURES(X)                                                                                                 \
  X(gemm_pack, "ttssss", (p(0), p(1), i(2), i(3), i(4), i(5)))                                                        \
  X(gemm, "tttossssss", (p(0), p(1), p(2), p(3), i(4), i(5), i(6), i(7), i(8), i(9)))                                 \
  X(gemm_transposed, "tttssssss", (p(0), p(1), p(2), i(3), i(4), i(5), i(6), i(7), i(8)))                             \
  X(lstm_pack_forward, "ttss", (p(0), p(1), i(2), i(3)))                                                              \
  X(lstm_pack_input, "ttss", (p(0), p(1), i(2), i(3)))                                                                \
  X(lstm_pack_backward, "ttss", (p(0), p(1), i(2), i(3)))                                                             \
  X(lstm_unpack_gradient, "ttss", (p(0), p(1), i(2), i(3)))                                                           \
  X(lstm_forward, "ttototooossssssss", (p(0), p(1), p(2), p(3), p(4), p(5), p(6), p(7), p(8), i(9), i(10), i(11),     \
                                        i(12), i(13), i(14), i(15), i(16)))                                           \
  X(lstm_backward, "ttttoottootooossssssss", (p(0), p(1), p(2), p(3), p(4), p(5), p(6), p(7), p(8), p(9), p(10),      \
                                              p(11), p(12), p(13), i(14), i(15), i(16), i(17), i(18), i(19), i(20),   \
                                              i(21)))                                                                 \
  X(pool_forward, "tttoosss", (p(0), p(1), p(2), p(3), p(4), i(5), i(6), i(7)))                                       \
  X(pool_backward, "tttoosss", (p(0), p(1), p(2), p(3), p(4), i(5), i(6), i(7)))                                      \
  X(state_sums, "ttoosss", (p(0), p(1), p(2), p(3), i(4), i(5), i(6)))                                                \
  X(read_out_forward, "tttttoossss", (p(0), p(1), p(2), p(3), p(4), p(5), p(6), i(7), i(8), i(9), i(10)))             \
  X(read_out_backward, "tttttttoossss", (p(0), p(1), p(2), p(3), p(4), p(5), p(6), p(7), p(8), i(9), i(10), i(11),    \
                                         i(12)))                                                                      \
  X(column_sums, "ttsss", (p(0), p(1), i(2), i(3), i(4)))                                                             \
  X(sum_blocks, "ttsss", (p(0), p(1), i(2), i(3), i(4)))                                                              \
  X(copy_rows, "ttssss", (p(0), p(1), i(2), i(3), i(4), i(5)))                                                        \
  X(multiply_rows, "tttsssss", (p(0), p(1), p(2), i(3), i(4), i(5), i(6), i(7)))                                      \
  X(bernoulli, "tkfs", (p(0), i(1), f(2), i(3)))                                                                      \
  X(adam, "ttttfffffs", (p(0), p(1), p(2), p(3), f(4), f(5), f(6), f(7), f(8), i(9)))

#define FUNCTIONS(X)                                                                                                  \
  X(masked_squared_error, "ottoofsss", (p(0), p(1), p(2), p(3), p(4), f(5), i(6), i(7), i(8)))                        \
  X(squared_norm, "ts", (p(0), i(1)))                                                                                 \
  X(multiply_add_peak, "fs", (f(0), i(1)))

#define FIELD(name, kinds, args) __typeof__(name) *name;
struct kernels {
  const char *target;
  int lanes;
  PROCEDURES(FIELD)
  FUNCTIONS(FIELD)
};
#undef FIELD

extern const struct kernels kernels_baseline, kernels_avx2, kernels_avx512;

#endif
