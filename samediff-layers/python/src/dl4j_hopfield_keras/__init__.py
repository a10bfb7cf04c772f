"""Modern Hopfield layers for Keras; models with them import into Deeplearning4j with `hopfield import-keras`."""

from .layers import Hopfield, HopfieldLayer, HopfieldPooling
from .transformer import HopfieldDecoderLayer, HopfieldEncoderLayer

__all__ = ["Hopfield", "HopfieldPooling", "HopfieldLayer", "HopfieldEncoderLayer", "HopfieldDecoderLayer"]
__version__ = "0.1.0"
