"""Every standard layer, one model for each of its options."""

from registry import Entry, L, THREE, add, ids, keras, padded, positive

_count = {}


def one(cls, shape, kept=False, text=None, call=None, inputs=None, inner=None, **options):
    """A model of one layer on an input of that shape (with batch)."""
    option = text if text is not None else ", ".join("%s=%s" % (k, v if not hasattr(v, "name") else v) for k, v in options.items())
    n = _count[cls] = _count.get(cls, 0) + 1
    shapes = inputs or [shape]

    def build():
        sizes = shapes if inputs is None else [s if isinstance(s, tuple) else s.shape for s in shapes]
        ins = [keras.Input(tuple(s[1:])) for s in sizes]
        layer = inner() if inner else getattr(L, cls)(**options)
        y = call(layer, ins) if call else layer(ins[0] if len(ins) == 1 else ins)
        return keras.Model(ins, y)

    add(Entry("layer_%s_%02d" % (cls, n), "layer", cls, option, shapes, build, kept=kept))


class shaped:
    """A draw that knows its shape."""

    def __init__(self, shape, draw):
        self.shape, self.draw = shape, draw

    def __call__(self, rng):
        return self.draw(rng)


def tokens(shape, vocabulary):
    return shaped(shape, ids(shape, vocabulary))


def steps(shape):
    return shaped(shape, padded(shape))


# --- activations
NAMES = ["linear", "relu", "elu", "selu", "tanh", "sigmoid", "softplus", "softsign", "hard_sigmoid", "exponential", "swish", "silu", "gelu", "softmax", "mish", "relu6", "leaky_relu", "log_softmax"]
NAMES += ["celu", "glu", "log_sigmoid", "hard_tanh", "hard_shrink", "tanh_shrink", "soft_shrink", "squareplus", "sparse_plus", "sparsemax", "threshold", "sparse_sigmoid", "hard_silu", "hard_swish"] if THREE else []
for a in NAMES:
    one("Activation", (3, 6), activation=a, kept=True)
    one("Dense", (3, 5), units=6, activation=a)
for a in ["relu", "leaky_relu", "gelu", "softmax", "swish", "elu"]:
    one("Dense", (2, 4, 5), units=6, activation=a)
    one("Conv1D", (2, 7, 3), filters=4, kernel_size=3, activation=a)
    one("Conv2D", (2, 6, 6, 3), filters=4, kernel_size=3, activation=a)
one("Activation", (2, 4, 5), activation="softmax")
one("Activation", (2, 3, 4, 5), activation="leaky_relu")
one("Dense", (3, 5), units=4, use_bias=False)
one("Dense", (2, 3, 4, 5), units=4)
one("Dense", (3, 5), text="activation=LeakyReLU()", kept=True, inner=lambda: L.Dense(4, activation=L.LeakyReLU()))
one("Dense", (3, 5), text="activation=PReLU()", inner=lambda: L.Dense(4, activation=L.PReLU()))
one("Dense", (3, 5), text="activation=ReLU(6.)", inner=lambda: L.Dense(4, activation=L.ReLU(6.0)))
one("Conv2D", (2, 6, 6, 3), text="activation=LeakyReLU()", inner=lambda: L.Conv2D(4, 3, activation=L.LeakyReLU()))
one("Dense", (3, 5), text="kernel_regularizer=l2", inner=lambda: L.Dense(4, kernel_regularizer=keras.regularizers.L2(0.01)))
one("Dense", (3, 5), text="kernel_constraint=MaxNorm", inner=lambda: L.Dense(4, kernel_constraint=keras.constraints.MaxNorm(1.0)))
one("Dense", (3, 5), text="activity_regularizer", inner=lambda: L.Dense(4, activity_regularizer=keras.regularizers.L2(0.01)))
one("ReLU", (3, 6))
one("ReLU", (3, 6), max_value=6.0)
one("ReLU", (3, 6), max_value=1.5, negative_slope=0.1, threshold=0.2, kept=True)
one("ReLU", (3, 6), threshold=0.5)
one("ReLU", (3, 6), negative_slope=0.2)
one("LeakyReLU", (3, 6), kept=True)
one("LeakyReLU", (2, 3, 6), **({"negative_slope": 0.05} if THREE else {"alpha": 0.05}))
one("ELU", (3, 6), alpha=0.5)
one("PReLU", (3, 6))
one("PReLU", (2, 4, 4, 3), shared_axes=[1, 2])
one("PReLU", (2, 4, 3), shared_axes=[1])
one("Softmax", (3, 6))
one("Softmax", (2, 5, 4), axis=1, kept=True)
one("Softmax", (2, 4, 4, 3), axis=[1, 2], kept=True)
one("Softmax", (2, 4, 4, 3), axis=-2)
if not THREE:
    one("ThresholdedReLU", (3, 6), theta=0.4, kept=True)

