package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Starts channels of the convolution at patterns of four or five residues, with at most one gap,
 * that are more frequent in one class of the training repertoires than in the others ({@link
 * KmerContrast}), and the attention on the sequences that have them. From random weights a signal
 * in one of a thousand sequences is below the noise of the first gradients; patterns that stand out
 * are found by counting.
 *
 * <p>Only the training part is looked at. Patterns are taken one after the other: the one that
 * stands out most, then the one that does so most among the sequences that have none of those
 * before, so that the channels aren't pieces of one motif; none that chance explains, and those of
 * several sequences before those of one that many repertoires have. A channel answers 2 to its
 * pattern, 0 with one residue wrong, and less to others; each pattern starts two channels, at the
 * first and at the last taps, so that it is seen at both ends of a sequence. Channels that are left
 * start at pieces of the same motifs, by which a whole motif is told from a part of it. With genes
 * the first gene feature starts at how far V and J genes stand out.
 *
 * <p>The attention starts near the log odds that a sequence is one of those that tell:
 *
 * <pre>
 *   logit = gain * sum over patterns and genes of ln(1 + e / (n s))
 *   e     how many more there are in a repertoire of the class, less what chance may have added
 *   n     how many there are in one of the others;   s = {@value #SHARE}
 * </pre>
 */
final class EnrichedStart {
  private static final double MATCH = 2;

  /** About what a channel gives to a sequence that does not have its pattern, negated. */
  private static final double WITHOUT = 1.5;

  /** What it gives to one that has. */
  private static final double WITH = 2.1;

  /** Share of the telling sequences in a repertoire, as far as nothing is known. */
  private static final double SHARE = 0.01;

  /** About the largest t of a million patterns that mean nothing. */
  private static final double CHANCE = 4.5;

  /** The same of a hundred genes. */
  private static final double CHANCE_OF_GENES = 2.5;

  /** Share of a pattern's occurrences that one channel must see. */
  private static final double SEEN = 0.95;

  /** How many more sequences of the class than others must have a pattern to be a motif. */
  private static final int SHARED = 4;

  /** Patterns that are looked at one after the other. */
  private static final int CANDIDATES = 1000;

  /** Weight of a channel in the output. */
  private static final double ANSWER = 0.3;

  /** Logit of the sequences with the most telling pattern. */
  private static final double MOST = 4;

  /**
   * A pattern, such as "AC.DE".
   *
   * @param t how far it stands out among the sequences without those before it
   * @param odds ln(1 + e / (n s)), or that of the other class with a minus
   */
  record Pattern(String letters, double t, double odds) {}

  /**
   * A channel that starts at a pattern.
   *
   * @param share of the attention that the pattern's channels bring together
   */
  private record Channel(Pattern pattern, double share) {}

  private EnrichedStart() {}

  /** Sums of a count over the repertoires of a class and over the others. */
  private static final class Tally {
    double sum1;
    double squares1;
    double sum0;
    double squares0;
    int n1;
    int n0;

    void add(double count, boolean of) {
      if (of) {
        sum1 += count;
        squares1 += count * count;
        n1++;
      } else {
        sum0 += count;
        squares0 += count * count;
        n0++;
      }
    }

    double t() {
      if (n1 < 2 || n0 < 2 || sum1 + sum0 == 0) {
        return 0;
      }
      double mean = (sum1 + sum0) / (n1 + n0);
      double v1 = Math.max((squares1 - sum1 * sum1 / n1) / (n1 - 1), mean);
      double v0 = Math.max((squares0 - sum0 * sum0 / n0) / (n0 - 1), mean);
      return (sum1 / n1 - sum0 / n0) / Math.sqrt(v1 / n1 + v0 / n0);
    }

    /** Log odds, positive for the class. */
    double odds(double chance) {
      double t = t();
      double real = 1 - (chance * chance) / (t * t);
      if (!(real > 0)) {
        return 0;
      }
      double m1 = sum1 / n1;
      double m0 = sum0 / n0;
      // half an occurrence for none
      double less = Math.max(Math.min(m1, m0), 0.5 / Math.min(n1, n0));
      return Math.signum(t) * Math.log1p(real * Math.abs(m1 - m0) / (less * SHARE));
    }
  }

  /** The patterns that stand out, one after the other; of more than two classes in turns. */
  static List<Pattern> patterns(Dataset<SequenceBag> samples, int classes, int most)
      throws IOException {
    List<List<Pattern>> each = new ArrayList<>();
    // of two classes one against the other says all
    for (int c = classes == 2 ? 1 : 0; c < classes; c++) {
      each.add(greedy(samples, c, candidates(samples, classes, c), most));
    }
    return IntStream.range(0, most)
        .boxed()
        .flatMap(n -> each.stream().filter(own -> n < own.size()).map(own -> own.get(n)))
        .distinct()
        .limit(most)
        .toList();
  }

  /**
   * Where patterns leave channels free, those that stand out and have been explained by them: the
   * pieces of one motif. With all of them its whole is told from a part that is there by chance,
   * and training doesn't blur what it starts at.
   */
  static List<Pattern> withPieces(
      Dataset<SequenceBag> samples, int classes, List<Pattern> patterns, int most)
      throws IOException {
    if (classes != 2 || patterns.size() >= most) {
      return patterns;
    }
    Set<String> known = new HashSet<>();
    patterns.forEach(p -> known.add(p.letters()));
    List<Pattern> all = new ArrayList<>(patterns);
    for (Candidate candidate : candidates(samples, classes, 1)) {
      String letters = candidate.shape().letters(candidate.code());
      boolean piece = patterns.stream().anyMatch(p -> overlaps(p.letters(), letters));
      if (all.size() < most && Math.abs(candidate.t()) > CHANCE && piece && known.add(letters)) {
        Pattern of =
            patterns.stream().filter(p -> overlaps(p.letters(), letters)).findFirst().orElseThrow();
        all.add(new Pattern(letters, candidate.t(), of.odds()));
      }
    }
    return all;
  }

  /** Whether two patterns agree in at least three residues where one is laid over the other. */
  private static boolean overlaps(String a, String b) {
    for (int shift = -b.length(); shift <= a.length(); shift++) {
      int same = 0;
      boolean agrees = true;
      for (int i = 0; i < b.length(); i++) {
        int at = i + shift;
        if (at >= 0 && at < a.length() && a.charAt(at) != '.' && b.charAt(i) != '.') {
          agrees &= a.charAt(at) == b.charAt(i);
          same++;
        }
      }
      if (agrees && same >= 3) {
        return true;
      }
    }
    return false;
  }

  private record Candidate(GappedKmers shape, int code, double t) {}

  private static List<Candidate> candidates(Dataset<SequenceBag> samples, int classes, int of)
      throws IOException {
    List<Candidate> all = new ArrayList<>();
    List<GappedKmers> shapes = new ArrayList<>(GappedKmers.FOURS);
    shapes.addAll(GappedKmers.FIVES);
    for (GappedKmers shape : shapes) {
      double[] t = KmerContrast.of(samples, classes, shape).t(of);
      for (int code : KmerContrast.most(t, CANDIDATES)) {
        all.add(new Candidate(shape, code, t[code]));
      }
    }
    all.sort(Comparator.comparingDouble(p -> -Math.abs(p.t())));
    return List.copyOf(all.subList(0, Math.min(CANDIDATES, all.size())));
  }

  /**
   * A sequence that has candidates.
   *
   * @param residues a hash of them
   */
  private record Holder(int sample, int residues, int[] candidates) {}

  private static List<Pattern> greedy(
      Dataset<SequenceBag> samples, int of, List<Candidate> candidates, int most)
      throws IOException {
    boolean[] inClass = new boolean[samples.size()];
    int[][] counts = new int[samples.size()][];
    List<Holder> holders = new ArrayList<>();
    for (int s = 0; s < samples.size(); s++) {
      Sample<SequenceBag> sample = samples.sample(s);
      if (!Double.isNaN(sample.label(0))) {
        inClass[s] = (int) sample.label(0) == of;
        counts[s] = new int[candidates.size()];
        hold(sample.open(), s, candidates, counts[s], holders);
      }
    }
    List<List<Holder>> holdersOf = new ArrayList<>();
    candidates.forEach(c -> holdersOf.add(new ArrayList<>()));
    for (Holder holder : holders) {
      for (int c : holder.candidates()) {
        holdersOf.get(c).add(holder);
      }
    }
    List<Pattern> chosen = new ArrayList<>();
    boolean[] passedOver = new boolean[candidates.size()];
    for (boolean shared : new boolean[] {true, false}) {
      while (chosen.size() < most) {
        int best = -1;
        Tally ofBest = null;
        for (int c = 0; c < candidates.size(); c++) {
          Tally tally = passedOver[c] && shared ? null : tally(counts, inClass, c);
          if (tally != null && (ofBest == null || Math.abs(tally.t()) > Math.abs(ofBest.t()))) {
            best = c;
            ofBest = tally;
          }
        }
        double odds = ofBest == null ? 0 : ofBest.odds(CHANCE);
        if (odds == 0) {
          break; // not beyond chance: a channel there would learn the training part by heart
        }
        if (shared && !isShared(holdersOf.get(best), inClass, odds > 0)) {
          passedOver[best] = true;
          continue;
        }
        Candidate own = candidates.get(best);
        chosen.add(new Pattern(own.shape().letters(own.code()), ofBest.t(), odds));
        explain(holdersOf, counts, best);
      }
    }
    return chosen;
  }

  private static Tally tally(int[][] counts, boolean[] inClass, int candidate) {
    Tally tally = new Tally();
    for (int s = 0; s < counts.length; s++) {
      if (counts[s] != null) {
        tally.add(counts[s][candidate], inClass[s]);
      }
    }
    return tally;
  }

  /**
   * Whether different sequences have a pattern, not the same one in many repertoires. Patterns of a
   * single public clone come last: they tell nothing of a sequence that was not seen.
   */
  private static boolean isShared(List<Holder> holders, boolean[] inClass, boolean ofClass) {
    Set<Integer> own = new HashSet<>();
    Set<Integer> others = new HashSet<>();
    for (Holder holder : holders) {
      (inClass[holder.sample()] == ofClass ? own : others).add(holder.residues());
    }
    return own.size() - others.size() >= Math.max(SHARED, 2 * Math.sqrt(own.size()));
  }

  /** Leaves the sequences that have a candidate out of all counts. */
  private static void explain(List<List<Holder>> holdersOf, int[][] counts, int candidate) {
    Set<Holder> explained = Collections.newSetFromMap(new IdentityHashMap<>());
    explained.addAll(holdersOf.get(candidate));
    Set<Integer> touched = new HashSet<>();
    for (Holder holder : explained) {
      for (int c : holder.candidates()) {
        counts[holder.sample()][c]--;
        touched.add(c);
      }
    }
    for (int c : touched) {
      holdersOf.get(c).removeIf(explained::contains);
    }
  }

  /** Counts in how many sequences of a bag each candidate is, and notes which have any. */
  private static void hold(
      SequenceBag bag, int sample, List<Candidate> candidates, int[] counts, List<Holder> holders) {
    Map<GappedKmers, Map<Integer, Integer>> numbers = new HashMap<>();
    for (int c = 0; c < candidates.size(); c++) {
      Candidate candidate = candidates.get(c);
      numbers.computeIfAbsent(candidate.shape(), shape -> new HashMap<>()).put(candidate.code(), c);
    }
    byte[] residues = new byte[128];
    for (int i = 0; i < bag.size(); i++) {
      int length = bag.length(i);
      if (length > residues.length) {
        residues = new byte[2 * length];
      }
      bag.residues(i, residues, 0);
      byte[] own = residues;
      int[] found =
          numbers.entrySet().stream()
              .flatMapToInt(
                  e ->
                      e.getKey()
                          .codes(own, length)
                          .map(code -> e.getValue().getOrDefault(code, -1)))
              .filter(c -> c >= 0)
              .sorted()
              .distinct()
              .toArray();
      if (found.length > 0) {
        for (int c : found) {
          counts[c]++;
        }
        int hash = 1;
        for (int k = 0; k < length; k++) {
          hash = 31 * hash + residues[k];
        }
        holders.add(new Holder(sample, hash, found));
      }
    }
  }

  /** How far each gene stands out in the second of two classes, as the odds of patterns. */
  private static double[] genes(Dataset<SequenceBag> samples, int classes, GeneVocabulary genes)
      throws IOException {
    double[] odds = new double[genes.size()];
    if (classes != 2 || genes.isEmpty()) {
      return odds;
    }
    Tally[] tallies = new Tally[odds.length];
    Arrays.setAll(tallies, g -> new Tally());
    for (int s = 0; s < samples.size(); s++) {
      Sample<SequenceBag> sample = samples.sample(s);
      if (Double.isNaN(sample.label(0))) {
        continue;
      }
      SequenceBag bag = sample.open();
      int[] v = genes.vOf(bag);
      int[] j = genes.jOf(bag);
      int[] counts = new int[odds.length + 1]; // the first for none
      for (int i = 0; i < bag.size(); i++) {
        counts[1 + GeneVocabulary.number(v, bag.vGene(i))]++;
        counts[1 + GeneVocabulary.number(j, bag.jGene(i))]++;
      }
      for (int g = 0; g < odds.length; g++) {
        // shares, in numbers of the size of counts
        tallies[g].add(counts[1 + g] * 1e4 / bag.size(), sample.label(0) == 1);
      }
    }
    for (int g = 0; g < odds.length; g++) {
      odds[g] = tallies[g].odds(CHANCE_OF_GENES);
    }
    return odds;
  }

  /** Starts channels of a network at the patterns of its training samples. */
  static List<Pattern> apply(
      ComputationGraph network,
      DeepRcParameters parameters,
      Dataset<SequenceBag> training,
      int classes)
      throws IOException {
    List<Pattern> patterns = List.of();
    List<Channel> ofChannels = new ArrayList<>();
    if (parameters.embedding() == EmbeddingKind.CNN) {
      int channels = Math.max(1, parameters.kernels() * 3 / 4);
      List<Pattern> own = patterns(training, classes, channels);
      patterns = withPieces(training, classes, own, channels);
      INDArray w = network.getLayer(DeepRC.EMBEDDING).getParam("W0");
      INDArray b = network.getLayer(DeepRC.EMBEDDING).getParam("b0");
      long features = w.size(0) / parameters.kernelSize();
      List<int[]> offsets = offsets(training, patterns, parameters.kernelSize());
      for (int p = 0; p < patterns.size(); p++) {
        for (int offset : offsets.get(p)) {
          if (ofChannels.size() < channels) {
            Pattern pattern = patterns.get(p);
            set(w, b, features, ofChannels.size(), pattern.letters(), offset);
            double together = offsets.get(p).length * (p < own.size() ? 1.0 : patterns.size());
            ofChannels.add(new Channel(pattern, 1.0 / Math.sqrt(together)));
          }
        }
      }
    }
    double[] genes = genes(training, classes, parameters.genes());
    List<Pattern> used = ofChannels.stream().map(Channel::pattern).distinct().toList();
    if (ofChannels.isEmpty() && Arrays.stream(genes).allMatch(odds -> odds == 0)) {
      return List.of();
    }
    attend(network, parameters, ofChannels, genes);
    if (classes == 2) {
      answer(network, parameters, ofChannels, genes);
    }
    return used;
  }

  /** Of each pattern, at which taps it starts; none where it is longer than the convolution. */
  private static List<int[]> offsets(
      Dataset<SequenceBag> samples, List<Pattern> patterns, int kernelSize) throws IOException {
    int[][] seen = new int[patterns.size()][kernelSize];
    int[] all = new int[patterns.size()];
    for (int s = 0; s < samples.size(); s++) {
      SequenceBag bag = samples.sample(s).open();
      for (int i = 0; i < bag.size(); i++) {
        String letters = bag.letters(i);
        for (int p = 0; p < all.length; p++) {
          int at = find(letters, patterns.get(p).letters());
          if (at < 0) {
            continue;
          }
          all[p]++;
          int last = Math.max(0, letters.length() - kernelSize);
          for (int offset = Math.max(0, at - last); offset <= at && offset < kernelSize; offset++) {
            seen[p][offset]++;
          }
        }
      }
    }
    List<int[]> offsets = new ArrayList<>();
    for (int p = 0; p < all.length; p++) {
      int room = kernelSize - patterns.get(p).letters().length();
      int best = 0;
      for (int offset = 1; offset <= room; offset++) {
        best = seen[p][offset] > seen[p][best] ? offset : best;
      }
      boolean one = room == 0 || seen[p][best] >= SEEN * all[p];
      offsets.add(room < 0 ? new int[0] : one ? new int[] {best} : new int[] {0, room});
    }
    return offsets;
  }

  /** Where a pattern first is in a sequence, or -1. */
  private static int find(String sequence, String pattern) {
    for (int at = 0; at + pattern.length() <= sequence.length(); at++) {
      int i = 0;
      while (i < pattern.length()
          && (pattern.charAt(i) == '.' || pattern.charAt(i) == sequence.charAt(at + i))) {
        i++;
      }
      if (i == pattern.length()) {
        return at;
      }
    }
    return -1;
  }

  /**
   * One unit of the attention network starts with the sum of the channels that were set, and the
   * state pattern with that unit: else half of the starts would pool everything but the sequences
   * that have the patterns.
   */
  private static void attend(
      ComputationGraph network,
      DeepRcParameters parameters,
      List<Channel> channels,
      double[] geneOdds) {
    double[] odds = channels.stream().mapToDouble(c -> Math.abs(c.pattern().odds())).toArray();
    double most =
        Math.max(
            Arrays.stream(odds).max().orElse(0),
            Arrays.stream(geneOdds).map(Math::abs).max().orElse(0));
    double gain = MOST / most;
    INDArray w0 = network.getLayer(DeepRC.KEYS).getParam("W0");
    double rest = -1;
    w0.getColumn(0).assign(0);
    for (int c = 0; c < odds.length; c++) {
      double share = gain * odds[c] / (WITH + WITHOUT) * channels.get(c).share();
      w0.putScalar(c, 0, share);
      rest += share * WITHOUT;
    }
    if (geneOdds.length > 0) {
      INDArray table = network.getLayer(DeepRC.EMBEDDING).getParam(SequenceEmbedding.GENES);
      for (int g = 0; g < geneOdds.length; g++) {
        table.putScalar(g, 0, geneOdds[g] / 2);
      }
      w0.putScalar(parameters.kernels(), 0, 2 * gain);
    }
    // a sequence without a pattern comes to about -1
    network.getLayer(DeepRC.KEYS).getParam("b0").putScalar(0, 0, rest);
    for (int layer = 1; layer < parameters.attentionLayers(); layer++) {
      INDArray w = network.getLayer(DeepRC.KEYS).getParam("W" + layer);
      w.getColumn(0).assign(0);
      w.putScalar(0, 0, 1);
    }
    INDArray query = network.getVertex(DeepRC.POOLING).paramTable(false).get("pooling");
    query.muli(0.1);
    query.putScalar(0, 0, 1);
  }

  /**
   * The output starts with the class that a pattern stands out in: with random weights the first
   * steps would turn the channels, not the output.
   */
  private static void answer(
      ComputationGraph network,
      DeepRcParameters parameters,
      List<Channel> channels,
      double[] geneOdds) {
    INDArray w = network.getOutputLayer(0).getParam("W");
    w.muli(0.1);
    for (int c = 0; c < channels.size(); c++) {
      w.putScalar(c, 0, ANSWER * Math.signum(channels.get(c).pattern().odds()));
    }
    if (geneOdds.length > 0) {
      w.putScalar(parameters.kernels(), 0, ANSWER);
    }
  }

  private static void set(
      INDArray w, INDArray b, long features, int channel, String letters, int offset) {
    w.getColumn(channel).muli(0.1);
    int residues = 0;
    for (int i = 0; i < letters.length(); i++) {
      if (letters.charAt(i) != '.') {
        w.putScalar((offset + i) * features + AminoAcids.code(letters.charAt(i)), channel, MATCH);
        residues++;
      }
    }
    b.putScalar(0, channel, -(residues - 1) * MATCH);
  }
}
