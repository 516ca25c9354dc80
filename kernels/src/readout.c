// What is read out of the states of one direction while training, one row per case, and the way back.
//
//   mean, max, std, min, last    over the steps that are present; std = sqrt(variance + 1e-8)
//   share k, k = 0 .. 3          mean of sigmoid((h - centre) sharpness - 2 level_k), level_k = -1.2, -0.4, 0.4, 1.2:
//                                a share above a level that has a gradient; centre and sharpness = 1 / (0.5 sd) are
//                                those of the whole batch and count as constants
//
// States are packed (kernels.def). Steps whose mask is 0 are left out. A case without a step gives zeros.
#include "activation.h"
#include "packed.h"
#include "signatures.h"
#include "simd.h"

// Numbers per unit: mean, max, std, min, last, and four smooth shares.
#define STATISTICS 5
#define LEVELS 4

#define VARIANCE_FLOOR 1e-8f

// exp(2 level): sigmoid(u - 2 level) = 1 / (1 + exp(-u) exp(2 level)), so one exp serves all levels.
static const float level_factors[LEVELS] = {0.0907179533f, 0.4493289641f, 2.2255409285f, 11.0231763806f};

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

// One more state: its sum, and the greatest with its step. NaN stays.
INLINE void add_state(float *sum, float *max, float *argmax, vf h, int t, int first) {
  const vf high = load(max);
  const vi above = first ? splat_bits(-1) : ~(h <= high);
  store(sum, load(sum) + h);
  store(max, choose(above, h, high));
  store(argmax, choose(above, splat((float)t), load(argmax)));
}

static void pool_forward(float *rows, float *argmax, const float *states, const float *mask, const float *active, int T,
                         int B, int H) {
  const int Hp = PAD(H);
  for (size_t k = 0; k < (size_t)2 * B * Hp; k += LANES) store(rows + k, splat(0)), store(argmax + k, splat(0));
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      float *row = rows + (size_t)b * 2 * Hp, *own = argmax + (size_t)b * 2 * Hp;
      const int first = own[Hp] == 0;
      for (int j = 0; j < Hp; j += LANES) {
        add_state(row + j, row + Hp + j, own + j, load(states + r * Hp + j), t, first);
        store(own + Hp + j, load(own + Hp + j) + splat(1.0f));
      }
    }
    start += n;
  }
  for (int b = 0; b < B; b++) {
    const float count = argmax[(size_t)(2 * b + 1) * Hp];
    if (count == 0) continue;
    float *row = rows + (size_t)b * 2 * Hp;
    for (int j = 0; j < Hp; j += LANES) store(row + j, load(row + j) * splat(1 / count));
  }
}

static void pool_backward(float *dstates, const float *drows, const float *argmax, const float *mask,
                          const float *active, int T, int B, int H) {
  const int Hp = PAD(H);
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      const float *d = drows + (size_t)b * 2 * Hp, *own = argmax + (size_t)b * 2 * Hp;
      const vf share = splat(1 / own[Hp]), step = splat((float)t);
      for (int j = 0; j < Hp; j += LANES) {
        const vf top = (vf)((vi)load(d + Hp + j) & (load(own + j) == step));
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
INLINE vf argument(vf h, vf centre, vf sharpness) { return clamp((h - centre) * sharpness, 40.0f); }

static void read_out_forward(float *rows, float *argmax, const float *states, const float *centre, const float *sharpness,
                             const float *mask, const float *active, int T, int B, int H, int reverse) {
  const int Hp = PAD(H);
  const size_t width = (size_t)(STATISTICS + LEVELS) * Hp;
  for (size_t k = 0; k < B * width; k += LANES) store(rows + k, splat(0));
  for (size_t k = 0; k < (size_t)3 * B * Hp; k += LANES) store(argmax + k, splat(0));
  size_t start = 0;
  for (int t = 0; t < T; t++) {
    const int n = active_at(active, t, T, B);
    for (int b = 0; b < n; b++) {
      const size_t r = start + b;
      if (mask && mask[r] == 0) continue;
      float *row = rows + b * width, *own = argmax + (size_t)b * 3 * Hp;
      const int first = own[2 * Hp] == 0;
      for (int j = 0; j < Hp; j += LANES) {
        const vf h = load(states + r * Hp + j);
        add_state(row + j, row + Hp + j, own + j, h, t, first);
        store(row + 2 * Hp + j, madd(h, h, load(row + 2 * Hp + j)));
        const vf low = load(row + 3 * Hp + j);
        const vi below = first ? splat_bits(-1) : ~(h >= low);
        store(row + 3 * Hp + j, choose(below, h, low));
        store(own + Hp + j, choose(below, splat((float)t), load(own + Hp + j)));
        store(own + 2 * Hp + j, load(own + 2 * Hp + j) + splat(1.0f));
        if (first || !reverse) store(row + 4 * Hp + j, h);
        vf s[LEVELS];
        shares(s, argument(h, load(centre + j), load(sharpness + j)));
        for (int k = 0; k < LEVELS; k++)
          store(row + (STATISTICS + k) * Hp + j, load(row + (STATISTICS + k) * Hp + j) + s[k]);
      }
    }
    start += n;
  }
  for (int b = 0; b < B; b++) {
    float *row = rows + b * width;
    const float count = argmax[(size_t)b * 3 * Hp + 2 * Hp];
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

static void read_out_backward(float *dstates, const float *drows, const float *rows, const float *argmax,
                              const float *states, const float *centre, const float *sharpness, const float *mask,
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
      const float *row = rows + b * width, *d = drows + b * width, *own = argmax + (size_t)b * 3 * Hp;
      const vf share = splat(1 / own[2 * Hp]);
      // The last step of the walk: no present step comes after it.
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
        sum = sum + (vf)((vi)load(d + Hp + j) & (load(own + j) == step));
        sum = sum + (vf)((vi)load(d + 3 * Hp + j) & (load(own + Hp + j) == step));
        const vf centred = h - load(row + j);
        sum = madd(load(d + 2 * Hp + j) * share * centred, splat(1.0f) / load(row + 2 * Hp + j), sum);
        if (last) sum = sum + load(d + 4 * Hp + j);
        vf s[LEVELS], slopes = splat(0);
        const vf k = load(sharpness + j);
        shares(s, argument(h, load(centre + j), k));
        for (int level = 0; level < LEVELS; level++)
          slopes = madd(load(d + (STATISTICS + level) * Hp + j) * s[level], splat(1.0f) - s[level], slopes);
        sum = madd(slopes * k, share, sum);
        store(dstates + r * Hp + j, load(dstates + r * Hp + j) + sum);
      }
    }
    start += n;
  }
}
