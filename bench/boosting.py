"""Times scikit-learn's classifiers where boosting.mjs times ours; its head says how to run both."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).resolve().parent.parent / "test" / "golden"))
from integer_data import made_table


def data(rows, columns, classes, train_rows):
    x, y = made_table(
        seed=7, rows=rows, columns=columns, informative=16, classes=classes, clusters=4, spread=0.5, rare=0, flip=13, missing=0
    )
    return x[:train_rows], y[:train_rows], x[train_rows:], y[train_rows:]


class LeaveOneOut:
    """The number of neighbours of least leave-one-out error, as kNearestNeighbours chooses it."""

    def fit(self, x, y):
        counts = [1, 3, 5, 9]
        self.model = make_pipeline(StandardScaler(), KNeighborsClassifier(9, algorithm="brute", n_jobs=1)).fit(x, y)
        others = self.model[-1].kneighbors(return_distance=False)
        errors = []
        for k in counts:
            votes = np.stack([(y[others[:, :k]] == c).sum(axis=1) for c in range(y.max() + 1)], axis=1)
            errors.append((votes.argmax(axis=1) != y).sum())
        self.model[-1].n_neighbors = counts[int(np.argmin(errors))]
        return self

    def predict(self, x):
        return self.model.predict(x)


def timed(task, make, sets, rounds):
    x, y, test, truth = sets
    result = {"task": task, "fitSeconds": np.inf, "fitClock": np.inf, "predictSeconds": np.inf}
    for _ in range(rounds):
        clock, start = time.perf_counter(), time.process_time()
        fitted = make().fit(x, y)
        between = time.process_time()
        result["fitClock"] = min(result["fitClock"], time.perf_counter() - clock)
        predicted = fitted.predict(test)
        result["fitSeconds"] = min(result["fitSeconds"], between - start)
        result["predictSeconds"] = min(result["predictSeconds"], time.process_time() - between)
        result["accuracy"] = float((predicted == truth).mean())
    print(json.dumps(result), flush=True)


def boosting():
    return HistGradientBoostingClassifier(early_stopping=False)


def neighbours():
    return make_pipeline(StandardScaler(), KNeighborsClassifier(5, algorithm="brute", n_jobs=1))


two = data(40_000, 64, 2, 20_000)
timed("boosting, 20000 x 64, 2 classes", boosting, two, 3)
timed("boosting, 20000 x 64, 5 classes", boosting, data(40_000, 64, 5, 20_000), 2)
timed("random forest, 20000 x 64, 2 classes", lambda: RandomForestClassifier(n_jobs=1, random_state=0), two, 2)
wide = data(6_000, 1_000, 3, 5_000)
timed("5 neighbours, 5000 x 1000", neighbours, wide, 1)
timed("neighbours by leave-one-out, 5000 x 1000", LeaveOneOut, wide, 1)
