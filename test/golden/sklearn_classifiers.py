"""Writes sklearn-classifiers.json: what scikit-learn's trees and neighbours reach on eight data sets.

    pip install scikit-learn==1.9.1 numpy==2.4.6
    OMP_NUM_THREADS=1 python sklearn_classifiers.py

Four sets come with scikit-learn, their columns rounded to 4,096 levels and stored two letters a value; both sides
learn from the rounded numbers. Four are made by integer_data.py, whose twin integer-data.mjs makes them for the
tests. Small sets are judged by cross-validation (row i is tested in fold i mod folds), the others on the rows after
`trainRows`. Classifiers that cannot take missing values get 0 in their place.
"""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path = [p for p in sys.path if Path(p or ".").resolve() != here]  # sklearn.py in this folder is not sklearn

import json
import platform

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

sys.path.append(str(here))
from integer_data import made_table

SEED = 20262
LEVELS = 4096
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
FOREST_SEEDS = 10
NEIGHBOURS = [1, 3, 5, 9]

BUNDLED = [("iris", 5, 150), ("wine", 5, 178), ("breast_cancer", 5, 569), ("digits", 2, 900)]
MADE = {
    "clusters": (
        1500,
        dict(seed=1, rows=4500, columns=20, informative=6, classes=5, clusters=2, spread=1, rare=0, flip=8, missing=0),
    ),
    "rare": (
        2000,
        dict(seed=2, rows=6000, columns=11, informative=5, classes=2, clusters=2, spread=1, rare=20, flip=2, missing=0),
    ),
    "missing": (
        1500,
        dict(seed=3, rows=4500, columns=13, informative=6, classes=3, clusters=2, spread=1, rare=0, flip=8, missing=26),
    ),
    "wide": (
        150,
        dict(seed=4, rows=3150, columns=300, informative=30, classes=2, clusters=1, spread=0.5, rare=0, flip=0, missing=0),
    ),
}


def bundled(name, rows):
    data = getattr(datasets, f"load_{name}")()
    order = np.random.default_rng(SEED).permutation(len(data.target))[:rows]
    x, y = data.data[order], data.target[order]
    low, high = x.min(axis=0), x.max(axis=0)
    span = np.where(high > low, high - low, 1)
    return np.round((x - low) / span * (LEVELS - 1)).astype(np.int64), y


def letters(x):
    return "".join(LETTERS[v >> 6] + LETTERS[v & 63] for v in x.ravel().tolist())


def parts(rows, folds, train_rows):
    index = np.arange(rows)
    if folds:
        return [(index % folds != k, index % folds == k) for k in range(folds)]
    return [(index < train_rows, index >= train_rows)]


def judged(splits, x, y, make):
    """Mean over the splits, weighted by their test rows; also the classifier's chosen k, if it has one."""
    results, sizes = [], []
    for train, test in splits:
        predicted, probabilities = make(x[train], y[train], x[test])
        loss = None if probabilities is None else log_loss(y[test], probabilities, labels=np.unique(y))
        results.append((accuracy_score(y[test], predicted), balanced_accuracy_score(y[test], predicted), loss))
        sizes.append(test.sum())
    columns = list(zip(*results))
    mean = [None if column[0] is None else float(np.average(column, weights=sizes)) for column in columns]
    return {key: round(value, 6) for key, value in zip(["accuracy", "balancedAccuracy", "logLoss"], mean) if value is not None}


def boosting(class_weight):
    def make(x, y, test):
        fitted = HistGradientBoostingClassifier(early_stopping=False, class_weight=class_weight).fit(x, y)
        return fitted.predict(test), fitted.predict_proba(test)

    return make


def forest(class_weight, seed):
    def make(x, y, test):
        fitted = RandomForestClassifier(100, class_weight=class_weight, random_state=seed, n_jobs=1).fit(x, y)
        return fitted.predict(test), None

    return make


def neighbours(k):
    def make(x, y, test):
        scaler = StandardScaler().fit(x)
        fitted = KNeighborsClassifier(k, algorithm="brute").fit(scaler.transform(x), y)
        return fitted.predict(scaler.transform(test)), None

    return make


def left_out(x, y):
    """The k of least leave-one-out error on these rows."""
    scaled = StandardScaler().fit_transform(x)
    fitted = KNeighborsClassifier(max(NEIGHBOURS), algorithm="brute").fit(scaled, y)
    others = fitted.kneighbors(return_distance=False)  # without the row itself
    errors = []
    for k in NEIGHBOURS:
        counts = np.stack([(y[others[:, :k]] == c).sum(axis=1) for c in range(y.max() + 1)], axis=1)
        errors.append((counts.argmax(axis=1) != y).sum())
    return NEIGHBOURS[int(np.argmin(errors))]


def data_set(name, x, y, folds, train_rows):
    splits = parts(len(y), folds, train_rows)
    filled = np.nan_to_num(x)
    weightings = ["none", "balanced"] if name in ("rare", "missing") else ["none"]
    result = {"boosting": {}, "randomForest": {}, "neighbours": {}}
    for weighting in weightings:
        class_weight = None if weighting == "none" else "balanced"
        result["boosting"][weighting] = judged(splits, x, y, boosting(class_weight))
        runs = [judged(splits, filled, y, forest(class_weight, seed)) for seed in range(FOREST_SEEDS)]
        result["randomForest"][weighting] = {
            key: round(float(np.mean([run[key] for run in runs])), 6) for key in runs[0]
        }
    for k in NEIGHBOURS:
        result["neighbours"][str(k)] = judged(splits, filled, y, neighbours(k))
    result["leaveOneOut"] = [left_out(filled[train], y[train]) for train, _ in splits]
    print(name, json.dumps(result))
    return result


sets = []
for name, folds, rows in BUNDLED:
    x, y = bundled(name, rows)
    stored = {"columns": x.shape[1], "labels": "".join(map(str, y.tolist())), "values": letters(x)}
    sets.append({"name": name, "folds": folds, **stored, **data_set(name, x.astype(np.float64), y, folds, 0)})
for name, (train_rows, recipe) in MADE.items():
    x, y = made_table(**recipe)
    sets.append({"name": name, "trainRows": train_rows, "recipe": recipe, **data_set(name, x, y, 0, train_rows)})

golden = {
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "seed": SEED,
    "sets": sets,
}
path = here / "sklearn-classifiers.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
