"""What the survey consists of: entries, registered by the files networks.py, layers.py, operators.py and training.py."""

import os

if os.environ.get("SURVEY_KERAS", "keras3") == "keras3":
    import keras
else:
    from tensorflow import keras

L = keras.layers
THREE = hasattr(keras, "ops")
ENTRIES = {}


def version():
    import tensorflow

    return "tensorflow " + tensorflow.__version__


class Entry:
    """One model: how it is built, what goes in, and under what heading it counts."""

    def __init__(self, name, group, cls, option, inputs, build, fit=None, labels=None, steps=1, kept=False, weights="random"):
        self.name, self.group, self.cls, self.option = name, group, cls, option
        self.inputs, self.build, self.fit, self.steps = inputs, build, fit, steps
        self.label, self.kept, self.weights = labels, kept, weights

    def draw(self, k, rng):
        spec = self.inputs[k]
        return spec(rng) if callable(spec) else rng.standard_normal(spec).astype("float32")

    def labels(self, y, rng):
        if self.label:
            return self.label(y, rng)
        return rng.random(y.shape).astype("float32")


def add(entry):
    assert entry.name not in ENTRIES, entry.name
    ENTRIES[entry.name] = entry


def network(inputs, kept=False, **more):
    """A whole model: the decorated function returns it."""

    def register(build):
        add(Entry("net_" + build.__name__, "network", build.__name__, "", inputs, build, kept=kept, **more))
        return build

    return register


def all_entries():
    import layers  # noqa: F401
    import networks  # noqa: F401
    import operators  # noqa: F401
    import training  # noqa: F401

    return list(ENTRIES.values())


def ids(shape, vocabulary, pad=True):
    """Whole numbers, the last axis padded with zeros at the end; the first row is full."""

    def draw(rng):
        a = rng.integers(1, vocabulary, shape).astype("float32")
        if pad and len(shape) > 1 and shape[-1] > 1:
            for row in range(1, shape[0]):
                a[row, ..., rng.integers(1, shape[-1]) :] = 0
        return a

    return draw


def padded(shape):
    """Features whose last steps are all zero, for Masking."""

    def draw(rng):
        x = rng.standard_normal(shape).astype("float32")
        for row in range(1, shape[0]):
            x[row, rng.integers(1, shape[1]) :] = 0
        return x

    return draw


def positive(shape):
    def draw(rng):
        return (rng.random(shape) + 0.1).astype("float32")

    return draw
