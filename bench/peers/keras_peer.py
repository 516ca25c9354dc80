"""Keras 3 on TensorFlow or JAX, on the CPU, as a peer of `npm run bench`; peer.py tells what it reads and prints.

Training is `train_on_batch`, encoding `predict_on_batch`. On TensorFlow both are tried with and without XLA
(jit_compile) and the faster one is timed; on JAX there is nothing but XLA worth trying. Encoding is tried in batches
and with all sequences at once.
"""

import argparse
import os

options = argparse.ArgumentParser()
options.add_argument("--backend", choices=("tensorflow", "jax"), default="tensorflow")
options.add_argument("--threads", type=int, default=1)
options = options.parse_args()
os.environ.update(
    KERAS_BACKEND=options.backend, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu"
)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import peer  # noqa: E402
from keras import layers  # noqa: E402

if options.backend == "tensorflow":
    import tensorflow as backend

    backend.config.threading.set_intra_op_parallelism_threads(options.threads)
    backend.config.threading.set_inter_op_parallelism_threads(options.threads)
else:
    import jax as backend
keras.utils.set_random_seed(1)


def build(job):
    """The autoencoder, its encoder, and its encoder for all sequences at once, with the weights of the job."""
    noisy = job.recipe == "denoising"
    x = keras.Input(batch_shape=(job.B, job.T, job.F))
    loaded = []

    def lstm(name, **more):
        weights = job.lstm(name)
        layer = layers.LSTM(weights[1].shape[0], **more)
        loaded.append((layer, weights))
        return layer

    encoder = [lstm("encoder.3" if noisy else "encoder.0")]
    if noisy:
        first = lstm("encoder.1", return_sequences=True)
        encoder = [layers.GaussianNoise(peer.NOISE), first, layers.Dropout(peer.DROPOUT), *encoder]

    def encode(h):
        for layer in encoder:
            h = layer(h)
        return h

    latent = encode(x)
    h = lstm("decoder.1", return_sequences=True)(layers.RepeatVector(job.T)(latent))
    if noisy:
        h = layers.Dropout(peer.DROPOUT)(h)
    dense = layers.Dense(job.F)
    loaded.append((dense, job.dense("decoder.3" if noisy else "decoder.2")))
    y = dense(h)  # on every step, as TimeDistributed would
    for layer, weights in loaded:
        layer.set_weights(weights)
    many = keras.Input(batch_shape=(job.B * job.copies, job.T, job.F))
    return keras.Model(x, y), keras.Model(x, latent), keras.Model(many, encode(many))


def load(job):
    if job.ragged:
        raise NotImplementedError("ragged batches are compared with PyTorch alone")
    keras.backend.clear_session()
    noisy = job.recipe == "denoising"
    numbers = job.padded()
    x = keras.ops.convert_to_tensor(numbers)
    many = keras.ops.convert_to_tensor(np.tile(numbers, (job.copies, 1, 1)))
    trains, encodes, checks = {}, {}, {}
    for jit in (False, True) if options.backend == "tensorflow" else (True,):
        model, encoder, encoder_of_all = build(job)
        adam = keras.optimizers.Adam(peer.RATE, epsilon=peer.EPSILON)
        model.compile(optimizer=adam, loss="mse", jit_compile=jit)
        for each in (encoder, encoder_of_all):
            each.compile(jit_compile=jit)

        def step(model=model):
            model.reset_metrics()  # else it is the mean of all losses so far
            return float(model.train_on_batch(x, x))

        def evaluate(model=model):
            return float(np.mean((np.array(model(x, training=False)) - numbers) ** 2))

        name = "XLA" if jit else "graph"
        encodes[f"{name} at once"] = lambda each=encoder_of_all: each.predict_on_batch(many)
        encodes[f"{name} in batches"] = lambda each=encoder: [each.predict_on_batch(x) for _ in range(job.copies)]
        latents = encodes[f"{name} at once"]()
        checks[name] = peer.check(latents, evaluate, step, noisy)
        trains[name] = lambda model=model: model.train_on_batch(x, x)
    how, train = peer.best_of(trains)
    how_encode, encode = peer.best_of(encodes)
    return {
        "check": checks[how],
        "train": train,
        "encode": encode,
        "setting": f"{how}; encode {how_encode}",
    }


peer.serve(f"Keras {keras.__version__} on {'TensorFlow' if options.backend == 'tensorflow' else 'JAX'} {backend.__version__}", load)
