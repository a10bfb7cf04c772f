"""Operators between layers: Python's on tensors, and Keras 3's keras.ops or TensorFlow's functions."""

from registry import Entry, L, THREE, add, keras, positive

X = (2, 4, 6)
_names = set()


def op(name, function, *shapes, kept=True):
    """y = function(tensors): a model of nothing else."""
    shapes = shapes or (X,)
    assert name not in _names, name
    _names.add(name)

    def build():
        ins = [keras.Input(tuple((s.shape if hasattr(s, "shape") else s)[1:])) for s in shapes]
        return keras.Model(ins, function(*ins))

    add(Entry("op_" + name, "operator", name, "", list(shapes), build, kept=kept))


class Positive:
    def __init__(self, shape):
        self.shape, self.draw = shape, positive(shape)

    def __call__(self, rng):
        return self.draw(rng)


P = Positive(X)

op("plus_tensor", lambda x, y: x + y, X, X)
op("plus_constant", lambda x: x + 1.5)
op("constant_plus", lambda x: 2 + x)
op("minus_tensor", lambda x, y: x - y, X, X)
op("minus_constant", lambda x: x - 0.5)
op("constant_minus", lambda x: 1 - x)
op("times_tensor", lambda x, y: x * y, X, X)
op("times_constant", lambda x: x * 2)
op("times_other_rank", lambda x, y: x * y, X, (2, 4, 1))
op("divide_tensor", lambda x, y: x / y, X, P)
op("divide_constant", lambda x: x / 3.0)
op("constant_divide", lambda x: 1.0 / x, P)
op("negative", lambda x: -x)
op("absolute", lambda x: abs(x))
op("square", lambda x: x ** 2)
op("cube", lambda x: x ** 3)
op("root", lambda x: x ** 0.5, P)
op("slice_first_step", lambda x: x[:, 0])
op("slice_last_step", lambda x: x[:, -1, :])
op("slice_range", lambda x: x[:, 1:3])
op("slice_stride", lambda x: x[:, ::2, 1:])
op("slice_ellipsis", lambda x: x[..., :3])
op("slice_last_feature", lambda x: x[..., -1])
op("slice_new_axis", lambda x: x[:, None])
op("slice_new_axis_end", lambda x: x[..., None])
op("slice_backwards", lambda x: x[:, ::-1])
op("expression", lambda x, y: (x - y) * (x + y) / 2 + 1, X, X)
op("greater_mask", lambda x, y: (x if THREE else x) * L.Activation("sigmoid")(y), X, X)
op("floor_divide", lambda x: x // 2.0)
op("modulo", lambda x: x % 2.0)

if THREE:
    import numpy as np
    from keras import ops as O

    for n in (
        "abs", "square", "exp", "tanh", "sigmoid", "relu", "sin", "cos", "tan", "arctan", "sinh", "cosh", "arcsinh", "sign", "floor", "ceil", "round",
        "negative", "softplus", "softsign", "silu", "gelu", "elu", "selu", "relu6", "hard_sigmoid", "leaky_relu", "log_sigmoid", "expm1", "erf",
        "softmax", "log_softmax", "hard_silu", "celu", "hard_tanh", "trunc",
    ):
        op(n + "_of", getattr(O, n), X, kept=n in ("exp", "sin", "erf", "floor", "softmax", "sign"))
    for n in ("log", "sqrt", "rsqrt", "log1p", "log2", "log10", "reciprocal"):
        op(n + "_of", getattr(O, n), P)
    op("softmax_axis1", lambda x: O.softmax(x, axis=1))
    op("gelu_exact", lambda x: O.gelu(x, approximate=False))
    for n in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "true_divide", "arctan2"):
        op("ops_" + n, getattr(O, n), P, P)
    op("maximum_constant", lambda x: O.maximum(x, 0.2))
    op("minimum_constant", lambda x: O.minimum(x, 0.2))
    op("power_constant", lambda x: O.power(x, 1.5), P)
    op("subtract_from_constant", lambda x: O.subtract(1.0, x))
    op("add_array", lambda x: x + np.arange(6, dtype="float32"))
    op("multiply_array", lambda x: O.multiply(x, np.arange(6, dtype="float32")))
    for n in ("mean", "sum", "max", "min", "prod", "var", "std"):
        op(n + "_axis1", lambda x, f=getattr(O, n): f(x, axis=1))
        op(n + "_keepdims", lambda x, f=getattr(O, n): f(x, axis=-1, keepdims=True), kept=n == "mean")
        op(n + "_axes", lambda x, f=getattr(O, n): f(x, axis=(1, 2)))
    op("logsumexp", lambda x: O.logsumexp(x, axis=-1))
    op("argmax", lambda x: O.argmax(x, axis=-1))
    op("norm", lambda x: O.norm(x, axis=-1, keepdims=True))
    op("normalize", lambda x: O.normalize(x, axis=-1))
    op("any_all", lambda x: O.cast(O.any(x > 1.0, axis=-1), "float32"))
    op("reshape", lambda x: O.reshape(x, (-1, 24)))
    op("reshape_to_3", lambda x: O.reshape(x, (-1, 2, 12)))
    op("transpose", lambda x: O.transpose(x, (0, 2, 1)))
    op("swapaxes", lambda x: O.swapaxes(x, 1, 2))
    op("moveaxis", lambda x: O.moveaxis(x, 1, -1))
    op("expand_dims", lambda x: O.expand_dims(x, axis=-1))
    op("expand_dims_1", lambda x: O.expand_dims(x, 1))
    op("squeeze", lambda x: O.squeeze(x, axis=1), (2, 1, 6))
    op("concatenate", lambda x, y: O.concatenate([x, y], axis=-1), X, X)
    op("concatenate_axis1", lambda x, y: O.concatenate([x, y], axis=1), X, (2, 3, 6))
    op("stack", lambda x, y: O.stack([x, y], axis=1), X, X)
    op("stack_last", lambda x, y: O.stack([x, y], axis=-1), X, X)
    op("split", lambda x: O.split(x, 2, axis=-1))
    op("split_points", lambda x: O.split(x, [1, 3], axis=1))
    op("split_and_add", lambda x: (lambda p: p[0] * O.sigmoid(p[1]))(O.split(x, 2, axis=-1)))
    op("unstack", lambda x: O.unstack(x, axis=1))
    op("matmul", lambda x, y: O.matmul(x, y), X, (2, 6, 3))
    op("matmul_transposed", lambda x: O.matmul(x, O.transpose(x, (0, 2, 1))))
    op("at_sign", lambda x, y: x @ y, X, (2, 6, 3))
    op("einsum", lambda x, y: O.einsum("btd,bsd->bts", x, y), X, (2, 5, 6))
    op("dot_vectors", lambda x, y: O.sum(x * y, axis=-1, keepdims=True), (2, 5), (2, 5))
    op("clip", lambda x: O.clip(x, -0.5, 0.5))
    op("where", lambda x, y: O.where(x > 0.0, x, y), X, X)
    op("where_constant", lambda x: O.where(x > 0.0, x, 0.0))
    op("greater", lambda x: O.cast(O.greater(x, 0.3), "float32"))
    op("equal", lambda x, y: O.cast(O.equal(x, y), "float32"), X, X)
    op("less_equal", lambda x, y: O.cast(x <= y, "float32"), X, X)
    op("logical", lambda x, y: O.cast(O.logical_and(x > 0.0, O.logical_not(y > 0.0)), "float32"), X, X)
    op("cast", lambda x: O.cast(x, "float32"))
    op("cast_to_int", lambda x: O.cast(O.cast(x, "int32"), "float32"))
    op("one_hot", lambda x: O.one_hot(O.cast(x, "int32"), 5), Positive((2, 4)))
    op("flip", lambda x: O.flip(x, axis=1))
    op("roll", lambda x: O.roll(x, 1, axis=1))
    op("repeat", lambda x: O.repeat(x, 2, axis=1))
    op("tile", lambda x: O.tile(x, (1, 2, 1)))
    op("pad", lambda x: O.pad(x, ((0, 0), (1, 2), (0, 0))))
    op("cumsum", lambda x: O.cumsum(x, axis=1))
    op("take", lambda x: O.take(x, np.array([2, 0], dtype="int32"), axis=1))
    op("ones_like", lambda x: x + O.ones_like(x))
    op("zeros_like", lambda x: x + O.zeros_like(x))
    op("top_k", lambda x: O.top_k(x, 2)[0])
    op("sort", lambda x: O.sort(x, axis=-1))
    op("stop_gradient", lambda x: O.stop_gradient(x))
    op("broadcast_to", lambda x: O.broadcast_to(O.expand_dims(x, 1), (2, 3, 4, 6)))
    op("squared_norm", lambda x: O.sqrt(O.sum(O.square(x), axis=-1, keepdims=True) + 1e-6))
    op("average_pool", lambda x: O.average_pool(x, 2), X)
    op("outer", lambda x, y: O.expand_dims(x, 2) * O.expand_dims(y, 1), (2, 4), (2, 5))
    op("tensordot", lambda x, y: O.tensordot(x, y, axes=[[2], [1]]), X, (2, 6), kept=False)
    op("average", lambda x: O.average(x, axis=1))
    op("median", lambda x: O.median(x, axis=-1))
    op("layer_normalise_by_hand", lambda x: (x - O.mean(x, axis=-1, keepdims=True)) / O.sqrt(O.var(x, axis=-1, keepdims=True) + 1e-5))
    op("ravel_rows", lambda x: O.reshape(x, (2, -1)))
    op("shape_used", lambda x: O.reshape(x, (O.shape(x)[0], -1)))
    op("image_resize", lambda x: O.image.resize(x, (4, 4)), (2, 8, 8, 3))
    op("depth_to_space_by_hand", lambda x: O.reshape(O.transpose(O.reshape(x, (-1, 3, 3, 2, 2, 2)), (0, 1, 3, 2, 4, 5)), (-1, 6, 6, 2)), (2, 3, 3, 8))
