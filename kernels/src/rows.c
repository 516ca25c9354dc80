// What logistic regression does most: rows of float32 times a few vectors of float64, and rows added up.
#include "rows.h"

#include "pair.h"

static inline pair load_floats(const float *p) {
  typedef float floats __attribute__((vector_size(8)));
  floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, pair);
}

// Four sums for each row, columns 0 to 3 modulo 4; what is left over goes to the first. The order is that of dotRow.
static inline double sum_of(pair even, pair odd, const float *x, const double *b, int from, int columns) {
  double first = even[0];
  for (int j = from; j < columns; j++) first += (double)x[j] * b[j];
  return first + even[1] + (odd[0] + odd[1]);
}

//   out  (rows, outputs)
//   x    (rows, columns)
//   b    (outputs, columns)
static void row_products(double *out, const float *x, const double *b, int rows, int columns, int outputs) {
  const int whole = columns & ~3;
  for (int t = 0; t < outputs; t++) {
    const double *v = b + (size_t)t * columns;
    int row = 0;
    for (; row + 4 <= rows; row += 4) { // four rows share the loads of b
      const float *x0 = x + (size_t)row * columns, *x1 = x0 + columns, *x2 = x1 + columns, *x3 = x2 + columns;
      pair even[4] = {0}, odd[4] = {0};
      for (int j = 0; j < whole; j += 4) {
        const pair p = load_pair(v + j), q = load_pair(v + j + 2);
        even[0] += load_floats(x0 + j) * p;
        odd[0] += load_floats(x0 + j + 2) * q;
        even[1] += load_floats(x1 + j) * p;
        odd[1] += load_floats(x1 + j + 2) * q;
        even[2] += load_floats(x2 + j) * p;
        odd[2] += load_floats(x2 + j + 2) * q;
        even[3] += load_floats(x3 + j) * p;
        odd[3] += load_floats(x3 + j + 2) * q;
      }
      for (int k = 0; k < 4; k++)
        out[(size_t)(row + k) * outputs + t] = sum_of(even[k], odd[k], x0 + (size_t)k * columns, v, whole, columns);
    }
    for (; row < rows; row++) {
      const float *own = x + (size_t)row * columns;
      pair even = {0}, odd = {0};
      for (int j = 0; j < whole; j += 4) {
        even += load_floats(own + j) * load_pair(v + j);
        odd += load_floats(own + j + 2) * load_pair(v + j + 2);
      }
      out[(size_t)row * outputs + t] = sum_of(even, odd, own, v, whole, columns);
    }
  }
}

//   sums     (outputs, columns)  += factors' x, one row after another
//   x        (rows, columns)
//   factors  (rows, outputs)
static void add_rows(double *sums, const float *x, const double *factors, int rows, int columns, int outputs) {
  for (int t = 0; t < outputs; t++) {
    double *into = sums + (size_t)t * columns;
    int row = 0;
    for (; row + 4 <= rows; row += 4) { // a sum is loaded once for four rows
      const float *x0 = x + (size_t)row * columns, *x1 = x0 + columns, *x2 = x1 + columns, *x3 = x2 + columns;
      const double *f = factors + (size_t)row * outputs + t;
      const double f0 = f[0], f1 = f[outputs], f2 = f[2 * outputs], f3 = f[3 * outputs];
      const pair p0 = {f0, f0}, p1 = {f1, f1}, p2 = {f2, f2}, p3 = {f3, f3};
      int j = 0;
      for (; j + 2 <= columns; j += 2) {
        pair sum = load_pair(into + j);
        sum += p0 * load_floats(x0 + j);
        sum += p1 * load_floats(x1 + j);
        sum += p2 * load_floats(x2 + j);
        sum += p3 * load_floats(x3 + j);
        store_pair(into + j, sum);
      }
      for (; j < columns; j++) into[j] = into[j] + f0 * x0[j] + f1 * x1[j] + f2 * x2[j] + f3 * x3[j];
    }
    for (; row < rows; row++) {
      const double factor = factors[(size_t)row * outputs + t];
      for (int j = 0; j < columns; j++) into[j] += factor * x[(size_t)row * columns + j];
    }
  }
}

//   sums    (columns)  += (x - centre)^2, one row after another
//   x       (rows, columns)
//   centre  (columns)
static void add_squares(double *sums, const float *x, const double *centre, int rows, int columns) {
  int j = 0;
  for (; j + 2 <= columns; j += 2) {
    const pair middle = load_pair(centre + j);
    pair sum = load_pair(sums + j);
    for (int row = 0; row < rows; row++) {
      const pair d = load_floats(x + (size_t)row * columns + j) - middle;
      sum += d * d;
    }
    store_pair(sums + j, sum);
  }
  for (; j < columns; j++)
    for (int row = 0; row < rows; row++) {
      const double d = x[(size_t)row * columns + j] - centre[j];
      sums[j] += d * d;
    }
}
