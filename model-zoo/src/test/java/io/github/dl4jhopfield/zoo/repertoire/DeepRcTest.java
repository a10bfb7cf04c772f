package io.github.dl4jhopfield.zoo.repertoire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The network, its scorer and its training. */
class DeepRcTest {
  private static final DeepRcParameters SMALL = parameters(1, CountScale.NONE, 1);

  private static DeepRcParameters parameters(int convolutions, CountScale counts, double top) {
    return new DeepRcParameters(
        EmbeddingKind.CNN,
        20,
        4,
        6,
        convolutions,
        true,
        GeneVocabulary.NONE,
        counts,
        5,
        2,
        Separation.softmax(),
        LagrangianUnit.none(),
        top);
  }

  private static final GeneVocabulary GENES =
      new GeneVocabulary(List.of("TRBV2", "TRBV27"), List.of("TRBJ1-1", "TRBJ2-7"));

  /** Every way to embed a sequence. */
  private static List<DeepRcParameters> embeddings(CountScale counts) {
    DeepRcParameters two = parameters(2, counts, 1);
    DeepRcParameters one = parameters(1, counts, 1);
    return List.of(
        one,
        two,
        one.with(GENES),
        two.with(GENES),
        one.with(EmbeddingKind.LSTM),
        one.with(EmbeddingKind.LSTM).with(GENES));
  }

  /** Genes that are known, one that isn't, and none. */
  private static SequenceBag withGenes(SequenceBag bag) {
    List<String> v = List.of("TRBV27", "TRBV2", "", "TRBV9", "TRBV27");
    List<String> j = List.of("TRBJ2-7", "", "TRBJ1-1");
    return ((MemoryBag) bag)
        .withGenes(
            IntStream.range(0, bag.size()).mapToObj(i -> v.get(i % 5)).toList(),
            IntStream.range(0, bag.size()).mapToObj(i -> j.get(i % 3)).toList());
  }

  private static List<BagSample> samples(int count, int sequences, double share) {
    return new SimulatedRepertoires(sequences, 3, 15, List.of("CAS"), share)
        .draw("r", count, new SplittableRandom(3));
  }

  private static Dataset<SequenceBag> data(List<BagSample> samples) {
    return Dataset.of("simulated", List.of(Target.binary("label")), "", samples);
  }

  private static double[] output(ComputationGraph graph, SequenceBag bag, DeepRcParameters p) {
    SequenceRows.Batch batch =
        SequenceRows.batch(
            List.of(bag), List.of(IntStream.range(0, bag.size()).toArray()), p, DataType.FLOAT);
    return graph.output(false, new INDArray[] {batch.rows()}, new INDArray[] {batch.mask()})[0]
        .toDoubleVector();
  }

  @Test
  void theScorerIsTheNetworkWhateverTheChunks() throws IOException {
    SequenceBag bag = samples(2, 57, 0.2).get(1).open();
    List<Separation> separations =
        List.of(
            Separation.softmax(),
            Separation.sparsemax(),
            Separation.entmax15(),
            Separation.normmax(2),
            Separation.kSubsets(3, false));
    List<LagrangianUnit> units =
        List.of(LagrangianUnit.none(), LagrangianUnit.relu(), LagrangianUnit.pfu());
    for (Separation separation : separations) {
      for (LagrangianUnit unit : units) {
        DeepRcParameters p = SMALL.with(separation, unit);
        ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
        double expected = output(graph, bag, p)[0];
        for (int chunk : new int[] {7, 57, 1000}) {
          RepertoireScorer.Scored scored = new RepertoireScorer(graph, p, chunk).score(bag);
          assertThat(scored.outputs()[0][0]).isCloseTo(expected, Offset.offset(2e-6));
          assertThat(scored.pooled()).hasSize(57);
        }
      }
    }
  }

