"""RBF-SVM on raw series, the baseline that bench/accuracy.mjs has no code of its own for: one JSON line a set.

    python bench/peers/svm.py ../shared/data > svm.jsonl        needs numpy and scikit-learn

Univariate sets of equal length, official splits; columns standardised on the training part; C and gamma by
cross-validation on the training part (3 folds, fewer where a class has fewer series).
"""

import gzip
import json
import pathlib
import sys

import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def read(folder, part):
    for path in sorted(folder.glob(f"{folder.name}_{part}*")):
        name = path.name
        if ".npy" in name:
            with (gzip.open(path) if name.endswith(".gz") else open(path, "rb")) as file:
                return np.load(file).astype(float)
        if ".tsv" in name:
            return np.genfromtxt(path, delimiter="\t")
    return None


def main(root):
    for folder in sorted(pathlib.Path(root, "ucr").iterdir()):
        train, test = read(folder, "TRAIN"), read(folder, "TEST")
        if train is None or test is None:
            continue
        x, y = np.nan_to_num(train[:, 1:]), train[:, 0]
        fewest = min(np.unique(y, return_counts=True)[1])
        model = make_pipeline(StandardScaler(), SVC())
        if fewest >= 2:
            folds = StratifiedKFold(min(3, fewest), shuffle=True, random_state=1)
            grid = {"svc__C": [1, 10, 100, 1000], "svc__gamma": ["scale", 0.001, 0.01]}
            model = GridSearchCV(model, grid, cv=folds)
        else:
            model.set_params(svc__C=10)
        model.fit(x, y)
        hits = float(np.mean(model.predict(np.nan_to_num(test[:, 1:])) == test[:, 0]))
        print(json.dumps({"set": folder.name, "accuracy": {"raw svm": hits}}), flush=True)


main(sys.argv[1])
