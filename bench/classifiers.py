"""Times LightGBM's and scikit-learn's classifiers where classifiers.mjs times ours; its head says how to run both."""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, RidgeClassifierCV
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
folder, size = Path(sys.argv[1]), json.loads(sys.argv[2])
x = np.fromfile(folder / "values", np.float32).reshape(-1, size["columns"])
y = np.fromfile(folder / "labels", np.int32)
rows, threads = size["rows"], size["threads"]
seconds = time.perf_counter if threads > 1 else time.process_time
test, truth = x[rows:], y[rows:]


class LeaveOneOut:
    """The number of neighbours of least leave-one-out error, as kNearestNeighbours chooses it."""

    def fit(self, x, y):
        counts = [1, 3, 5, 9]
        self.model = make_pipeline(StandardScaler(), KNeighborsClassifier(9, algorithm="brute", n_jobs=threads)).fit(x, y)
        others = self.model[-1].kneighbors(return_distance=False)
        errors = []
        for k in counts:
            votes = np.stack([(y[others[:, :k]] == c).sum(axis=1) for c in range(y.max() + 1)], axis=1)
            errors.append((votes.argmax(axis=1) != y).sum())
        self.model[-1].n_neighbors = counts[int(np.argmin(errors))]
        return self

    def predict(self, x):
        return self.model.predict(x)

    def predict_proba(self, x):
        return self.model.predict_proba(x)


contenders = {
    "boosting": {
        "LightGBM": lambda: LGBMClassifier(n_jobs=threads, verbose=-1),
        "scikit-learn": lambda: HistGradientBoostingClassifier(early_stopping=False),
    },
    "logistic": {"scikit-learn": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))},
    "logistic, C chosen": {
        "scikit-learn": lambda: make_pipeline(
            StandardScaler(),
            LogisticRegressionCV(
                Cs=10.0 ** np.arange(-3, 2), l1_ratios=(0,), use_legacy_attributes=False, scoring="neg_log_loss", max_iter=500
            ),
        )
    },
    "ridge": {
        "scikit-learn": lambda: make_pipeline(StandardScaler(), RidgeClassifierCV(alphas=10 ** (np.arange(15) / 2 - 3)))
    },
    "forest": {"scikit-learn": lambda: RandomForestClassifier(size["trees"], n_jobs=threads, random_state=0)},
    "neighbours": {"scikit-learn": LeaveOneOut},
}
for task in size["only"]:
    count = size["neighbourRows"] if task == "neighbours" else rows
    for peer, make in contenders[task].items():
        make().fit(x[: size["warm"]], y[: size["warm"]]).predict(x[: size["warm"]])
        fits = []
        while not fits or (len(fits) < 3 and fits[0] < 1):
            start = seconds()
            fitted = make().fit(x[:count], y[:count])
            fits.append(seconds() - start)
        between = seconds()
        scores = fitted.decision_function(test) if task == "ridge" else fitted.predict_proba(test)
        end = seconds()
        rank = scores if task == "ridge" else scores[:, 1]
        result = {
            "peer": peer,
            "task": task,
            "fit": sorted(fits)[len(fits) // 2],
            "predict": end - between,
            "accuracy": float((fitted.predict(test) == truth).mean()),
            "auc": float(roc_auc_score(truth, rank)) if size["classes"] == 2 else None,
        }
        print(json.dumps(result), flush=True)
