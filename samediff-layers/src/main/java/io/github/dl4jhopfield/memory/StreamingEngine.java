package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.NativeOps;
import io.github.dl4jhopfield.ops.RetrievedPatterns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The association over a mapped file by the native streaming op: one pass, nothing of the size of
 * the patterns is made. What it cannot do (other stores, values beside the keys, all weights,
 * k-subsets), and everything without native ops, {@link BlockEngine} does.
 */
final class StreamingEngine implements AssociationEngine {
  /**
   * Patterns asked for under a sparse separation, all queries together, so that few mixtures need a
   * second pass to be listed; keeping the lists costs the queries times the square of their length.
   */
  private static final int LISTED_AT_ONCE = 4096;

  private final AssociationEngine blocks = new BlockEngine();

  @Override
  public Update update(PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule) {
    if (rule.keepWeights()
        || !(keys instanceof MappedPatterns mapped)
        || mixes.size() != 1
        || mixes.get(0) != keys
        || Weights.subsets(rule.separation())
        || !NativeOps.status().nativeLoaded()) {
      return blocks.update(keys, mixes, queries, rule);
    }
    boolean sparse = Weights.sparse(rule.separation());
    int n = Math.toIntExact(queries.size(0));
    int atOnce = Math.min(Weights.LISTED, Math.max(32, LISTED_AT_ONCE / n));
    RetrievedPatterns found =
        retrieve(mapped, queries, rule, sparse ? Math.max(rule.topK(), atOnce) : rule.topK());
    check(found.out(), mapped, queries);
    List<Top> tops =
        sparse
            ? sparse(found, mapped, queries, rule)
            : IntStream.range(0, n)
                .mapToObj(
                    q ->
                        Weights.dense(
                            matches(found, q, rule.beta(), rule.topK()),
                            rule.separation(),
                            mapped.size(),
                            largest(found, q)))
                .toList();
    return new Update(List.of(found.out()), tops, null);
  }

  /**
   * @param most how many of the heaviest patterns to list, in place of the rule's
   */
  private static RetrievedPatterns retrieve(
      MappedPatterns keys, INDArray queries, Rule rule, int most) {
    // the largest weight says what kind of mixture it is, so one is always asked for
    int wanted = (int) Math.min(keys.size(), Math.max(1, most));
    return NDHopfield.ops()
        .retrieve(rule.separation(), rule.beta(), wanted, queries, keys.pieces(), null);
  }

  /**
   * The mixtures with all their patterns; one more pass for those that have more than were asked
   * for.
   */
  private static List<Top> sparse(
      RetrievedPatterns found, MappedPatterns keys, INDArray queries, Rule rule) {
    long[] support = found.support().toLongVector();
    int[] longer =
        IntStream.range(0, support.length)
            .filter(q -> support[q] > found.topIndex().size(1) && support[q] <= Weights.LISTED)
            .toArray();
    List<List<Match>> mixtures = new ArrayList<>();
    for (int q = 0; q < support.length; q++) {
      mixtures.add(mixture(found, q, rule.beta()));
    }
    if (longer.length > 0) {
      int most = Math.toIntExact(Arrays.stream(longer).mapToLong(q -> support[q]).max().orElse(1));
      INDArray again = Nd4j.pullRows(queries, 1, longer);
      RetrievedPatterns all = retrieve(keys, again, rule, most);
      for (int i = 0; i < longer.length; i++) {
        mixtures.set(longer[i], mixture(all, i, rule.beta()));
      }
    }
    return IntStream.range(0, support.length)
        .mapToObj(
            q ->
                Weights.listed(
                    mixtures.get(q), rule.separation(), keys.size(), support[q], rule.topK()))
        .toList();
  }

  /** By weight, of equals the earlier, as in memory. */
  private static List<Match> mixture(RetrievedPatterns found, int query, double beta) {
    return matches(found, query, beta, Integer.MAX_VALUE).stream()
        .filter(m -> m.weight() > 0)
        .sorted(
            Comparator.comparingDouble(Match::weight).reversed().thenComparingLong(Match::pattern))
        .toList();
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