# --- embeddings and masks
one("Embedding", None, inputs=[tokens((3, 6), 9)], input_dim=9, output_dim=4)
one("Embedding", None, inputs=[tokens((3, 1), 9)], input_dim=9, output_dim=4)
one("Embedding", None, inputs=[tokens((2, 3, 5), 9)], input_dim=9, output_dim=4, kept=True)
one("Embedding", None, inputs=[shaped((4,), ids((4,), 9))], input_dim=9, output_dim=4, kept=True)
one("Embedding", None, inputs=[tokens((3, 6), 9)], input_dim=9, output_dim=4, mask_zero=True)
one("Masking", None, inputs=[steps((3, 5, 4))], mask_value=0.0)
one("Masking", None, inputs=[steps((3, 5, 4))], mask_value=1.0)

# --- convolutions
one("Conv1D", (2, 9, 4), filters=5, kernel_size=3)
one("Conv1D", (2, 9, 4), filters=5, kernel_size=3, padding="same", strides=2)
one("Conv1D", (2, 9, 4), filters=5, kernel_size=4, padding="same", dilation_rate=2)
one("Conv1D", (2, 9, 4), filters=5, kernel_size=3, padding="causal", dilation_rate=2, kept=True)
one("Conv1D", (2, 9, 4), filters=5, kernel_size=3, padding="causal", strides=2)
one("Conv1D", (2, 9, 4), filters=6, kernel_size=3, groups=2, kept=True)
one("Conv1D", (2, 9, 4), filters=5, kernel_size=1, use_bias=False)
one("Conv1D", (2, 3, 9, 4), filters=5, kernel_size=3)
one("Conv2D", (2, 8, 7, 4), filters=5, kernel_size=3)
one("Conv2D", (2, 8, 7, 4), filters=5, kernel_size=[2, 3], strides=[2, 1], padding="same")
one("Conv2D", (2, 9, 8, 4), filters=5, kernel_size=3, dilation_rate=2, padding="same", kept=True)
one("Conv2D", (2, 9, 8, 4), filters=5, kernel_size=3, dilation_rate=[1, 2])
one("Conv2D", (2, 8, 7, 4), filters=6, kernel_size=3, groups=2, padding="same", kept=True)
one("Conv2D", (2, 8, 7, 4), filters=8, kernel_size=3, groups=4, strides=2)
one("Conv2D", (2, 8, 8, 3), filters=4, kernel_size=4, strides=4)
one("Conv2D", (2, 8, 8, 3), filters=4, kernel_size=1, strides=2, use_bias=False)
one("Conv3D", (2, 5, 6, 4, 3), filters=4, kernel_size=3)
one("Conv3D", (2, 5, 6, 4, 3), filters=4, kernel_size=[2, 3, 2], strides=[1, 2, 1], padding="same", kept=True)
one("Conv3D", (2, 5, 6, 5, 2), filters=4, kernel_size=2, dilation_rate=2, activation="relu")
one("Conv3D", (2, 5, 6, 5, 2), filters=4, kernel_size=2, groups=2)
one("DepthwiseConv1D", (2, 9, 4), kernel_size=3)
one("DepthwiseConv1D", (2, 9, 4), kernel_size=3, depth_multiplier=2, padding="same", strides=2, kept=True)
one("DepthwiseConv2D", (2, 8, 7, 4), kernel_size=3)
one("DepthwiseConv2D", (2, 8, 7, 4), kernel_size=3, depth_multiplier=2, padding="same", kept=True)
one("DepthwiseConv2D", (2, 8, 7, 4), kernel_size=3, strides=2, padding="same", use_bias=False)
one("DepthwiseConv2D", (2, 8, 7, 4), kernel_size=3, dilation_rate=2, padding="same")
one("DepthwiseConv2D", (2, 8, 7, 4), kernel_size=[2, 3], activation="relu")
one("SeparableConv1D", (2, 9, 4), filters=5, kernel_size=3)
one("SeparableConv1D", (2, 9, 4), filters=5, kernel_size=3, depth_multiplier=2, padding="same", activation="relu", kept=True)
one("SeparableConv1D", (2, 9, 4), filters=5, kernel_size=3, padding="causal")
one("SeparableConv2D", (2, 8, 7, 4), filters=5, kernel_size=3)
one("SeparableConv2D", (2, 8, 7, 4), filters=5, kernel_size=3, depth_multiplier=2, padding="same", strides=2, kept=True)
one("SeparableConv2D", (2, 8, 7, 4), filters=5, kernel_size=3, use_bias=False, dilation_rate=2, activation="relu")
one("Conv1DTranspose", (2, 6, 4), filters=3, kernel_size=3)
one("Conv1DTranspose", (2, 6, 4), filters=3, kernel_size=4, strides=2, padding="same", kept=True)
one("Conv1DTranspose", (2, 6, 4), filters=3, kernel_size=3, strides=2)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=3)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=3, strides=2, padding="same", kept=True)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=[2, 3], strides=[2, 3], activation="relu")
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=2, strides=3)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=3, strides=2, padding="same", output_padding=1)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=4, strides=2, padding="same", use_bias=False)
one("Conv2DTranspose", (2, 5, 4, 3), filters=4, kernel_size=3, dilation_rate=2)
one("Conv3DTranspose", (2, 3, 4, 3, 2), filters=3, kernel_size=3)
one("Conv3DTranspose", (2, 3, 4, 3, 2), filters=3, kernel_size=3, strides=2, padding="same", kept=True)
one("ConvLSTM2D", (2, 3, 6, 6, 2), filters=3, kernel_size=3)
one("ConvLSTM2D", (2, 3, 6, 6, 2), filters=3, kernel_size=3, padding="same", return_sequences=True)
one("ConvLSTM1D", (2, 3, 6, 2), filters=3, kernel_size=3)

