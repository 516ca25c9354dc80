"""Writes keras/*.safetensors: what Keras 3 (TensorFlow, CPU, float64) says about our autoencoders.

Every random number a model would draw (weights, noise, dropout) is drawn here by NumPy and stored,
so a reader can repeat the same forward and backward pass. Each case is checked twice before it is
written: its outputs and loss against numpy_model.py, and the gradient of every tensor, along a random
direction, against central differences of that NumPy model.

    python keras.py            every case
    python keras.py masked     only the cases whose name contains "masked"
"""

import json
import struct
import sys
from math import gcd
from pathlib import Path

sys.path.append(sys.path.pop(0))  # this folder last: else `import keras` would find this very file

import numpy as np  # noqa: E402
import safetensors.numpy  # noqa: E402
from keras_cases import Case, cases, draw_data, draw_weights  # noqa: E402
from numpy_model import numpy_lstm, numpy_run  # noqa: E402
from keras_model import VERSIONS, keras_naive, keras_run  # noqa: E402  # last: Keras takes this folder off the path

FOLDER = Path(__file__).parent / "keras"
SAMPLE_ABOVE = 10_000  # entries; of a larger gradient about SAMPLE_SIZE are stored
SAMPLE_SIZE = 512


# ---- checks against the NumPy model -------------------------------------------------------------


def check(case, weights, data, result, grads):
    kinks = [] if case.activation == "relu" else None
    own = numpy_run(case, weights, data, kinks)
    assert sorted(own) == sorted(result)
    for key, value in own.items():
        np.testing.assert_allclose(result[key], value, rtol=1e-10, atol=1e-12, err_msg=f"{case.name} {key}")
    if kinks is not None:
        # nearer than float32 rounding to the corner of relu, a float32 engine may rightly differ
        assert min(kinks) > 2e-5, f"{case.name}: choose another seed, corner of relu at {min(kinks):.1e}"
    random = np.random.default_rng(case.seed)
    step = 1e-6
    for name, grad in grads.items():
        assert np.all(np.isfinite(grad)) and np.any(grad != 0), f"{case.name} {name}: gradient not usable"
        direction = random.normal(size=grad.shape) / np.sqrt(grad.size)
        at = [numpy_run(case, weights | {name: weights[name] + s * direction}, data)["loss"] for s in (step, -step)]
        slope = (at[0] - at[1]) / (2 * step)
        scale = np.linalg.norm(grad) / np.sqrt(grad.size)
        error = abs(slope - np.sum(grad * direction))
        assert error < 1e-6 * scale + 1e-9, f"{case.name} {name}: central difference off by {error:.1e} of {scale:.1e}"
    if case.masks and not any(key.startswith(("noise", "dropout")) for key in data):
        pad = {key: np.concatenate([data[key], np.zeros_like(data[key])], 1) for key in ("x", "stepMask", "observed")}
        padded = numpy_run(case, weights, data | pad)["loss"]
        np.testing.assert_allclose(padded, own["loss"], rtol=1e-12)  # padding does not change our loss


def check_naive(case, weights, x, latent, naive):
    """Plain Keras encodes as we do, then decodes without the mask and averages over unseen values."""
    repeated, everything = np.repeat(latent[:, None], case.T, axis=1), np.ones(x.shape[:2], bool)
    h = numpy_lstm(repeated, weights, "decoder.1", case.activation, everything)
    expected = h @ weights["decoder.2.kernel"] + weights["decoder.2.bias"]
    output, loss = naive["kerasNaiveOutput"], naive["kerasNaiveLoss"]
    np.testing.assert_allclose(output, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(loss, np.mean((output - x) ** 2), rtol=1e-12)


# ---- the file ---------------------------------------------------------------------------------


def stored_gradient(name, grad):
    if grad.size <= SAMPLE_ABOVE:
        return {f"grad.{name}": grad}
    stride = grad.size // SAMPLE_SIZE | 1
    while gcd(stride, grad.shape[-1]) > 1:  # so that the sample walks over all columns
        stride += 2
    index = np.arange(0, grad.size, stride, dtype=np.int32)
    return {
        f"grad.{name}.sample": grad.ravel()[index],
        f"grad.{name}.index": index,
        f"grad.{name}.max": np.max(np.abs(grad)),
        f"grad.{name}.squaredNorm": np.sum(grad * grad),
    }


def loss_definition(case):
    if case.weighted:
        return "sum(sampleWeights[b] * observed * (output - x)^2) / sum(observed)"
    return "sum(observed * (output - x)^2) / sum(observed)" if case.masks else "mean((output - x)^2)"


def save(case, tensors):
    metadata = {
        "recipe": case.recipe, "activation": case.activation, "units": "/".join(map(str, case.units)),
        "B": case.B, "T": case.T, "F": case.F, "masks": "steps and values" if case.masks else "none",
        "seed": case.seed, "lossDefinition": loss_definition(case),
        **VERSIONS,
    }
    tensors = {key: np.ascontiguousarray(np.asarray(value)).reshape(np.shape(value)) for key, value in tensors.items()}
    raw = safetensors.numpy.save(tensors, metadata={key: str(value) for key, value in metadata.items()})
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))  # the library's order is random
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = struct.pack("<Q", len(text)) + text + raw[8 + size :]
    (FOLDER / f"{case.name}.safetensors").write_bytes(data)
    return len(data)


def write(case):
    random = np.random.default_rng(case.seed)
    weights, data = draw_weights(random, case), draw_data(random, case)
    result, grads = keras_run(case, weights, data)
    check(case, weights, data, result, grads)
    if case.recipe == "masked" and not case.weighted:
        naive = keras_naive(case, weights, data["x"])
        check_naive(case, weights, data["x"], result["latent"], naive)
        result |= naive
    tensors = {name: w.astype(np.float16) for name, w in weights.items()}
    for key, value in data.items():  # every cast here is exact
        small = np.uint8 if value.dtype == bool else np.float16 if key.startswith("dropout") else np.float32
        tensors[key] = value.astype(small)
        assert np.array_equal(tensors[key], value)
    for name, grad in grads.items():
        tensors |= stored_gradient(name, grad)
    size = save(case, tensors | result)
    print(f"{size:8d} bytes  loss {float(result['loss']):.6f}  {case.name}", flush=True)
    return size


def main():
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    total = count = 0
    for seed, (recipe, activation, (B, T, F, units), options) in enumerate(cases(), start=1):
        case = Case(recipe, activation, B, T, F, units, seed, **options)
        if wanted in case.name:
            total += write(case)
            count += 1
    print(f"{count} files, {total} bytes")


if __name__ == "__main__":
    main()
