package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** DeepRC and the baselines, trained and tested on the same parts of each split. */
final class RepertoireComparison {
  static final String DEEPRC = "DeepRC";
  static final String KMERS = "k-mers + logistic regression";
  static final String CLONES = "public clones";

  /** Sequences of a positive repertoire that are looked at. */
  static final int TOP = 50;

  /**
   * What a split gave.
   *
   * @param test samples
   * @param scores of each model on these, by its name; of DeepRC those of the first target
   * @param chosen of each model, in words
   * @param looks of DeepRC's training
   * @param patterns that DeepRC started at
   * @param top the sequences of highest attention in the positive test repertoires
   * @param implantedShare of these, the mean over the repertoires; NaN if unknown
   */
  record Outcome(
      RepertoireData.Split split,
      int[] test,
      Map<String, double[]> scores,
      Map<String, String> chosen,
      List<DeepRcTraining.Look> looks,
      List<EnrichedStart.Pattern> patterns,
      List<TopSequence> top,
      double implantedShare,
      DeepRcTraining training) {}

  /** A sequence with high attention. */
  record TopSequence(String repertoire, String letters, double logit, boolean implanted) {}

  private final RepertoireData data;
  private final DeepRcParameters parameters;
  private final TrainingSettings settings;
  private final boolean baselines;
  private final Progress progress;

  RepertoireComparison(
      RepertoireData data,
      DeepRcParameters parameters,
      TrainingSettings settings,
      boolean baselines,
      Progress progress) {
    this.data = data;
    this.parameters = parameters;
    this.settings = settings;
    this.baselines = baselines;
    this.progress = progress;
  }

  /**
   * Trains and tests on one split.
   *
   * @param chosenBefore what was chosen for DeepRC before, in words
   */
  Outcome run(RepertoireData.Split split, long seed, String chosenBefore) throws IOException {
    Dataset<SequenceBag> training = data.samples().subset(split.train());
    Dataset<SequenceBag> validation = data.samples().subset(split.validation());
    DeepRcTraining deepRc =
        new DeepRcTraining(training, validation, parameters, settings, Seeds.mix(seed, 1));
    deepRc.run(null, look -> progress.doing(split.name() + ": " + look.text()));
    Map<String, double[]> scores = new LinkedHashMap<>();
    Map<String, String> chosen = new LinkedHashMap<>();
    double[] own = new double[split.test().length];
    List<TopSequence> top = new ArrayList<>();
    double share = 0;
    int positives = 0;
    for (int i = 0; i < own.length; i++) {
      Sample<SequenceBag> sample = data.samples().sample(split.test()[i]);
      RepertoireScorer.Scored scored = deepRc.scorer().score(sample.open());
      own[i] = scored.outputs()[0][0];
      if (sample.label(0) == 1) {
        share += look(sample, scored, top);
        positives++;
      }
    }
    scores.put(DEEPRC, own);
    chosen.put(DEEPRC, "step " + deepRc.bestStep() + chosenBefore);
    if (baselines && data.samples().targets().get(0).kind() == Target.Kind.BINARY) {
      progress.doing(split.name() + ": k-mers");
      add(scores, chosen, KMERS, split, KmerRegression.fit(training, validation, seed));
      progress.doing(split.name() + ": public clones");
      add(scores, chosen, CLONES, split, PublicClones.fit(training, validation));
    }
    return new Outcome(
        split,
        split.test(),
        scores,
        chosen,
        deepRc.looks(),
        deepRc.startedAt(),
        top,
        data.implanted() == 0 || positives == 0 ? Double.NaN : share / positives,
        deepRc);
  }

  /** Keeps the sequences of highest attention; gives the share of implanted ones. */
  private double look(
      Sample<SequenceBag> sample, RepertoireScorer.Scored scored, List<TopSequence> to)
      throws IOException {
    SequenceBag bag = sample.open();
    int[] order =
        IntStream.of(RepertoireScorer.highest(scored.logits(), Math.min(TOP, bag.size())))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scored.logits()[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double implanted = 0;
    for (int i : order) {
      boolean own = i < data.implanted();
      implanted += own ? 1 : 0;
      to.add(new TopSequence(sample.id(), bag.letters(i), scored.logits()[i], own));
    }
    return implanted / order.length;
  }

  private void add(
      Map<String, double[]> scores,
      Map<String, String> chosen,
      String name,
      RepertoireData.Split split,
      RepertoireModel model)
      throws IOException {
    double[] own = new double[split.test().length];
    for (int i = 0; i < own.length; i++) {
      own[i] = model.score(data.samples().sample(split.test()[i]).open());
    }
    scores.put(name, own);
    chosen.put(name, model.chosen());
  }
}
