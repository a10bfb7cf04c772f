package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The masks of one association: of its inputs, of the association, of the graph of patterns. */
final class AssociationMasks {

  private final AssociationScope scope;
  private final AssociationOptions o;
  private final GraphContext c;
  private final PatternInput stored;
  private final PatternInput state;
  private final String associationMask;
  private final DiffusedPatterns diffusion;

  /**
   * @param stored input of the stored patterns, or null
   * @param state input of the state patterns, or null
   * @param associationMask input with the association mask, or null
   * @param diffusion of the patterns, or null
   */
  AssociationMasks(
      AssociationScope scope,
      PatternInput stored,
      PatternInput state,
      String associationMask,
      DiffusedPatterns diffusion) {
    this.scope = scope;
    this.o = scope.o;
    this.c = scope.c;
    this.stored = stored;
    this.state = state;
    this.associationMask = associationMask;
    this.diffusion = diffusion;
  }

  /** Keep mask [B, 1 or H, 1 or L, S] of padding and association mask; null if there is none. */
  SDVariable keep() {
    boolean padded = stored != null && stored.masked(c);
    boolean neighbours = diffusion != null && o.diffusion.graphAttention && !o.diffusion.compatible;
    if (!padded && associationMask == null && !neighbours) {
      return null;
    }
    return c.random(
        scope.name("keep"),
        c.dataType(),
        new long[] {-1, -1, -1, -1},
        call -> {
          INDArray keep = null;
          if (padded) {
            INDArray mask = stored.mask(call);
            keep = mask.reshape(mask.size(0), 1, 1, mask.size(1));
          }
          if (associationMask != null) {
            INDArray own =
                fourDimensional(call.input(associationMask)).gt(-1e30).castTo(call.dataType());
            keep = keep == null ? own : own.mul(keep);
          }
          if (neighbours) {
            INDArray own = diffusion.keep(call).castTo(call.dataType());
            own = own.reshape(own.size(0), 1, own.size(1), own.size(2));
            keep = keep == null ? own : own.mul(keep);
          }
          return o.addZeroAssociation ? withZeroPattern(keep, 1) : keep;
        });
  }

  /** The finite part of an association mask, added to the scores; null if there is none. */
  SDVariable additive() {
    if (associationMask == null) {
      return null;
    }
    return c.feed(
        scope.name("additive"),
        c.dataType(),
        new long[] {-1, -1, -1, -1},
        call -> {
          INDArray mask = fourDimensional(call.input(associationMask)).dup();
          INDArray keep = mask.gt(-1e30).castTo(mask.dataType());
          INDArray finite = Transforms.max(mask, -1e30, false).muli(keep);
          return o.addZeroAssociation ? withZeroPattern(finite, 0) : finite;
        });
  }

  /** A mask with a last column for the stored pattern of zeros. */
  private static INDArray withZeroPattern(INDArray mask, double value) {
    long[] column = mask.shape().clone();
    column[3] = 1;
    return Nd4j.concat(3, mask, Nd4j.valueArrayOf(column, value, mask.dataType()));
  }

  private static INDArray fourDimensional(INDArray mask) {
    return mask.rank() == 4 ? mask : mask.reshape(mask.size(0), 1, mask.size(1), mask.size(2));
  }

  /** Whether some state patterns are padding. */
  boolean hidesStates() {
    return state != null && state.masked(c);
  }

  /** [B, L], 1 where there is a state pattern. */
  SDVariable states() {
    return c.feed(scope.name("queryMask"), c.dataType(), new long[] {-1, -1}, state::mask);
  }

  /** [B, 1, L, 1], 1 where there is a state pattern. */
  SDVariable stateRows() {
    return c.feed(
        scope.name("stateMask"),
        c.dataType(),
        new long[] {-1, 1, -1, 1},
        call -> {
          INDArray mask = state.mask(call);
          return mask.reshape(mask.size(0), 1, mask.size(1), 1);
        });
  }
}