else:
    import tensorflow as tf

    for n in (
        "abs", "square", "exp", "tanh", "sigmoid", "sin", "cos", "sign", "floor", "round", "negative", "softplus", "erf", "expm1",
    ):
        op("math_" + n, getattr(tf.math, n), X)
    for n in ("log", "sqrt", "rsqrt", "log1p", "reciprocal"):
        op("math_" + n, getattr(tf.math, n), P)
    for n in ("relu", "relu6", "elu", "selu", "gelu", "silu", "softmax", "log_softmax", "leaky_relu", "softsign"):
        op("nn_" + n, getattr(tf.nn, n), X)
    op("nn_softmax_axis1", lambda x: tf.nn.softmax(x, axis=1))
    for n in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "pow"):
        op("math_" + n, getattr(tf.math, n), P, P)
    op("maximum_constant", lambda x: tf.maximum(x, 0.2))
    op("minimum_constant", lambda x: tf.minimum(x, 0.2))
    op("subtract_from_constant", lambda x: tf.subtract(1.0, x))
    op("add_array", lambda x: x + tf.range(6, dtype="float32"))
    for n in ("mean", "sum", "max", "min", "prod"):
        op("reduce_%s_axis1" % n, lambda x, f=getattr(tf, "reduce_" + n): f(x, axis=1))
        op("reduce_%s_keepdims" % n, lambda x, f=getattr(tf, "reduce_" + n): f(x, axis=-1, keepdims=True), kept=n == "mean")
        op("reduce_%s_axes" % n, lambda x, f=getattr(tf, "reduce_" + n): f(x, axis=[1, 2]))
    op("reduce_variance", lambda x: tf.math.reduce_variance(x, axis=-1))
    op("reduce_std", lambda x: tf.math.reduce_std(x, axis=-1))
    op("reduce_logsumexp", lambda x: tf.reduce_logsumexp(x, axis=-1))
    op("argmax", lambda x: tf.argmax(x, axis=-1))
    op("norm", lambda x: tf.norm(x, axis=-1, keepdims=True))
    op("l2_normalize", lambda x: tf.math.l2_normalize(x, axis=-1))
    op("backend_mean", lambda x: keras.backend.mean(x, axis=1))
    op("backend_sum", lambda x: keras.backend.sum(x, axis=-1, keepdims=True))
    op("backend_abs_diff", lambda x, y: keras.backend.abs(x - y), X, X)
    op("reshape", lambda x: tf.reshape(x, (-1, 24)))
    op("reshape_to_3", lambda x: tf.reshape(x, (-1, 2, 12)))
    op("transpose", lambda x: tf.transpose(x, (0, 2, 1)))
    op("expand_dims", lambda x: tf.expand_dims(x, axis=-1))
    op("expand_dims_1", lambda x: tf.expand_dims(x, 1))
    op("squeeze", lambda x: tf.squeeze(x, axis=1), (2, 1, 6))
    op("concat", lambda x, y: tf.concat([x, y], axis=-1), X, X)
    op("concat_axis1", lambda x, y: tf.concat([x, y], 1), X, (2, 3, 6))
    op("stack", lambda x, y: tf.stack([x, y], axis=1), X, X)
    op("split", lambda x: tf.split(x, 2, axis=-1))
    op("split_sizes", lambda x: tf.split(x, [1, 3], axis=1))
    op("split_and_multiply", lambda x: (lambda p: p[0] * tf.sigmoid(p[1]))(tf.split(x, 2, axis=-1)))
    op("unstack", lambda x: tf.unstack(x, axis=1))
    op("matmul", lambda x, y: tf.matmul(x, y), X, (2, 6, 3))
    op("matmul_transpose_b", lambda x: tf.matmul(x, x, transpose_b=True))
    op("at_sign", lambda x, y: x @ y, X, (2, 6, 3))
    op("einsum", lambda x, y: tf.einsum("btd,bsd->bts", x, y), X, (2, 5, 6))
    op("clip", lambda x: tf.clip_by_value(x, -0.5, 0.5))
    op("where", lambda x, y: tf.where(x > 0.0, x, y), X, X)
    op("greater", lambda x: tf.cast(x > 0.3, "float32"))
    op("less_equal", lambda x, y: tf.cast(x <= y, tf.float32), X, X)
    op("logical", lambda x, y: tf.cast(tf.logical_and(x > 0.0, tf.logical_not(y > 0.0)), "float32"), X, X)
    op("cast", lambda x: tf.cast(x, tf.float32))
    op("cast_to_int", lambda x: tf.cast(tf.cast(x, "int32"), "float32"))
    op("one_hot", lambda x: tf.one_hot(tf.cast(x, "int32"), 5), Positive((2, 4)))
    op("reverse", lambda x: tf.reverse(x, [1]))
    op("roll", lambda x: tf.roll(x, 1, 1))
    op("repeat", lambda x: tf.repeat(x, 2, axis=1))
    op("tile", lambda x: tf.tile(x, [1, 2, 1]))
    op("pad", lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 0]]))
    op("cumsum", lambda x: tf.cumsum(x, axis=1))
    op("gather", lambda x: tf.gather(x, [2, 0], axis=1))
    op("ones_like", lambda x: x + tf.ones_like(x))
    op("zeros_like", lambda x: x + tf.zeros_like(x))
    op("stop_gradient", lambda x: tf.stop_gradient(x))
    op("identity", lambda x: tf.identity(x))
    op("squared_difference", lambda x, y: tf.math.squared_difference(x, y), X, X)
    op("squared_norm", lambda x: tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1, keepdims=True) + 1e-6))
    op("shape_used", lambda x: tf.reshape(x, (tf.shape(x)[0], 24)))
    op("outer", lambda x, y: tf.expand_dims(x, 2) * tf.expand_dims(y, 1), (2, 4), (2, 5))
    op("image_resize", lambda x: tf.image.resize(x, (4, 4)), (2, 8, 8, 3))
    op("depth_to_space", lambda x: tf.nn.depth_to_space(x, 2), (2, 3, 3, 8))
    op("space_to_depth", lambda x: tf.nn.space_to_depth(x, 2), (2, 4, 4, 3))
    op("bias_add", lambda x: tf.nn.bias_add(x, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
    op("layer_normalise_by_hand", lambda x: (x - tf.reduce_mean(x, -1, keepdims=True)) / tf.sqrt(tf.math.reduce_variance(x, -1, keepdims=True) + 1e-5))
    op("add_n", lambda x, y: tf.add_n([x, y]), X, X)
