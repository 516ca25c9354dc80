"""What every Python peer of `npm run bench` shares: it reads one JSON command a line and answers with one JSON line.

    {"load": FILE}                                    -> {"loss": l} or {"losses": [l, l, l]}, "latent", "setting"
    {"run": "train", "milliseconds": 200, "most": 10} -> {"times": [ms, ...], "cpu": ms a run}
    {"run": "encode", ...}                            -> the same
    {"unload": true}                                  -> {"peakMB": resident memory at its peak since "load"}

FILE is a safetensors file: `x` [all steps, F], sequence after sequence; `lengths` [B]; the weights under our names
and in Keras' layout; and the metadata "recipe". "losses" are those of the first three training steps, each before
its step; where noise is drawn there is only "loss", without it. "latent" is the mean size of the latents, before any
step. The script that gave the command compares them with
its own: so both sides have the same model, the same gradients and the same optimiser.
"""

import gc
import json
import os
import struct
import sys
import time
import traceback

import numpy as np

RATE, EPSILON = 1e-3, 1e-7  # Adam, as Keras has it
NOISE, DROPOUT = 0.1, 0.2  # of the recipe denoising
CHECKED_STEPS = 3
ENCODED = 192
WARM_UP_SECONDS = 0.2
SLOW_SECONDS = 0.1  # a run that takes longer needs no untimed one before each turn


class Job:
    """One workload: its batch, its recipe and the weights to start from."""

    def __init__(self, path):
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(size))
            body = file.read()
        self.recipe = header.pop("__metadata__")["recipe"]
        tensors = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            kind = np.float32 if entry["dtype"] == "F32" else np.float64
            tensors[name] = np.frombuffer(body[start:end], kind).reshape(entry["shape"])
        self.lengths = tensors.pop("lengths").astype(int)
        self.rows = tensors.pop("x")  # [R, F]
        self.weights = tensors
        self.B, self.T, self.F = len(self.lengths), int(self.lengths.max()), self.rows.shape[1]
        self.ragged = bool((self.lengths != self.T).any())

    @property
    def copies(self):
        """How often the batch is encoded in one run: 192 sequences or more."""
        return -(-ENCODED // self.B)

    def padded(self):
        """[B, T, F], zeros behind the end of a sequence."""
        x = np.zeros((self.B, self.T, self.F), np.float32)
        at = 0
        for b, length in enumerate(self.lengths):
            x[b, :length] = self.rows[at : at + length]
            at += length
        return x

    def lstm(self, name):
        return [self.weights[f"{name}.{part}"] for part in ("kernel", "recurrentKernel", "bias")]

    def dense(self, name):
        return [self.weights[f"{name}.{part}"] for part in ("kernel", "bias")]


def seconds_of(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def warm_up(work):
    """Seconds of the last run."""
    end = time.perf_counter() + WARM_UP_SECONDS
    seconds_of(work)
    last = seconds_of(work)
    while time.perf_counter() < end:
        last = seconds_of(work)
    return last


def best_of(works):
    """The fastest of several ways to do the same, by the best of a few runs each: its name and itself."""

    def fastest(work):
        warm_up(work)
        return min(seconds_of(work) for _ in range(3))

    return min(works.items(), key=lambda item: fastest(item[1])) if len(works) > 1 else next(iter(works.items()))


def check(latents, evaluate, step, noisy):
    """What the other side compares; takes the first training steps."""
    latent = float(np.abs(latents).mean())
    return {"latent": latent} | ({"loss": evaluate()} if noisy else {"losses": [step() for _ in range(CHECKED_STEPS)]})


def run(work, milliseconds, most, last):
    if last < SLOW_SECONDS:
        work()  # what the others left in the caches
    times = []
    cpu = time.process_time()
    end = time.perf_counter() + milliseconds / 1000
    while len(times) < most and (not times or time.perf_counter() < end):
        times.append(1000 * seconds_of(work))
    return {"times": times, "cpu": 1000 * (time.process_time() - cpu) / len(times)}


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_megabytes():
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def serve(name, load):
    """
    Answers until the input ends.

    name: with version
    load: makes of a Job a dict of "train" and "encode" (functions), "check" (see above) and "setting"
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def answer(message):
        print(json.dumps(message), file=answers, flush=True)

    answer({"name": name})
    loaded, last = None, {}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if "load" in command:
                forget_peak()
                loaded = load(Job(command["load"]))
                last = {what: warm_up(loaded[what]) for what in ("train", "encode")}
                answer({**loaded["check"], "setting": loaded["setting"]})
            elif "run" in command:
                what = command["run"]
                result = run(loaded[what], command["milliseconds"], command["most"], last[what])
                last[what] = result["times"][-1] / 1000
                answer(result)
            else:
                loaded = None
                answer({"peakMB": peak_megabytes()})
                gc.collect()
        except Exception as error:  # told, not hidden: the other side prints it in the table's notes
            traceback.print_exc()
            answer({"error": f"{type(error).__name__}: {error}".split("\n")[0]})
