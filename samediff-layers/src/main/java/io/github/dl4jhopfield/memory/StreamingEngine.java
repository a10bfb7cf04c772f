package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.NativeOps;
import io.github.dl4jhopfield.ops.RetrievedPatterns;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The association over a mapped file by the native streaming op: one pass, nothing of the size of
 * the patterns is made. What it cannot do (other stores, values beside the keys, all weights,
 * k-subsets), and everything without native ops, {@link BlockEngine} does.
 */
final class StreamingEngine implements AssociationEngine {
  /** Asked for under a sparse separation, so that few mixtures need a second pass to be listed. */
  private static final int LISTED_AT_ONCE = 32;

  private final AssociationEngine blocks = new BlockEngine();

  @Override
  public Update update(
      PatternStore keys,
      List<PatternStore> mixes,
      INDArray queries,
      Separation separation,
      double beta,
      int topK,
      boolean keepWeights) {
    if (keepWeights
        || !(keys instanceof MappedPatterns mapped)
        || mixes.size() != 1
        || mixes.get(0) != keys
        || Weights.subsets(separation)
        || !NativeOps.status().nativeLoaded()) {
      return blocks.update(keys, mixes, queries, separation, beta, topK, keepWeights);
    }
    boolean sparse = Weights.sparse(separation);
    int n = Math.toIntExact(queries.size(0));
    RetrievedPatterns found =
        retrieve(mapped, queries, separation, beta, sparse ? Math.max(topK, LISTED_AT_ONCE) : topK);
    check(found.out(), mapped, queries);
    List<Top> tops = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      tops.add(
          sparse
              ? sparse(found, q, mapped, queries, separation, beta, topK)
              : Weights.dense(
                  matches(found, q, beta, topK), separation, mapped.size(), largest(found, q)));
    }
    return new Update(List.of(found.out()), tops, null);
  }

  private static RetrievedPatterns retrieve(
      MappedPatterns keys, INDArray queries, Separation separation, double beta, int topK) {
    // the largest weight says what kind of mixture it is, so one is always asked for
    int wanted = (int) Math.min(keys.size(), Math.max(1, topK));
    return NDHopfield.ops().retrieve(separation, beta, wanted, queries, keys.pieces(), null);
  }

  private static Top sparse(
      RetrievedPatterns found,
      int query,
      MappedPatterns keys,
      INDArray queries,
      Separation separation,
      double beta,
      int topK) {
    long support = found.support().getLong(query);
    RetrievedPatterns listed = found;
    int row = query;
    if (support > found.topIndex().size(1) && support <= Weights.LISTED) {
      INDArray one = queries.getRow(query).dup().reshape(1, queries.size(1));
      listed = retrieve(keys, one, separation, beta, (int) support);
      row = 0;
    }
    // by weight, of equals the earlier, as in memory
    List<Match> all =
        matches(listed, row, beta, Integer.MAX_VALUE).stream()
            .filter(m -> m.weight() > 0)
            .sorted(
                Comparator.comparingDouble(Match::weight)
                    .reversed()
                    .thenComparingLong(Match::pattern))
            .toList();
    return Weights.listed(all, separation, keys.size(), support, topK);
  }

  private static List<Match> matches(RetrievedPatterns found, int query, double beta, int most) {
    List<Match> matches = new ArrayList<>();
    for (int i = 0; i < Math.min(most, found.topIndex().size(1)); i++) {
      matches.add(
          new Match(
              found.topIndex().getLong(query, i),
              found.topScore().getDouble(query, i) / beta,
              found.topWeight().getDouble(query, i)));
    }
    return matches;
  }

  private static double largest(RetrievedPatterns found, int query) {
    return found.topWeight().getDouble(query, 0);
  }

  /** Finds the pattern or query behind a mixture that is not finite. */
  private static void check(INDArray out, MappedPatterns keys, INDArray queries) {
    if (Double.isFinite(out.sumNumber().doubleValue())) {
      return;
    }
    keys.verify();
    MemoryChecks.finite("queries", queries, 0);
    if (!MemoryChecks.allFinite(out)) {
      throw new ArithmeticException(
          keys.name() + ": the product of a pattern and a query overflows " + keys.dataType());
    }
  }
}
