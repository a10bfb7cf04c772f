package io.github.dl4jhopfield.zoo.repertoire;

import java.util.Locale;

/** What makes a vector of a sequence of residues. */
public enum EmbeddingKind {
  /** Convolutions with SELU and the maximum over the sequence's own positions. */
  CNN,
  /** A long short-term memory over the residues: its output at the last of them. */
  LSTM;

  /** As options call it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
