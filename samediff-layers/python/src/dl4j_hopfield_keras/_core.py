"""The Hopfield association: its options, its weights (added flat to an owning layer) and its arithmetic.

Shapes: B batch, L state patterns, S stored patterns, D* feature sizes, H heads, d hidden size per head, e pattern size per head.
Ramsauer et al. 2021, "Hopfield Networks is All You Need", equations 3 and 10; numbers as in hflayers 1.0.2.
"""

import math

from . import _backend as K
from . import separations, units

#: option -> default, in the order in which they are written to the config
DEFAULTS = {
    "n_out": None,
    "n_heads": 1,
    "hidden_size": None,
    "pattern_size": None,
    "beta": None,
    "update_steps": 0,
    "update_steps_eps": 1e-4,
    "separation": "softmax",
    "lagrangian_unit": "none",
    "normalise_stored_pattern": True,
    "normalise_stored_pattern_affine": True,
    "normalise_stored_pattern_eps": 1e-5,
    "normalise_state_pattern": True,
    "normalise_state_pattern_affine": True,
    "normalise_state_pattern_eps": 1e-5,
    "normalise_pattern_projection": True,
    "normalise_pattern_projection_affine": True,
    "normalise_pattern_projection_eps": 1e-5,
    "normalise_hopfield_space": False,
    "normalise_hopfield_space_affine": False,
    "normalise_hopfield_space_eps": 1e-5,
    "stored_pattern_as_static": False,
    "state_pattern_as_static": False,
    "pattern_projection_as_static": False,
    "pattern_projection_as_connected": False,
    "input_bias": True,
    "disable_out_projection": False,
    "add_zero_association": False,
    "association_activation": None,
    "dropout": 0.0,
}

_ACTIVATIONS = (None, "relu", "tanh", "sigmoid")


def split(kwargs):
    """(the association's options, with defaults; the rest), from a layer's keyword arguments."""
    options = {name: kwargs.pop(name, default) for name, default in DEFAULTS.items()}
    return options, kwargs


#: the option names' word for each role
_ROLE = {
    "stored": "stored_pattern",
    "state": "state_pattern",
    "projection": "pattern_projection",
    "hopfield_space": "hopfield_space",
}


