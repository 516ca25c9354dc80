"""Made data for classifiers, the same numbers as integer-data.mjs; that file says what they are."""

import numpy as np


def xorshift(seed):
    state = seed
    while True:
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        yield state


def made_table(seed, rows, columns, informative, classes, clusters, spread, rare, flip, missing):
    """Values [rows, columns] float32 and labels [rows]."""
    words = xorshift(seed)

    def noise():
        word = next(words)
        return (word & 255) + ((word >> 8) & 255) + ((word >> 16) & 255) + (word >> 24) - 510

    centres = [noise() for _ in range(classes * clusters * informative)]
    values = np.empty((rows, columns), np.float32)
    labels = np.empty(rows, np.int64)
    for row in range(rows):
        drawn = next(words) >> 8
        label = (1 if (drawn & 255) < rare else 0) if rare > 0 else drawn % classes
        centre = (label * clusters + (next(words) >> 8) % clusters) * informative
        line = [spread * centres[centre + c] + noise() if c < informative else noise() for c in range(columns)]
        values[row] = np.array(line) / 1024
        if missing > 0:
            for column in range(columns):
                if next(words) >> 24 < (2 * missing if label == classes - 1 else missing):
                    values[row, column] = np.nan
        if next(words) >> 24 < flip:
            label = (next(words) >> 8) % classes
        labels[row] = label
    return values, labels