  @Test
  void theScorerIsTheNetworkForEachEmbedding() throws IOException {
    SequenceBag bag = withGenes(samples(2, 57, 0.2).get(1).open());
    for (CountScale counts : CountScale.values()) {
      for (DeepRcParameters p : embeddings(counts)) {
        ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
        double expected = output(graph, bag, p)[0];
        for (int chunk : new int[] {7, 1000}) {
          assertThat(new RepertoireScorer(graph, p, chunk).score(bag).outputs()[0][0])
              .isCloseTo(expected, Offset.offset(2e-6));
        }
      }
    }
  }

  @Test
  void genesChangeWhatASequenceGetsAndUnknownOnesDoNot() {
    DeepRcParameters p = SMALL.with(GENES);
    ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
    MemoryBag same = MemoryBag.of(List.of("CASSF", "CASSF", "CASSF", "CASSF"));
    double[] logits =
        new RepertoireScorer(graph, p)
            .logits(
                same.withGenes(List.of("TRBV2", "TRBV27", "", "TRBV99"), List.of("", "", "", "")),
                null);
    assertThat(logits[0]).isNotCloseTo(logits[1], Offset.offset(1e-4));
    assertThat(logits[0]).isNotCloseTo(logits[2], Offset.offset(1e-4));
    assertThat(logits[3]).isEqualTo(logits[2]);
  }

  @Test
  void anLstmIsWhatItIsByHand() {
    List<String> sequences = List.of("CASSFAAAYW", "CA", "WWWWWWWW");
    DeepRcParameters p = SMALL.with(EmbeddingKind.LSTM);
    ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
    SequenceRows.Batch batch =
        SequenceRows.batch(
            List.of(MemoryBag.of(sequences)), List.of(new int[] {0, 1, 2}), p, DataType.FLOAT);
    INDArray found = graph.feedForward(new INDArray[] {batch.rows()}, false).get(DeepRC.EMBEDDING);
    double[][] w = graph.getLayer(DeepRC.EMBEDDING).getParam("W0").toDoubleMatrix();
    double[][] r = graph.getLayer(DeepRC.EMBEDDING).getParam("R0").toDoubleMatrix();
    double[] b = graph.getLayer(DeepRC.EMBEDDING).getParam("b0").toDoubleMatrix()[0];
    int units = p.kernels();
    for (int i = 0; i < sequences.size(); i++) {
      double[][] x = features(sequences.get(i), p);
      double[] h = new double[units];
      double[] c = new double[units];
      for (int t = 0; t < sequences.get(i).length(); t++) {
        double[] z = b.clone();
        for (int g = 0; g < z.length; g++) {
          for (int f = 0; f < 23; f++) {
            z[g] += x[t][f] * w[f][g];
          }
          for (int u = 0; u < units; u++) {
            z[g] += h[u] * r[u][g];
          }
        }
        double[] next = new double[units];
        for (int u = 0; u < units; u++) {
          c[u] = sigmoid(z[units + u]) * c[u] + sigmoid(z[u]) * Math.tanh(z[2 * units + u]);
          next[u] = sigmoid(z[3 * units + u]) * Math.tanh(c[u]);
        }
        h = next;
      }
      for (int u = 0; u < units; u++) {
        assertThat(found.getDouble(0, i, u)).isCloseTo(h[u], Offset.offset(1e-5));
      }
    }
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }

  @Test
  void aRepertoireDependsOnNoOtherAndNotOnPadding() throws IOException {
    List<BagSample> two = samples(2, 30, 0.2);
    SequenceBag longer = withGenes(two.get(0).open());
    SequenceBag shorter = withGenes(MemoryBag.of(List.of("CASSF", "CA", "WWWWWWWW")));
    for (CountScale counts : CountScale.values()) {
      for (DeepRcParameters p : embeddings(counts)) {
        ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
        SequenceRows.Batch both =
            SequenceRows.batch(
                List.of(longer, shorter),
                List.of(IntStream.range(0, 30).toArray(), IntStream.range(0, 3).toArray()),
                p,
                DataType.FLOAT);
        INDArray out =
            graph.output(false, new INDArray[] {both.rows()}, new INDArray[] {both.mask()})[0];
        assertThat(out.getDouble(0)).isCloseTo(output(graph, longer, p)[0], Offset.offset(1e-6));
        assertThat(out.getDouble(1)).isCloseTo(output(graph, shorter, p)[0], Offset.offset(1e-6));
      }
    }
  }

