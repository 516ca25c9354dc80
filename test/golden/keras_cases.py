"""The cases of keras.py: which autoencoders, and all that is drawn for them, by NumPy and seeds."""

from dataclasses import dataclass

import numpy as np

NOISE, DROPOUT = 0.1, 0.2


@dataclass
class Case:
    recipe: str  # simple, masked, denoising, bidirectional, backwards
    activation: str
    B: int
    T: int
    F: int
    units: tuple  # (H,), or (H1, H2) for denoising
    seed: int
    masks: bool = False
    weighted: bool = False

    @property
    def name(self):
        flags = ["masks"] * (self.masks and self.recipe != "masked") + ["weighted"] * self.weighted
        size = f"b{self.B}_t{self.T}_f{self.F}_h{'_'.join(map(str, self.units))}"
        return "_".join([self.recipe, self.activation, *flags, size])

    def spec(self):
        """Encoder and decoder as lists of (kind, units); positions in them name the tensors."""
        H, last = self.units[0], self.units[-1]
        encoder = {
            "denoising": [("noise", 0), ("lstm", H), ("dropout", H), ("lstm", last)],
            "bidirectional": [("bidirectional", H)],
            "backwards": [("backwards", H)],
        }.get(self.recipe, [("lstm", H)])
        dropout = [("dropout", last)] if self.recipe == "denoising" else []
        return encoder, [("repeat", 0), ("lstm", last), *dropout, ("dense", self.F)]


def cases():
    small, thin, middle, wide = (2, 3, 5, (7,)), (3, 11, 1, (13,)), (5, 7, 3, (17,)), (33, 5, 2, (9,))
    big, default = (9, 10, 6, (66,)), (4, 12, 2, (64,))
    deep, deep_wide, deep_default = (5, 7, 3, (19, 11)), (33, 5, 2, (7, 9)), (4, 12, 2, (128, 64))
    for shape in (small, thin, middle, wide, big, default):
        yield "simple", "tanh", shape, {}
    for shape in (small, middle):
        yield "simple", "relu", shape, {}
    for shape in (small, thin, middle, wide, big, default):
        yield "masked", "tanh", shape, {"masks": True}
    for shape in (small, middle, wide):
        yield "masked", "relu", shape, {"masks": True}
    for shape in (small, wide):
        yield "masked", "tanh", shape, {"masks": True, "weighted": True}
    for shape in (deep, deep_wide, deep_default):
        yield "denoising", "tanh", shape, {}
    for shape in (deep, deep_wide):
        yield "denoising", "tanh", shape, {"masks": True}
    yield "denoising", "relu", deep, {}
    yield "denoising", "relu", deep, {"masks": True}
    for recipe in ("bidirectional", "backwards"):
        for masks in (False, True):
            yield recipe, "tanh", (5, 7, 3, (11,)), {"masks": masks}


def draw_lstm(random, name, inputs, H):
    limit = np.sqrt(6 / (inputs + 4 * H))
    orthogonal = np.linalg.qr(random.normal(size=(4 * H, H)))[0].T
    return {
        f"{name}.kernel": random.uniform(-limit, limit, (inputs, 4 * H)),
        f"{name}.recurrentKernel": orthogonal,
        f"{name}.bias": random.normal(0, 0.3, 4 * H),
    }


def draw_weights(random, case):
    """Rounded to float16, so that a small file holds them and every engine starts from the same numbers."""
    weights, size = {}, case.F
    encoder, decoder = case.spec()
    for side, spec in (("encoder", encoder), ("decoder", decoder)):
        for i, (kind, H) in enumerate(spec):
            name = f"{side}.{i}"
            if kind in ("lstm", "backwards"):
                weights |= draw_lstm(random, name, size, H)
                size = H
            elif kind == "bidirectional":
                for way in ("forward", "backward"):
                    weights |= draw_lstm(random, f"{name}.{way}", size, H)
                size = 2 * H
            elif kind == "dense":
                limit = np.sqrt(6 / (size + H))
                weights[f"{name}.kernel"] = random.uniform(-limit, limit, (size, H))
                weights[f"{name}.bias"] = random.normal(0, 0.3, H)
    return {name: w.astype(np.float16).astype(np.float64) for name, w in weights.items()}


def draw_masks(random, B, T, F):
    """A step is seen exactly if one of its values is observed, so Masking(0) finds the same steps."""
    lengths = random.integers(1, T + 1, B)
    lengths[0] = T
    if B >= 5:
        lengths[1], lengths[2] = 1, 0  # a single step; an empty sequence
    steps = (np.arange(T) < lengths[:, None]) & (random.random((B, T)) < 0.8)
    steps[0, 0], steps[0, T // 2], steps[0, -1] = T < 5, False, True  # late start, a hole, no padding
    steps[1, 0] = True
    observed = steps[:, :, None] & (random.random((B, T, F)) < 0.8)
    rescued = np.argwhere(steps & ~observed.any(-1))
    for b, t in rescued:
        observed[b, t, random.integers(F)] = True
    return steps, observed


def draw_data(random, case):
    B, T, F = case.B, case.T, case.F
    wave = np.sin(np.arange(T)[:, None] * random.uniform(0.3, 1.5, (B, 1, F)) + random.uniform(0, 6, (B, 1, F)))
    x = (wave + random.normal(0, 0.5, (B, T, F))).astype(np.float32).astype(np.float64)
    data = {"x": x}
    if case.masks:
        steps, observed = draw_masks(random, B, T, F)
        data |= {"x": x * observed, "stepMask": steps, "observed": observed}
    if case.weighted:
        data["sampleWeights"] = random.uniform(0.2, 3, B).astype(np.float32).astype(np.float64)
    for side, spec in zip(("encoder", "decoder"), case.spec()):
        for i, (kind, H) in enumerate(spec):
            if kind == "noise":
                noise = random.normal(0, NOISE, (B, T, F)).astype(np.float32).astype(np.float64)
                data["noise"] = noise * data.get("observed", 1)
            elif kind == "dropout":
                data[f"dropout.{side}.{i}"] = (random.random((B, T, H)) >= DROPOUT) / (1 - DROPOUT)
    return data