# --- pooling
for d, shape in ((1, (2, 9, 4)), (2, (2, 9, 8, 4)), (3, (2, 6, 5, 7, 3))):
    for kind in ("Max", "Average"):
        cls = "%sPooling%dD" % (kind, d)
        one(cls, shape, pool_size=2)
        one(cls, shape, pool_size=3, strides=2, padding="same", kept=True)
        one(cls, shape, pool_size=3, strides=1)
        one(cls, shape, pool_size=2, strides=3, padding="same")
        one(cls, shape, pool_size=2, data_format="channels_first")
    for kind in ("Max", "Average"):
        cls = "Global%sPooling%dD" % (kind, d)
        one(cls, shape, kept=True)
        one(cls, shape, keepdims=True)
        one(cls, shape, data_format="channels_first")
if hasattr(L, "AdaptiveAveragePooling2D"):
    one("AdaptiveAveragePooling1D", (2, 9, 3), output_size=3)
    one("AdaptiveAveragePooling2D", (2, 8, 7, 3), output_size=3)
    one("AdaptiveMaxPooling2D", (2, 8, 7, 3), output_size=3)

# --- recurrent layers
X = (2, 5, 3)
for cls in ("SimpleRNN", "GRU", "LSTM"):
    one(cls, X, units=4, kept=True)
    one(cls, X, units=4, return_sequences=True)
    one(cls, X, units=4, go_backwards=True, return_sequences=True, kept=True)
    one(cls, X, units=4, go_backwards=True)
    one(cls, X, units=4, return_state=True)
    one(cls, X, units=4, return_state=True, return_sequences=True, kept=True)
    one(cls, X, units=4, use_bias=False)
    one(cls, X, units=4, activation="relu")
    one(cls, X, units=4, unroll=True)
    one(cls, X, units=4, dropout=0.2, recurrent_dropout=0.1)
    one(cls, None, inputs=[steps((3, 5, 3))], text="after Masking", call=lambda l, i: l(L.Masking()(i[0])), inner=lambda c=cls: getattr(L, c)(4), kept=True)
    one(cls, None, inputs=[steps((3, 5, 3))], text="after Masking, return_sequences", call=lambda l, i: l(L.Masking()(i[0])), inner=lambda c=cls: getattr(L, c)(4, return_sequences=True))
    one(cls, None, inputs=[tokens((3, 6), 9)], text="after Embedding(mask_zero), go_backwards", call=lambda l, i: l(L.Embedding(9, 3, mask_zero=True)(i[0])), inner=lambda c=cls: getattr(L, c)(4, go_backwards=True))
    n = 2 if cls == "LSTM" else 1
    one(cls, None, inputs=[X] + [(2, 4)] * n, text="initial_state", call=lambda l, i: l(i[0], initial_state=i[1:] if len(i) > 2 else i[1]), inner=lambda c=cls: getattr(L, c)(4), kept=True)
    one("Bidirectional", X, text=cls, inner=lambda c=cls: L.Bidirectional(getattr(L, c)(4)), kept=True)
    one("Bidirectional", X, text=cls + ", return_sequences", inner=lambda c=cls: L.Bidirectional(getattr(L, c)(4, return_sequences=True)), kept=True)
    one("RNN", X, text=cls + "Cell", inner=lambda c=cls: L.RNN(getattr(L, c + "Cell")(4)), kept=True)
    one("RNN", X, text=cls + "Cell, return_sequences", inner=lambda c=cls: L.RNN(getattr(L, c + "Cell")(4), return_sequences=True))
