"""Writes sklearn-calibration.json: scikit-learn's calibration, Brier score and reliability curve on small made data.

    pip install scikit-learn==1.9.1 numpy==2.4.6
    python sklearn_calibration.py

Scores are made so that they are too sure or shifted. Platt's sigmoid is that of `_SigmoidCalibration`, fitted on the
logit. Isotonic regression has two rows more: a positive one at the lowest score, a negative one at the highest.
Probabilities are multiples of 1/1024, or of few steps, so that many are tied.
"""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path = [p for p in sys.path if Path(p or ".").resolve() != here]  # sklearn.py in this folder is not sklearn

import json
import platform

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration, calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

SEED = 20263


def written(values):
    return [float(f"{v:.15g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def logit(p):
    return np.log(p / (1 - p))


def normalised(maps):
    if len(maps) == 1:
        return np.stack([1 - maps[0], maps[0]], axis=1)
    joined = np.stack(maps, axis=1)
    total = joined.sum(axis=1, keepdims=True)
    return np.divide(joined, total, out=np.full_like(joined, 1 / len(maps)), where=total != 0)


def case(index, rows, classes, steps, shift):
    rng = np.random.default_rng([SEED, index])
    y = np.concatenate([np.arange(classes), rng.integers(0, classes, rows - classes)])
    y[rng.uniform(size=rows) < (0.7 if classes == 2 else 0)] = 0
    y[:classes] = np.arange(classes)
    raw = 2.0 * np.eye(classes)[y] + 1.7 * rng.normal(size=(rows, classes)) + shift * (np.arange(classes) == 1)
    p = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    p = np.clip(np.round(p * steps), 1, steps - 1) / steps
    if classes == 2:
        p[:, 0] = 1 - p[:, 1]
    test = np.clip(np.round(rng.dirichlet(np.ones(classes), 41) * steps), 1, steps - 1) / steps
    test[0], test[1] = 1 / steps, 1 - 1 / steps
    judged = [1] if classes == 2 else range(classes)
    isotonic, sigmoid, ab = [], [], []
    for c in judged:
        scores = np.append(p[:, c], [p[:, c].min(), p[:, c].max()])
        fit = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(scores, np.append(y == c, [1, 0]))
        isotonic.append(fit.predict(test[:, c]))
        platt = _SigmoidCalibration().fit(logit(p[:, c]), (y == c).astype(float))
        sigmoid.append(platt.predict(logit(test[:, c])))
        ab.append([-platt.a_, -platt.b_])
    result = {
        "classes": classes,
        "labels": y.tolist(),
        "probabilities": written(p),
        "test": written(test),
        "isotonic": written(normalised(isotonic)),
        "platt": written(normalised(sigmoid)),
        "slopes": [[float(a), float(b)] for a, b in ab],
    }
    if classes == 2:
        result["brier"] = float(brier_score_loss(y, p[:, 1]))
    else:
        own = p / p.sum(axis=1, keepdims=True)
        result["brier"] = float(brier_score_loss(y, own, labels=range(classes), scale_by_half=False))
    return result


def curve():
    """200 different scores: ten bins of 20, whatever the rule for ties."""
    rng = np.random.default_rng([SEED, 100])
    p = rng.permutation(np.arange(1, 201) / 211)
    y = (rng.uniform(size=200) < p**2).astype(int)
    observed, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    return {"labels": y.tolist(), "scores": written(p), "observed": written(observed), "predicted": written(predicted)}


SHAPES = [(211, 2, 1024, 1.5), (97, 2, 10, 0.0), (307, 2, 1024, -1.0), (157, 3, 1024, 1.0), (131, 5, 32, 0.5)]
golden = {
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "seed": SEED,
    "cases": [case(index, *shape) for index, shape in enumerate(SHAPES)],
    "curve": curve(),
}
path = here / "sklearn-calibration.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
