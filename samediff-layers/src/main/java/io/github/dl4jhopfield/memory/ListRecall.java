package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Recalls a list: one stored pattern after another, each retrieval starting where the last ended
 * (the memory models of Santos et al., Hopfield-Fenchel-Young Networks, 2024, section on free and
 * sequential recall). X [N, d] are the stored patterns after the map, s the memory's separation, r
 * [N] how much each pattern has been recalled, 0 at first.
 *
 * <pre>
 *   free:         p = s(beta (X q - penalty r)),  q = map(X^T p),  r = (1 - decay) r + p
 *   sequential:   p = pairs(beta (X q - penalty r)),  q = X^T p - q,  then after the updates below
 *                 r = (1 - decay) r + p - bonus w
 *   constrained:  w = constrainedSparsemax(beta X q, 1 - r),  q = X^T w,  repeated; then r = r + w
 * </pre>
 *
 * <p>In free and sequential recall up to {@code updates} plain updates of the memory follow, with
 * final weights w; the pattern recalled is the heaviest of w. {@code pairs} are the sequential
 * 2-subsets with an edge score so large that only neighbours in storing order can be chosen: p
 * holds the pattern left and its neighbour, and taking q away leaves the neighbour; the bonus keeps
 * the pattern just reached in the next pair. At first that is the cue: sequential r starts at (1 -
 * bonus) s(beta X q). With {@code penalty} 0 free recall stays at the first fixed point.
 *
 * <p>Differences from the original script: there the cue has no bonus, so that the first pair may
 * lie elsewhere in the list; r is an average with weight 0.001 and the penalty 1e9, which is a
 * penalty of 1e6 here; and the plain updates of sequential recall have beta 1, here the memory's.
 */
public final class ListRecall {
  private final HopfieldMemory memory;
  private final INDArray patterns;
  private final double penalty;
  private final double decay;
  private final double bonus;
  private final RetrievalOptions inner;

  private ListRecall(Builder b) {
    memory = b.memory;
    penalty = b.penalty;
    decay = b.decay;
    bonus = b.bonus;
    inner = RetrievalOptions.defaults().withMaxSteps(b.updates).withTopK(1);
    PatternStore store = memory.mapped();
    patterns = store.block(0, Math.toIntExact(store.size()));
  }

  /**
   * Recall from a memory, as it is now: penalty 1, no decay, bonus 1.1, up to 20 updates.
   *
   * @throws IllegalArgumentException if the memory's patterns do not lie in memory
   * @throws IllegalStateException if nothing is stored
   */
  public static Builder builder(HopfieldMemory memory) {
    MemoryChecks.notEmpty(memory.store());
    if (!memory.store().inMemory()) {
      throw MemoryChecks.bad("memory to recall a list from", "patterns in memory", memory.store());
    }
    return new Builder(memory);
  }

  /**
   * Free recall: whichever pattern comes next.
   *
   * @param cue the first query, [d]
   * @param length how many retrievals: at least 1
   * @return the patterns recalled, in order; some may come more than once
   */
  public List<Match> free(INDArray cue, int length) {
    INDArray state = first(cue, length);
    INDArray recalled = none();
    List<Match> list = new ArrayList<>();
    for (int t = 0; t < length; t++) {
      INDArray weights = weights(memory.separation(), penalised(state, recalled));
      recalled.muli(1 - decay).addi(weights);
      Retrieval settled = memory.retrieve(weights.mmul(patterns), inner);
      state = settled.states();
      list.add(settled.result(0).matches().get(0));
    }
    return list;
  }

  /**
   * Sequential recall: the patterns in the order of their storing, from the cue's on.
   *
   * @param cue the first query, [d]; usually the first pattern, which is not recalled again
   * @param length how many retrievals: at least 1
   * @return the patterns recalled, in order
   * @throws IllegalStateException if fewer than two patterns are stored
   */
  public List<Match> sequential(INDArray cue, int length) {
    if (memory.size() < 2) {
      throw new IllegalStateException(
          "sequential recall: expected at least two stored patterns, found " + memory.size());
    }
    INDArray state = first(cue, length);
    // the cue counts as just reached, so that the first pair holds it
    INDArray recalled = weights(memory.separation(), scores(state)).muli(1 - bonus);
    List<Match> list = new ArrayList<>();
    for (int t = 0; t < length; t++) {
      INDArray scores = penalised(state, recalled);
      double edge = 8 * memory.beta() * (1 + scores.amaxNumber().doubleValue());
      INDArray pair = weights(Separation.sequentialKSubsets(2, edge), scores);
      Retrieval settled = memory.retrieve(pair.mmul(patterns).subi(state), inner.withWeights(true));
      state = settled.states();
      recalled.muli(1 - decay).addi(pair).subi(settled.weights().mul(bonus));
      list.add(settled.result(0).matches().get(0));
    }
    return list;
  }