one("GRU", X, units=4, reset_after=False, kept=True)
one("GRU", X, units=4, reset_after=False, use_bias=False)
one("LSTM", X, units=4, recurrent_activation="hard_sigmoid")
one("LSTM", X, units=4, unit_forget_bias=False)
one("LSTM", X, units=4, activation="softsign", recurrent_activation="tanh")
one("GRU", X, units=4, activation="gelu")
one("SimpleRNN", X, units=4, activation="swish")
for mode in ("sum", "mul", "ave", None):
    one("Bidirectional", X, text="LSTM, merge_mode=%s" % mode, inner=lambda m=mode: L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode=m))
one("Bidirectional", X, text="LSTM, return_state", inner=lambda: L.Bidirectional(L.LSTM(4, return_state=True)))
one("Bidirectional", None, inputs=[tokens((3, 6), 9)], text="LSTM, masked", call=lambda l, i: l(L.Embedding(9, 3, mask_zero=True)(i[0])), inner=lambda: L.Bidirectional(L.LSTM(4)), kept=True)
one("Bidirectional", None, inputs=[tokens((3, 6), 9)], text="GRU, masked, return_sequences", call=lambda l, i: l(L.Embedding(9, 3, mask_zero=True)(i[0])), inner=lambda: L.Bidirectional(L.GRU(4, return_sequences=True)))
one("Bidirectional", X, text="GRU with a backward layer of its own", inner=lambda: L.Bidirectional(L.GRU(4), backward_layer=L.GRU(3, go_backwards=True)))
one("Bidirectional", X, text="RNN(GRUCell)", inner=lambda: L.Bidirectional(L.RNN(L.GRUCell(3))))
one("RNN", X, text="[LSTMCell, LSTMCell]", inner=lambda: L.RNN([L.LSTMCell(4), L.LSTMCell(3)]), kept=True)
one("RNN", X, text="StackedRNNCells", inner=lambda: L.RNN(L.StackedRNNCells([L.GRUCell(4), L.SimpleRNNCell(3)]), return_sequences=True))
one("RNN", X, text="[GRUCell, GRUCell], return_state", inner=lambda: L.RNN([L.GRUCell(4), L.GRUCell(3)], return_state=True))
for cls in ("LSTM", "GRU"):
    def stateful(c=cls):
        i = keras.Input(batch_shape=(2, 5, 3))
        return keras.Model(i, getattr(L, c)(4, stateful=True)(i))
    add(Entry("layer_%s_stateful" % cls, "layer", cls, "stateful", [X], stateful))

# --- normalisation
for shape in ((3, 4), (2, 5, 4), (2, 5, 6, 4), (2, 3, 4, 5, 2)):
    one("BatchNormalization", shape, kept=True)
one("BatchNormalization", (2, 5, 4), axis=1, kept=True)
one("BatchNormalization", (2, 5, 6, 4), axis=1)
one("BatchNormalization", (2, 5, 6, 4), axis=2)
one("BatchNormalization", (2, 5, 4), scale=False, center=False, epsilon=0.01)
one("BatchNormalization", (3, 4), scale=False)
one("BatchNormalization", (3, 4), trainable=False)
one("BatchNormalization", None, inputs=[tokens((3, 6), 9)], text="masked", call=lambda l, i: l(L.Embedding(9, 3, mask_zero=True)(i[0])), inner=lambda: L.BatchNormalization())
one("LayerNormalization", (3, 6))
one("LayerNormalization", (2, 5, 6), epsilon=1e-6)
one("LayerNormalization", (2, 5, 6), axis=1, kept=True)
one("LayerNormalization", (2, 5, 6), axis=[1, 2], kept=True)
one("LayerNormalization", (2, 4, 5, 3), axis=[1, 2, 3])
one("LayerNormalization", (2, 4, 5, 3), axis=[-1, -2], scale=False)
one("LayerNormalization", (2, 4, 5, 3))
one("LayerNormalization", (2, 5, 6), center=False)
one("LayerNormalization", (2, 5, 6), scale=False, center=False)
if THREE:
    one("LayerNormalization", (2, 5, 6), rms_scaling=True)
    one("RMSNormalization", (2, 5, 6), kept=True)
    one("RMSNormalization", (3, 6), epsilon=1e-3)
    one("RMSNormalization", (2, 5, 6), axis=1)
