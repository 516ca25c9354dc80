// What is read out of the states of one direction while training, one row a case, and the way back.
//
//   mean, max, std, min, last    over the steps that are there; std = sqrt(variance + 1e-8)
//   share k, k = 0 .. 3          mean of sigmoid((h - middle) slope - 2 level_k), level_k = -1.2, -0.4, 0.4, 1.2:
//                                a share above a level that has a gradient; middle and slope = 1 / (0.5 sd) are
//                                those of the whole batch and count as constants
//
// States are packed as in lstm.c. Steps whose mask is 0 are left out. A case without a step gives zeros.
#include "readout.h"

#include "activation.h"
#include "lstm.h"
#include "simd.h"

#define VARIANCE_FLOOR 1e-8f

// exp(2 level): sigmoid(u - 2 level) = 1 / (1 + exp(-u) exp(2 level)), so one exp serves all levels.
static const float level_factors[LEVELS] = {0.0907179533f, 0.4493289641f, 2.2255409285f, 11.0231763806f};

// Sums and sums of squares of each case.
//   sums  (B, 2, Hp)  out
static void state_sums(float *sums, const float *states, const float *mask, const float *active, int T, int B, int H) {
  const int Hp = PAD(H);
  for (size_t k = 0; k < (size_t)2 * B * Hp; k += LANES) store(sums + k, splat(0));
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      float *sum = sums + (size_t)b * 2 * Hp;
      for (int j = 0; j < Hp; j += LANES) {
        const vf h = load(states + r * Hp + j);
        store(sum + j, load(sum + j) + h);
        store(sum + Hp + j, madd(h, h, load(sum + Hp + j)));
      }
    }
    start += n;
  }
}

// Mean and max of the states of each case.
//   rows    (B, 2, Hp)  out
//   places  (B, 2, Hp)  out: which step (by t) holds the maximum; how many steps there are
static void pool_forward(float *rows, float *places, const float *states, const float *mask, const float *active, int T,
                         int B, int H) {
  const int Hp = PAD(H);
  for (size_t k = 0; k < (size_t)2 * B * Hp; k += LANES) store(rows + k, splat(0)), store(places + k, splat(0));
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      float *row = rows + (size_t)b * 2 * Hp, *place = places + (size_t)b * 2 * Hp;
      const int first = place[Hp] == 0;
      for (int j = 0; j < Hp; j += LANES) {
        const vf h = load(states + r * Hp + j), high = load(row + Hp + j);
        const vi above = first ? splat_bits(-1) : ~(h <= high);
        store(row + j, load(row + j) + h);
        store(row + Hp + j, choose(above, h, high));
        store(place + j, choose(above, splat((float)t), load(place + j)));
        store(place + Hp + j, load(place + Hp + j) + splat(1.0f));
      }
    }
    start += n;
  }
  for (int b = 0; b < B; b++) {
    const float count = places[(size_t)(2 * b + 1) * Hp];
    if (count == 0) continue;
    float *row = rows + (size_t)b * 2 * Hp;
    for (int j = 0; j < Hp; j += LANES) store(row + j, load(row + j) * splat(1 / count));
  }
}

//   dstates  (R, Hp)     out, added to
//   drows    (B, 2, Hp)
static void pool_backward(float *dstates, const float *drows, const float *places, const float *mask,
                          const float *active, int T, int B, int H) {
  const int Hp = PAD(H);
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      const float *d = drows + (size_t)b * 2 * Hp, *place = places + (size_t)b * 2 * Hp;
      const vf share = splat(1 / place[Hp]), step = splat((float)t);
      for (int j = 0; j < Hp; j += LANES) {
        const vf top = (vf)((vi)load(d + Hp + j) & (load(place + j) == step));
        store(dstates + r * Hp + j, load(dstates + r * Hp + j) + madd(load(d + j), share, top));
      }
    }
    start += n;
  }
}

// 1 / a_k for a_k = 1 + e factor_k.
INLINE void shares(vf *s, vf u) {
  const vf e = one_plus_exp_minus(u, 80.0f) - splat(1.0f);
  for (int k = 0; k < LEVELS; k++) s[k] = reciprocal(madd(e, splat(level_factors[k]), splat(1.0f)));
}

// u must stay where exp(-u) is not lost beside 1 and the factors stay finite.
INLINE vf argument(vf h, vf middle, vf slope) { return clamp((h - middle) * slope, 40.0f); }

