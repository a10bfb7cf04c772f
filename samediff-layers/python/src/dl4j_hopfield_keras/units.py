"""Lagrangian units of "Learning with Partial Forgetting in Modern Hopfield Networks" (Ota et al. 2023): D(x) and D'(x).

Scores go through D before the separation; D' (0 or 1, no gradient) multiplies the association weights of the last step.

- none: D(x) = x
- relu: D(x) = x where x > 0, else 0
- pfu: D(x) = x where x > mu, else bias. mu "median" is the lower median of one sample's unmasked scores (all heads and
  rows); in training N(0, 1) * sigma^2 is added to it, one draw a sample. bias "mu" is mu itself. (The original takes the
  median over the whole batch, so that a prediction depends on its batch mates; here it does not.)
"""

from . import _backend as K


def parse(unit):
    """'none', 'relu', 'pfu' or {'name': 'pfu', 'mu': 'median'|number, 'bias': 'mu'|number, 'sigma': s}."""
    if unit is None:
        unit = "none"
    if isinstance(unit, str):
        unit = {"name": unit}
    options = dict(unit)
    name = options.pop("name", None)
    if name not in ("none", "relu", "pfu"):
        raise ValueError("lagrangian_unit: expected none, relu or pfu, found %r" % (name,))
    if name == "pfu":
        options.setdefault("mu", "median")
        options.setdefault("bias", "mu")
        options.setdefault("sigma", 0.01)
        if set(options) != {"mu", "bias", "sigma"}:
            raise ValueError("lagrangian_unit 'pfu': expected mu, bias, sigma, found %s" % sorted(options))
        for key, word in (("mu", "median"), ("bias", "mu")):
            if isinstance(options[key], str) and options[key] != word:
                raise ValueError("lagrangian_unit 'pfu': %s must be a number or %r, found %r" % (key, word, options[key]))
    elif options:
        raise ValueError("lagrangian_unit %r takes no options, found %s" % (name, sorted(options)))
    return name, options


def apply(unit, x, keep=None, training=False, generator=None):
    """(D(x), D'(x)) of scores x (batch, heads, L, S); keep broadcasts to x, 1 = count this score, or None."""
    name, options = unit
    if name == "none":
        return x, None
    if name == "relu":
        kept = x > 0
        return K.where(kept, x, K.zeros_like(x)), K.cast(kept, K.dtype_of(x))
    mu = options["mu"]
    if mu == "median":
        mu = _lower_median(x, keep)
        if options["sigma"]:
            spread = options["sigma"] ** 2  # the original squares it
            median = mu
            noisy = lambda: median + spread * K.random_normal((K.shape(x)[0], 1, 1, 1), K.dtype_of(x), generator)
            mu = K.when_training(training, noisy, median)
    else:
        mu = K.zeros_like(x[:, :1, :1, :1]) + mu
    bias = mu if options["bias"] == "mu" else K.zeros_like(mu) + options["bias"]
    kept = x > mu
    return K.where(kept, x, K.zeros_like(x) + bias), K.cast(kept, K.dtype_of(x))


def _lower_median(x, keep):
    """Per sample over heads, rows and columns, masked scores left out; (batch, 1, 1, 1)."""
    batch = K.shape(x)[0]
    if keep is None:
        full = K.ones_like(x)
    else:
        full = K.zeros_like(x) + keep
    big = K.zeros_like(x) + 1e30
    flat = K.reshape(K.where(full > 0, x, big), (batch, -1))
    count = K.sum_(K.reshape(full, (batch, -1)), axis=-1, keepdims=True)
    index = K.cast((count - 1.0) / 2.0, "int32")  # truncation towards zero: the lower of two middle values
    index = K.maximum(index, K.zeros_like(index))
    return K.reshape(K.take_along_last(K.sort_ascending(flat), index), (batch, 1, 1, 1))