one("GroupNormalization", (2, 4, 5, 6), groups=3, kept=True)
one("GroupNormalization", (2, 4, 5, 6), groups=1)
one("GroupNormalization", (2, 4, 5, 6), groups=-1)
one("GroupNormalization", (2, 5, 6), groups=2, scale=False)
one("GroupNormalization", (3, 6), groups=2)
one("GroupNormalization", (2, 6, 4, 5), groups=3, axis=1)
one("UnitNormalization", (3, 6), kept=True)
one("UnitNormalization", (2, 5, 6), axis=1)
one("UnitNormalization", (2, 5, 6), axis=[1, 2])
one("SpectralNormalization", (3, 6), text="Dense", inner=lambda: L.SpectralNormalization(L.Dense(4)), kept=True)
one("SpectralNormalization", (2, 6, 6, 3), text="Conv2D", inner=lambda: L.SpectralNormalization(L.Conv2D(4, 3)))
one("Normalization", (3, 4), mean=0.5, variance=2.0, kept=True)
one("Normalization", (3, 4), text="mean and variance of each feature", inner=lambda: L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0]))
one("Normalization", (3, 4), text="adapted", inner=lambda: L.Normalization())
one("Normalization", (2, 5, 6, 3), text="adapted, axis=-1", inner=lambda: L.Normalization(axis=-1), kept=True)
one("Normalization", (3, 4), text="adapted, axis=None", inner=lambda: L.Normalization(axis=None))
one("Normalization", (3, 4), mean=0.5, variance=2.0, invert=True)

# --- attention
Q, V = (2, 4, 6), (2, 5, 6)


def mha(kept=False, text=None, inputs=None, call=None, **options):
    base = {"num_heads": 2, "key_dim": 3}
    base.update(options)
    one("MultiHeadAttention", None, kept=kept, text=text or ", ".join("%s=%s" % kv for kv in options.items()), inputs=inputs or [Q, V], call=call or (lambda l, i: l(i[0], i[1])), inner=lambda: L.MultiHeadAttention(**base))


mha()
mha(value_dim=5, kept=True)
mha(use_bias=False)
mha(output_shape=4)
mha(output_shape=[2, 3], kept=True)
mha(dropout=0.2)
mha(text="use_causal_mask", inputs=[Q], call=lambda l, i: l(i[0], i[0], use_causal_mask=True), kept=True)
mha(text="attention_mask", inputs=[Q, V, shaped((2, 4, 5), lambda r: (r.random((2, 4, 5)) > 0.3).astype("float32"))], call=lambda l, i: l(i[0], i[1], attention_mask=i[2]), kept=True)
mha(text="attention_mask, causal", inputs=[Q, shaped((2, 4, 4), lambda r: (r.random((2, 4, 4)) > 0.3).astype("float32"))], call=lambda l, i: l(i[0], i[0], attention_mask=i[1], use_causal_mask=True))
mha(text="return_attention_scores", call=lambda l, i: l(i[0], i[1], return_attention_scores=True), kept=True)
mha(text="key", inputs=[Q, V, (2, 5, 4)], call=lambda l, i: l(i[0], i[1], key=i[2]))
mha(text="rank 4", inputs=[(2, 3, 4, 6), (2, 3, 4, 6)], kept=True)
mha(text="attention_axes=(2,)", inputs=[(2, 3, 4, 6), (2, 3, 4, 6)], attention_axes=[2])
mha(text="attention_axes=(1, 2)", inputs=[(2, 3, 4, 6), (2, 3, 4, 6)], attention_axes=[1, 2])
mha(text="masked by Embedding", inputs=[tokens((3, 6), 9)], call=lambda l, i: (lambda e: l(e, e))(L.Embedding(9, 6, mask_zero=True)(i[0])))
mha(text="masked by Embedding, causal", inputs=[tokens((3, 6), 9)], call=lambda l, i: (lambda e: l(e, e, use_causal_mask=True))(L.Embedding(9, 6, mask_zero=True)(i[0])))
if THREE:
    one("GroupQueryAttention", None, text="", inputs=[Q, V], call=lambda l, i: l(i[0], i[1]), inner=lambda: L.GroupQueryAttention(4, 4, 2), kept=True)
    one("GroupQueryAttention", None, text="causal", inputs=[Q], call=lambda l, i: l(i[0], i[0], use_causal_mask=True), inner=lambda: L.GroupQueryAttention(4, 4, 2))
    one("GroupQueryAttention", None, text="attention_mask", inputs=[Q, V, shaped((2, 4, 5), lambda r: (r.random((2, 4, 5)) > 0.3).astype("float32"))], call=lambda l, i: l(i[0], i[1], attention_mask=i[2]), inner=lambda: L.GroupQueryAttention(4, 4, 2))
    one("GroupQueryAttention", None, text="use_bias=False, scores", inputs=[Q, V], call=lambda l, i: l(i[0], i[1], return_attention_scores=True), inner=lambda: L.GroupQueryAttention(4, 4, 1, use_bias=False))
