"""The autoencoders of keras.py in Keras 3 (TensorFlow, CPU, float64): what it answers, and its plain model.

keras.py imports this: it puts this folder last on the path, else `import keras` would find that very file.
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="-1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

keras.config.set_floatx("float64")
tf.get_logger().setLevel("ERROR")
tf.config.threading.set_intra_op_parallelism_threads(1)  # one summation order
VERSIONS = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}


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


def keras_naive(case, weights, x):
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
    assert abs(more / loss - 1) > 0.01, (loss, more)  # the same series, longer padding: another loss
    return {"kerasNaiveOutput": output, "kerasNaiveLoss": np.float64(loss), "kerasNaiveLossMorePadding": np.float64(more)}
