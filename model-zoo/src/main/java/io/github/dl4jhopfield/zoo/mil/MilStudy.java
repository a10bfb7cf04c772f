package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.JobPool;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Methods beside each other in the same folds of repeated, nested cross-validation. Each fold of
 * each method is a job of its own, with a seed that the method's name has no part in, and is kept
 * as soon as it is done.
 */
final class MilStudy {
  private static final String FILE = "study.jsonl";
  private static final int TIMED_EPOCHS = 2;

  /**
   * What was found.
   *
   * @param folds of each repeat
   * @param done of each method, by its label: every fold of every repeat, in order
   * @param markers AUC of each method in the test with markers; empty if not asked for
   */
  record Result(
      List<Folds> folds, Map<String, List<StudyStore.Done>> done, Map<String, Double> markers) {}

  private final MilData data;
  private final List<MilMethod<?, ?>> methods;
  private final List<Folds> repeats;
  private final boolean optimistic;
  private final boolean rules;
  private final ExperimentRun run;
  private final Progress progress;

  MilStudy(
      MilData data,
      List<MilMethod<?, ?>> methods,
      List<Folds> repeats,
      boolean optimistic,
      boolean rules,
      ExperimentRun run) {
    this.data = data;
    this.methods = methods;
    this.repeats = repeats;
    this.optimistic = optimistic;
    this.rules = rules;
    this.run = run;
    progress = Progress.oneAtATime(run.progress());
  }

  Result run() throws IOException {
    Path out = run.context().out().map(folder -> folder.resolve(FILE)).orElse(null);
    Map<String, String> options = new LinkedHashMap<>(run.options());
    // more threads give the same
    options.remove("threads");
    BagDataset bags = data.bags();
    try (StudyStore store =
        StudyStore.open(out, StudyStore.header(bags.fingerprint(), options, run.seed()))) {
      List<Callable<StudyStore.Done>> jobs = new ArrayList<>();
      long steps = 0;
      double seconds = 0;
      for (MilMethod<?, ?> method : methods) {
        int before = jobs.size();
        for (int r = 0; r < repeats.size(); r++) {
          for (int f = 0; f < repeats.get(r).count(); f++) {
            if (store.get(method.label(), r, f) == null) {
              int repeat = r;
              int fold = f;
              steps += method.trainings(data.settings().innerFolds());
              jobs.add(() -> job(store, method, repeat, fold));
            }
          }
        }
        if (jobs.size() > before) {
          seconds += (jobs.size() - before) * secondsOfAFold(method);
        }
      }
      if (!jobs.isEmpty()) {
        progress.begin(
            String.format(
                Locale.ROOT,
                "study of %d methods on %s: %d folds%s, about %s",
                methods.size(),
                bags.name(),
                jobs.size(),
                store.size() > 0 ? " (" + store.size() + " are done)" : "",
                duration(seconds / data.settings().threads())),
            steps);
        JobPool.run("fold", data.settings().threads(), jobs);
      }
      return new Result(repeats, ordered(store), rules ? markers() : Map.of());
    }
  }

  static String duration(double seconds) {
    return seconds < 90
        ? Math.round(seconds) + " s"
        : seconds < 5400
            ? Math.round(seconds / 60) + " min"
            : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }

  /** By a short training, without what a fold's own choice changes. */
  private <P, M extends BagModel> double secondsOfAFold(MilMethod<P, M> method) throws IOException {
    Folds folds = repeats.get(0);
    List<Bag> training = pick(folds.train(0));
    int trainings = method.trainings(data.settings().innerFolds());
    if (method.network() == null) {
      long start = System.nanoTime();
      method
          .learner()
          .train(
              data.bags().subset(folds.train(0)),
              method.learner().candidates().get(0),
              1,
              (stage, model) -> {});
      return (System.nanoTime() - start) / 1e9 * trainings;
    }
    BagClassifier.train(training, method.network().withEpochs(1), 1);
    long start = System.nanoTime();
    BagClassifier.train(training, method.network().withEpochs(TIMED_EPOCHS), 1);
    double epoch = (System.nanoTime() - start) / 1e9 / TIMED_EPOCHS;
    return epoch * method.network().epochs() * (trainings + (optimistic ? 1 : 0));
  }