for cls in ("Attention", "AdditiveAttention"):
    one(cls, None, inputs=[Q, V], text="")
    one(cls, None, inputs=[Q, V, V], text="key")
    one(cls, None, inputs=[Q, V], use_scale=cls == "Attention")
    one(cls, None, inputs=[Q, V], text="return_attention_scores", call=lambda l, i: l(i, return_attention_scores=True), inner=lambda c=cls: getattr(L, c)(), kept=True)
    one(cls, None, inputs=[Q], text="use_causal_mask", call=lambda l, i: l([i[0], i[0]], use_causal_mask=True), inner=lambda c=cls: getattr(L, c)(), kept=True)
    one(cls, None, inputs=[Q, V], text="dropout", inner=lambda c=cls: getattr(L, c)(dropout=0.1))
one("Attention", None, inputs=[Q, V], score_mode="concat", kept=True)
one("Attention", None, inputs=[Q, V], score_mode="concat", use_scale=True)
one("Attention", None, inputs=[tokens((3, 6), 9)], text="masked", call=lambda l, i: (lambda e: l([e, e]))(L.Embedding(9, 6, mask_zero=True)(i[0])), inner=lambda: L.Attention())

# --- einsum
E = "EinsumDense"
if hasattr(L, "EinsumDense"):
    one(E, (3, 5), equation="ab,bc->ac", output_shape=4)
    one(E, (3, 5), equation="ab,bc->ac", output_shape=4, bias_axes="c", activation="relu")
    one(E, (2, 4, 5), equation="abc,cd->abd", output_shape=(None, 6), bias_axes="d", kept=True)
    one(E, (2, 4, 5), equation="abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", kept=True)
    one(E, (2, 4, 5), equation="...x,xy->...y", output_shape=6, bias_axes="y", kept=True)
    one(E, (2, 4, 5), equation="abc,bcd->abd", output_shape=(4, 6), kept=True)
    one(E, (2, 4, 2, 3), equation="abcd,cde->abe", output_shape=(None, 6))
    one(E, (2, 4, 5), equation="abc,bd->adc", output_shape=(7, 5))

# --- reshaping
one("Flatten", (2, 3, 4))
one("Flatten", (3, 4))
one("Flatten", (2, 3, 4, 5), data_format="channels_first", kept=True)
one("Reshape", (2, 12), target_shape=(3, 4))
one("Reshape", (2, 3, 4), target_shape=(-1,))
one("Reshape", (2, 3, 4), target_shape=(2, -1, 3))
one("Permute", (2, 3, 4), dims=(2, 1))
one("Permute", (2, 3, 4, 5), dims=(3, 1, 2))
one("RepeatVector", (2, 5), n=3)
one("Cropping1D", (2, 7, 3), cropping=(1, 2))
one("Cropping2D", (2, 7, 6, 3), cropping=((1, 2), (0, 1)), kept=True)
one("Cropping2D", (2, 7, 6, 3), cropping=1)
one("Cropping2D", (2, 3, 7, 6), cropping=1, data_format="channels_first")
one("Cropping3D", (2, 5, 6, 4, 2), cropping=((1, 0), (2, 1), (0, 1)), kept=True)
one("ZeroPadding1D", (2, 7, 3), padding=(1, 2))
one("ZeroPadding2D", (2, 5, 4, 3), padding=((1, 2), (0, 3)), kept=True)
one("ZeroPadding2D", (2, 5, 4, 3), padding=2)
one("ZeroPadding2D", (2, 3, 5, 4), padding=(1, 2), data_format="channels_first")
one("ZeroPadding3D", (2, 3, 4, 3, 2), padding=(1, 2, 0), kept=True)
one("UpSampling1D", (2, 4, 3), size=3)
one("UpSampling2D", (2, 4, 3, 2), size=(2, 3), kept=True)
one("UpSampling2D", (2, 4, 3, 2), size=2, interpolation="bilinear", kept=True)
one("UpSampling2D", (2, 4, 3, 2), size=2, interpolation="bicubic")
one("UpSampling2D", (2, 2, 4, 3), size=2, data_format="channels_first")
one("UpSampling3D", (2, 3, 2, 4, 2), size=(2, 1, 3), kept=True)

