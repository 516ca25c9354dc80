#ifndef UNDERTONE_PRODUCTS_H
#define UNDERTONE_PRODUCTS_H

static void dot_products(double *out, const double *a, const double *b, double *aside, int m, int n, int length,
                         int lower);
static void inverse_forms(double *forms, const double *z, const double *lower, const double *inverse, int n,
                          int stride);
static void subtract_product(double *out, const double *z, const double *factors, int n, int stride);

#endif