class Core:
    """The association inside a layer. `owner` keeps the weights; `prefix` tells two cores of one layer apart."""

    def __init__(self, owner, options, prefix=""):
        self.owner = owner
        self.prefix = prefix
        self.options = options
        for name in ("n_heads",):
            if not isinstance(options[name], int) or options[name] < 1:
                raise ValueError("%s: %s must be a positive integer, found %r" % (self._layer(), name, options[name]))
        steps = options["update_steps"]
        if not isinstance(steps, int) or steps < 0:
            raise ValueError("%s: update_steps must be an integer of at least 0, found %r" % (self._layer(), steps))
        if options["association_activation"] not in _ACTIVATIONS:
            raise ValueError("%s: association_activation must be one of %s, found %r" % (self._layer(), _ACTIVATIONS, options["association_activation"]))
        if options["pattern_projection_as_connected"] and (options["stored_pattern_as_static"] or options["pattern_projection_as_static"]):
            raise ValueError("%s: pattern_projection_as_connected needs projected stored patterns and projections" % self._layer())
        self.separation = separations.parse(options["separation"])
        self.unit = units.parse(options["lagrangian_unit"])
        self.weights = {}
        self.generator = None
        if options["dropout"] or (self.unit[0] == "pfu" and self.unit[1]["sigma"]):
            self.generator = K.new_generator(None)
            setattr(owner, prefix + "seed_generator", self.generator)  # so that Keras 3 tracks its state

    def _layer(self):
        return "layer %r%s" % (self.owner.name, (" (" + self.prefix.rstrip("_") + ")") if self.prefix else "")

    def static_only(self):
        """Pure retrieval: nothing is projected."""
        o = self.options
        return (
            o["stored_pattern_as_static"]
            and o["state_pattern_as_static"]
            and o["pattern_projection_as_static"]
            and not o["normalise_hopfield_space"]
            and o["disable_out_projection"]
        )

    def sizes(self, stored, state, projection):
        """Resolves H, d, e and the output size for the feature sizes of the three roles; checks that they fit."""
        o = self.options
        heads = o["n_heads"]
        hidden = o["hidden_size"]
        if hidden is None:
            if self.static_only():
                hidden = stored
            elif state % heads:
                raise ValueError("%s: %d heads do not divide %d state features; give hidden_size" % (self._layer(), heads, state))
            else:
                hidden = state // heads
        if hidden < 1:
            raise ValueError("%s: hidden_size must be positive, found %d" % (self._layer(), hidden))
        for role, size in (("stored", stored), ("state", state)):
            if o[role + "_pattern_as_static"] and size != hidden:
                raise ValueError(
                    "%s: static %s patterns must have hidden_size = %d features (each head sees all of them), found %d"
                    % (self._layer(), role, hidden, size)
                )
        pattern = o["pattern_size"] if o["pattern_size"] is not None else hidden
        if o["pattern_projection_as_static"]:
            if o["pattern_size"] not in (None, projection):
                raise ValueError("%s: a static projection of %d features, pattern_size %d" % (self._layer(), projection, pattern))
            pattern = projection
        if o["pattern_projection_as_connected"]:
            if projection != stored:
                raise ValueError("%s: a connected projection must have the stored patterns' %d features, found %d" % (self._layer(), stored, projection))
            if pattern != hidden:
                raise ValueError("%s: a connected projection needs pattern_size = hidden_size = %d, found %d" % (self._layer(), hidden, pattern))
        out = heads * pattern if o["disable_out_projection"] else (o["n_out"] if o["n_out"] is not None else state)
        return heads, hidden, pattern, out

    def build(self, stored, state, projection):
        """Adds the weights to the owner, in the order q, k, v, output, norms."""
        o = self.options
        heads, hidden, pattern, out = self.sizes(stored, state, projection)
        self.heads, self.hidden, self.pattern, self.out = heads, hidden, pattern, out
        if not o["state_pattern_as_static"]:
            self._linear("query", state, heads * hidden)
        if not o["stored_pattern_as_static"]:
            self._linear("key", stored, heads * hidden)
        if not o["pattern_projection_as_static"]:
            self._linear("value", heads * hidden if o["pattern_projection_as_connected"] else projection, heads * pattern)
        if not o["disable_out_projection"]:
            self._linear("output", heads * pattern, out)
        for role, size in (("stored", stored), ("state", state), ("projection", projection), ("hopfield_space", hidden)):
            if o["normalise_" + _ROLE[role]] and o["normalise_" + _ROLE[role] + "_affine"]:
                self._add(role + "_norm_gamma", (size,), "ones")
                self._add(role + "_norm_beta", (size,), "zeros")

    def _linear(self, name, n_in, n_out):
        self._add(name + "_kernel", (n_in, n_out), K.small_normal())
        if self.options["input_bias"]:
            self._add(name + "_bias", (n_out,), "zeros")

    def _add(self, name, shape, initializer):
        self.weights[name] = self.owner.add_weight(
            name=self.prefix + name, shape=shape, initializer=initializer, trainable=True
        )

    def _norm(self, x, role):
        if not self.options["normalise_" + _ROLE[role]]:
            return x
        mean = K.mean(x, axis=-1, keepdims=True)
        centred = x - mean
        variance = K.mean(centred * centred, axis=-1, keepdims=True)
        y = centred / K.sqrt(variance + self.options["normalise_" + _ROLE[role] + "_eps"])
        if self.options["normalise_" + _ROLE[role] + "_affine"]:
            y = y * self.weights[role + "_norm_gamma"] + self.weights[role + "_norm_beta"]
        return y

    def _heads(self, x, name, n_in, size):
        """x (B, T, n_in) -> (B, H, T, size), projected by the named linear map if it is there."""
        kernel = self.weights.get(name + "_kernel")
        if kernel is None:  # static: every head sees the whole pattern
            return K.concat([K.expand_dims(x, 1)] * self.heads, axis=1)
        y = K.einsum("btd,dhe->bhte", x, K.reshape(kernel, (n_in, self.heads, size)))
        if self.options["input_bias"]:
            y = y + K.reshape(self.weights[name + "_bias"], (1, self.heads, 1, size))
        return y

    def __call__(self, stored, state, projection, stored_mask=None, association_mask=None, training=False, state_mask=None):
        """stored (B,S,Ds), state (B,L,Dq), projection (B,S,Dv); masks 1 = keep: (B,S), (L,S) or (B,L,S), (B,L) -> (B,L,out)."""
        o = self.options
        stored_n = self._norm(stored, "stored")
        state_n = self._norm(state, "state")
        projection_n = self._norm(projection, "projection")
        q = self._heads(state_n, "query", state.shape[-1], self.hidden)
        k = self._heads(stored_n, "key", stored.shape[-1], self.hidden)
        if o["pattern_projection_as_connected"]:
            inner = K.einsum("btd,dj->btj", projection_n, K.convert(self.weights["key_kernel"]))
            if o["input_bias"]:
                inner = inner + self.weights["key_bias"]
            v = self._heads(inner, "value", self.heads * self.hidden, self.pattern)
        else:
            v = self._heads(projection_n, "value", projection.shape[-1], self.pattern)
        if o["normalise_hopfield_space"]:
            q, k = self._norm(q, "hopfield_space"), self._norm(k, "hopfield_space")
        keep = None
        dtype = K.dtype_of(q)
        if stored_mask is not None:
            keep = K.expand_dims(K.expand_dims(K.cast(stored_mask, dtype), 1), 1)
        if association_mask is not None:
            m = K.cast(association_mask, dtype)
            m = K.reshape(m, (1, 1) + tuple(K.shape(m)[i] for i in range(2))) if len(m.shape) == 2 else K.expand_dims(m, 1)
            keep = m if keep is None else keep * m
        if o["add_zero_association"]:
            k = K.concat([k, K.zeros_like(k[:, :, :1, :])], axis=2)
            v = K.concat([v, K.zeros_like(v[:, :, :1, :])], axis=2)
            if keep is not None:
                keep = K.concat([keep, K.ones_like(keep[..., :1])], axis=-1)
        beta = o["beta"]
        if beta is None:
            beta = 1.0 if self.static_only() else 1.0 / math.sqrt(self.hidden)
        weights, indicator = self._step(q, k, beta, keep, training)
        active = None
        for _ in range(o["update_steps"]):
            q = K.einsum("bhls,bhsd->bhld", weights, k)
            new, new_indicator = self._step(q, k, beta, keep, training)
            if active is not None:
                new = K.where(active, new, weights)
                if indicator is not None:
                    new_indicator = K.where(active, new_indicator, indicator)
            # A head of a sample rests once a step moved its association by no more than eps (Frobenius norm over the
            # state patterns that are not padding).
            moved = K.stop_gradient(new - weights)
            if state_mask is not None:
                moved = moved * K.expand_dims(K.expand_dims(K.cast(state_mask, dtype), 1), 3)
            still = K.sqrt(K.sum_(moved * moved, axis=(2, 3), keepdims=True)) > o["update_steps_eps"]
            active = still if active is None else (active & still)
            weights, indicator = new, new_indicator
        if indicator is not None:
            weights = weights * indicator
        weights = K.dropout(weights, o["dropout"], training, self.generator)
        y = K.einsum("bhls,bhse->blhe", weights, v)
        y = K.reshape(y, (K.shape(y)[0], K.shape(y)[1], self.heads * self.pattern))
        if not o["disable_out_projection"]:
            y = K.einsum("bld,do->blo", y, K.convert(self.weights["output_kernel"]))
            if o["input_bias"]:
                y = y + self.weights["output_bias"]
        if o["association_activation"]:
            y = K.keras.activations.get(o["association_activation"])(y)
        return y

    def _step(self, q, k, beta, keep, training):
        scores = K.einsum("bhld,bhsd->bhls", q, k) * beta
        scores, indicator = units.apply(self.unit, scores, keep, training, self.generator)
        return separations.separate(self.separation, scores, keep), indicator
