"""Typical networks, as people write them: small, but whole."""

from registry import L, THREE, ids, keras, network, padded

K = keras
S = keras.Sequential
M = keras.Model
I = keras.Input
TRAINED = {}


def trains(inputs):
    """Also a model for one step of training."""

    def register(build):
        TRAINED[build.__name__] = (build, inputs)
        return network(inputs, kept=True)(build)

    return register


# --- feed-forward
@trains([(4, 8)])
def mlp_dropout():
    return S([I((8,)), L.Dense(16, activation="relu"), L.Dropout(0.0), L.Dense(8, activation="relu"), L.Dense(3, activation="softmax")])


@network([(4, 8)], kept=True)
def mlp_batch_normalization():
    return S([I((8,)), L.Dense(12, use_bias=False), L.BatchNormalization(), L.Activation("relu"), L.Dense(6), L.BatchNormalization(), L.LeakyReLU(), L.Dense(1, activation="sigmoid")])


@network([(4, 8)])
def mlp_selu_alpha_dropout():
    return S([I((8,)), L.Dense(10, activation="selu", kernel_initializer="lecun_normal"), L.AlphaDropout(0.1), L.Dense(3, activation="softmax")])


@network([(4, 6)], kept=True)
def mlp_leaky_relu_by_name():
    return S([I((6,)), L.Dense(8, activation="leaky_relu" if THREE else "relu"), L.Dense(8, activation="swish"), L.Dense(2)])


@network([(4, 6)])
def autoencoder_dense():
    return S([I((6,)), L.Dense(4, activation="relu"), L.Dense(2, activation="relu"), L.Dense(4, activation="relu"), L.Dense(6, activation="sigmoid")])


@trains([(4, 6)])
def residual_mlp():
    i = I((6,))
    x = i
    for _ in range(2):
        h = L.Dense(6, activation="relu")(x)
        x = x + h
    return M(i, L.Dense(2)(x))


@network([(4, 6)], kept=True)
def highway():
    i = I((6,))
    t = L.Dense(6, activation="sigmoid")(i)
    h = L.Dense(6, activation="relu")(i)
    return M(i, L.Dense(2)(t * h + (1 - t) * i))


@network([(4, 6), (4, 6)], kept=True)
def deep_and_cross():
    i, w = I((6,)), I((6,))
    x = i
    for _ in range(2):
        x = i * L.Dense(6)(x) + x
    d = L.Dense(5, activation="relu")(w)
    return M([i, w], L.Dense(1, activation="sigmoid")(L.Concatenate()([x, d])))


@network([(4, 5), (4, 3)])
def wide_and_deep():
    a, b = I((5,), name="wide"), I((3,), name="deep")
    h = L.Dense(6, activation="relu")(L.Dense(6, activation="relu")(b))
    return M([a, b], L.Dense(1)(L.concatenate([a, h])))


@trains([ids((4, 1), 9), ids((4, 1), 7)])
def collaborative_filtering():
    u, v = I((1,)), I((1,))
    a = L.Flatten()(L.Embedding(9, 4)(u))
    b = L.Flatten()(L.Embedding(7, 4)(v))
    return M([u, v], L.Dense(1)(L.Concatenate()([L.Dot(axes=1)([a, b]), a, b])))


@network([ids((4,), 9), ids((4,), 7)])
def matrix_factorisation():
    u, v = I(()), I(())
    return M([u, v], L.Dot(axes=1)([L.Embedding(9, 4)(u), L.Embedding(7, 4)(v)]))


@network([(4, 6)])
def multi_task():
    i = I((6,), name="features")
    h = L.Dense(8, activation="relu", name="trunk")(i)
    return M(i, [L.Dense(3, activation="softmax", name="kind")(h), L.Dense(1, name="size")(h), L.Dense(1, activation="sigmoid", name="flag")(h)])


@network([(4, 6), (4, 6)], kept=True)
def siamese_absolute_difference():
    base = S([I((6,)), L.Dense(8, activation="relu"), L.Dense(4)], name="base")
    a, b = I((6,)), I((6,))
    d = abs(base(a) - base(b))
    return M([a, b], L.Dense(1, activation="sigmoid")(d))


@network([(4, 6), (4, 6)], kept=True)
def siamese_functional_inner():
    x = I((6,))
    inner = M(x, L.Dense(3)(L.Dense(5, activation="relu")(x)), name="tower")
    a, b = I((6,)), I((6,))
    return M([a, b], L.Subtract()([inner(a), inner(b)]))


@network([(4, 6), (4, 6), (4, 6)])
def triplet():
    base = S([I((6,)), L.Dense(8, activation="relu"), L.Dense(4)])
    ins = [I((6,)) for _ in range(3)]
    return M(ins, L.Concatenate()([base(i) for i in ins]))


@network([(4, 6)])
def mixture_of_experts():
    i = I((6,))
    gate = L.Dense(3, activation="softmax")(i)
    experts = [L.Reshape((1, 4))(L.Dense(4, activation="relu")(i)) for _ in range(3)]
    e = L.Concatenate(axis=1)(experts)
    y = L.Dot(axes=(1, 1))([gate, e])
    return M(i, L.Dense(1)(y))


@network([(4, 10)])
def gated_linear_units():
    i = I((10,))
    x = L.Multiply()([L.Dense(8)(i), L.Dense(8, activation="sigmoid")(i)])
    return M(i, L.Dense(2)(L.LayerNormalization()(x)))


@network([(4, 12)])
def n_beats_block():
    i = I((12,))
    x, total = i, None
    for _ in range(2):
        h = L.Dense(8, activation="relu")(x)
        x = L.Subtract()([x, L.Dense(12)(h)])
        f = L.Dense(3)(h)
        total = f if total is None else L.Add()([total, f])
    return M(i, total)


