"""Writes keras/*.safetensors: what Keras 3 (TensorFlow, CPU, float64) says about our autoencoders.

Every random number a model would draw (weights, noise, dropout) is drawn here by NumPy and stored,
so a reader can repeat the same forward and backward pass. Each case is checked twice before it is
written: its outputs and loss against numpy_model.py, and the gradient of every tensor, along a random
direction, against central differences of that NumPy model.

    python keras.py            every case
    python keras.py masked     only the cases whose name contains "masked"
"""

import json
import os
import struct
import sys
from dataclasses import dataclass
from math import gcd
from pathlib import Path

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="-1")
sys.path.append(sys.path.pop(0))  # this folder last: else `import keras` would find this very file

import keras  # noqa: E402
import numpy as np  # noqa: E402
import safetensors.numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402
from numpy_model import numpy_lstm, numpy_run  # noqa: E402

keras.config.set_floatx("float64")
tf.get_logger().setLevel("ERROR")
tf.config.threading.set_intra_op_parallelism_threads(1)  # one summation order
FOLDER = Path(__file__).parent / "keras"
SAMPLE_ABOVE = 10_000  # entries; of a larger gradient about SAMPLE_SIZE are stored
SAMPLE_SIZE = 512
NOISE, DROPOUT = 0.1, 0.2


@dataclass
class Case:
    recipe: str  # simple, masked, denoising, bidirectional, backwards
    activation: str
    B: int
    T: int
    F: int
    units: tuple  # (H,), or (H1, H2) for denoising
    seed: int
    masks: bool = False
    weighted: bool = False

    @property
    def name(self):
        flags = ["masks"] * (self.masks and self.recipe != "masked") + ["weighted"] * self.weighted
        size = f"b{self.B}_t{self.T}_f{self.F}_h{'_'.join(map(str, self.units))}"
        return "_".join([self.recipe, self.activation, *flags, size])

    def spec(self):
        """Encoder and decoder as lists of (kind, units); positions in them name the tensors."""
        H, last = self.units[0], self.units[-1]
        encoder = {
            "denoising": [("noise", 0), ("lstm", H), ("dropout", H), ("lstm", last)],
            "bidirectional": [("bidirectional", H)],
            "backwards": [("backwards", H)],
        }.get(self.recipe, [("lstm", H)])
        dropout = [("dropout", last)] if self.recipe == "denoising" else []
        return encoder, [("repeat", 0), ("lstm", last), *dropout, ("dense", self.F)]


# ---- what is drawn ----------------------------------------------------------------------------


def draw_lstm(random, name, inputs, H):
    limit = np.sqrt(6 / (inputs + 4 * H))
    orthogonal = np.linalg.qr(random.normal(size=(4 * H, H)))[0].T
    return {
        f"{name}.kernel": random.uniform(-limit, limit, (inputs, 4 * H)),
        f"{name}.recurrentKernel": orthogonal,
        f"{name}.bias": random.normal(0, 0.3, 4 * H),
    }


def draw_weights(random, case):
    """Rounded to float16, so that a small file holds them and every engine starts from the same numbers."""
    weights, size = {}, case.F
    encoder, decoder = case.spec()
    for side, spec in (("encoder", encoder), ("decoder", decoder)):
        for i, (kind, H) in enumerate(spec):
            name = f"{side}.{i}"
            if kind in ("lstm", "backwards"):
                weights |= draw_lstm(random, name, size, H)
                size = H
            elif kind == "bidirectional":
                for way in ("forward", "backward"):
                    weights |= draw_lstm(random, f"{name}.{way}", size, H)
                size = 2 * H
            elif kind == "dense":
                limit = np.sqrt(6 / (size + H))
                weights[f"{name}.kernel"] = random.uniform(-limit, limit, (size, H))
                weights[f"{name}.bias"] = random.normal(0, 0.3, H)
    return {name: w.astype(np.float16).astype(np.float64) for name, w in weights.items()}


