"""Writes test/golden/arrays: sets of three series of five steps and two channels in every form that NumPy writes.

pip install numpy==2.4.6; python test/golden/arrays.py
"""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "arrays"
FOLDER.mkdir(exist_ok=True)
N, T, C = 3, 5, 2
X = np.arange(N * T * C, dtype=np.float64).reshape(N, T, C) - 7
Y = np.array([4, 9, 4])
INTEGERS = ["i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"]

for kind in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", *INTEGERS]:
    name = kind.replace("<", "little-").replace(">", "big-")
    np.save(FOLDER / f"{name}.npy", X.astype(kind))
for kind in ["u1", "<u2", ">u4", "<u8", "?"]:
    name = kind.replace("<", "little-").replace(">", "big-").replace("?", "bool")
    np.save(FOLDER / f"{name}.npy", np.abs(X).astype(kind))
np.save(FOLDER / "fortran.npy", np.asfortranarray(X))
np.save(FOLDER / "fortran-big.npy", np.asfortranarray(X.astype(">f4")))
with open(FOLDER / "version2.npy", "wb") as file:
    np.lib.format.write_array(file, X, version=(2, 0))
np.save(FOLDER / "object.npy", np.array([np.zeros(2), np.zeros(3)], dtype=object), allow_pickle=True)
np.save(FOLDER / "record.npy", np.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save(FOLDER / "complex.npy", X.astype(complex))

gaps = X.copy()
gaps[0, 1, 0] = np.nan  # missing
gaps[1, 3:, :] = np.nan  # padding
gaps[2, 4, 1] = np.nan  # missing: the other channel has a value
np.savez(FOLDER / "stored.npz", X=gaps, y=Y)
np.savez_compressed(
    FOLDER / "parts.npz",
    X_train=gaps.astype(np.float32),
    y_train=np.array(["wälk", "run", "wälk"]),
    X_test=np.asfortranarray(X[:2]),
    y_test=np.array(["run", "sit"]),
    names=np.array(["a", "b"]),
)
for name, labels in {"int": Y.astype(">i8"), "float": Y.astype(float), "bytes": np.array([b"a", b"bc", b"a"]), "column": Y.reshape(-1, 1)}.items():
    np.savez(FOLDER / f"labels-{name}.npz", x=X, y=labels)
for part, rows in {"train": slice(0, 3), "test": slice(1, 3)}.items():
    np.save(FOLDER / f"X_{part}.npy", gaps[rows])
    np.save(FOLDER / f"y_{part}.npy", Y[rows])
