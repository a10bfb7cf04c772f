"""Ways to train: every optimizer, every loss, and steps of networks of many kinds."""

from registry import Entry, L, THREE, add, ids, keras
import networks

O = keras.optimizers
S = O.schedules


def mlp(activation="softmax", units=4):
    def build():
        return keras.Sequential([keras.Input((5,)), L.Dense(6, activation="tanh"), L.Dense(units, activation=activation)])

    return build


def trained(name, build, inputs, optimizer, loss, labels=None, steps=3, **extra):
    fit = lambda: (optimizer(), loss() if callable(loss) else loss, extra)
    add(Entry("fit_" + name, "training", name.split("_")[0], name, inputs, build, fit=fit, labels=labels, steps=steps, kept=True))


def one_hot(y, rng):
    t = rng.random(y.shape)
    return (t == t.max(axis=-1, keepdims=True)).astype("float32")


def binary(y, rng):
    return (rng.random(y.shape) > 0.5).astype("float32")


def classes(y, rng):
    return rng.integers(0, y.shape[-1], y.shape[:-1]).astype("float32")


def signs(y, rng):
    return (binary(y, rng) * 2 - 1).astype("float32")


OPTIMIZERS = {
    "sgd": lambda: O.SGD(0.1),
    "sgd_momentum": lambda: O.SGD(0.1, momentum=0.9),
    "sgd_nesterov": lambda: O.SGD(0.1, momentum=0.9, nesterov=True),
    "sgd_clipnorm": lambda: O.SGD(0.1, clipnorm=0.05),
    "sgd_global_clipnorm": lambda: O.SGD(0.1, global_clipnorm=0.05),
    "sgd_weight_decay": lambda: O.SGD(0.1, weight_decay=0.05),
    "adam": lambda: O.Adam(0.01),
    "adam_amsgrad": lambda: O.Adam(0.01, amsgrad=True),
    "adam_options": lambda: O.Adam(0.01, beta_1=0.7, beta_2=0.9, epsilon=0.001),
    "adamw": lambda: O.AdamW(0.01, weight_decay=0.1),
    "adamax": lambda: O.Adamax(0.01),
    "nadam": lambda: O.Nadam(0.01),
    "rmsprop": lambda: O.RMSprop(0.01),
    "rmsprop_momentum": lambda: O.RMSprop(0.01, momentum=0.8),
    "rmsprop_centered": lambda: O.RMSprop(0.01, centered=True),
    "adagrad": lambda: O.Adagrad(0.05),
    "adadelta": lambda: O.Adadelta(1.0),
    "adadelta_rate": lambda: O.Adadelta(0.5),
    "ftrl": lambda: O.Ftrl(0.05),
    "ftrl_penalties": lambda: O.Ftrl(0.05, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
    "lion": lambda: O.Lion(0.01),
    "adafactor": lambda: O.Adafactor(0.01),
    "exponential_decay": lambda: O.SGD(S.ExponentialDecay(0.1, 2, 0.5)),
    "exponential_decay_staircase": lambda: O.Adam(S.ExponentialDecay(0.1, 2, 0.5, staircase=True)),
    "cosine_decay": lambda: O.SGD(S.CosineDecay(0.1, 5)),
    "cosine_decay_warmup": lambda: O.SGD(S.CosineDecay(0.0, 5, warmup_target=0.1, warmup_steps=2)),
    "cosine_decay_restarts": lambda: O.SGD(S.CosineDecayRestarts(0.1, 2)),
    "piecewise": lambda: O.SGD(S.PiecewiseConstantDecay([1, 2], [0.1, 0.05, 0.01])),
    "polynomial": lambda: O.SGD(S.PolynomialDecay(0.1, 4)),
    "inverse_time": lambda: O.SGD(S.InverseTimeDecay(0.1, 1, 0.5)),
    "ema": lambda: O.SGD(0.1, use_ema=True),
}
if THREE:
    OPTIMIZERS["lamb"] = lambda: O.Lamb(0.01)
    OPTIMIZERS["accumulation"] = lambda: O.SGD(0.1, gradient_accumulation_steps=2)
    OPTIMIZERS["muon"] = lambda: O.Muon(0.01)
for n, o in OPTIMIZERS.items():
    trained("optimizer_" + n, mlp(), [(4, 5)], o, "categorical_crossentropy", one_hot)

C = keras.losses
sgd = lambda: O.SGD(0.2)
LOSSES = [
    ("mse", "linear", "mse", None), ("mae", "linear", "mae", None), ("mape", "linear", "mape", None), ("msle", "sigmoid", "msle", None),
    ("huber", "linear", lambda: C.Huber(), None), ("log_cosh", "linear", lambda: C.LogCosh(), None),
    ("binary_crossentropy", "sigmoid", "binary_crossentropy", binary), ("binary_crossentropy_logits", "linear", lambda: C.BinaryCrossentropy(from_logits=True), binary),
    ("binary_crossentropy_smoothed", "sigmoid", lambda: C.BinaryCrossentropy(label_smoothing=0.1), binary), ("binary_crossentropy_of_tanh", "hard_sigmoid", "binary_crossentropy", binary),
    ("categorical_crossentropy", "softmax", "categorical_crossentropy", one_hot), ("categorical_crossentropy_logits", "linear", lambda: C.CategoricalCrossentropy(from_logits=True), one_hot),
    ("categorical_crossentropy_smoothed", "softmax", lambda: C.CategoricalCrossentropy(label_smoothing=0.1), one_hot), ("categorical_crossentropy_of_sigmoid", "sigmoid", "categorical_crossentropy", one_hot),
    ("categorical_crossentropy_of_relu", "softplus", "categorical_crossentropy", one_hot),
    ("sparse_categorical_crossentropy", "softmax", "sparse_categorical_crossentropy", classes), ("sparse_categorical_crossentropy_logits", "linear", lambda: C.SparseCategoricalCrossentropy(from_logits=True), classes),
    ("sparse_categorical_crossentropy_of_sigmoid", "sigmoid", "sparse_categorical_crossentropy", classes),
    ("hinge", "linear", "hinge", signs), ("squared_hinge", "tanh", "squared_hinge", signs), ("categorical_hinge", "linear", "categorical_hinge", one_hot),
    ("kl_divergence", "softmax", "kl_divergence", None), ("poisson", "softplus", "poisson", None), ("cosine_similarity", "linear", lambda: C.CosineSimilarity(), None),
    ("sum_reduction", "linear", lambda: C.MeanSquaredError(reduction="sum"), None),
    ("binary_focal", "sigmoid", lambda: C.BinaryFocalCrossentropy(), binary), ("categorical_focal", "softmax", lambda: C.CategoricalFocalCrossentropy(), one_hot),
]
if THREE:
    LOSSES += [("dice", "sigmoid", lambda: C.Dice(), binary), ("tversky", "sigmoid", lambda: C.Tversky(), binary)]
for n, a, l, t in LOSSES:
    trained("loss_" + n, mlp(a, 4), [(4, 5)], sgd, l, t)
trained("loss_binary_one_output", mlp("sigmoid", 1), [(4, 5)], sgd, "binary_crossentropy", binary)
trained("loss_hinge_one_output", mlp("tanh", 1), [(4, 5)], sgd, "hinge", signs)


def two_heads():
    i = keras.Input((5,))
    h = L.Dense(4, activation="tanh")(i)
    return keras.Model(i, [L.Dense(3, activation="softmax", name="kind")(h), L.Dense(1, name="size")(h)])


def heads(y, rng):
    return one_hot(y, rng) if y.shape[-1] == 3 else rng.random(y.shape).astype("float32")


trained("two_losses", two_heads, [(4, 5)], sgd, lambda: ["categorical_crossentropy", "mse"], heads)
trained("two_losses_by_name", two_heads, [(4, 5)], sgd, lambda: {"kind": "categorical_crossentropy", "size": "mae"}, heads)
trained("two_losses_weighted", two_heads, [(4, 5)], sgd, lambda: ["categorical_crossentropy", "mse"], heads, loss_weights=[1.0, 0.3])
trained("one_loss_for_two", two_heads, [(4, 5)], sgd, "mse", heads)


# --- one step of networks of many kinds
def stepped(name, inputs, build, loss="mse", labels=None, optimizer=None):
    trained("net_" + name, build, inputs, optimizer or (lambda: O.SGD(0.1)), loss, labels, steps=1)


def seq(*layers_, shape):
    return lambda: keras.Sequential([keras.Input(shape)] + [l() for l in layers_])


D = lambda n=2, **k: (lambda: L.Dense(n, **k))
X = (4, 6, 3)
for cls in ("SimpleRNN", "GRU", "LSTM"):
    stepped(cls.lower(), [X], seq(lambda c=cls: getattr(L, c)(4), D(), shape=(6, 3)))
    stepped(cls.lower() + "_masked", [ids((4, 6), 9)], seq(lambda: L.Embedding(9, 3, mask_zero=True), lambda c=cls: getattr(L, c)(4), D(), shape=(6,)))
    stepped("bidirectional_" + cls.lower(), [X], seq(lambda c=cls: L.Bidirectional(getattr(L, c)(3, return_sequences=True)), D(), shape=(6, 3)))
stepped("gru_reset_before", [X], seq(lambda: L.GRU(4, reset_after=False), D(), shape=(6, 3)))
stepped("batch_normalization_2", [(6, 4)], seq(D(5), lambda: L.BatchNormalization(), lambda: L.Activation("tanh"), D(), shape=(4,)))
stepped("batch_normalization_3", [X], seq(D(5), lambda: L.BatchNormalization(), lambda: L.Activation("tanh"), D(), shape=(6, 3)))
stepped("batch_normalization_4", [(3, 5, 5, 2)], seq(lambda: L.Conv2D(4, 3), lambda: L.BatchNormalization(), lambda: L.ReLU(), lambda: L.GlobalAveragePooling2D(), D(), shape=(5, 5, 2)))
stepped("batch_normalization_axis1", [X], seq(D(5), lambda: L.BatchNormalization(axis=1), D(), shape=(6, 3)))
stepped("layer_normalization_axis1", [X], seq(D(5), lambda: L.LayerNormalization(axis=1), D(), shape=(6, 3)))
stepped("group_normalization", [(3, 5, 5, 4)], seq(lambda: L.Conv2D(4, 3), lambda: L.GroupNormalization(2), lambda: L.ReLU(), lambda: L.GlobalMaxPooling2D(), D(), shape=(5, 5, 4)))
stepped("conv2d_groups", [(3, 6, 6, 4)], seq(lambda: L.Conv2D(4, 3, groups=2, activation="relu"), lambda: L.Flatten(), D(), shape=(6, 6, 4)))
stepped("conv2d_dilated", [(3, 8, 8, 2)], seq(lambda: L.Conv2D(4, 3, dilation_rate=2, padding="same", activation="tanh"), lambda: L.GlobalAveragePooling2D(), D(), shape=(8, 8, 2)))
stepped("conv3d", [(2, 5, 5, 5, 2)], seq(lambda: L.Conv3D(3, 3, activation="tanh"), lambda: L.MaxPooling3D(2), lambda: L.Flatten(), D(), shape=(5, 5, 5, 2)))
stepped("depthwise", [(3, 6, 6, 3)], seq(lambda: L.DepthwiseConv2D(3, activation="tanh"), lambda: L.GlobalAveragePooling2D(), D(), shape=(6, 6, 3)))
stepped("separable", [(3, 6, 6, 3)], seq(lambda: L.SeparableConv2D(4, 3, activation="tanh"), lambda: L.MaxPooling2D(2), lambda: L.Flatten(), D(), shape=(6, 6, 3)))
stepped("separable_1d", [(3, 8, 3)], seq(lambda: L.SeparableConv1D(4, 3, activation="tanh"), lambda: L.AveragePooling1D(2), lambda: L.Flatten(), D(), shape=(8, 3)))
stepped("transpose_2d", [(3, 4, 4, 3)], seq(lambda: L.Conv2DTranspose(4, 3, strides=2, padding="same", activation="tanh"), lambda: L.Conv2D(2, 3), shape=(4, 4, 3)))
stepped("transpose_1d", [(3, 5, 3)], seq(lambda: L.Conv1DTranspose(4, 3, strides=2), D(), shape=(5, 3)))
stepped("average_pooling_same", [(3, 5, 5, 3)], seq(lambda: L.Conv2D(3, 2), lambda: L.AveragePooling2D(3, 2, padding="same"), lambda: L.Flatten(), D(), shape=(5, 5, 3)))
stepped("upsampling", [(3, 3, 3, 2)], seq(lambda: L.Conv2D(3, 2), lambda: L.UpSampling2D(2), lambda: L.Conv2D(2, 2), shape=(3, 3, 2)))
stepped("softmax_axis1", [(4, 5, 3)], seq(D(4), lambda: L.Softmax(axis=1), D(), shape=(5, 3)))
stepped("prelu", [(4, 5)], seq(D(4), lambda: L.PReLU(), D(), shape=(5,)))
stepped("einsum_dense", [(4, 5, 3)], seq(lambda: L.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d", activation="tanh"), D(), shape=(5, 3)))
stepped("time_distributed_conv", [(3, 2, 5, 5, 2)], seq(lambda: L.TimeDistributed(L.Conv2D(3, 3, activation="tanh")), lambda: L.TimeDistributed(L.Flatten()), lambda: L.LSTM(3), D(), shape=(2, 5, 5, 2)))
stepped("embedding_of_rank_3", [ids((3, 2, 4), 9, False)], seq(lambda: L.Embedding(9, 3), lambda: L.Flatten(), D(), shape=(2, 4)))
stepped("l2_regularised_gru", [X], seq(lambda: L.GRU(4, kernel_regularizer=keras.regularizers.L2(0.01)), D(), shape=(6, 3)))


def shared_lengths():
    a, b = keras.Input((4, 3)), keras.Input((6, 3))
    d, g = L.Dense(5, activation="tanh"), L.LSTM(4)
    return keras.Model([a, b], L.Dense(2)(L.Concatenate()([g(d(a)), g(d(b))])))


def attention():
    q, v = keras.Input((4, 6)), keras.Input((5, 6))
    return keras.Model([q, v], L.Dense(2)(L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 3, value_dim=4)(q, v))))


def causal():
    i = keras.Input((5, 6))
    return keras.Model(i, L.Dense(2)(L.MultiHeadAttention(2, 3)(i, i, use_causal_mask=True)))


def states():
    a, b = keras.Input((4, 3)), keras.Input((5, 3))
    _, h, c = L.LSTM(4, return_state=True)(a)
    return keras.Model([a, b], L.Dense(2)(L.LSTM(4, return_sequences=True)(b, initial_state=[h, c])))


def residual_operators():
    i = keras.Input((5,))
    h = L.Dense(5, activation="tanh")(i)
    return keras.Model(i, L.Dense(2)((i + h) * 0.5 - h[:, :1]))


stepped("shared_lengths", [(3, 4, 3), (3, 6, 3)], shared_lengths)
stepped("attention", [(3, 4, 6), (3, 5, 6)], attention)
stepped("causal_attention", [(3, 5, 6)], causal)
stepped("encoder_decoder_states", [(3, 4, 3), (3, 5, 3)], states)
stepped("residual_operators", [(3, 5)], residual_operators)
for n in networks.TRAINED:
    build, inputs = networks.TRAINED[n]
    stepped(n, inputs, build)