@network([(4, 6)])
def generator():
    return S([I((6,)), L.Dense(4 * 4 * 4, use_bias=False), L.BatchNormalization(), L.LeakyReLU(), L.Reshape((4, 4, 4)),
              L.Conv2DTranspose(4, 5, strides=1, padding="same", use_bias=False), L.BatchNormalization(), L.LeakyReLU(),
              L.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh")])


@network([(2, 8, 8, 1)])
def discriminator():
    return S([I((8, 8, 1)), L.Conv2D(4, 5, strides=2, padding="same"), L.LeakyReLU(), L.Dropout(0.3), L.Conv2D(8, 5, strides=2, padding="same"), L.LeakyReLU(), L.Dropout(0.3), L.Flatten(), L.Dense(1)])


# --- images
@network([(2, 14, 14, 1)])
def lenet():
    return S([I((14, 14, 1)), L.Conv2D(6, 5, padding="same", activation="tanh"), L.AveragePooling2D(2), L.Conv2D(8, 3, activation="tanh"), L.AveragePooling2D(2), L.Flatten(), L.Dense(12, activation="tanh"), L.Dense(10, activation="softmax")])


@trains([(2, 8, 8, 3)])
def vgg_like():
    return S([I((8, 8, 3)), L.Conv2D(4, 3, padding="same", activation="relu"), L.Conv2D(4, 3, padding="same", activation="relu"), L.MaxPooling2D(), L.Conv2D(6, 3, padding="same", activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(8, activation="relu"), L.Dropout(0.0), L.Dense(3, activation="softmax")])


@network([(2, 8, 8, 3)], kept=True)
def augmented_cnn():
    return S([I((8, 8, 3)), L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.Rescaling(1.0 / 255), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(3)])


def conv_bn(x, n, k=3, s=1, act=True):
    x = L.Conv2D(n, k, strides=s, padding="same", use_bias=False)(x)
    x = L.BatchNormalization()(x)
    return L.ReLU()(x) if act else x


@network([(2, 8, 8, 3)], kept=True)
def resnet_blocks():
    i = I((8, 8, 3))
    x = conv_bn(i, 4)
    x = L.ReLU()(L.Add()([x, conv_bn(conv_bn(x, 4), 4, act=False)]))
    s = conv_bn(x, 6, 1, 2, act=False)
    x = L.ReLU()(L.Add()([s, conv_bn(conv_bn(x, 6, s=2), 6, act=False)]))
    return M(i, L.Dense(3, activation="softmax")(L.GlobalAveragePooling2D()(x)))


@network([(2, 8, 8, 3)], kept=True)
def resnet_with_operators():
    i = I((8, 8, 3))
    x = L.ZeroPadding2D(1)(i)
    x = L.Conv2D(4, 3)(x)
    y = L.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = L.Activation("relu")(x + y)
    return M(i, L.Dense(2)(L.GlobalAveragePooling2D()(x)))


@network([(2, 8, 8, 3)], kept=True)
def inception_block():
    i = I((8, 8, 3))
    a = L.Conv2D(2, 1, padding="same", activation="relu")(i)
    b = L.Conv2D(3, 3, padding="same", activation="relu")(L.Conv2D(2, 1, activation="relu")(i))
    c = L.Conv2D(2, 5, padding="same", activation="relu")(L.Conv2D(2, 1, activation="relu")(i))
    d = L.Conv2D(2, 1, padding="same", activation="relu")(L.MaxPooling2D(3, strides=1, padding="same")(i))
    return M(i, L.Dense(3)(L.GlobalAveragePooling2D()(L.Concatenate(axis=-1)([a, b, c, d]))))


@network([(2, 8, 8, 3)])
def densenet_block():
    i = I((8, 8, 3))
    x = i
    for _ in range(3):
        y = L.Conv2D(3, 3, padding="same")(L.Activation("relu")(L.BatchNormalization()(x)))
        x = L.Concatenate()([x, y])
    x = L.AveragePooling2D(2, strides=2)(L.Conv2D(4, 1)(x))
    return M(i, L.Dense(3)(L.GlobalAveragePooling2D()(x)))


@network([(2, 8, 8, 4)], kept=True)
def mobilenet_block():
    i = I((8, 8, 4))
    x = L.DepthwiseConv2D(3, padding="same", use_bias=False)(i)
    x = L.ReLU(6.0)(L.BatchNormalization()(x))
    x = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(6, 1, use_bias=False)(x)))
    return M(i, L.Dense(3)(L.GlobalAveragePooling2D()(x)))


@network([(2, 8, 8, 4)], kept=True)
def mbconv_squeeze_excite():
    i = I((8, 8, 4))
    x = L.Activation("swish")(L.BatchNormalization()(L.Conv2D(8, 1, use_bias=False)(i)))
    x = L.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = L.DepthwiseConv2D(3, strides=2, padding="valid", use_bias=False)(x)
    x = L.Activation("swish")(L.BatchNormalization()(x))
    s = L.Reshape((1, 1, 8))(L.GlobalAveragePooling2D()(x))
    s = L.Conv2D(8, 1, activation="sigmoid")(L.Conv2D(2, 1, activation="swish")(s))
    x = L.BatchNormalization()(L.Conv2D(4, 1, use_bias=False)(L.multiply([x, s])))
    return M(i, L.GlobalAveragePooling2D()(x))


@network([(2, 8, 8, 4)])
def squeeze_excite_keepdims():
    i = I((8, 8, 4))
    s = L.GlobalAveragePooling2D(keepdims=True)(i)
    s = L.Dense(4, activation="sigmoid")(L.Dense(2, activation="relu")(s))
    return M(i, L.Flatten()(L.MaxPooling2D(4)(i * s)))


@network([(2, 8, 8, 4)])
def cbam():
    i = I((8, 8, 4))
    d1, d2 = L.Dense(2, activation="relu"), L.Dense(4)
    a = L.Activation("sigmoid")(L.Add()([d2(d1(L.GlobalAveragePooling2D()(i))), d2(d1(L.GlobalMaxPooling2D()(i)))]))
    x = L.Multiply()([i, L.Reshape((1, 1, 4))(a)])
    return M(i, L.Conv2D(2, 3)(x))


@network([(2, 8, 8, 4)], kept=True)
def convnext_block():
    i = I((8, 8, 4))
    x = L.Conv2D(4, 7, padding="same", groups=4)(i)
    x = L.LayerNormalization(epsilon=1e-6)(x)
    x = L.Dense(4)(L.Activation("gelu")(L.Dense(16)(x)))
    return M(i, L.GlobalAveragePooling2D()(L.Add()([i, x])))


@network([(2, 8, 8, 4)])
def resnext_block():
    i = I((8, 8, 4))
    x = L.Conv2D(8, 1, activation="relu")(i)
    x = L.Conv2D(8, 3, padding="same", groups=4, activation="relu")(x)
    return M(i, L.ReLU()(L.Add()([i, L.Conv2D(4, 1)(x)])))


@network([(2, 8, 8, 3)])
def xception_block():
    i = I((8, 8, 3))
    x = L.Activation("relu")(L.BatchNormalization()(L.SeparableConv2D(6, 3, padding="same", use_bias=False)(i)))
    x = L.MaxPooling2D(3, strides=2, padding="same")(L.SeparableConv2D(6, 3, padding="same", use_bias=False)(x))
    return M(i, L.Add()([x, L.Conv2D(6, 1, strides=2, padding="same")(i)]))


@trains([(2, 8, 8, 2)])
def unet():
    i = I((8, 8, 2))
    a = L.Conv2D(4, 3, padding="same", activation="relu")(i)
    b = L.Conv2D(6, 3, padding="same", activation="relu")(L.MaxPooling2D()(a))
    u = L.Concatenate()([L.Conv2DTranspose(4, 2, strides=2, padding="same")(b), a])
    return M(i, L.Conv2D(1, 1, activation="sigmoid")(L.Conv2D(4, 3, padding="same", activation="relu")(u)))


@network([(2, 8, 8, 2)], kept=True)
def unet_upsampling_crop():
    i = I((8, 8, 2))
    a = L.Conv2D(4, 3, activation="relu")(i)
    b = L.Conv2D(6, 2, activation="relu")(L.MaxPooling2D()(a))
    u = L.UpSampling2D(2, interpolation="bilinear")(b)
    u = L.Concatenate()([u, L.Cropping2D(1)(a)])
    return M(i, L.Softmax()(L.Conv2D(3, 1)(u)))


@network([(2, 8, 8, 1)])
def convolutional_autoencoder():
    return S([I((8, 8, 1)), L.Conv2D(4, 3, activation="relu", padding="same", strides=2), L.Conv2D(2, 3, activation="relu", padding="same", strides=2), L.Conv2DTranspose(2, 3, strides=2, activation="relu", padding="same"), L.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same"), L.Conv2D(1, 3, activation="sigmoid", padding="same")])


@network([(2, 8, 8, 1)])
def upsampling_autoencoder():
    return S([I((8, 8, 1)), L.Conv2D(4, 3, activation="relu", padding="same"), L.MaxPooling2D(2, padding="same"), L.Conv2D(4, 3, activation="relu", padding="same"), L.UpSampling2D(2), L.Conv2D(1, 3, activation="sigmoid", padding="same")])


@network([(2, 12, 12, 2)])
def dilated_segmentation():
    i = I((12, 12, 2))
    x = L.Concatenate()([L.Conv2D(3, 3, padding="same", dilation_rate=d, activation="relu")(i) for d in (1, 2, 3)])
    return M(i, L.Conv2D(2, 1, activation="softmax")(x))


@network([(2, 8, 8, 3)], kept=True)
def super_resolution():
    i = I((8, 8, 3))
    x = L.Conv2D(8, 3, padding="same", activation="relu")(i)
    x = L.Conv2D(12, 3, padding="same")(x)
    x = L.Reshape((8, 8, 2, 2, 3))(x)
    x = L.Permute((1, 3, 2, 4, 5))(x)
    return M(i, L.Reshape((16, 16, 3))(x))


@network([(2, 4, 6, 6, 2)], kept=True)
def video_3d():
    return S([I((4, 6, 6, 2)), L.Conv3D(3, 3, padding="same", activation="relu"), L.MaxPooling3D(2), L.BatchNormalization(), L.Conv3D(4, 2), L.GlobalAveragePooling3D(), L.Dense(2)])


@network([(2, 4, 6, 6, 2)], kept=True)
def video_cnn_lstm():
    return S([I((4, 6, 6, 2)), L.TimeDistributed(L.Conv2D(3, 3, activation="relu")), L.TimeDistributed(L.MaxPooling2D()), L.TimeDistributed(L.Flatten()), L.LSTM(5), L.Dense(2, activation="softmax")])


@network([(2, 4, 6, 6, 1)])
def video_nested_backbone():
    base = S([I((6, 6, 1)), L.Conv2D(2, 3, activation="relu"), L.GlobalAveragePooling2D()])
    i = I((4, 6, 6, 1))
    return M(i, L.Dense(2)(L.GRU(4)(L.TimeDistributed(base)(i))))


@network([(2, 8, 12, 1)])
def crnn():
    i = I((8, 12, 1))
    x = L.MaxPooling2D((2, 1))(L.Conv2D(4, 3, padding="same", activation="relu")(i))
    x = L.Reshape((12, 16))(L.Permute((2, 1, 3))(x))
    x = L.Bidirectional(L.LSTM(5, return_sequences=True, dropout=0.25))(L.Dense(6, activation="relu")(x))
    return M(i, L.Dense(7, activation="softmax")(x))


@network([(2, 8, 8, 3), (2, 5)])
def image_and_table():
    a, b = I((8, 8, 3)), I((5,))
    x = L.Flatten()(L.MaxPooling2D()(L.Conv2D(3, 3, activation="relu")(a)))
    return M([a, b], L.Dense(1)(L.Concatenate()([x, L.Dense(4, activation="relu")(b)])))


@network([(2, 8, 8, 3)], kept=True)
def transfer_learning_nested():
    base = S([I((8, 8, 3)), L.Conv2D(4, 3, activation="relu"), L.BatchNormalization(), L.MaxPooling2D()], name="base")
    base.trainable = False
    return S([I((8, 8, 3)), base, L.GlobalAveragePooling2D(), L.Dense(2, activation="softmax")])


@network([(2, 8, 8, 3)])
def nested_functional_base():
    i = I((8, 8, 3))
    base = M(i, L.Conv2D(4, 3, activation="relu")(L.Rescaling(1 / 127.5, offset=-1)(i)), name="feature_extractor")
    o = I((8, 8, 3))
    return M(o, L.Dense(2)(L.GlobalAveragePooling2D()(base(o, training=False))))


@network([(2, 8, 8, 2)])
def detection_heads():
    i = I((8, 8, 2))
    x = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(i)
    boxes = L.Reshape((-1, 4))(L.Conv2D(8, 3, padding="same")(x))
    kinds = L.Activation("softmax")(L.Reshape((-1, 3))(L.Conv2D(6, 3, padding="same")(x)))
    return M(i, [kinds, boxes])


@network([(2, 8, 8, 4)], kept=True)
def group_norm_silu():
    i = I((8, 8, 4))
    x = L.Conv2D(4, 3, padding="same")(L.Activation("swish")(L.GroupNormalization(groups=2)(i)))
    return M(i, L.Add()([i, x]))


@network([(2, 6, 6, 4)])
def non_local_block():
    i = I((6, 6, 4))
    q, k, v = (L.Reshape((36, 2))(L.Conv2D(2, 1)(i)) for _ in range(3))
    a = L.Softmax()(L.Dot(axes=2)([q, k]))
    y = L.Reshape((6, 6, 2))(L.Dot(axes=(2, 1))([a, v]))
    return M(i, L.Add()([i, L.Conv2D(4, 1)(y)]))


# --- time series
@network([(3, 10, 2)])
def lstm_forecast():
    return S([I((10, 2)), L.LSTM(6, return_sequences=True), L.Dropout(0.2), L.LSTM(4), L.Dense(1)])


@network([(3, 10, 2)], kept=True)
def gru_forecast():
    return S([I((10, 2)), L.GRU(6, return_sequences=True, recurrent_dropout=0.1), L.GRU(4), L.Dense(3)])


@network([(3, 10, 2)])
def simple_rnn_sequence():
    return S([I((None, 2)), L.SimpleRNN(5, return_sequences=True), L.SimpleRNN(4, return_sequences=True), L.TimeDistributed(L.Dense(1))])


@network([(3, 10, 2)])
def cnn_lstm():
    return S([I((10, 2)), L.Conv1D(4, 3, activation="relu", padding="causal"), L.MaxPooling1D(2), L.LSTM(5), L.Dense(1)])


@network([(3, 8, 2)])
def lstm_autoencoder():
    return S([I((8, 2)), L.LSTM(5), L.RepeatVector(8), L.LSTM(5, return_sequences=True), L.TimeDistributed(L.Dense(2))])


@network([(3, 10, 2)], kept=True)
def tcn():
    i = I((10, 2))
    x = L.Conv1D(4, 1)(i)
    for d in (1, 2, 4):
        y = L.Conv1D(4, 2, padding="causal", dilation_rate=d, activation="relu")(x)
        y = L.SpatialDropout1D(0.1)(L.LayerNormalization()(y))
        x = x + L.Conv1D(4, 1)(y)
    return M(i, L.Dense(1)(x[:, -1, :]))


@network([(3, 10, 2)], kept=True)
def wavenet():
    i = I((10, 2))
    x = L.Conv1D(4, 2, padding="causal")(i)
    skips = []
    for d in (1, 2):
        z = L.Multiply()([L.Conv1D(4, 2, padding="causal", dilation_rate=d, activation="tanh")(x), L.Conv1D(4, 2, padding="causal", dilation_rate=d, activation="sigmoid")(x)])
        skips.append(L.Conv1D(4, 1)(z))
        x = L.Add()([x, skips[-1]])
    return M(i, L.Conv1D(3, 1, activation="softmax")(L.Activation("relu")(L.Add()(skips))))


@network([(3, 12, 2)], kept=True)
def inception_time():
    i = I((12, 2))
    b = L.Conv1D(3, 1, use_bias=False)(i)
    x = L.Concatenate()([L.Conv1D(2, k, padding="same", use_bias=False)(b) for k in (3, 5, 9)] + [L.Conv1D(2, 1, use_bias=False)(L.MaxPooling1D(3, strides=1, padding="same")(i))])
    return M(i, L.Dense(2)(L.GlobalAveragePooling1D()(L.Activation("relu")(L.BatchNormalization()(x)))))


@network([(3, 12, 2)], kept=True)
def fcn_time_series():
    return S([I((12, 2)), L.Conv1D(4, 5, padding="same"), L.BatchNormalization(), L.ReLU(), L.Conv1D(4, 3, padding="same"), L.BatchNormalization(), L.ReLU(), L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])


@network([(3, 6, 4), (3, 5, 3)], kept=True)
def seq2seq_states():
    a, b = I((6, 4)), I((5, 3))
    _, h, c = L.LSTM(5, return_state=True)(a)
    y, _, _ = L.LSTM(5, return_sequences=True, return_state=True)(b, initial_state=[h, c])
    return M([a, b], L.Dense(3, activation="softmax")(y))


@network([(3, 6, 4), (3, 5, 3)], kept=True)
def seq2seq_gru_attention():
    a, b = I((6, 4)), I((5, 3))
    e, h = L.GRU(5, return_sequences=True, return_state=True)(a)
    d = L.GRU(5, return_sequences=True)(b, initial_state=h)
    c = L.AdditiveAttention()([d, e])
    return M([a, b], L.Dense(3)(L.Concatenate()([d, c])))


@network([(3, 8, 3)], kept=True)
def bilstm_attention_pooling():
    i = I((8, 3))
    h = L.Bidirectional(L.LSTM(4, return_sequences=True))(i)
    a = L.Softmax(axis=1)(L.Dense(1)(L.Dense(5, activation="tanh")(h)))
    return M(i, L.Dense(2)(L.Flatten()(L.Dot(axes=1)([a, h]))))


@network([(3, 8, 3)], kept=True)
def attention_pooling_by_operators():
    i = I((8, 3))
    h = L.GRU(4, return_sequences=True)(i)
    a = L.Softmax(axis=1)(L.Dense(1)(h))
    if THREE:
        y = K.ops.sum(a * h, axis=1)
    else:
        import tensorflow as tf

        y = tf.reduce_sum(a * h, axis=1)
    return M(i, L.Dense(2)(y))


@network([(3, 8, 3)])
def attention_permute_repeat():
    i = I((8, 3))
    h = L.LSTM(4, return_sequences=True)(i)
    a = L.Activation("softmax")(L.Flatten()(L.Dense(1, activation="tanh")(h)))
    a = L.Permute((2, 1))(L.RepeatVector(4)(a))
    return M(i, L.Dense(2)(L.Flatten()(L.Multiply()([h, a]))))


# --- multiple instances and sets
@network([(2, 7, 5)], kept=True)
def attention_mil():
    i = I((7, 5))
    h = L.Dense(6, activation="relu")(i)
    a = L.Softmax(axis=1)(L.Dense(1)(L.Dense(4, activation="tanh")(h)))
    z = L.GlobalAveragePooling1D()(L.Multiply()([a, h]))
    return M(i, L.Dense(1, activation="sigmoid")(z))


@network([(2, 7, 5)], kept=True)
def gated_attention_mil():
    i = I((None, 5))
    h = L.Dense(6, activation="relu")(i)
    g = L.Multiply()([L.Dense(4, activation="tanh")(h), L.Dense(4, activation="sigmoid")(h)])
    a = L.Softmax(axis=1)(L.Dense(1)(g))
    z = L.Dot(axes=1)([a, h])
    return M(i, L.Dense(1, activation="sigmoid")(L.Reshape((6,))(z)))


@network([(2, 7, 5)])
def deep_sets():
    i = I((7, 5))
    x = L.GlobalAveragePooling1D()(L.Dense(6, activation="relu")(L.Dense(6, activation="relu")(i)))
    return M(i, L.Dense(2)(L.Dense(4, activation="relu")(x)))


@network([(2, 7, 3)])
def pointnet():
    i = I((7, 3))
    x = L.BatchNormalization()(L.Conv1D(6, 1, activation="relu")(i))
    t = L.Reshape((3, 3))(L.Dense(9)(L.GlobalMaxPooling1D()(x)))
    y = L.Dot(axes=(2, 1))([i, t])
    return M(i, L.Dense(2)(L.GlobalMaxPooling1D()(L.Conv1D(8, 1, activation="relu")(y))))


@network([(2, 5, 4), (2, 5, 5)], kept=True)
def graph_convolution():
    x, a = I((5, 4)), I((5, 5))
    h = L.ReLU()(L.Dot(axes=(2, 1))([a, L.Dense(6)(x)]))
    h = L.Dot(axes=(2, 1))([a, L.Dense(3)(h)])
    return M([x, a], L.Softmax()(h))


@network([(2, 6, 8)], kept=True)
def set_transformer_block():
    i = I((6, 8))
    h = L.LayerNormalization()(i + L.MultiHeadAttention(2, 4)(i, i))
    h = L.LayerNormalization()(h + L.Dense(8, activation="relu")(h))
    return M(i, L.Dense(2)(L.GlobalMaxPooling1D()(h)))


# --- text
@network([ids((3, 8), 20)])
def text_average():
    return S([I((8,)), L.Embedding(20, 6), L.GlobalAveragePooling1D(), L.Dense(4, activation="relu"), L.Dense(1, activation="sigmoid")])


@network([ids((3, 8), 20)])
def text_cnn():
    i = I((8,))
    e = L.Embedding(20, 6)(i)
    x = L.Concatenate()([L.GlobalMaxPooling1D()(L.Conv1D(4, k, activation="relu")(e)) for k in (2, 3, 4)])
    return M(i, L.Dense(2, activation="softmax")(L.Dropout(0.5)(x)))


@network([ids((3, 8), 20)])
def text_cnn_2d():
    i = I((8,))
    e = L.Reshape((8, 6, 1))(L.Embedding(20, 6)(i))
    x = L.Concatenate()([L.MaxPooling2D((8 - k + 1, 1))(L.Conv2D(3, (k, 6), activation="relu")(e)) for k in (2, 3)])
    return M(i, L.Dense(2, activation="softmax")(L.Flatten()(x)))


@network([ids((3, 8), 20)], kept=True)
def text_lstm_masked():
    return S([I((None,)), L.Embedding(20, 6, mask_zero=True), L.LSTM(5), L.Dense(1, activation="sigmoid")])


@network([ids((3, 8), 20)], kept=True)
def text_bilstm_masked():
    return S([I((None,)), L.Embedding(20, 6, mask_zero=True), L.Bidirectional(L.LSTM(5, return_sequences=True)), L.Bidirectional(L.LSTM(4)), L.Dense(3, activation="softmax")])


@network([ids((3, 8), 20)], kept=True)
def text_bigru():
    return S([I((8,)), L.Embedding(20, 6), L.SpatialDropout1D(0.2), L.Bidirectional(L.GRU(4, return_sequences=True)), L.GlobalMaxPooling1D(), L.Dense(2)])


@network([ids((3, 8), 20)])
def tagger():
    return S([I((None,)), L.Embedding(20, 6, mask_zero=True), L.Bidirectional(L.LSTM(4, return_sequences=True)), L.TimeDistributed(L.Dense(5, activation="softmax"))])


@network([ids((3, 8), 20)])
def text_gru_two_poolings():
    i = I((8,))
    h = L.Bidirectional(L.GRU(4, return_sequences=True))(L.Embedding(20, 6)(i))
    return M(i, L.Dense(1)(L.concatenate([L.GlobalAveragePooling1D()(h), L.GlobalMaxPooling1D()(h)])))


@network([ids((3, 8), 20)])
def language_model():
    return S([I((None,)), L.Embedding(20, 6), L.LSTM(8, return_sequences=True), L.Dense(20, activation="softmax")])


@network([ids((3, 8), 20), ids((3, 6), 20)], kept=True)
def question_answer_shared_embedding():
    a, b = I((8,)), I((6,))
    e, g = L.Embedding(20, 5, mask_zero=True), L.LSTM(4)
    return M([a, b], L.Dense(1, activation="sigmoid")(L.Concatenate()([g(e(a)), g(e(b))])))


@network([ids((3, 8), 20), ids((3, 6), 20)], kept=True)
def translation_transformer():
    a, b = I((None,)), I((None,))
    ea, eb = L.Embedding(20, 8)(a), L.Embedding(20, 8)(b)
    enc = L.LayerNormalization()(ea + L.MultiHeadAttention(2, 4)(ea, ea))
    d = L.LayerNormalization()(eb + L.MultiHeadAttention(2, 4)(eb, eb, use_causal_mask=True))
    d = L.LayerNormalization()(d + L.MultiHeadAttention(2, 4)(d, enc))
    return M([a, b], L.Dense(20, activation="softmax")(d))


@network([ids((3, 8), 20)], kept=True)
def transformer_text_masked():
    i = I((8,))
    e = L.Embedding(20, 8, mask_zero=True)(i)
    x = L.LayerNormalization(epsilon=1e-6)(e + L.Dropout(0.1)(L.MultiHeadAttention(2, 4)(e, e)))
    f = L.Dense(8)(L.Dense(16, activation="relu")(x))
    x = L.LayerNormalization(epsilon=1e-6)(x + L.Dropout(0.1)(f))
    return M(i, L.Dense(2, activation="softmax")(L.GlobalAveragePooling1D()(x)))


@network([ids((3, 8), 20)], kept=True)
def gpt_block():
    i = I((8,))
    e = L.Embedding(20, 8)(i)
    h = L.LayerNormalization()(e)
    x = e + L.MultiHeadAttention(2, 4)(h, h, use_causal_mask=True)
    h = L.LayerNormalization()(x)
    x = x + L.Dense(8)(L.Dense(32, activation="gelu")(h))
    return M(i, L.Dense(20)(x))


@network([ids((3, 8), 20), ids((3, 8), 3, False)], kept=True)
def bert_like():
    a, s = I((8,)), I((8,))
    e = L.Embedding(20, 8)(a) + L.Embedding(3, 8)(s)
    x = L.LayerNormalization(epsilon=1e-12)(e)
    x = L.LayerNormalization(epsilon=1e-12)(x + L.MultiHeadAttention(2, 4)(x, x))
    x = L.LayerNormalization(epsilon=1e-12)(x + L.Dense(8)(L.Dense(16, activation="gelu")(x)))
    return M([a, s], [x, L.Dense(8, activation="tanh")(x[:, 0])])


@network([ids((3, 4, 5), 20, False)], kept=True)
def hierarchical_attention():
    words = I((5,))
    h = L.Bidirectional(L.GRU(3, return_sequences=True))(L.Embedding(20, 4)(words))
    a = L.Softmax(axis=1)(L.Dense(1)(L.Dense(4, activation="tanh")(h)))
    sentence = M(words, L.Flatten()(L.Dot(axes=1)([a, h])))
    doc = I((4, 5))
    s = L.Bidirectional(L.GRU(3))(L.TimeDistributed(sentence)(doc))
    return M(doc, L.Dense(2, activation="softmax")(s))


@network([ids((3, 8), 20)])
def char_cnn_rnn():
    return S([I((8,)), L.Embedding(20, 6), L.Conv1D(5, 3, padding="same", activation="relu"), L.MaxPooling1D(2), L.Bidirectional(L.LSTM(3)), L.Dense(2)])


@network([(2, 8, 8, 3), ids((2, 6), 20)], kept=True)
def image_captioning():
    im, t = I((8, 8, 3)), I((6,))
    f = L.Dense(6, activation="relu")(L.Flatten()(L.Conv2D(2, 3, strides=2)(im)))
    s = L.LSTM(6)(L.Dropout(0.5)(L.Embedding(20, 5, mask_zero=True)(t)))
    return M([im, t], L.Dense(20, activation="softmax")(L.Dense(6, activation="relu")(L.add([f, s]))))


@network([ids((3, 6), 20), ids((3, 6), 20)], kept=True)
def esim_like():
    a, b = I((6,)), I((6,))
    e, r = L.Embedding(20, 5), L.Bidirectional(L.LSTM(3, return_sequences=True))
    x, y = r(e(a)), r(e(b))
    w = L.Dot(axes=-1)([x, y])
    u = L.Dot(axes=(2, 1))([L.Softmax(axis=2)(w), y])
    v = L.Dot(axes=(1, 1))([L.Softmax(axis=1)(w), x])
    return M([a, b], L.Dense(1)(L.Concatenate()([L.GlobalMaxPooling1D()(L.Subtract()([x, u])), L.GlobalMaxPooling1D()(L.Subtract()([y, v]))])))


@network([ids((3, 8), 20)])
def word2vec_like():
    i = I((8,))
    e = L.Embedding(20, 4)(i)
    if THREE:
        y = K.ops.mean(e, axis=1)
    else:
        import tensorflow as tf

        y = tf.reduce_mean(e, axis=1)
    return M(i, L.Dense(20, activation="softmax")(y))


# --- vision transformers and mixers
@network([(2, 8, 8, 3)], kept=True)
def vit():
    i = I((8, 8, 3))
    x = L.Reshape((4, 8))(L.Conv2D(8, 4, strides=4)(i))
    for _ in range(2):
        h = L.LayerNormalization(epsilon=1e-6)(x)
        x = L.Add()([L.MultiHeadAttention(2, 4, dropout=0.1)(h, h), x])
        h = L.LayerNormalization(epsilon=1e-6)(x)
        x = L.Add()([x, L.Dense(8)(L.Dropout(0.1)(L.Dense(16, activation="gelu")(h)))])
    x = L.Flatten()(L.LayerNormalization(epsilon=1e-6)(x))
    return M(i, L.Dense(3)(x))


@network([(2, 8, 8, 3)], kept=True)
def mlp_mixer():
    i = I((8, 8, 3))
    x = L.Reshape((16, 6))(L.Conv2D(6, 2, strides=2)(i))
    h = L.Permute((2, 1))(L.LayerNormalization()(x))
    h = L.Permute((2, 1))(L.Dense(16)(L.Dense(8, activation="gelu")(h)))
    x = L.Add()([x, h])
    x = L.Add()([x, L.Dense(6)(L.Dense(8, activation="gelu")(L.LayerNormalization()(x)))])
    return M(i, L.Dense(2)(L.GlobalAveragePooling1D()(x)))


@network([(2, 6, 8)], kept=True)
def conformer_like():
    i = I((6, 8))
    x = i + 0.5 * L.Dense(8)(L.Dense(16, activation="swish")(L.LayerNormalization()(i)))
    h = L.LayerNormalization()(x)
    x = x + L.MultiHeadAttention(2, 4)(h, h)
    h = L.Conv1D(16, 1)(L.LayerNormalization()(x))
    h = h[..., :8] * L.Activation("sigmoid")(h[..., 8:])
    h = L.Activation("swish")(L.BatchNormalization()(L.DepthwiseConv1D(3, padding="same")(h)))
    return M(i, L.LayerNormalization()(x + L.Conv1D(8, 1)(h)))


@network([(2, 6, 8)])
def fnet_like_mixing():
    i = I((6, 8))
    x = L.LayerNormalization()(L.Add()([i, L.Permute((2, 1))(L.Dense(6)(L.Permute((2, 1))(i)))]))
    return M(i, L.Dense(3)(L.GlobalMaxPooling1D()(x)))


@network([(2, 6, 8)], kept=True)
def einsum_attention():
    i = I((6, 8))
    q, k, v = (L.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de")(i) for _ in range(3))
    if THREE:
        e = K.ops.einsum
        a = K.ops.softmax(e("bthd,bshd->bhts", q, k) * 0.5)
    else:
        import tensorflow as tf

        e = tf.einsum
        a = tf.nn.softmax(e("bthd,bshd->bhts", q, k) * 0.5)
    return M(i, L.EinsumDense("abcd,cde->abe", (None, 8), bias_axes="e")(e("bhts,bshd->bthd", a, v)))


# --- reinforcement learning, audio, science
@network([(4, 6)], kept=True)
def dueling_dqn():
    i = I((6,))
    h = L.Dense(8, activation="relu")(i)
    v, a = L.Dense(1)(h), L.Dense(3)(h)
    if THREE:
        m = K.ops.mean(a, axis=1, keepdims=True)
    else:
        import tensorflow as tf

        m = tf.reduce_mean(a, axis=1, keepdims=True)
    return M(i, v + (a - m))


@network([(4, 6)])
def actor_critic():
    i = I((6,))
    h = L.Dense(8, activation="tanh")(i)
    return M(i, [L.Dense(3, activation="softmax")(h), L.Dense(1)(h)])


@network([(4, 4), (4, 2)])
def ddpg_critic():
    s, a = I((4,)), I((2,))
    h = L.Concatenate()([L.Dense(6, activation="relu")(s), L.Dense(6, activation="relu")(a)])
    return M([s, a], L.Dense(1)(L.Dense(8, activation="relu")(h)))


@network([(2, 12, 10, 1)])
def keyword_spotting():
    i = I((12, 10, 1))
    x = L.Resizing(8, 8)(i)
    x = L.Normalization(mean=0.1, variance=1.3)(x)
    x = L.Conv2D(4, 3, activation="relu")(L.Conv2D(3, 3, activation="relu")(x))
    return M(i, L.Dense(4)(L.Flatten()(L.MaxPooling2D()(x))))


@network([(2, 16, 1)])
def ecg_residual():
    i = I((16, 1))
    x = L.Conv1D(4, 5, padding="same")(i)
    s = L.MaxPooling1D(2)(x)
    h = L.Conv1D(4, 5, padding="same", strides=2)(L.ReLU()(L.BatchNormalization()(x)))
    return M(i, L.Dense(2)(L.Flatten()(L.Add()([s, h]))))


@network([(3, 5)])
def normalised_regression():
    return S([I((5,)), L.Normalization(), L.Dense(8, activation="relu"), L.Dense(8, activation="relu"), L.Dense(1)])


@network([(3, 5)], kept=True)
def variational_decoder_with_operators():
    i = I((5,))
    h = L.Dense(6, activation="relu")(i)
    m, s = L.Dense(2)(h), L.Dense(2)(h)
    if THREE:
        z = m + K.ops.exp(0.5 * s)
    else:
        import tensorflow as tf

        z = m + tf.exp(0.5 * s)
    return M(i, L.Dense(5, activation="sigmoid")(L.Dense(6, activation="relu")(z)))


@network([(3, 5), (3, 5)], kept=True)
def cosine_towers():
    a, b = I((5,)), I((5,))
    return M([a, b], L.Dot(axes=1, normalize=True)([L.Dense(4)(a), L.Dense(4)(b)]))


@network([(3, 5)], kept=True)
def unit_normalised_embedding():
    i = I((5,))
    return M(i, L.UnitNormalization()(L.Dense(4)(i)))


@network([(2, 4, 4, 3)], kept=True)
def patches_by_operators():
    i = I((4, 4, 3))
    if THREE:
        x = K.ops.reshape(i, (-1, 2, 2, 2, 2, 3))
        x = K.ops.transpose(x, (0, 1, 3, 2, 4, 5))
        x = K.ops.reshape(x, (-1, 4, 12))
    else:
        import tensorflow as tf

        x = tf.reshape(tf.transpose(tf.reshape(i, (-1, 2, 2, 2, 2, 3)), (0, 1, 3, 2, 4, 5)), (-1, 4, 12))
    return M(i, L.Dense(5)(x))


@network([padded((3, 6, 2))], kept=True)
def masked_time_series():
    return S([I((6, 2)), L.Masking(0.0), L.GRU(4, return_sequences=True), L.LSTM(3), L.Dense(1)])


@network([(3, 6)], kept=True)
def layer_applied_twice_to_its_result():
    i = I((6,))
    d = L.Dense(6, activation="tanh")
    return M(i, L.Dense(2)(d(d(i))))


@network([(3, 6)])
def names_with_slashes_and_numbers():
    i = I((6,), name="input_1")
    return M(i, L.Dense(2, name="Out_1.x")(L.Dense(4, name="dense_99")(i)))


@network([(3, 6)], kept=True)
def names_with_the_same_end():
    """As keras.applications of Keras 2 name their blocks; Keras 3 has no slashes in names."""
    i = I((6,))
    s = "_" if THREE else "/"
    x = L.BatchNormalization(name="one" + s + "bn")(L.Dense(4, name="one" + s + "dense")(i))
    return M(i, L.BatchNormalization(name="two" + s + "bn")(L.Dense(4, name="two" + s + "dense")(x)))


@network([(3, 6)], kept=True)
def names_not_ascii():
    i = I((6,), name="eingabe")
    return M(i, L.Dense(2, name="größe")(L.Dense(4, name="層")(i)))


@network([(3, 6)])
def input_is_output_too():
    i = I((6,))
    h = L.Dense(4)(i)
    return M(i, [h, L.Dense(2)(h)])


@network([(3, 6, 4)], kept=True)
def stacked_cells():
    i = I((6, 4))
    return M(i, L.Dense(2)(L.RNN([L.LSTMCell(5), L.LSTMCell(4)])(i)))


@network([(3, 6, 4)])
def bidirectional_sum():
    i = I((6, 4))
    return M(i, L.Dense(2)(L.Bidirectional(L.GRU(5), merge_mode="sum")(i)))


@network([(2, 6, 6, 4)])
def spatial_softmax():
    i = I((6, 6, 4))
    x = L.Reshape((36, 4))(L.Conv2D(4, 1)(i))
    return M(i, L.Softmax(axis=1)(x))


@network([(2, 6, 6, 3)])
def capsule_squash():
    i = I((6, 6, 3))
    x = L.Reshape((-1, 4))(L.Conv2D(8, 3, strides=2, activation="relu")(i))
    if THREE:
        n = K.ops.sum(K.ops.square(x), axis=-1, keepdims=True)
        y = n / (1 + n) / K.ops.sqrt(n + 1e-7) * x
    else:
        import tensorflow as tf

        n = tf.reduce_sum(tf.square(x), axis=-1, keepdims=True)
        y = n / (1 + n) / tf.sqrt(n + 1e-7) * x
    return M(i, y)
