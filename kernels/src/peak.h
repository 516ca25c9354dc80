#ifndef UNDERTONE_PEAK_H
#define UNDERTONE_PEAK_H

// Vectors that multiply_add_peak keeps busy at once.
#define CHAINS 12

static float multiply_add_peak(float factor, int rounds);

#endif
