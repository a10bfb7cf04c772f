"""What vision transformers have besides attention: a class token and a position embedding, with flat weights."""

from . import _backend as K
from .layers import _PACKAGE


@K.register(package=_PACKAGE)
class ClassToken(K.Layer):
    """Prepends one learned token to a sequence."""

    def build(self, input_shape):
        self.token = self.add_weight(name="token", shape=(1, 1, input_shape[-1]), initializer=K.small_normal(), trainable=True)
        self.built = True

    def call(self, x):
        return K.concat([K.broadcast_to(K.convert(self.token), (K.shape(x)[0], 1, x.shape[-1])), x], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], None if input_shape[1] is None else input_shape[1] + 1, input_shape[2])


@K.register(package=_PACKAGE)
class PositionEmbedding(K.Layer):
    """Adds a learned embedding to each position."""

    def build(self, input_shape):
        self.embedding = self.add_weight(name="position", shape=(1, input_shape[1], input_shape[2]), initializer=K.small_normal(), trainable=True)
        self.built = True

    def call(self, x):
        return x + self.embedding

    def compute_output_shape(self, input_shape):
        return input_shape
