"""The autoencoders of keras.py in plain NumPy, forward only: an independent check of what Keras says."""

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def numpy_lstm(x, weights, name, activation, steps, backwards=False, kinks=None):
    """Every state, held over steps not seen: [B, T, H], in the order of the run."""
    W, U, b = (weights[f"{name}.{key}"] for key in ("kernel", "recurrentKernel", "bias"))
    act = np.tanh if activation == "tanh" else lambda a: np.maximum(a, 0)
    h = c = np.zeros((x.shape[0], U.shape[0]))
    states = []
    for t in range(x.shape[1])[:: -1 if backwards else 1]:
        i, f, g, o = np.split(x[:, t] @ W + h @ U + b, 4, axis=1)
        seen = steps[:, t, None]
        if kinks is not None:
            kinks.append(np.min(np.where(seen, np.abs(g), np.inf)))
        c = np.where(seen, sigmoid(f) * c + sigmoid(i) * act(g), c)
        h = np.where(seen, sigmoid(o) * act(c), h)
        states.append(h)
    return np.stack(states, axis=1)


def numpy_run(case, weights, data, kinks=None):
    x = data["x"]
    T = x.shape[1]
    steps = data.get("stepMask", np.ones(x.shape[:2], bool))
    result, h = {}, x
    encoder, decoder = case.spec()
    for side, spec in (("encoder", encoder), ("decoder", decoder)):
        for i, (kind, _) in enumerate(spec):
            name = f"{side}.{i}"
            run = (case.activation, steps)
            if kind == "noise":
                h = h + data["noise"]
            elif kind == "dropout":
                h = h * data[f"dropout.{name}"]
            elif kind == "repeat":
                if encoder[-1][0] == "lstm":
                    result["states"], h = h, h[:, -1]
                result["latent"] = h
                h = np.repeat(h[:, None], T, axis=1)
            elif kind == "dense":
                h = h @ weights[f"{name}.kernel"] + weights[f"{name}.bias"]
            elif kind == "lstm":
                h = numpy_lstm(h, weights, name, *run, kinks=kinks)
            elif kind == "backwards":
                h = numpy_lstm(h, weights, name, *run, backwards=True)[:, -1]
            elif kind == "bidirectional":
                forward = numpy_lstm(h, weights, f"{name}.forward", *run)[:, -1]
                h = np.concatenate([forward, numpy_lstm(h, weights, f"{name}.backward", *run, backwards=True)[:, -1]], 1)
    m = data.get("observed", np.ones(x.shape, bool))
    w = data.get("sampleWeights", np.ones(len(x)))[:, None, None]
    return result | {"output": h, "loss": np.sum(w * m * (h - x) ** 2) / np.sum(m)}
