"""Modern Hopfield layers for Keras; models with them import into Deeplearning4j with `hopfield import-keras`."""

from .layers import Hopfield, HopfieldLayer, HopfieldPooling
from .transformer import HopfieldDecoderLayer, HopfieldEncoderLayer
from .vision import ClassToken, PositionEmbedding

__all__ = ["Hopfield", "HopfieldPooling", "HopfieldLayer", "HopfieldEncoderLayer", "HopfieldDecoderLayer", "ClassToken", "PositionEmbedding"]
__version__ = "0.1.0"
