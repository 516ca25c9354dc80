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

// One output of four rows, which share the loads of its vector v.
static inline void products_of_four(double *out, const float *x, const double *v, int columns, int outputs) {
  const int whole = columns & ~3;
  const float *x1 = x + columns, *x2 = x1 + columns, *x3 = x2 + columns;
  pair even[4] = {0}, odd[4] = {0};
  for (int j = 0; j < whole; j += 4) {
    const pair p = load_pair(v + j), q = load_pair(v + j + 2);
    even[0] += load_floats(x + j) * p;
    odd[0] += load_floats(x + j + 2) * q;
    even[1] += load_floats(x1 + j) * p;
    odd[1] += load_floats(x1 + j + 2) * q;
    even[2] += load_floats(x2 + j) * p;
    odd[2] += load_floats(x2 + j + 2) * q;
    even[3] += load_floats(x3 + j) * p;
    odd[3] += load_floats(x3 + j + 2) * q;
  }
  for (int k = 0; k < 4; k++)
    out[(size_t)k * outputs] = sum_of(even[k], odd[k], x + (size_t)k * columns, v, whole, columns);
}

// Two outputs of two rows, which share the loads and conversions of the rows too.
static inline void products_of_two(double *out, const float *x, const double *v, int columns, int outputs) {
  const int whole = columns & ~3;
  const float *x1 = x + columns;
  const double *w = v + columns;
  pair even[4] = {0}, odd[4] = {0};
  for (int j = 0; j < whole; j += 4) {
    const pair p = load_pair(v + j), q = load_pair(v + j + 2), r = load_pair(w + j), s = load_pair(w + j + 2);
    const pair a = load_floats(x + j), b = load_floats(x + j + 2), c = load_floats(x1 + j), d = load_floats(x1 + j + 2);
    even[0] += a * p;
    odd[0] += b * q;
    even[1] += a * r;
    odd[1] += b * s;
    even[2] += c * p;
    odd[2] += d * q;
    even[3] += c * r;
    odd[3] += d * s;
  }
  out[0] = sum_of(even[0], odd[0], x, v, whole, columns);
  out[1] = sum_of(even[1], odd[1], x, w, whole, columns);
  out[outputs] = sum_of(even[2], odd[2], x1, v, whole, columns);
  out[outputs + 1] = sum_of(even[3], odd[3], x1, w, whole, columns);
}

static inline double product_of_row(const float *x, const double *v, int columns) {
  const int whole = columns & ~3;
  pair even = {0}, odd = {0};
  for (int j = 0; j < whole; j += 4) {
    even += load_floats(x + j) * load_pair(v + j);
    odd += load_floats(x + j + 2) * load_pair(v + j + 2);
  }
  return sum_of(even, odd, x, v, whole, columns);
}

//   out  (rows, outputs)
//   x    (rows, columns)
//   b    (outputs, columns)
static void row_products(double *out, const float *x, const double *b, int rows, int columns, int outputs) {
  for (int row = 0; row < rows;) {
    const int many = rows - row >= 4 ? 4 : 1;
    const float *own = x + (size_t)row * columns;
    double *into = out + (size_t)row * outputs;
    int t = 0;
    for (; many == 4 && t + 2 <= outputs; t += 2) {
      products_of_two(into + t, own, b + (size_t)t * columns, columns, outputs);
      products_of_two(into + 2 * outputs + t, own + 2 * columns, b + (size_t)t * columns, columns, outputs);
    }
    for (; t < outputs; t++) {
      const double *v = b + (size_t)t * columns;
      if (many == 4) products_of_four(into + t, own, v, columns, outputs);
      else into[t] = product_of_row(own, v, columns);
    }
    row += many;
  }
}

// Four rows to the sums of one output: a sum is loaded once for them.
static inline void add_four(double *into, const float *x0, const double *f, int columns, int outputs) {
  const float *x1 = x0 + columns, *x2 = x1 + columns, *x3 = x2 + columns;
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

//   sums     (outputs, columns)  += factors' x, one row after another
//   x        (rows, columns)
//   factors  (rows, outputs)
static void add_rows(double *sums, const float *x, const double *factors, int rows, int columns, int outputs) {
  int row = 0;
  for (; row + 4 <= rows; row += 4)
    for (int t = 0; t < outputs; t++)
      add_four(sums + (size_t)t * columns, x + (size_t)row * columns, factors + (size_t)row * outputs + t, columns, outputs);
  for (; row < rows; row++)
    for (int t = 0; t < outputs; t++) {
      const double factor = factors[(size_t)row * outputs + t];
      for (int j = 0; j < columns; j++) sums[(size_t)t * columns + j] += factor * x[(size_t)row * columns + j];
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