//   rows    (B, 9, Hp)  out: mean, max, std, min, last, shares
//   places  (B, 3, Hp)  out: which of the case's steps (by t) holds the maximum, the minimum; how many there are
static void read_out_forward(float *rows, float *places, const float *states, const float *middle, const float *slope,
                             const float *mask, const float *active, int T, int B, int H, int reverse) {
  const int Hp = PAD(H);
  const size_t width = (size_t)(STATISTICS + LEVELS) * Hp;
  for (size_t k = 0; k < B * width; k += LANES) store(rows + k, splat(0));
  for (size_t k = 0; k < (size_t)3 * B * Hp; k += LANES) store(places + k, splat(0));
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      float *row = rows + b * width, *place = places + (size_t)b * 3 * Hp;
      const int first = place[2 * Hp] == 0;
      for (int j = 0; j < Hp; j += LANES) {
        const vf h = load(states + r * Hp + j);
        store(row + j, load(row + j) + h);
        store(row + 2 * Hp + j, madd(h, h, load(row + 2 * Hp + j)));
        const vf high = load(row + Hp + j), low = load(row + 3 * Hp + j);
        const vi above = first ? splat_bits(-1) : ~(h <= high), below = first ? splat_bits(-1) : ~(h >= low);
        store(row + Hp + j, choose(above, h, high));
        store(row + 3 * Hp + j, choose(below, h, low));
        store(place + j, choose(above, splat((float)t), load(place + j)));
        store(place + Hp + j, choose(below, splat((float)t), load(place + Hp + j)));
        store(place + 2 * Hp + j, load(place + 2 * Hp + j) + splat(1.0f));
        if (first || !reverse) store(row + 4 * Hp + j, h);
        vf s[LEVELS];
        shares(s, argument(h, load(middle + j), load(slope + j)));
        for (int k = 0; k < LEVELS; k++)
          store(row + (STATISTICS + k) * Hp + j, load(row + (STATISTICS + k) * Hp + j) + s[k]);
      }
    }
    start += n;
  }
  for (int b = 0; b < B; b++) {
    float *row = rows + b * width;
    const float count = places[(size_t)b * 3 * Hp + 2 * Hp];
    if (count == 0) continue;
    const vf share = splat(1 / count);
    for (int j = 0; j < Hp; j += LANES) {
      const vf mean = load(row + j) * share;
      vf variance = load(row + 2 * Hp + j) * share - mean * mean;
      variance = (vf)((vi)variance & ~(variance < splat(0)));
      store(row + j, mean);
      store(row + 2 * Hp + j, square_root(variance + splat(VARIANCE_FLOOR)));
      for (int k = 0; k < LEVELS; k++) {
        float *p = row + (STATISTICS + k) * Hp + j;
        store(p, load(p) * share);
      }
    }
  }
}

//   dstates  (R, Hp)     out, added to
//   drows    (B, 9, Hp)
//   rows, places         from read_out_forward
static void read_out_backward(float *dstates, const float *drows, const float *rows, const float *places,
                              const float *states, const float *middle, const float *slope, const float *mask,
                              const float *active, int T, int B, int H, int reverse) {
  const int Hp = PAD(H);
  const size_t width = (size_t)(STATISTICS + LEVELS) * Hp;
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    const int later = active_at(active, t + 1, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      const float *row = rows + b * width, *d = drows + b * width, *place = places + (size_t)b * 3 * Hp;
      const vf share = splat(1 / place[2 * Hp]);
      // The last step of the walk: none that is there comes after it.
      int last = 1;
      if (!mask) {
        last = reverse ? t == 0 : b >= later;
      } else {
        size_t other = reverse ? 0 : start + n;
        for (int u = reverse ? 0 : t + 1; last && (reverse ? u < t : b < active_at(active, u, T, B)); u++) {
          if (mask[other + b] != 0) last = 0;
          other += active_at(active, u, T, B);
        }
      }
      for (int j = 0; j < Hp; j += LANES) {
        const vf h = load(states + r * Hp + j);
        vf sum = load(d + j) * share;
        const vf step = splat((float)t);
        sum = sum + (vf)((vi)load(d + Hp + j) & (load(place + j) == step));
        sum = sum + (vf)((vi)load(d + 3 * Hp + j) & (load(place + Hp + j) == step));
        const vf centred = h - load(row + j);
        sum = madd(load(d + 2 * Hp + j) * share * centred, splat(1.0f) / load(row + 2 * Hp + j), sum);
        if (last) sum = sum + load(d + 4 * Hp + j);
        vf s[LEVELS], slopes = splat(0);
        const vf k = load(slope + j);
        shares(s, argument(h, load(middle + j), k));
        for (int level = 0; level < LEVELS; level++)
          slopes = madd(load(d + (STATISTICS + level) * Hp + j) * s[level], splat(1.0f) - s[level], slopes);
        sum = madd(slopes * k, share, sum);
        store(dstates + r * Hp + j, load(dstates + r * Hp + j) + sum);
      }
    }
    start += n;
  }
}