def draw_masks(random, B, T, F):
    """A step is seen exactly if one of its values is observed, so Masking(0) finds the same steps."""
    lengths = random.integers(1, T + 1, B)
    lengths[0] = T
    if B >= 5:
        lengths[1], lengths[2] = 1, 0  # a single step; an empty sequence
    steps = (np.arange(T) < lengths[:, None]) & (random.random((B, T)) < 0.8)
    steps[0, 0], steps[0, T // 2], steps[0, -1] = T < 5, False, True  # late start, a hole, no padding
    steps[1, 0] = True
    observed = steps[:, :, None] & (random.random((B, T, F)) < 0.8)
    rescued = np.argwhere(steps & ~observed.any(-1))
    for b, t in rescued:
        observed[b, t, random.integers(F)] = True
    return steps, observed


def draw_data(random, case):
    B, T, F = case.B, case.T, case.F
    wave = np.sin(np.arange(T)[:, None] * random.uniform(0.3, 1.5, (B, 1, F)) + random.uniform(0, 6, (B, 1, F)))
    x = (wave + random.normal(0, 0.5, (B, T, F))).astype(np.float32).astype(np.float64)
    data = {"x": x}
    if case.masks:
        steps, observed = draw_masks(random, B, T, F)
        data |= {"x": x * observed, "stepMask": steps, "observed": observed}
    if case.weighted:
        data["sampleWeights"] = random.uniform(0.2, 3, B).astype(np.float32).astype(np.float64)
    for side, spec in zip(("encoder", "decoder"), case.spec()):
        for i, (kind, H) in enumerate(spec):
            if kind == "noise":
                noise = random.normal(0, NOISE, (B, T, F)).astype(np.float32).astype(np.float64)
                data["noise"] = noise * data.get("observed", 1)
            elif kind == "dropout":
                data[f"dropout.{side}.{i}"] = (random.random((B, T, H)) >= DROPOUT) / (1 - DROPOUT)
    return data


# ---- the model in Keras -----------------------------------------------------------------------


def keras_lstm(case, H, sequences, **options):
    return layers.LSTM(H, activation=case.activation, return_sequences=sequences, **options)


def keras_run(case, weights, data):
    """Outputs, loss and gradients. The mask is handed to every LSTM: Keras would lose it on the way."""
    mask = tf.constant(data["stepMask"]) if case.masks else None
    variables, result = {}, {}

    def own(layer, name, shape):
        """Builds the layer, gives it the stored weights and remembers its variables for the gradient."""
        layer.build(shape)
        cell = getattr(layer, "cell", layer)
        for variable in cell.trainable_variables:
            full = f"{name}.{variable.name.replace('recurrent_kernel', 'recurrentKernel')}"
            variable.assign(weights[full])
            variables[full] = variable
        return layer

    with tf.GradientTape() as tape:
        h = tf.constant(data["x"])
        encoder, decoder = case.spec()
        for side, spec in (("encoder", encoder), ("decoder", decoder)):
            for i, (kind, H) in enumerate(spec):
                name = f"{side}.{i}"
                if kind == "noise":
                    h = keras.ops.add(h, data["noise"])
                elif kind == "dropout":
                    # not layers.Multiply: it takes masked entries for ones
                    h = keras.ops.multiply(h, data[f"dropout.{name}"])
                elif kind == "repeat":
                    result["latent"] = h
                    h = layers.RepeatVector(case.T)(h)
                elif kind == "dense":
                    h = layers.TimeDistributed(own(layers.Dense(H), name, h.shape))(h)
                elif kind == "bidirectional":
                    layer = layers.Bidirectional(keras_lstm(case, H, False))
                    layer.build(h.shape)
                    own(layer.forward_layer, f"{name}.forward", h.shape)
                    own(layer.backward_layer, f"{name}.backward", h.shape)
                    h = layer(h, mask=mask)
                else:
                    last = side == "encoder" and i == len(spec) - 1
                    layer = own(keras_lstm(case, H, not last, go_backwards=kind == "backwards"), name, h.shape)
                    if last and kind == "lstm":
                        twin = keras_lstm(case, H, True)
                        twin.build(h.shape)
                        twin.set_weights(layer.get_weights())
                        with tape.stop_recording():
                            result["states"] = twin(h, mask=mask)
                    h = layer(h, mask=mask)
        result["output"] = h
        if case.masks:
            m = tf.constant(data["observed"].astype(np.float64))
            w = tf.constant(data.get("sampleWeights", np.ones(case.B)))
            loss = tf.reduce_sum(w[:, None, None] * m * (h - data["x"]) ** 2) / tf.reduce_sum(m)
        else:
            loss = keras.losses.MeanSquaredError()(data["x"], h)
        result["loss"] = loss
    assert sorted(variables) == sorted(weights), (sorted(variables), sorted(weights))
    grads = tape.gradient(loss, variables)
    result = {key: np.asarray(value) for key, value in result.items()}
    return result, {name: np.asarray(g) for name, g in grads.items()}


def keras_naive(case, weights, x, latent):
    """The plain Keras model of the same layers with Masking(0), and what its own evaluation reports."""

    def build(T):
        H = case.units[0]
        model = keras.Sequential([
            keras.Input((T, case.F)),
            layers.Masking(0.0),
            keras_lstm(case, H, False),
            layers.RepeatVector(T),
            keras_lstm(case, H, True),
            layers.TimeDistributed(layers.Dense(case.F)),
        ])
        model.set_weights([weights[f"{n}.{k}"] for n, k in [
            ("encoder.0", "kernel"), ("encoder.0", "recurrentKernel"), ("encoder.0", "bias"),
            ("decoder.1", "kernel"), ("decoder.1", "recurrentKernel"), ("decoder.1", "bias"),
            ("decoder.2", "kernel"), ("decoder.2", "bias")]])
        model.compile(loss="mse")
        return model

    model = build(case.T)
    output = model.predict_on_batch(x)
    loss = model.evaluate(x, x, batch_size=case.B, verbose=0)
    padded = np.concatenate([x, np.zeros_like(x)], axis=1)
    more = build(2 * case.T).evaluate(padded, padded, batch_size=case.B, verbose=0)
    check_naive(case, weights, x, latent, output, loss)
    assert abs(more / loss - 1) > 0.01, (loss, more)  # the same series, longer padding: another loss
    return {"kerasNaiveOutput": output, "kerasNaiveLoss": np.float64(loss), "kerasNaiveLossMorePadding": np.float64(more)}


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


def check_naive(case, weights, x, latent, output, loss):
    """Plain Keras encodes as we do, then decodes without the mask and averages over unseen values."""
    repeated, everything = np.repeat(latent[:, None], case.T, axis=1), np.ones(x.shape[:2], bool)
    h = numpy_lstm(repeated, weights, "decoder.1", case.activation, everything)
    expected = h @ weights["decoder.2.kernel"] + weights["decoder.2.bias"]
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
        "keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__,
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
        result |= keras_naive(case, weights, data["x"], result["latent"])
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


def cases():
    small, thin, middle, wide = (2, 3, 5, (7,)), (3, 11, 1, (13,)), (5, 7, 3, (17,)), (33, 5, 2, (9,))
    big, default = (9, 10, 6, (66,)), (4, 12, 2, (64,))
    deep, deep_wide, deep_default = (5, 7, 3, (19, 11)), (33, 5, 2, (7, 9)), (4, 12, 2, (128, 64))
    for shape in (small, thin, middle, wide, big, default):
        yield "simple", "tanh", shape, {}
    for shape in (small, middle):
        yield "simple", "relu", shape, {}
    for shape in (small, thin, middle, wide, big, default):
        yield "masked", "tanh", shape, {"masks": True}
    for shape in (small, middle, wide):
        yield "masked", "relu", shape, {"masks": True}
    for shape in (small, wide):
        yield "masked", "tanh", shape, {"masks": True, "weighted": True}
    for shape in (deep, deep_wide, deep_default):
        yield "denoising", "tanh", shape, {}
    for shape in (deep, deep_wide):
        yield "denoising", "tanh", shape, {"masks": True}
    yield "denoising", "relu", deep, {}
    yield "denoising", "relu", deep, {"masks": True}
    for recipe in ("bidirectional", "backwards"):
        for masks in (False, True):
            yield recipe, "tanh", (5, 7, 3, (11,)), {"masks": masks}


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
