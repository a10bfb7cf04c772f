"""HopfieldEncoderLayer and HopfieldDecoderLayer: post-norm transformer blocks with Hopfield associations.

Encoder: x1 = norm(x + hopfield(x)); y = norm(x1 + W2 f(W1 x1 + b1) + b2).
Decoder: x1 = norm(x + self(x)); x2 = norm(x1 + cross(memory, x1)); y = norm(x2 + W2 f(W1 x2 + b1) + b2).
Options: those of Hopfield, for each association, and feed_forward_size, feed_forward_activation, feed_forward_dropout.
"""

from . import _backend as K
from ._core import DEFAULTS, Core, split
from .layers import _PACKAGE, _roles


class _Block(K.Layer):
    def __init__(self, feed_forward_size=2048, feed_forward_activation="relu", feed_forward_dropout=0.0, **kwargs):
        options, rest = split(kwargs)
        super().__init__(**rest)
        self.supports_masking = True
        self.feed_forward_size = feed_forward_size
        self.feed_forward_activation = feed_forward_activation
        self.feed_forward_dropout = feed_forward_dropout
        self._options = dict(options)
        self._generator = K.new_generator(None) if feed_forward_dropout else None
        if options["n_out"] is not None:
            raise ValueError("layer %r: n_out is the input's size in a residual block; do not give it" % self.name)

    def _add_norm(self, name, size):
        gamma = self.add_weight(name=name + "_gamma", shape=(size,), initializer="ones", trainable=True)
        beta = self.add_weight(name=name + "_beta", shape=(size,), initializer="zeros", trainable=True)
        return gamma, beta

    def _add_feed_forward(self, size):
        f = self.feed_forward_size
        self.w1 = self.add_weight(name="feed_forward_in_kernel", shape=(size, f), initializer="glorot_uniform", trainable=True)
        self.b1 = self.add_weight(name="feed_forward_in_bias", shape=(f,), initializer="zeros", trainable=True)
        self.w2 = self.add_weight(name="feed_forward_out_kernel", shape=(f, size), initializer="glorot_uniform", trainable=True)
        self.b2 = self.add_weight(name="feed_forward_out_bias", shape=(size,), initializer="zeros", trainable=True)

    @staticmethod
    def _norm(x, gamma_beta, eps=1e-5):
        mean = K.mean(x, axis=-1, keepdims=True)
        centred = x - mean
        variance = K.mean(centred * centred, axis=-1, keepdims=True)
        return centred / K.sqrt(variance + eps) * gamma_beta[0] + gamma_beta[1]

    def _drop(self, x, training):
        return K.dropout(x, self.feed_forward_dropout, training, self._generator)

    def _feed_forward(self, x, training):
        f = K.keras.activations.get(self.feed_forward_activation)
        h = f(K.einsum("bld,df->blf", x, K.convert(self.w1)) + self.b1)
        return K.einsum("blf,fd->bld", self._drop(h, training), K.convert(self.w2)) + self.b2

    def get_config(self):
        config = super().get_config()
        config.update({name: self._options[name] for name in DEFAULTS})
        config.update(
            feed_forward_size=self.feed_forward_size,
            feed_forward_activation=self.feed_forward_activation,
            feed_forward_dropout=self.feed_forward_dropout,
        )
        return config


@K.register(package=_PACKAGE)
class HopfieldEncoderLayer(_Block):
    """Input x (B, L, D), output (B, L, D); the mask hides stored patterns and passes through."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._core = Core(self, dict(self._options))

    def build(self, input_shape):
        size = _roles(self, input_shape, ("x",))[0][-1]
        self._core.build(size, size, size)
        self._add_feed_forward(size)
        self.norm_residual = self._add_norm("residual_norm", size)
        self.norm_output = self._add_norm("output_norm", size)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        y = self._core(inputs, inputs, inputs, mask, training=training, state_mask=mask)
        x1 = self._norm(inputs + self._drop(y, training), self.norm_residual)
        return self._norm(x1 + self._drop(self._feed_forward(x1, training), training), self.norm_output)

    def compute_mask(self, inputs, mask=None):
        return mask

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


@K.register(package=_PACKAGE)
class HopfieldDecoderLayer(_Block):
    """Input [target (B, L, D), memory (B, S, M)], output (B, L, D); each mask hides stored patterns, the target's passes on."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._self = Core(self, dict(self._options), "self_")
        self._cross = Core(self, dict(self._options), "cross_")

    def build(self, input_shape):
        target, memory = [s[-1] for s in _roles(self, input_shape, ("target", "memory"))]
        self._self.build(target, target, target)
        self._cross.build(memory, target, memory)
        self._add_feed_forward(target)
        self.norm_self = self._add_norm("self_residual_norm", target)
        self.norm_cross = self._add_norm("cross_residual_norm", target)
        self.norm_output = self._add_norm("output_norm", target)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        target, memory = inputs
        target_mask, memory_mask = mask if isinstance(mask, (list, tuple)) else (None, None)
        y = self._self(target, target, target, target_mask, training=training, state_mask=target_mask)
        x1 = self._norm(target + self._drop(y, training), self.norm_self)
        y = self._cross(memory, x1, memory, memory_mask, training=training, state_mask=target_mask)
        x2 = self._norm(x1 + self._drop(y, training), self.norm_cross)
        return self._norm(x2 + self._drop(self._feed_forward(x2, training), training), self.norm_output)

    def compute_mask(self, inputs, mask=None):
        return mask[0] if isinstance(mask, (list, tuple)) else mask

    def compute_output_shape(self, input_shape):
        return _roles(self, input_shape, ("target", "memory"))[0]
