package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;

/**
 * What a {@link DeepRC} is made of. The constants of the original (ml-jku/DeepRC) are in brackets
 * where ours differ.
 *
 * @param embedding what makes a vector of a sequence
 * @param maxLength most residues of a sequence; longer ones are left out when files are read [30]
 * @param kernelSize taps of the convolution
 * @param kernels channels of the convolution, or units of the LSTM
 * @param convolutions convolutions one after the other
 * @param positionFeatures whether three features say where in its sequence a residue lies
 * @param genes V and J genes that add features of their own to a sequence; {@link
 *     GeneVocabulary#NONE}: the residues alone
 * @param counts what a sequence's count does
 * @param attentionUnits width of the attention network
 * @param attentionLayers its layers before the last
 * @param separation how attention logits become weights
 * @param unit Lagrangian unit of the logits (learning with partial forgetting)
 * @param topFraction share of a repertoire's sequences, those with the highest logits, that are
 *     pooled; 1: all. At least one is [none of fewer than 10]
 */
public record DeepRcParameters(
    EmbeddingKind embedding,
    int maxLength,
    int kernelSize,
    int kernels,
    int convolutions,
    boolean positionFeatures,
    GeneVocabulary genes,
    CountScale counts,
    int attentionUnits,
    int attentionLayers,
    Separation separation,
    LagrangianUnit unit,
    double topFraction) {

  /** Features that V and J genes add to a sequence's. */
  static final int GENE_FEATURES = 16;

  /** The settings of the paper, but for the length. */
  public static final DeepRcParameters DEFAULT =
      new DeepRcParameters(
          EmbeddingKind.CNN,
          40,
          9,
          32,
          1,
          true,
          GeneVocabulary.NONE,
          CountScale.NONE,
          32,
          2,
          Separation.softmax(),
          LagrangianUnit.none(),
          0.1);

  /** Checks ranges. */
  public DeepRcParameters {
    atLeastOne("maxLength", maxLength);
    atLeastOne("kernelSize", kernelSize);
    atLeastOne("kernels", kernels);
    atLeastOne("convolutions", convolutions);
    atLeastOne("attentionUnits", attentionUnits);
    atLeastOne("attentionLayers", attentionLayers);
    if (maxLength > 120) {
      throw new IllegalArgumentException("maxLength: expected at most 120, found " + maxLength);
    }
    if (!(topFraction > 0 && topFraction <= 1)) {
      throw new IllegalArgumentException(
          "topFraction: expected above 0 and at most 1, found " + topFraction);
    }
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, found " + value);
    }
  }

  /** How many of n sequences are pooled. */
  int kept(int n) {
    return topFraction == 1 ? n : (int) Math.max(1, Math.floor(topFraction * n));
  }

  /** Features of an embedded sequence. */
  int width() {
    return kernels + (genes.isEmpty() ? 0 : GENE_FEATURES);
  }

  /** Whether one op embeds sequences, else a graph of several. */
  boolean fused() {
    return embedding == EmbeddingKind.CNN && convolutions == 1;
  }

  /** With another separation and unit. */
  public DeepRcParameters with(Separation other, LagrangianUnit otherUnit) {
    return with(embedding, genes, other, otherUnit);
  }

  /** With other genes. */
  public DeepRcParameters with(GeneVocabulary other) {
    return with(embedding, other, separation, unit);
  }

  /** With another embedding. */
  public DeepRcParameters with(EmbeddingKind other) {
    return with(other, genes, separation, unit);
  }

  private DeepRcParameters with(
      EmbeddingKind newEmbedding,
      GeneVocabulary newGenes,
      Separation newSeparation,
      LagrangianUnit newUnit) {
    return new DeepRcParameters(
        newEmbedding,
        maxLength,
        kernelSize,
        kernels,
        convolutions,
        positionFeatures,
        newGenes,
        counts,
        attentionUnits,
        attentionLayers,
        newSeparation,
        newUnit,
        topFraction);
  }
}
