"""Hopfield, HopfieldPooling and HopfieldLayer: the three layers of "Hopfield Networks is All You Need" for Keras.

Options (keyword arguments; the same as those of the Java builders, in Python's spelling), B batch, L state patterns,
S stored patterns:

- n_out: output features (default: the state's); n_heads; hidden_size: association space per head (default: state features /
  n_heads); pattern_size: value size per head (default: hidden_size); beta: inverse temperature (default 1/sqrt(hidden_size);
  1 in pure retrieval, where nothing is projected)
- update_steps: further retrieval steps (0: one association); update_steps_eps: a head of a sample rests once a step moves its
  association by no more than this (Frobenius norm)
- separation: 'softmax', 'softmax1', 'sparsemax', 'entmax15', {'name': 'entmax', 'alpha': 1.8}; lagrangian_unit: 'none', 'relu', 'pfu' or
  {'name': 'pfu', 'mu': 'median'|number, 'bias': 'mu'|number, 'sigma': 0.01}
- normalise_{stored_pattern,state_pattern,pattern_projection,hopfield_space}[_affine|_eps]: layer normalisation of each role,
  and of queries and keys
- {stored_pattern,state_pattern,pattern_projection}_as_static: use the patterns as they are;
  pattern_projection_as_connected: values from the keys
- input_bias (biases of all linear maps), disable_out_projection, add_zero_association, association_activation (None, 'relu',
  'tanh', 'sigmoid', on the output), dropout (on the association)

Masks: Keras masks, true = use this pattern. A state whose stored patterns are all masked associates with nothing (zeros before
the output projection). Weights are flat (``layer.weights``), so that any importer finds each by name.
"""

from . import _backend as K
from ._core import DEFAULTS, Core, split

_PACKAGE = "dl4j_hopfield"


class _Association(K.Layer):
    """What the three layers share: options, config, weights."""

    def __init__(self, **kwargs):
        options, rest = split(kwargs)
        super().__init__(**rest)
        self.supports_masking = True
        self._core = Core(self, options)

    def get_config(self):
        config = super().get_config()
        config.update({name: self._core.options[name] for name in DEFAULTS})
        return config


def _roles(layer, shapes, names):
    """The shapes of 1 to 3 inputs as a list; an input given once plays the roles that are left."""
    shapes = list(shapes)
    if shapes and not isinstance(shapes[0], (list, tuple)) and not hasattr(shapes[0], "as_list"):
        shapes = [shapes]
    shapes = [tuple(s.as_list()) if hasattr(s, "as_list") else tuple(s) for s in shapes]
    if not 1 <= len(shapes) <= len(names):
        raise ValueError("layer %r: expected 1 to %d inputs %s, found %d" % (layer.name, len(names), names, len(shapes)))
    for name, shape in zip(names, shapes):
        if len(shape) != 3 or shape[-1] is None:
            raise ValueError("layer %r: %s must be (batch, patterns, features), found shape %s" % (layer.name, name, shape))
    return shapes


def _as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


@K.register(package=_PACKAGE)
class Hopfield(_Association):
    """Association of state patterns with stored patterns.

    Input: x (B, L, D) for self association; or a list [stored (B,S,Ds), state (B,L,Dq)] or [stored, state, projection (B,S,Dv)].
    Output (B, L, n_out). The mask of the state patterns passes through.
    """

    _NAMES = ("stored", "state", "projection")

    def _three(self, xs):
        xs = _as_list(xs)
        if len(xs) == 1:
            return xs * 3
        return [xs[0], xs[1], xs[2] if len(xs) == 3 else xs[0]]

    def build(self, input_shape):
        stored, state, projection = self._three(_roles(self, input_shape, self._NAMES))
        self._core.build(stored[-1], state[-1], projection[-1])
        self.built = True

    def call(self, inputs, mask=None, training=None):
        stored, state, projection = self._three(inputs)
        return self._core(
            stored, state, projection, self._stored_mask(mask), training=training, state_mask=self.compute_mask(inputs, mask)
        )

    @staticmethod
    def _stored_mask(mask):
        return mask[0] if isinstance(mask, (list, tuple)) else mask

    def compute_mask(self, inputs, mask=None):
        if isinstance(mask, (list, tuple)):
            return mask[1] if len(mask) > 1 else mask[0]
        return mask

    def compute_output_shape(self, input_shape):
        stored, state, projection = self._three(_roles(self, input_shape, self._NAMES))
        return tuple(state[:-1]) + (self._core.sizes(stored[-1], state[-1], projection[-1])[3],)


