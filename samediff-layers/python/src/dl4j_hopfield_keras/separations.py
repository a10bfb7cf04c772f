"""Separations: from scores to association weights, over the last axis, with a 0/1 keep mask.

A row with every entry masked gives zeros (softmax of nothing). Each function is differentiable in every backend: the
threshold of the sparse ones is found outside the gradient tape, then corrected by one Newton step inside it, whose
derivative is that of the implicit function.

- softmax
- softmax1: a one in the denominator, so that a pattern may attend to nothing (Hu et al. 2024, equation 2.2)
- sparsemax: Martins and Astudillo 2016, algorithm 1
- entmax15 and entmax(alpha): Peters, Niculae and Martins 2019, algorithms 2 and 1
"""

from . import _backend as K

# Entries this far below the row's maximum are outside the support of each sparse separation.
_FLOOR = -2.0


def softmax(scores, keep=None):
    if keep is None:
        e = K.exp(scores - K.max_(scores, axis=-1, keepdims=True))
        return e / K.sum_(e, axis=-1, keepdims=True)
    low = K.where(keep > 0, scores, K.zeros_like(scores) - 1e30)
    top = K.stop_gradient(K.max_(low, axis=-1, keepdims=True))
    e = K.exp(K.where(keep > 0, scores - top, K.zeros_like(scores))) * keep
    total = K.sum_(e, axis=-1, keepdims=True)
    return e / K.where(total > 0, total, K.ones_like(total))


def softmax1(scores, keep=None):
    zero = K.zeros_like(scores)
    if keep is not None:
        scores = K.where(keep > 0, scores, zero - 1e30)
    top = K.max_(scores, axis=-1, keepdims=True)
    top = K.stop_gradient(K.maximum(top, K.zeros_like(top)))
    e = K.exp(scores - top)
    return _masked(e, keep) / (K.exp(-top) + K.sum_(_masked(e, keep), axis=-1, keepdims=True))


def _shifted(scores, keep, scale):
    """scale * (scores - max of the kept), floored where that cannot matter; masked entries at the floor."""
    if keep is not None:
        low = K.where(keep > 0, scores, K.zeros_like(scores) - 1e30)
        top = K.max_(low, axis=-1, keepdims=True)
        z = K.where(keep > 0, (scores - K.stop_gradient(top)) * scale, K.zeros_like(scores) + _FLOOR)
    else:
        z = (scores - K.stop_gradient(K.max_(scores, axis=-1, keepdims=True))) * scale
    return K.maximum(z, K.zeros_like(z) + _FLOOR)


def _masked(p, keep):
    return p if keep is None else p * keep


def sparsemax(scores, keep=None):
    z = _shifted(scores, keep, 1.0)
    s = -K.sort_ascending(-K.stop_gradient(z))
    rho = K.arange(s.shape[-1] if s.shape[-1] is not None else K.shape(s)[-1], K.dtype_of(s)) + 1.0
    cs = K.cumsum(s, axis=-1)
    inside = K.cast(1.0 + rho * s > cs, K.dtype_of(s))
    k = K.sum_(inside, axis=-1, keepdims=True)
    tau = (K.sum_(s * inside, axis=-1, keepdims=True) - 1.0) / k
    tau = _newton(z, tau, 1.0)
    return _masked(K.maximum(z - tau, K.zeros_like(z)), keep)


def entmax15(scores, keep=None):
    z = _shifted(scores, keep, 0.5)
    s = -K.sort_ascending(-K.stop_gradient(z))
    rho = K.arange(s.shape[-1] if s.shape[-1] is not None else K.shape(s)[-1], K.dtype_of(s)) + 1.0
    mean = K.cumsum(s, axis=-1) / rho
    mean_sq = K.cumsum(s * s, axis=-1) / rho
    delta = (1.0 - rho * (mean_sq - mean * mean)) / rho
    tau = mean - K.sqrt(K.maximum(delta, K.zeros_like(delta)))
    inside = K.cast(tau <= s, K.dtype_of(s))
    # tau rises with rho inside the support: the support's last tau is the largest one inside
    last = K.max_(K.where(inside > 0, rho, K.zeros_like(rho * inside)), axis=-1, keepdims=True)
    tau = K.sum_(K.where(rho == last, tau, K.zeros_like(tau)), axis=-1, keepdims=True)
    tau = _newton(z, tau, 2.0)
    r = K.maximum(z - tau, K.zeros_like(z))
    return _masked(r * r, keep)


def entmax(scores, keep=None, alpha=1.5, iterations=50):
    """alpha-entmax, alpha > 1, by bisection."""
    a1 = alpha - 1.0
    z = _shifted(scores, keep, a1)
    fixed = K.stop_gradient(z)
    n = fixed.shape[-1] if fixed.shape[-1] is not None else K.shape(fixed)[-1]
    n = K.cast(n, K.dtype_of(fixed))
    lo = K.max_(fixed, axis=-1, keepdims=True) - 1.0
    width = 1.0 - K.power(1.0 / n, a1)
    for _ in range(iterations):
        width = width / 2.0
        mid = lo + width
        mass = K.sum_(_power_plus(fixed - mid, 1.0 / a1), axis=-1, keepdims=True)
        lo = K.where(mass >= 1.0, mid, lo)
    tau = _newton(z, K.stop_gradient(lo), 1.0 / a1)
    return _masked(_power_plus(z - tau, 1.0 / a1), keep)


def _power_plus(x, exponent):
    """max(x, 0) ** exponent, with derivative 0 (not NaN) outside the support."""
    positive = x > 0
    safe = K.where(positive, x, K.ones_like(x))
    return K.where(positive, K.power(safe, K.convert(exponent, dtype=K.dtype_of(x))), K.zeros_like(x))


def _newton(z, tau, exponent):
    """tau such that sum(max(z - tau, 0) ** exponent) = 1, differentiable in z; the given tau is near or at the root."""
    tau = K.stop_gradient(tau)
    mass = K.sum_(_power_plus(z - tau, exponent), axis=-1, keepdims=True)
    slope = K.sum_(_power_plus(K.stop_gradient(z) - tau, exponent - 1.0), axis=-1, keepdims=True) * exponent
    return tau + (mass - 1.0) / K.stop_gradient(slope)


_BY_NAME = {"softmax": softmax, "softmax1": softmax1, "sparsemax": sparsemax, "entmax15": entmax15, "entmax": entmax}


def parse(separation):
    """'softmax', 'softmax1', 'sparsemax', 'entmax15' or {'name': 'entmax', 'alpha': a} -> (name, its options)."""
    if isinstance(separation, str):
        separation = {"name": separation}
    options = dict(separation)
    name = options.pop("name", None)
    if name not in _BY_NAME:
        raise ValueError("separation: expected one of %s, found %r" % (sorted(_BY_NAME), name))
    allowed = {"alpha"} if name == "entmax" else set()
    if set(options) - allowed:
        raise ValueError("separation %r: unknown options %s" % (name, sorted(set(options) - allowed)))
    if name == "entmax":
        options["alpha"] = float(options.get("alpha", 1.5))
        if options["alpha"] <= 1.0:
            raise ValueError("separation 'entmax': alpha must be over 1, found %r" % options["alpha"])
    return name, options


def separate(separation, scores, keep=None):
    """The association weights of scores (any rank, last axis) under a parsed separation."""
    name, options = separation
    return _BY_NAME[name](scores, keep, **options)