  @Test
  void severalConvolutionsAreWhatTheyAreByHand() {
    List<String> sequences = List.of("CASSFAAAYW", "CA", "WWWWWWWW", "CASSLGQ");
    DeepRcParameters p = parameters(2, CountScale.NONE, 1);
    ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
    SequenceRows.Batch batch =
        SequenceRows.batch(
            List.of(MemoryBag.of(sequences)), List.of(new int[] {0, 1, 2, 3}), p, DataType.FLOAT);
    INDArray found = graph.feedForward(new INDArray[] {batch.rows()}, false).get(DeepRC.EMBEDDING);
    for (int i = 0; i < sequences.size(); i++) {
      double[][] x = features(sequences.get(i), p);
      int positions = Math.max(1, sequences.get(i).length() - 2 * (p.kernelSize() - 1));
      for (int layer = 0; layer < 2; layer++) {
        x =
            convolved(
                x,
                graph.getLayer(DeepRC.EMBEDDING).getParam("W" + layer),
                graph.getLayer(DeepRC.EMBEDDING).getParam("b" + layer),
                p.kernelSize());
      }
      for (int c = 0; c < p.kernels(); c++) {
        double most = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < positions; j++) {
          most = Math.max(most, x[j][c]);
        }
        assertThat(found.getDouble(0, i, c)).isCloseTo(most, Offset.offset(1e-5));
      }
    }
  }

  private static double[][] features(String sequence, DeepRcParameters p) {
    int n = sequence.length();
    double[][] x = new double[p.maxLength()][23];
    for (int j = 0; j < n; j++) {
      double t = 2 * Math.abs(0.5 - (double) j / (n - 1));
      x[j]["ACDEFGHIKLMNPQRSTVWY".indexOf(sequence.charAt(j))] = 1;
      x[j][20] = 2 * j < n ? t : 0;
      x[j][21] = 1 - t;
      x[j][22] = 2 * j < n ? 0 : t;
    }
    return x;
  }

  private static double[][] convolved(double[][] x, INDArray w, INDArray b, int taps) {
    int channels = (int) w.size(1);
    int depth = x[0].length;
    double[][] y = new double[x.length - taps + 1][channels];
    for (int p = 0; p < y.length; p++) {
      for (int c = 0; c < channels; c++) {
        double z = b.getDouble(0, c);
        for (int k = 0; k < taps; k++) {
          for (int f = 0; f < depth; f++) {
            z += x[p + k][f] * w.getDouble(k * depth + f, c);
          }
        }
        y[p][c] = 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z));
      }
    }
    return y;
  }

  @Test
  void gradientsOfTheWholeNetwork() throws IOException {
    List<BagSample> two = samples(2, 9, 0.3);
    for (DeepRcParameters embedded : embeddings(CountScale.NONE)) {
      boolean plain = embedded.fused() && embedded.genes().isEmpty();
      for (Separation separation :
          plain
              ? List.of(Separation.softmax(), Separation.entmax15())
              : List.of(Separation.softmax())) {
        DeepRcParameters p = embedded.with(separation, LagrangianUnit.none());
        List<Target> targets =
            List.of(
                Target.binary("a"),
                Target.multiClass("b", List.of("x", "y", "z")),
                Target.regression("c"));
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
        try {
          ComputationGraphConfiguration conf =
              DeepRC.builder()
                  .parameters(p)
                  .targets(targets)
                  .updater(new NoOp())
                  .dataType(DataType.DOUBLE)
                  .build()
                  .conf();
          ComputationGraph graph = new ComputationGraph(conf);
          graph.init();
          // a window of padding and a bias of 0 lie on SELU's kink
          int biases = p.embedding() == EmbeddingKind.LSTM ? 1 : p.convolutions();
          for (int i = 0; i < biases; i++) {
            INDArray bias = graph.getLayer(DeepRC.EMBEDDING).getParam("b" + i);
            bias.assign(Nd4j.randn(DataType.DOUBLE, bias.shape()).muli(0.3));
          }
          SequenceRows.Batch batch =
              SequenceRows.batch(
                  List.of(withGenes(two.get(0).open()), withGenes(two.get(1).open())),
                  List.of(new int[] {0, 1, 2, 3, 4}, new int[] {5, 6, 8}),
                  p,
                  DataType.DOUBLE);
          INDArray[] labels = {
            Nd4j.createFromArray(new double[][] {{0}, {1}}),
            Nd4j.createFromArray(new double[][] {{0, 1, 0}, {0, 0, 1}}),
            Nd4j.createFromArray(new double[][] {{0.3}, {-1}})
          };
          assertThat(
                  GradientCheckUtil.checkGradients(
                      new GradientCheckUtil.GraphConfig()
                          .net(graph)
                          .epsilon(1e-6)
                          .maxRelError(1e-4)
                          .minAbsoluteError(1e-8)
                          .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
                          .inputs(new INDArray[] {batch.rows()})
                          .inputMask(new INDArray[] {batch.mask()})
                          .labels(labels)
                          .subset(true)
                          .maxPerParam(20)))
              .isTrue();
        } finally {
          Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
        }
      }
    }
  }

  @Test
  void theTopFractionLeavesAtLeastOne() throws IOException {
    DeepRcParameters p = parameters(1, CountScale.NONE, 0.1);
    assertThat(p.kept(1)).isEqualTo(1);
    assertThat(p.kept(9)).isEqualTo(1);
    assertThat(p.kept(100)).isEqualTo(10);
    ComputationGraph graph = DeepRC.builder().parameters(p).seed(5).build().init();
    RepertoireScorer scorer = new RepertoireScorer(graph, p);
    SequenceBag bag = samples(1, 40, 0.2).get(0).open();
    RepertoireScorer.Scored scored = scorer.score(bag);
    assertThat(scored.pooled()).hasSize(4).isSorted();
    double[] sorted = scored.logits().clone();
    Arrays.sort(sorted);
    for (int i : scored.pooled()) {
      assertThat(scored.logits()[i]).isGreaterThanOrEqualTo(sorted[36]);
    }
    assertThat(Arrays.stream(scored.attention()).sum()).isCloseTo(1, Offset.offset(1e-6));
    assertThat(RepertoireScorer.highest(new double[] {1, 2, 2, 2, 0}, 2)).containsExactly(1, 2);
  }

  @Test
  void aMissingLabelHasNoPartInTraining() throws IOException {
    List<Target> targets = List.of(Target.binary("a"), Target.regression("b"));
    List<BagSample> some = new ArrayList<>();
    for (BagSample sample : samples(6, 30, 0.3)) {
      SequenceBag bag = sample.open();
      some.add(
          new BagSample(
              sample.id(), new double[] {sample.label(0), Double.NaN}, null, null, () -> bag));
    }
    Dataset<SequenceBag> data = Dataset.of("some", targets, "", some);
    TrainingSettings settings = settings(8, 4);
    DeepRcTraining training = new DeepRcTraining(data, data.subset(), SMALL, settings, 1);
    INDArray before = training.network().getOutputLayer(1).getParam("W").dup();
    training.run(null, look -> {});
    assertThat(training.network().getOutputLayer(1).getParam("W")).isEqualTo(before);
  }

  private static TrainingSettings settings(int updates, int every) {
    return new TrainingSettings(
        updates, every, 0, 2, 20, 1e-2, 1e-4, 0, 0.2, true, 1, false, false);
  }

  @Test
  void aTrainingThatWasStoppedGoesOnToTheSameBits(@TempDir Path folder) throws IOException {
    Dataset<SequenceBag> data = data(samples(10, 60, 0.3));
    Dataset<SequenceBag> train = data.subset(2, 3, 4, 5, 6, 7, 8, 9);
    Dataset<SequenceBag> held = data.subset(0, 1);
    DeepRcParameters p = parameters(1, CountScale.NONE, 0.5);
    DeepRcTraining whole = new DeepRcTraining(train, held, p, settings(12, 3), 7);
    whole.run(null, look -> {});
    Path checkpoint = folder.resolve("checkpoint.zip");
    DeepRcTraining first = new DeepRcTraining(train, held, p, settings(12, 3), 7);
    assertThatThrownBy(
            () ->
                first.run(
                    checkpoint,
                    look -> {
                      if (look.step() == 6) {
                        throw new IllegalStateException("stopped");
                      }
                    }))
        .hasMessage("stopped");
    DeepRcTraining second = new DeepRcTraining(train, held, p, settings(12, 3), 7);
    List<Integer> seen = new ArrayList<>();
    second.run(checkpoint, look -> seen.add(look.step()));
    assertThat(seen).containsExactly(9, 12);
    assertThat(second.network().params()).isEqualTo(whole.network().params());
    assertThat(second.bestStep()).isEqualTo(whole.bestStep());

    DeepRcTraining other = new DeepRcTraining(train, held, p, settings(12, 3), 8);
    assertThatThrownBy(() -> other.run(checkpoint, look -> {}))
        .hasMessageContaining("other data, options or seed");
    Files.write(checkpoint, Arrays.copyOf(Files.readAllBytes(checkpoint), 300));
    assertThatThrownBy(() -> second.run(checkpoint, look -> {}))
        .hasMessageContaining("a damaged one");
  }

  @Test
  void aMotifIsLearned() throws IOException {
    List<BagSample> all =
        new SimulatedRepertoires(400, 8, 14, List.of("CASW"), 0.02)
            .draw("r", 60, new SplittableRandom(9));
    Dataset<SequenceBag> data = data(all);
    DeepRcParameters p = parameters(1, CountScale.NONE, 0.1);
    TrainingSettings settings =
        new TrainingSettings(150, 25, 0, 4, 0, 1e-2, 1e-4, 0, 0.3, true, 1, true, false);
    DeepRcTraining training =
        new DeepRcTraining(
            data.subset(IntStream.range(10, 40).toArray()),
            data.subset(IntStream.range(0, 10).toArray()),
            p,
            settings,
            1);
    assertThat(training.startedAt().get(0).letters()).isEqualTo("CASW");
    training.run(null, look -> {});
    int right = 0;
    int implanted = 0;
    for (int i = 40; i < 60; i++) {
      RepertoireScorer.Scored scored = training.scorer().score(all.get(i).open());
      right += scored.outputs()[0][0] > 0.5 == (i % 2 == 1) ? 1 : 0;
      if (i % 2 == 1) {
        int[] most = RepertoireScorer.highest(scored.logits(), 8);
        implanted += (int) Arrays.stream(most).filter(s -> s < 8).count();
      }
    }
    assertThat(right).isGreaterThanOrEqualTo(18);
    assertThat(implanted).isGreaterThanOrEqualTo(64);
  }

  @Test
  void theStartTakesAPatternOfEachMotifAndNoneThatChanceExplains() throws IOException {
    List<BagSample> two =
        new SimulatedRepertoires(400, 8, 14, List.of("CASW", "HKMF"), 0.05)
            .draw("r", 40, new SplittableRandom(9));
    List<EnrichedStart.Pattern> patterns = EnrichedStart.patterns(data(two), 2, 2);
    assertThat(patterns.stream().map(EnrichedStart.Pattern::letters))
        .containsExactlyInAnyOrder("CASW", "HKMF");
    assertThat(patterns).allMatch(p -> p.t() > 0 && p.odds() > 1);
    List<BagSample> nothing =
        new SimulatedRepertoires(400, 8, 14, List.of("CASW"), 0)
            .draw("r", 40, new SplittableRandom(9));
    assertThat(EnrichedStart.patterns(data(nothing), 2, 8)).isEmpty();

    // one sequence that every positive repertoire has is no motif: it comes after one that is
    List<BagSample> clone = new ArrayList<>();
    for (BagSample sample : two) {
      List<String> letters = new ArrayList<>();
      for (int i = 0; i < sample.open().size(); i++) {
        letters.add(i < 60 && sample.label(0) == 1 ? "YYNDIRRY" : sample.open().letters(399 - i));
      }
      clone.add(BagSample.of(sample.id(), sample.label(0), MemoryBag.of(letters)));
    }
    List<EnrichedStart.Pattern> both = EnrichedStart.patterns(data(clone), 2, 3);
    assertThat(both.get(2).letters()).matches("[YNDIR.]+");
    assertThat(both.get(2).t()).isGreaterThan(both.get(0).t());
    assertThat(both.subList(0, 2).stream().map(EnrichedStart.Pattern::letters))
        .containsExactlyInAnyOrder("CASW", "HKMF");
  }

  /** Of one motif there is one pattern; the channels that are left start at its pieces. */
  @Test
  void channelsThatAreLeftStartAtPiecesOfTheMotif() throws IOException {
    List<BagSample> one =
        new SimulatedRepertoires(400, 8, 14, List.of("CASWF"), 0.05)
            .draw("r", 40, new SplittableRandom(9));
    List<EnrichedStart.Pattern> patterns = EnrichedStart.patterns(data(one), 2, 12);
    List<EnrichedStart.Pattern> all = EnrichedStart.withPieces(data(one), 2, patterns, 12);
    assertThat(all.subList(0, patterns.size())).isEqualTo(patterns);
    assertThat(all.size()).isBetween(patterns.size() + 3, 12);
    assertThat(all.stream().map(EnrichedStart.Pattern::letters)).doesNotHaveDuplicates();
    assertThat(all)
        .allMatch(p -> p.t() > 0)
        .allMatch(p -> p.letters().chars().filter(c -> "CASWF".indexOf(c) >= 0).count() >= 3);
    List<BagSample> two =
        new SimulatedRepertoires(400, 8, 14, List.of("CASW", "HKMF"), 0.05)
            .draw("r", 40, new SplittableRandom(9));
    List<EnrichedStart.Pattern> full = EnrichedStart.patterns(data(two), 2, 2);
    assertThat(EnrichedStart.withPieces(data(two), 2, full, 2)).isEqualTo(full);
  }

  @Test
  void genesThatTellGiveTheStartOfTheAttention() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    List<BagSample> samples = new ArrayList<>();
    for (BagSample sample :
        new SimulatedRepertoires(300, 8, 14, List.of("CASW"), 0).draw("r", 40, random)) {
      MemoryBag bag = (MemoryBag) sample.open();
      double often = sample.label(0) == 1 ? 0.2 : 0.05;
      List<String> v = new ArrayList<>();
      for (int i = 0; i < bag.size(); i++) {
        v.add(random.nextDouble() < often ? "TRBV27" : "TRBV" + (1 + random.nextInt(4)));
      }
      samples.add(
          BagSample.of(
              sample.id(),
              sample.label(0),
              bag.withGenes(v, java.util.Collections.nCopies(bag.size(), ""))));
    }
    TrainingSettings genes =
        new TrainingSettings(1, 1, 0, 2, 20, 1e-2, 1e-4, 0, 0.2, true, 1, true, true);
    DeepRcTraining training =
        new DeepRcTraining(data(samples), data(samples).subset(), SMALL, genes, 1);
    SequenceBag bag = samples.get(1).open();
    int[] first = RepertoireScorer.highest(training.scorer().logits(bag, null), 10);
    assertThat(Arrays.stream(first).mapToObj(i -> bag.vGenes().get(bag.vGene(i))))
        .containsOnly("TRBV27");
  }

  @Test
  void positionsAreThoseOfImgt() {
    // CASSLGQETQYF: 104 to 110 and 114 to 118 of a junction of 12
    int[] twelve = IntStream.range(0, 12).map(i -> GappedKmers.position(i, 12)).toArray();
    assertThat(twelve).containsExactly(104, 105, 106, 107, 108, 109, 113, 114, 115, 116, 117, 118);
    int[] fifteen = IntStream.range(0, 15).map(i -> GappedKmers.position(i, 15)).toArray();
    assertThat(fifteen).containsExactly(IntStream.rangeClosed(104, 118).toArray());
    int[] long19 = IntStream.range(0, 19).map(i -> GappedKmers.position(i, 19)).toArray();
    assertThat(long19)
        .containsExactly(
            104, 105, 106, 107, 108, 109, 110, 111, 111, 111, 112, 112, 112, 113, 114, 115, 116,
            117, 118);
    GappedKmers shape = GappedKmers.POSITIONED_THREES.get(0);
    int[] counts = new int[shape.codes()];
    assertThat(shape.count(MemoryBag.of(List.of("CASSF", "ASSCF")), counts)).isEqualTo(6);
    List<String> found =
        IntStream.range(0, counts.length)
            .filter(c -> counts[c] > 0)
            .mapToObj(shape::letters)
            .toList();
    assertThat(found)
        .containsExactlyInAnyOrder(
            "104-CAS", "105-ASS", "106-SSF", "104-ASS", "105-SSC", "106-SCF");
  }

  @Test
  void baselinesFindTheirSignal() throws IOException {
    List<BagSample> motif =
        new SimulatedRepertoires(300, 8, 14, List.of("CASW"), 0.03)
            .draw("r", 60, new SplittableRandom(9));
    Dataset<SequenceBag> data = data(motif);
    Dataset<SequenceBag> train = data.subset(IntStream.range(10, 40).toArray());
    Dataset<SequenceBag> held = data.subset(IntStream.range(0, 10).toArray());
    KmerRegression kmers = KmerRegression.fit(train, held, 1);
    // whole sequences that positives share
    List<BagSample> shared =
        new SimulatedRepertoires(300, 12, 12, List.of("CASSLGQETQYF", "CASSPDRGAFYF"), 0.01)
            .draw("r", 60, new SplittableRandom(9));
    Dataset<SequenceBag> sharedData = data(shared);
    PublicClones clones =
        PublicClones.fit(
            sharedData.subset(IntStream.range(10, 40).toArray()),
            sharedData.subset(IntStream.range(0, 10).toArray()));
    int right = 0;
    int rightClones = 0;
    for (int i = 40; i < 60; i++) {
      right += kmers.score(motif.get(i).open()) > 0.5 == (i % 2 == 1) ? 1 : 0;
      rightClones += clones.score(shared.get(i).open()) > 0.5 == (i % 2 == 1) ? 1 : 0;
    }
    assertThat(right).as(kmers.chosen()).isGreaterThanOrEqualTo(19);
    assertThat(rightClones).as(clones.chosen()).isGreaterThanOrEqualTo(19);
    assertThat(clones.chosen()).startsWith("2 associated");
  }

  @Test
  void configurationsGoThroughJson() {
    for (int convolutions : new int[] {1, 3}) {
      DeepRcParameters p =
          parameters(convolutions, CountScale.LOG, 1)
              .with(Separation.entmax(1.3), LagrangianUnit.pfu());
      ComputationGraphConfiguration conf = DeepRC.builder().parameters(p).build().conf();
      assertThat(ComputationGraphConfiguration.fromJson(conf.toJson()).toJson())
          .isEqualTo(conf.toJson());
    }
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(
            () -> SequenceRows.codes(MemoryBag.of(List.of("CASSCASSCASS")), null, 0, 1, 10))
        .hasMessageContaining("at most 10 residues")
        .hasMessageContaining("found 12");
    assertThatThrownBy(() -> parameters(1, CountScale.NONE, 0)).hasMessageContaining("topFraction");
    assertThatThrownBy(() -> MemoryBag.of(List.of("CA*"))).hasMessageContaining("CA*");
  }
}