# --- merging
A, B = (2, 4, 3), (2, 4, 3)
for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    one(cls, None, inputs=[A, B], text="")
    one(cls, None, inputs=[A, (2, 1, 3)], text="broadcast", kept=cls == "Add")
    one(cls, None, inputs=[A, (2, 3)], text="of different rank", kept=True)
one("Add", None, inputs=[A, B, A], text="three")
one("Concatenate", None, inputs=[A, B], text="")
one("Concatenate", None, inputs=[A, B], axis=1)
one("Concatenate", None, inputs=[(2, 3, 4, 2), (2, 3, 4, 5), (2, 3, 4, 1)], axis=-1)
one("Concatenate", None, inputs=[(2, 3, 4, 2), (2, 1, 4, 2)], axis=1)
one("Concatenate", None, inputs=[(2, 3), (2, 3)], text="axis=0", inner=lambda: L.Concatenate(axis=0))
one("Concatenate", None, inputs=[tokens((3, 6), 9), tokens((3, 6), 9)], text="masked, features", call=lambda l, i: L.GlobalAveragePooling1D()(l([L.Embedding(9, 3, mask_zero=True)(i[0]), L.Embedding(9, 4, mask_zero=True)(i[1])])), kept=True, inner=lambda: L.Concatenate())
one("Concatenate", None, inputs=[tokens((3, 6), 9), tokens((3, 4), 9)], text="masked, time", call=lambda l, i: L.GlobalAveragePooling1D()(l([L.Embedding(9, 3, mask_zero=True)(i[0]), L.Embedding(9, 3, mask_zero=True)(i[1])])), inner=lambda: L.Concatenate(axis=1))
one("Concatenate", None, inputs=[tokens((3, 6), 9), (3, 4, 3)], text="one masked, time", call=lambda l, i: L.GlobalAveragePooling1D()(l([L.Embedding(9, 3, mask_zero=True)(i[0]), i[1]])), inner=lambda: L.Concatenate(axis=1), kept=True)
one("Concatenate", None, inputs=[tokens((3, 6), 9), (3, 6, 3)], text="one masked, features", call=lambda l, i: L.GlobalAveragePooling1D()(l([L.Embedding(9, 3, mask_zero=True)(i[0]), i[1]])), inner=lambda: L.Concatenate())
one("Dot", None, inputs=[(2, 4), (2, 4)], axes=1)
one("Dot", None, inputs=[(2, 4, 3), (2, 5, 3)], axes=2)
one("Dot", None, inputs=[(2, 4, 3), (2, 3, 5)], axes=(2, 1))
one("Dot", None, inputs=[(2, 4, 3), (2, 3)], axes=(2, 1), kept=True)
one("Dot", None, inputs=[(2, 4, 3), (2, 4, 3)], axes=1, normalize=True)
one("Dot", None, inputs=[(2, 3, 4, 5), (2, 5, 6)], axes=(3, 1))

# --- regularisation (nothing in inference)
one("Dropout", (3, 4), rate=0.3)
one("Dropout", (2, 5, 4), rate=0.3, noise_shape=(None, 1, 4))
one("SpatialDropout1D", (2, 5, 4), rate=0.3)
one("SpatialDropout2D", (2, 5, 4, 3), rate=0.3)
one("SpatialDropout3D", (2, 3, 5, 4, 3), rate=0.3, kept=True)
one("GaussianDropout", (3, 4), rate=0.3)
one("GaussianNoise", (3, 4), stddev=0.3)
one("AlphaDropout", (3, 4), rate=0.3)
one("ActivityRegularization", (3, 4), l2=0.1)

