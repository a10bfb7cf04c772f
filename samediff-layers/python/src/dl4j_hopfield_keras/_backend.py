"""The one place that knows which Keras runs: Keras 3 (any backend), tf_keras 2, or the tf.keras of TF 2.4 to 2.15.

Which one is taken: the environment variable ``DL4J_HOPFIELD_KERAS`` (``keras``, ``tf_keras`` or ``tf.keras``) if set; else
``tf_keras`` when ``TF_USE_LEGACY_KERAS`` is 1; else ``keras`` if it is version 3; else ``tf.keras``.
"""

import os


def _choose():
    wanted = os.environ.get("DL4J_HOPFIELD_KERAS")
    if wanted is None and os.environ.get("TF_USE_LEGACY_KERAS") in ("1", "true", "True"):
        wanted = "tf_keras"
    if wanted == "tf_keras":
        import tf_keras

        return tf_keras, 2
    if wanted in (None, "keras"):
        try:
            import keras

            if int(keras.__version__.split(".")[0]) >= 3:
                return keras, 3
        except ImportError:
            if wanted == "keras":
                raise
        if wanted == "keras":
            raise ImportError("DL4J_HOPFIELD_KERAS=keras needs Keras 3; found Keras " + keras.__version__)
    if wanted in (None, "tf.keras"):
        from tensorflow import keras as tf_keras

        return tf_keras, 2
    raise ImportError("DL4J_HOPFIELD_KERAS: expected keras, tf_keras or tf.keras, found " + repr(wanted))


keras, MAJOR = _choose()
Layer = keras.layers.Layer

if MAJOR == 3:
    register = keras.saving.register_keras_serializable
    from keras import ops as _k

    cast = _k.cast
    einsum = _k.einsum
    exp = _k.exp
    where = _k.where
    cumsum = _k.cumsum
    sqrt = _k.sqrt
    maximum = _k.maximum
    power = _k.power
    concat = _k.concatenate
    expand_dims = _k.expand_dims
    reshape = _k.reshape
    shape = _k.shape
    broadcast_to = _k.broadcast_to
    stop_gradient = _k.stop_gradient
    zeros_like = _k.zeros_like
    ones_like = _k.ones_like
    convert = _k.convert_to_tensor

    def sum_(x, axis, keepdims=False):
        return _k.sum(x, axis=axis, keepdims=keepdims)

    def mean(x, axis, keepdims=False):
        return _k.mean(x, axis=axis, keepdims=keepdims)

    def max_(x, axis, keepdims=False):
        return _k.max(x, axis=axis, keepdims=keepdims)

    def sort_ascending(x):
        return _k.sort(x, axis=-1)

    def take_along_last(x, indices):
        return _k.take_along_axis(x, indices, axis=-1)

    def arange(n, dtype):
        return _k.cast(_k.arange(n), dtype)

    def random_normal(dims, dtype, generator):
        return keras.random.normal(dims, dtype=dtype, seed=generator)

    def _drop(x, rate, generator):
        return keras.random.dropout(x, rate, seed=generator)

    def new_generator(seed):
        return keras.random.SeedGenerator(seed)

else:
    register = keras.utils.register_keras_serializable
    import tensorflow as _tf

    cast = _tf.cast
    einsum = _tf.einsum
    exp = _tf.exp
    where = _tf.where
    sqrt = _tf.sqrt
    maximum = _tf.maximum
    power = _tf.pow
    expand_dims = _tf.expand_dims
    reshape = _tf.reshape
    broadcast_to = _tf.broadcast_to
    stop_gradient = _tf.stop_gradient
    zeros_like = _tf.zeros_like
    ones_like = _tf.ones_like
    convert = _tf.convert_to_tensor

    def shape(x):
        """Sizes as numbers where the graph knows them (as Keras 3 does), so that layers after this one see them too."""
        dynamic = _tf.shape(x)
        return tuple(dynamic[i] if d is None else d for i, d in enumerate(x.shape.as_list()))

    def cumsum(x, axis):
        return _tf.cumsum(x, axis=axis)

    def concat(xs, axis):
        return _tf.concat(xs, axis=axis)

    def sum_(x, axis, keepdims=False):
        return _tf.reduce_sum(x, axis=axis, keepdims=keepdims)

    def mean(x, axis, keepdims=False):
        return _tf.reduce_mean(x, axis=axis, keepdims=keepdims)

    def max_(x, axis, keepdims=False):
        return _tf.reduce_max(x, axis=axis, keepdims=keepdims)

    def sort_ascending(x):
        return _tf.sort(x, axis=-1)

    def take_along_last(x, indices):
        return _tf.gather(x, indices, axis=-1, batch_dims=len(x.shape) - 1)

    def arange(n, dtype):
        return _tf.cast(_tf.range(n), dtype)

    def random_normal(dims, dtype, generator):
        return _tf.random.normal(dims, dtype=dtype, seed=generator)

    def _drop(x, rate, generator):
        return _tf.nn.dropout(x, rate, seed=generator)

    def new_generator(seed):
        return seed


def dtype_of(x):
    """The name of the tensor's dtype, e.g. 'float32'."""
    d = x.dtype
    return getattr(d, "name", None) or str(d).split(".")[-1]


def small_normal():
    """A new N(0, 0.02) initialiser, as hflayers draws its weights."""
    return keras.initializers.RandomNormal(stddev=0.02)


def when_training(training, then, otherwise):
    """then() in training, else otherwise; training may be None, a bool, or (TF 2.4 graphs) a tensor."""
    if training is None:
        return otherwise
    if isinstance(training, (bool, int)):
        return then() if training else otherwise
    return where(cast(training, "bool"), then(), otherwise)


def dropout(x, rate, training, generator):
    return when_training(training, lambda: _drop(x, rate, generator), x) if rate else x
