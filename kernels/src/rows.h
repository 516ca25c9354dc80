#ifndef UNDERTONE_ROWS_H
#define UNDERTONE_ROWS_H

static void row_products(double *out, const float *x, const double *b, int rows, int columns, int outputs);
static void add_rows(double *sums, const float *x, const double *factors, int rows, int columns, int outputs);
static void add_squares(double *sums, const float *x, const double *centre, int rows, int columns);

#endif
