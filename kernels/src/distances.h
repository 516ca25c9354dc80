#ifndef UNDERTONE_DISTANCES_H
#define UNDERTONE_DISTANCES_H

static void squared_distances(double *out, const double *left, const double *right, int m, int n, int width);

#endif