  private <P, M extends BagModel> StudyStore.Done job(
      StudyStore store, MilMethod<P, M> method, int repeat, int fold) throws IOException {
    long start = System.nanoTime();
    Folds folds = repeats.get(repeat);
    long seed = BagFolds.seedOf(run.seed(), repeat);
    NestedCrossValidation.Outcome<P, M> outcome =
        method
            .validation(data.settings().innerFolds(), named(method.label()))
            .fold(data.bags(), folds, fold, seed);
    List<Bag> held = pick(outcome.test());
    StudyStore.Done done =
        new StudyStore.Done(
            method.label(),
            repeat,
            fold,
            Arrays.stream(outcome.predictions()).mapToDouble(row -> row[0]).toArray(),
            outcome.score(),
            outcome.fitted().innerScore(),
            method.words(outcome.fitted().parameters()),
            (System.nanoTime() - start) / 1e9,
            optimistic && method.network() != null
                ? bestEpoch(
                    method.network(),
                    outcome.fitted().parameters(),
                    pick(folds.train(fold)),
                    held,
                    Seeds.mix(seed, 1 + fold))
                : Double.NaN,
            rules
                ? MilRules.of(outcome.fitted().model(), held, Seeds.mix(seed, 2_000_000L + fold))
                : MilRules.NONE);
    store.add(done);
    return done;
  }

  /** Names the method beside what a fold says. */
  private Progress named(String label) {
    return new Progress() {
      @Override
      public void begin(String task, long steps) {}

      @Override
      public void advance(long count, String detail) {
        progress.advance(count, detail.isEmpty() ? "" : label + ", " + detail);
      }

      @Override
      public void doing(String what) {
        progress.doing(label + ", " + what);
      }

      @Override
      public void end() {}
    };
  }

  /**
   * What publications report that keep the epoch that is best on the test fold: the test fold
   * chooses, so it is too high.
   */
  private static double bestEpoch(
      MilParameters base, Object chosen, List<Bag> training, List<Bag> held, long seed)
      throws IOException {
    int[] labels = held.stream().mapToInt(Bag::label).toArray();
    double[] best = {0};
    BagClassifier.train(
        training,
        ((MilParameters) chosen).withEpochs(base.epochs()),
        seed,
        (model, epoch) ->
            best[0] = Math.max(best[0], RocCurve.of(labels, model.scores(held)).area()));
    return best[0];
  }

  private List<Bag> pick(int[] indices) {
    return Arrays.stream(indices).mapToObj(data.bags().bags()::get).toList();
  }

  private Map<String, List<StudyStore.Done>> ordered(StudyStore store) {
    Map<String, List<StudyStore.Done>> all = new LinkedHashMap<>();
    for (MilMethod<?, ?> method : methods) {
      List<StudyStore.Done> of = new ArrayList<>();
      for (int r = 0; r < repeats.size(); r++) {
        for (int f = 0; f < repeats.get(r).count(); f++) {
          of.add(store.get(method.label(), r, f));
        }
      }
      all.put(method.label(), of);
    }
    return all;
  }

  private Map<String, Double> markers() throws IOException {
    Map<String, Double> all = new LinkedHashMap<>();
    BagDataset training = MilRules.markers(true, Seeds.mix(run.seed(), 3));
    BagDataset test = MilRules.markers(false, Seeds.mix(run.seed(), 4));
    for (MilMethod<?, ?> method : methods) {
      progress.doing("markers: " + method.label());
      all.put(method.label(), markers(method, training, test));
    }
    return all;
  }

  private <P, M extends BagModel> double markers(
      MilMethod<P, M> method, BagDataset training, BagDataset test) throws IOException {
    M model =
        method
            .validation(data.settings().innerFolds(), Progress.NONE)
            .fit(training, run.seed())
            .model();
    return RocCurve.of(test.labels(), model.scores(test.bags())).area();
  }
}
