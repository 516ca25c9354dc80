"""Writes shap-explain.json: what the shap package says of classifiers that this package fitted.

    pip install shap==0.51.0 numpy==2.4.6
    npm run setup && node test/golden/shap-models.mjs > /tmp/models.json
    python test/golden/shap_explain.py /tmp/models.json

Trees come from shap.TreeExplainer with the weights of the training rows at each node (path-dependent), linear classifiers
from shap.LinearExplainer with the training rows as background. The file holds the states, so that they load for ever.
"""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path = [p for p in sys.path if Path(p or ".").resolve() != here]  # sklearn.py in this folder is not sklearn

import json
import platform

import numpy as np
import shap


def tree_dict(trees, start, end, scale):
    """One tree as shap.TreeExplainer takes it; a node with two children has the weight of both."""
    K = trees["outputs"]
    feature = np.array(trees["feature"][start:end])
    child = np.array(trees["child"][start:end])
    leaf = feature < 0
    left = np.where(leaf, -1, child - start)
    right = np.where(leaf, -1, child - start + 1)
    missing_left = np.array(trees["missingLeft"][start:end]) == 1
    values = np.zeros((end - start, K))
    weight = np.zeros(end - start)
    for node in reversed(range(end - start)):
        if leaf[node]:
            values[node] = np.array(trees["leaves"][child[node] * K : (child[node] + 1) * K]) * scale
            weight[node] = trees["covers"][child[node]]
        else:
            weight[node] = weight[left[node]] + weight[right[node]]
            values[node] = (weight[left[node]] * values[left[node]] + weight[right[node]] * values[right[node]]) / weight[node]
    return {
        "children_left": left,
        "children_right": right,
        "children_default": np.where(missing_left, left, right),
        "features": np.where(leaf, -2, feature),
        "thresholds": np.array(trees["threshold"][start:end]),
        "values": values,
        "node_sample_weight": weight,
    }


def of_trees(trees, which, x, scale=1.0):
    """Base [outputs] and contributions [rows, columns, outputs] of some of the trees."""
    bounds = [*trees["starts"], len(trees["feature"])]
    model = {"trees": [tree_dict(trees, bounds[t], bounds[t + 1], scale) for t in which], "input_dtype": np.float64}
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(x, check_additivity=False))
    return np.atleast_1d(explainer.expected_value), values.reshape(*x.shape, -1)


def explained(case):
    """Base [classes] and contributions [rows, classes, columns]."""
    state, x = case["state"], np.array(case["test"], dtype=float).reshape(-1, case["columns"])
    K = len(state["classes"])
    if case["name"] == "boosting":
        scores = 1 if K == 2 else K
        parts = [of_trees(case["trees"], range(k, len(case["trees"]["starts"]), scores), x) for k in range(scores)]
        base = np.array([state["baseline"][k] + part[0][0] for k, part in enumerate(parts)])
        return base, np.stack([part[1][:, :, 0] for part in parts], axis=1)
    if case["name"] == "forest":
        count = len(case["trees"]["starts"])
        base, values = of_trees(case["trees"], range(count), x, 1 / count)
        first = 1 if K == 2 else 0
        return base[first:], np.moveaxis(values, 2, 1)[:, first:]
    train = np.array(case["train"]).reshape(-1, case["columns"])
    bases, parts = [], []
    for k, intercept in enumerate(state["intercepts"]):
        coefficients = np.array(state["coefficients"][k * case["columns"] : (k + 1) * case["columns"]])
        explainer = shap.LinearExplainer((coefficients, intercept), shap.maskers.Independent(train, max_samples=len(train)))
        bases.append(explainer.expected_value)
        parts.append(explainer.shap_values(x))
    return np.array(bases), np.stack(parts, axis=1)


cases = []
for case in json.load(open(sys.argv[1])):
    base, contributions = explained(case)
    stored = {key: case[key] for key in ("name", "columns", "state", "test")}
    cases.append({**stored, "base": base.ravel().tolist(), "contributions": contributions.ravel().tolist()})
    print(case["name"], contributions.shape, base)
golden = {
    "versions": {"python": platform.python_version(), "shap": shap.__version__, "numpy": np.__version__},
    "cases": cases,
}
path = here / "shap-explain.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