# --- wrappers
T4 = (2, 3, 6, 6, 2)
one("TimeDistributed", (2, 3, 4), text="Dense", inner=lambda: L.TimeDistributed(L.Dense(5)))
one("TimeDistributed", T4, text="Conv2D", inner=lambda: L.TimeDistributed(L.Conv2D(3, 3, activation="relu")), kept=True)
one("TimeDistributed", T4, text="MaxPooling2D", inner=lambda: L.TimeDistributed(L.MaxPooling2D()))
one("TimeDistributed", T4, text="Flatten", inner=lambda: L.TimeDistributed(L.Flatten()), kept=True)
one("TimeDistributed", T4, text="GlobalAveragePooling2D", inner=lambda: L.TimeDistributed(L.GlobalAveragePooling2D()))
one("TimeDistributed", (2, 3, 5, 4), text="LSTM", inner=lambda: L.TimeDistributed(L.LSTM(3)), kept=True)
one("TimeDistributed", (2, 3, 5, 4), text="Conv1D", inner=lambda: L.TimeDistributed(L.Conv1D(3, 2)))
one("TimeDistributed", (2, 3, 4), text="BatchNormalization", inner=lambda: L.TimeDistributed(L.BatchNormalization()))
one("TimeDistributed", (2, 3, 4), text="Dropout", inner=lambda: L.TimeDistributed(L.Dropout(0.1)))
one("TimeDistributed", (2, 3, 4), text="Activation", inner=lambda: L.TimeDistributed(L.Activation("relu")))
one("TimeDistributed", (2, 3, 12), text="Reshape", inner=lambda: L.TimeDistributed(L.Reshape((3, 4))))
one("TimeDistributed", None, inputs=[tokens((2, 3, 5), 9)], text="Embedding", inner=lambda: L.TimeDistributed(L.Embedding(9, 4)))
one("TimeDistributed", (2, 3, 4), text="Sequential", inner=lambda: L.TimeDistributed(keras.Sequential([keras.Input((4,)), L.Dense(5, activation="relu"), L.Dense(2)])), kept=True)


def td_model():
    i = keras.Input((6, 6, 2))
    return L.TimeDistributed(keras.Model(i, L.Dense(3)(L.Flatten()(L.Conv2D(2, 3)(i)))))


one("TimeDistributed", T4, text="functional model", inner=td_model)
one("TimeDistributed", None, inputs=[tokens((3, 6), 9)], text="Dense, masked", call=lambda l, i: L.GlobalAveragePooling1D()(l(L.Embedding(9, 3, mask_zero=True)(i[0]))), inner=lambda: L.TimeDistributed(L.Dense(4)))
one("TimeDistributed", None, inputs=[tokens((3, 6), 9)], text="Dense, masked output", call=lambda l, i: l(L.Embedding(9, 3, mask_zero=True)(i[0])), inner=lambda: L.TimeDistributed(L.Dense(4)), kept=True)

# --- preprocessing
one("Rescaling", (2, 4, 4, 3), scale=1 / 127.5, offset=-1)
one("Rescaling", (2, 4, 4, 3), scale=[1.0, 2.0, 0.5], offset=[0.0, -1.0, 1.0])
one("Resizing", (2, 6, 5, 3), height=4, width=8, kept=True)
one("Resizing", (2, 6, 5, 3), height=4, width=8, interpolation="nearest", kept=True)
one("Resizing", (2, 4, 4, 3), height=8, width=8)
one("Resizing", (2, 6, 5, 3), height=4, width=8, interpolation="bicubic")
one("Resizing", (2, 6, 5, 3), height=4, width=8, interpolation="area")
one("Resizing", (2, 6, 9, 3), height=4, width=4, crop_to_aspect_ratio=True)
one("CenterCrop", (2, 7, 6, 3), height=4, width=3, kept=True)
one("CenterCrop", (2, 4, 4, 3), height=6, width=6)
for cls, options in (
    ("RandomFlip", {}), ("RandomRotation", {"factor": 0.1}), ("RandomZoom", {"height_factor": 0.1}), ("RandomContrast", {"factor": 0.1}),
    ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}), ("RandomBrightness", {"factor": 0.1}), ("RandomCrop", {"height": 4, "width": 4}),
):
    one(cls, (2, 4, 4, 3), kept=cls == "RandomFlip", **options)
one("CategoryEncoding", None, inputs=[shaped((4, 1), ids((4, 1), 5))], num_tokens=5, output_mode="one_hot", kept=True)
one("CategoryEncoding", None, inputs=[shaped((4, 3), ids((4, 3), 5, False))], num_tokens=5, output_mode="multi_hot", kept=True)
one("CategoryEncoding", None, inputs=[shaped((4, 3), ids((4, 3), 5, False))], num_tokens=5, output_mode="count")
one("Discretization", (3, 4), bin_boundaries=[-1.0, 0.0, 0.5], kept=True)
one("Discretization", (3, 1), bin_boundaries=[-1.0, 0.0, 0.5], output_mode="one_hot")
one("IntegerLookup", None, inputs=[shaped((3, 4), ids((3, 4), 5, False))], vocabulary=[3, 1, 4])
one("Hashing", None, inputs=[shaped((3, 4), ids((3, 4), 50, False))], num_bins=7)
if THREE:
    one("Identity", (3, 4))
    one("Discretization", (3, 1), bin_boundaries=[-1.0, 0.0, 0.5], output_mode="multi_hot")
one("Lambda", (3, 4), text="a function", inner=lambda: L.Lambda(lambda x: x * 2))
