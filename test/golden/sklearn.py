"""Writes sklearn.json: what scikit-learn says on small made data, for the tests of classify/ and evaluate/.

    pip install scikit-learn numpy
    python sklearn.py

Inputs are multiples of 1/1024, so that float32 and float64 hold the same numbers.
"""

import sys
from pathlib import Path

sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]  # not this file

import json
import platform

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, label_binarize

ALPHAS = 10.0 ** np.arange(-3, 4.25, 0.5)
SEED = 20261


def rounded(values):
    """Twelve significant digits: far below every tolerance."""
    return [float(f"{v:.12g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def make_data(rng, rows, columns, classes, noise):
    labels = np.concatenate([np.arange(classes).repeat(2), rng.choice(classes, rows - 2 * classes, p=skewed(classes))])
    rng.shuffle(labels)
    centres = rng.normal(size=(classes, columns))
    x = centres[labels] + noise * rng.normal(size=(rows, columns))
    x = x * rng.uniform(0.2, 20, columns) + rng.normal(0, 30, columns)
    x[:, 1] = 2.5  # a constant column
    x[:, 2] = x[:, 0] * 0.5  # and a copy of another
    return np.round(x * 1024) / 1024, labels


def skewed(classes):
    p = 1.0 / np.arange(1, classes + 1)
    return p / p.sum()


def classifier_cases():
    shapes = [(37, 5, 3, 2.0), (23, 61, 4, 3.0), (41, 7, 2, 1.5), (19, 19, 2, 2.5), (307, 11, 2, 2.0), (271, 5, 5, 0.6)]
    for index, (rows, columns, classes, noise) in enumerate(shapes):
        rng = np.random.default_rng([SEED, index])
        x, y = make_data(rng, rows + 13, columns, classes, noise)
        train_x, train_y, test_x = x[:rows], y[:rows], x[rows:]
        assert set(train_y) == set(range(classes)), "a class is missing from the training rows: change the seed"
        weights = np.round(rng.uniform(0.25, 2, rows) * 1024) / 1024
        scaler = StandardScaler().fit(train_x)
        a, b = scaler.transform(train_x), scaler.transform(test_x)
        fits = []
        for class_weight, sample_weight in [(None, None), ("balanced", None), (None, weights)]:
            ridge = RidgeClassifierCV(ALPHAS, class_weight=class_weight).fit(a, train_y, sample_weight)
            errors = []
            for alpha in ALPHAS:
                one = RidgeClassifierCV([alpha], class_weight=class_weight).fit(a, train_y, sample_weight)
                errors.append(-one.best_score_)
            logistic = LogisticRegression(
                C=1.0, class_weight=class_weight, solver="lbfgs", tol=1e-11, max_iter=20000
            ).fit(a, train_y, sample_weight)
            best_two = np.sort(errors)[:2]
            fits.append(
                {
                    "classWeight": class_weight or "none",
                    "weighted": sample_weight is not None,
                    "alpha": float(ridge.alpha_),
                    "marginOfAlpha": float(best_two[1] / best_two[0] - 1),
                    "decisions": rounded(ridge.decision_function(b)),
                    "coefficients": rounded(logistic.coef_ / scaler.scale_),
                    "probabilities": rounded(logistic.predict_proba(b)),
                }
            )
        yield {
            "rows": rows,
            "columns": columns,
            "classes": classes,
            "x": rounded(train_x),
            "labels": train_y.tolist(),
            "weights": rounded(weights),
            "test": rounded(test_x),
            "fits": fits,
        }


def metric_cases():
    for index, (cases, classes, steps) in enumerate([(53, 2, 7), (211, 2, 1000), (97, 3, 5), (131, 5, 11), (89, 2, 1)]):
        rng = np.random.default_rng([SEED, 100 + index])
        y = np.concatenate([np.arange(classes), rng.choice(classes, cases - classes, p=skewed(classes))])
        raw = rng.dirichlet(np.ones(classes), cases) + 0.4 * np.eye(classes)[y]
        scores = np.round(raw * steps) / steps  # few steps: many ties
        predicted = raw.argmax(axis=1)
        many = {"labels": range(classes), "average": None, "zero_division": 0}
        one_hot = np.eye(classes)[y][:, 1] if classes == 2 else label_binarize(y, classes=range(classes))
        judged = scores[:, 1] if classes == 2 else scores
        per_class_auc = [roc_auc_score(y == c, scores[:, c]) for c in range(classes)]
        yield {
            "classes": classes,
            "labels": y.tolist(),
            "predicted": predicted.tolist(),
            "scores": rounded(scores),
            "confusion": confusion_matrix(y, predicted, labels=range(classes)).tolist(),
            "accuracy": accuracy_score(y, predicted),
            "balancedAccuracy": balanced_accuracy_score(y, predicted),
            "precision": rounded(precision_score(y, predicted, **many)),
            "recall": rounded(recall_score(y, predicted, **many)),
            "f1": rounded(f1_score(y, predicted, **many)),
            "macroF1": f1_score(y, predicted, average="macro", zero_division=0),
            "rocAuc": per_class_auc[1] if classes == 2 else float(np.mean(per_class_auc)),
            "averagePrecision": float(average_precision_score(one_hot, judged, average="macro")),
        }


golden = {
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "seed": SEED,
    "alphas": rounded(ALPHAS),
    "classifiers": list(classifier_cases()),
    "metrics": list(metric_cases()),
}
path = Path(__file__).with_name("sklearn.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