@K.register(package=_PACKAGE)
class HopfieldPooling(_Association):
    """Pools a set of patterns with `quantity` learned state patterns.

    Input: x (B, S, D) or [stored (B,S,Ds), projection (B,S,Dv)]. Output (B, quantity * n_out); state patterns have as many
    features as the stored ones. No mask leaves the layer.
    """

    _NAMES = ("stored", "projection")

    def __init__(self, quantity=1, trainable_patterns=True, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(quantity, int) or quantity < 1:
            raise ValueError("layer %r: quantity must be a positive integer, found %r" % (self.name, quantity))
        self.quantity = quantity
        self.trainable_patterns = trainable_patterns

    def build(self, input_shape):
        shapes = _roles(self, input_shape, self._NAMES)
        stored, projection = shapes[0][-1], shapes[-1][-1]
        self.state_patterns = self.add_weight(
            name="state_patterns",
            shape=(self.quantity, stored),
            initializer=K.small_normal(),
            trainable=self.trainable_patterns,
        )
        self._core.build(stored, stored, projection)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        xs = _as_list(inputs)
        stored, projection = xs[0], xs[-1]
        batch = K.shape(stored)[0]
        state = K.broadcast_to(K.expand_dims(K.convert(self.state_patterns), 0), (batch, self.quantity, stored.shape[-1]))
        y = self._core(stored, state, projection, Hopfield._stored_mask(mask), training=training)
        return K.reshape(y, (batch, self.quantity * self._core.out))

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        shapes = _roles(self, input_shape, self._NAMES)
        out = self._core.sizes(shapes[0][-1], shapes[0][-1], shapes[-1][-1])[3]
        return (shapes[0][0], self.quantity * out)

    def get_config(self):
        config = super().get_config()
        config.update(quantity=self.quantity, trainable_patterns=self.trainable_patterns)
        return config


@K.register(package=_PACKAGE)
class HopfieldLayer(_Association):
    """Associates each state pattern with `quantity` learned stored patterns (a trainable lookup).

    Input x (B, L, D). Output (B, L, n_out). With lookup_weights_as_separated the values come from patterns of their own; else from the
    stored ones. stored_pattern_size and pattern_projection_size default to the input's features. The mask passes through and hides nothing.
    """

    def __init__(self, quantity=1, lookup_weights_as_separated=False, stored_pattern_size=None, pattern_projection_size=None, trainable_patterns=True, lookup_targets_as_trainable=True, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(quantity, int) or quantity < 1:
            raise ValueError("layer %r: quantity must be a positive integer, found %r" % (self.name, quantity))
        self.quantity = quantity
        self.lookup_weights_as_separated = lookup_weights_as_separated
        self.stored_pattern_size = stored_pattern_size
        self.pattern_projection_size = pattern_projection_size
        self.trainable_patterns = trainable_patterns
        self.lookup_targets_as_trainable = lookup_targets_as_trainable

    def _pattern_sizes(self, state):
        stored = self.stored_pattern_size if self.stored_pattern_size is not None else state
        target = self.pattern_projection_size if self.pattern_projection_size is not None else state
        return stored, (target if self.lookup_weights_as_separated else stored)

    def build(self, input_shape):
        state = _roles(self, input_shape, ("state",))[0][-1]
        stored, target = self._pattern_sizes(state)
        self.stored_patterns = self.add_weight(
            name="stored_patterns", shape=(self.quantity, stored), initializer=K.small_normal(), trainable=self.trainable_patterns
        )
        if self.lookup_weights_as_separated:
            self.target_patterns = self.add_weight(
                name="target_patterns", shape=(self.quantity, target), initializer=K.small_normal(), trainable=self.lookup_targets_as_trainable
            )
        self._core.build(stored, state, target)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        batch = K.shape(inputs)[0]
        stored_pattern_size, pattern_projection_size = self._pattern_sizes(inputs.shape[-1])
        stored = K.broadcast_to(K.expand_dims(K.convert(self.stored_patterns), 0), (batch, self.quantity, stored_pattern_size))
        target = stored
        if self.lookup_weights_as_separated:
            target = K.broadcast_to(K.expand_dims(K.convert(self.target_patterns), 0), (batch, self.quantity, pattern_projection_size))
        return self._core(stored, inputs, target, training=training, state_mask=mask)

    def compute_mask(self, inputs, mask=None):
        return mask

    def compute_output_shape(self, input_shape):
        shape = _roles(self, input_shape, ("state",))[0]
        stored, target = self._pattern_sizes(shape[-1])
        return tuple(shape[:-1]) + (self._core.sizes(stored, shape[-1], target)[3],)

    def get_config(self):
        config = super().get_config()
        config.update(
            quantity=self.quantity,
            lookup_weights_as_separated=self.lookup_weights_as_separated,
            stored_pattern_size=self.stored_pattern_size,
            pattern_projection_size=self.pattern_projection_size,
            trainable_patterns=self.trainable_patterns,
            lookup_targets_as_trainable=self.lookup_targets_as_trainable,
        )
        return config