  /**
   * Free recall in which a pattern's weights over all retrievals together cannot pass 1; the
   * separation is the constrained sparsemax, whatever the memory's, and the penalty plays no part.
   *
   * @param cue the first query, [d]
   * @param length how many retrievals: 1 to the number of patterns
   * @return the patterns recalled, in order
   */
  public List<Match> constrained(INDArray cue, int length) {
    if (length > memory.size()) {
      throw MemoryChecks.bad("length", "at most the " + memory.size() + " patterns", length);
    }
    INDArray state = first(cue, length);
    INDArray room = none().addi(1);
    List<Match> list = new ArrayList<>();
    for (int t = 0; t < length; t++) {
      INDArray weights = null;
      INDArray scores = null;
      for (int step = 0; step < inner.maxSteps(); step++) {
        scores = scores(state);
        weights = NDHopfield.ops().constrainedSparsemax(scores.mul(memory.beta()), room, null, 1);
        INDArray next = memory.stateMap().apply(weights.mmul(patterns));
        boolean rest = HopfieldMemory.atRest(state, next, inner.tolerance())[0];
        state = next;
        if (rest) {
          break;
        }
      }
      room = Transforms.max(room.sub(weights), 0, false);
      long heaviest = weights.argMax(1).getLong(0);
      list.add(new Match(heaviest, scores.getDouble(0, heaviest), weights.getDouble(0, heaviest)));
    }
    return list;
  }

  private INDArray first(INDArray cue, int length) {
    if (length < 1) {
      throw MemoryChecks.bad("length", "a whole number of at least 1", length);
    }
    INDArray row = MemoryChecks.rows("cue", cue, memory.width(), patterns.dataType());
    if (row.size(0) != 1) {
      throw MemoryChecks.bad("cue", "one query", row.size(0) + " queries");
    }
    MemoryChecks.finite("cue", row, 0);
    return memory.stateMap().transformsPatterns() ? memory.stateMap().apply(row) : row;
  }

  private INDArray none() {
    return Nd4j.create(patterns.dataType(), new long[] {1, patterns.size(0)}, 'c');
  }

  private INDArray scores(INDArray state) {
    return state.mmul(patterns.transpose());
  }

  private INDArray penalised(INDArray state, INDArray recalled) {
    return scores(state).subi(recalled.mul(penalty));
  }

  private INDArray weights(Separation separation, INDArray scores) {
    return NDHopfield.ops().separate(separation, scores, null, memory.beta(), 1);
  }

  /** Builder of {@link ListRecall}. */
  public static final class Builder {
    private final HopfieldMemory memory;
    private double penalty = 1;
    private double decay;
    private double bonus = 1.1;
    private int updates = 20;

    private Builder(HopfieldMemory memory) {
      this.memory = memory;
    }

    /** What a pattern's score loses for each time it was recalled: finite, at least 0. */
    public Builder penalty(double value) {
      if (!(value >= 0) || Double.isInfinite(value)) {
        throw MemoryChecks.bad("penalty", "a finite number of at least 0", value);
      }
      penalty = value;
      return this;
    }

    /** Share of what was recalled that is forgotten with each retrieval: 0 to 1. */
    public Builder decay(double value) {
      if (!(value >= 0 && value <= 1)) {
        throw MemoryChecks.bad("decay", "a number from 0 to 1", value);
      }
      decay = value;
      return this;
    }

    /** What sequential recall credits the pattern just reached with: finite, at least 1. */
    public Builder bonus(double value) {
      if (!(value >= 1) || Double.isInfinite(value)) {
        throw MemoryChecks.bad("bonus", "a finite number of at least 1", value);
      }
      bonus = value;
      return this;
    }

    /** Most plain updates of each retrieval: at least 1. */
    public Builder updates(int value) {
      if (value < 1) {
        throw MemoryChecks.bad("updates", "a whole number of at least 1", value);
      }
      updates = value;
      return this;
    }

    /** The recall. */
    public ListRecall build() {
      return new ListRecall(this);
    }
  }
}
