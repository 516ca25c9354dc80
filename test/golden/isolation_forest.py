"""Writes isolation-forest.json: trees of scikit-learn's IsolationForest with the scores they give, and the scores of
many forests on one data set, for the tests of anomaly/.

    pip install scikit-learn==1.9.1 numpy==2.4.6
    OMP_NUM_THREADS=1 python isolation_forest.py

Values are multiples of 1/64, so that float32 and float64 hold the same numbers. Scores are the paper's, from 0 to 1:
scikit-learn's score_samples has the other sign.
"""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path = [p for p in sys.path if Path(p or ".").resolve() != here]  # sklearn.py in this folder is not sklearn

import json
import platform

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import roc_auc_score

SEED = 20263
FORESTS = 100


def rounded(values):
    return [float(f"{v:.12g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def data(rng):
    """Two clusters of unlike width, a column of few values, a constant column; 20 rows of 320 are from all over."""
    a = rng.normal([0, 0, 0], [1, 2, 0.5], size=(200, 3))
    b = rng.normal([6, -3, 2], [0.7, 0.7, 0.7], size=(100, 3))
    far = rng.uniform(-8, 10, size=(20, 3))
    x = np.concatenate([a, b, far])
    x = np.column_stack([x, rng.integers(0, 3, len(x)), np.full(len(x), 2.5)])
    labels = np.repeat([0, 0, 1], [200, 100, 20])
    order = rng.permutation(len(x))
    return np.round(x[order] * 64) / 64, labels[order]


x, labels = data(np.random.default_rng(SEED))
small = IsolationForest(n_estimators=5, max_samples=32, random_state=1).fit(x)
trees = []
for tree in small.estimators_:
    t = tree.tree_
    trees.append(
        {
            "left": t.children_left.tolist(),
            "right": t.children_right.tolist(),
            "feature": t.feature.tolist(),
            "threshold": [float(v) for v in t.threshold],
            "rows": t.n_node_samples.tolist(),
        }
    )
forests = [IsolationForest(n_estimators=100, random_state=seed).fit(x) for seed in range(FORESTS)]
scores = np.array([-forest.score_samples(x) for forest in forests])
aucs = np.array([roc_auc_score(labels, s) for s in scores])
golden = {
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "columns": x.shape[1],
    "x": (x * 64).astype(int).ravel().tolist(),
    "labels": labels.tolist(),
    "pathLengths": {str(n): float(_average_path_length(np.array([n]))[0]) for n in (0, 1, 2, 3, 7, 256, 1000)},
    "small": {"sampleRows": 32, "trees": trees, "scores": rounded(-small.score_samples(x[:40]))},
    "many": {
        "forests": FORESTS,
        "mean": rounded(scores.mean(axis=0)),
        "deviation": rounded(scores.std(axis=0, ddof=1)),
        "auc": float(aucs.mean()),
        "aucDeviation": float(aucs.std(ddof=1)),
    },
}
path = here / "isolation-forest.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes", aucs.mean(), aucs.std(ddof=1))
