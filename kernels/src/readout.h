#ifndef UNDERTONE_READOUT_H
#define UNDERTONE_READOUT_H

// Numbers a unit gives: mean, max, std, min, last, and four smooth shares.
#define STATISTICS 5
#define LEVELS 4

static void pool_forward(float *rows, float *places, const float *states, const float *mask, const float *active, int T,
                         int B, int H);
static void pool_backward(float *dstates, const float *drows, const float *places, const float *mask,
                          const float *active, int T, int B, int H);
static void state_sums(float *sums, const float *states, const float *mask, const float *active, int T, int B, int H);
static void read_out_forward(float *rows, float *places, const float *states, const float *middle, const float *slope,
                             const float *mask, const float *active, int T, int B, int H, int reverse);
static void read_out_backward(float *dstates, const float *drows, const float *rows, const float *places,
                              const float *states, const float *middle, const float *slope, const float *mask,
                              const float *active, int T, int B, int H, int reverse);

#endif
