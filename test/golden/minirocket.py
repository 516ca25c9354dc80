"""Writes minirocket.json: what aeon's MiniRocket says, for the tests of features/random-convolutions.ts.

    pip install aeon numpy scikit-learn
    python minirocket.py                             writes the file
    python minirocket.py accuracy DATA/ucr NAME...   prints aeon's accuracies, for docs/features-baselines.md

With one training series of one channel the transform draws nothing, so fit and transform are compared whole. With
more, aeon's drawn channels and biases are written down, and the transform alone is compared. Series are
multiples of 1/1024 of mean 0 and variance about 1, so that float32 and float64 hold the same numbers.
"""

import sys
from pathlib import Path

sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]  # not this file

import gzip
import io
import json
import platform

import aeon
import numpy as np
from aeon.transformations.collection.convolution_based import MiniRocket
from aeon.transformations.collection.convolution_based._minirocket import _fit_dilations
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 20262


def walk(rng, cases, channels, steps):
    x = np.cumsum(rng.normal(size=(cases, channels, steps)), axis=2)
    x = (x - x.mean(axis=2, keepdims=True)) / x.std(axis=2, keepdims=True)
    return np.round(x * 1024) / 1024


def numbers(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def case(rng, name, cases, channels, steps, features):
    x = walk(rng, cases, channels, steps)
    transform = MiniRocket(n_kernels=features, random_state=SEED, n_jobs=1).fit(x)
    counts, channel_indices, dilations, per_dilation, biases = transform.parameters
    test = walk(rng, 3, channels, steps)
    out = transform.transform(test)
    ends = np.cumsum(counts)
    return {
        "name": name,
        "channels": channels,
        "steps": steps,
        "features": features,
        "train": numbers(x.transpose(0, 2, 1)),  # [cases, steps, channels]
        "test": numbers(test.transpose(0, 2, 1)),
        "dilations": [int(d) for d in dilations],
        "featuresPerDilation": [int(n) for n in per_dilation],
        "combinations": [[int(c) for c in channel_indices[end - n : end]] for end, n in zip(ends, counts)],
        "biases": numbers(biases),
        "values": numbers(np.asarray(out)),
    }


def read_part(folder, part):
    (path,) = [p for p in folder.iterdir() if f"_{part}" in p.name]
    data = path.read_bytes()
    data = io.BytesIO(gzip.decompress(data) if path.suffix == ".gz" else data)
    table = np.load(data) if ".npy" in path.name else np.loadtxt(data, delimiter="\t")
    return table[:, None, 1:].astype(np.float32), table[:, 0].astype(int)


def accuracy(folder, names):
    for name in names:
        (x, y), (z, expected) = (read_part(Path(folder, name), part) for part in ("TRAIN", "TEST"))
        shares = []
        for seed in (1, 2, 3):
            transform = MiniRocket(random_state=seed, n_jobs=1)
            model = make_pipeline(transform, StandardScaler(), RidgeClassifierCV(alphas=10.0 ** np.arange(-3, 4.25, 0.5)))
            shares.append((model.fit(x, y).predict(z) == expected).mean())
        print(f"{name}, {np.mean(shares):.4f}", flush=True)


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "versions": {"python": platform.python_version(), "aeon": aeon.__version__, "numpy": np.__version__},
        "dilations": [
            {"length": length, "features": features, "expected": [[int(v) for v in part] for part in _fit_dilations(length, features, 32)]}
            for length in (9, 10, 15, 24, 60, 129, 140, 470, 900)
            for features in (84, 840, 2500, 9996, 10000)
        ],
        "transforms": [
            case(rng, "one series", 1, 1, 31, 420),
            case(rng, "one short series", 1, 1, 9, 252),
            case(rng, "several series", 5, 1, 37, 420),
            case(rng, "three channels", 4, 3, 23, 336),
        ],
    }
    path = Path(__file__).with_name("minirocket.json")
    path.write_text(json.dumps(golden, separators=(",", ":")))
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["accuracy"]:
        accuracy(sys.argv[2], sys.argv[3:])
    else:
        main()
