package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.ReceptorRepertoires.Part;
import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Classification of immune repertoires by {@link DeepRC}, beside two baselines on the same splits:
 * on a user's table, on real receptors with epitope-specific ones implanted, or on simulated
 * sequences with a motif.
 */
public final class RepertoireExperiment extends ExperimentTemplate<RepertoireData>
    implements TunableExperiment {
  private static final String DEFAULT_EPITOPE = "HTTDPSFLGRY";

  /** For the service loader. */
  public RepertoireExperiment() {
    super(
        "repertoire",
        "Immune repertoires with DeepRC beside k-mer regression and public clones; a table of AIRR"
            + " files, or implanted receptors or motifs");
  }

  @Override
  public List<ExperimentOption> options() {
    List<ExperimentOption> options = new ArrayList<>();
    options.add(
        ExperimentOption.choice(
            "task",
            "receptors",
            List.of("receptors", "motif"),
            "without a table: real receptors or simulated sequences"));
    options.add(
        ExperimentOption.number(
            "share", 0.01, 1e-6, 0.5, "share of the sequences of a positive that is implanted"));
    options.add(
        ExperimentOption.integer(
            "repertoires", 200, 10, 100_000, "repertoires for training and validation"));
    options.add(
        ExperimentOption.integer("test-repertoires", 100, 4, 100_000, "repertoires for testing"));
    options.add(
        ExperimentOption.integer("sequences", 10_000, 10, 1_000_000, "sequences of a repertoire"));
    options.add(
        text("motifs", "", "motifs separated by commas, . for any residue; none: one of 5, drawn"));
    options.add(ExperimentOption.integer("shortest", 12, 1, 100, "residues of a simulated one"));
    options.add(ExperimentOption.integer("longest", 20, 1, 100, "residues of a simulated one"));
    options.add(text("epitope", DEFAULT_EPITOPE, "whose receptors are implanted"));
    options.add(
        ExperimentOption.integer("repeats", 1, 1, 100, "data sets that are drawn, one a seed"));
    options.add(ExperimentOption.integer("folds", 5, 2, 100, "of a table without given folds"));
    options.add(ExperimentOption.flag("leave-one-group-out", false, "a fold for each group"));
    options.add(
        ExperimentOption.integer(
            "tune",
            0,
            0,
            10_000,
            "hyperparameter candidates that are tried inside each split, the options as they are"
                + " first; 0: none"));
    options.add(ExperimentOption.flag("baselines", true, "k-mers and public clones beside"));
    options.addAll(RepertoireOptions.reading());
    options.addAll(RepertoireOptions.training());
    return options;
  }

  private static ExperimentOption text(String name, String value, String description) {
    return new ExperimentOption(
        name, ExperimentOption.Type.TEXT, description, value, Double.NaN, Double.NaN, List.of());
  }

  // ---------------------------------------------------------------- data

  @Override
  protected RepertoireData open(ExperimentRun run) throws IOException {
    RepertoireOptions.parameters(run);
    RepertoireOptions.settings(run);
    Path data = run.data().orElse(null);
    if (data != null && !(Files.isDirectory(data) && ReceptorRepertoires.isFolder(data))) {
      return table(run, data);
    }
    return drawn(run, data);
  }

  private static RepertoireData table(ExperimentRun run, Path file) throws IOException {
    TableRepertoires read =
        TableRepertoires.read(
            file,
            RepertoireOptions.table(run, true),
            RepertoireOptions.read(run),
            run.text("cache"));
    List<Target> targets = read.table().targets();
    if (targets.isEmpty()) {
      throw new IllegalArgumentException(
          file
              + ": expected a column to predict, found several that could be it "
              + read.table().covariates()
              + "; name it: --target COLUMN");
    }
    if (targets.get(0).kind() != Target.Kind.BINARY) {
      throw new IllegalArgumentException(
          file
              + ": expected a first target with two labels for this comparison, found "
              + targets.get(0).name()
              + " of kind "
              + targets.get(0).kind().name().toLowerCase(Locale.ROOT)
              + "; train --model deeprc takes it");
    }
    Dataset<SequenceBag> all = read.dataset(targets);
    int[] known =
        IntStream.range(0, all.size()).filter(i -> !Double.isNaN(all.sample(i).label(0))).toArray();
    Dataset<SequenceBag> samples = all.subset(known);
    Folds folds =
        run.flag("leave-one-group-out")
            ? Folds.leaveOneGroupOut(samples.groups())
            : Folds.of(samples, 0, run.integer("folds"), run.seed());
    List<RepertoireData.Split> splits = new ArrayList<>();
    String[] foldOf = new String[samples.size()];
    for (int f = 0; f < folds.count(); f++) {
      for (int i : folds.test(f)) {
        foldOf[i] = folds.name(f);
      }
      splits.add(
          split(
              samples,
              "fold " + folds.name(f),
              folds.train(f),
              folds.test(f),
              run.number("validation"),
              Seeds.mix(run.seed(), 100 + f)));
    }
    Map<String, List<String>> covariates = new LinkedHashMap<>();
    read.covariates()
        .forEach(
            (name, values) ->
                covariates.put(name, Arrays.stream(known).mapToObj(values::get).toList()));
    return new RepertoireData(
        samples,
        splits,
        covariates,
        0,
        List.of(
            samples.size()
                + " repertoires of "
                + file.getFileName()
                + " with a label of "
                + targets.get(0).name()
                + ", "
                + folds.count()
                + " folds. Of the other folds a share of "
                + run.number("validation")
                + " ends training and chooses what the baselines choose; the rest is trained on."),
        read.notes(),
        List.of(foldOf));
  }

  /** Divides the samples outside of a test part, keeping groups and labels apart and even. */
  static RepertoireData.Split split(
      Dataset<SequenceBag> samples,
      String name,
      int[] outside,
      int[] test,
      double share,
      long seed) {
    Dataset<SequenceBag> rest = samples.subset(outside);
    int parts = share > 0 ? (int) Math.max(2, Math.round(1 / share)) : 0;
    int[] classes = rest.classes(0);
    long rarest =
        Math.min(
            Arrays.stream(classes).filter(c -> c == 0).count(),
            Arrays.stream(classes).filter(c -> c == 1).count());
    parts = (int) Math.min(parts, rarest);
    if (parts < 2) {
      return new RepertoireData.Split(name, outside, new int[0], test);
    }
    Folds inner = Folds.of(rest, 0, parts, seed);
    return new RepertoireData.Split(
        name,
        Arrays.stream(inner.train(0)).map(i -> outside[i]).toArray(),
        Arrays.stream(inner.test(0)).map(i -> outside[i]).toArray(),
        test);
  }

  private static RepertoireData drawn(ExperimentRun run, Path folder) throws IOException {
    int train = run.integer("repertoires");
    int test = run.integer("test-repertoires");
    int sequences = run.integer("sequences");
    int implanted = (int) Math.max(1, Math.round(run.number("share") * sequences));
    boolean receptors = folder != null || run.text("task").equals("receptors");
    List<BagSample> samples = new ArrayList<>();
    List<RepertoireData.Split> splits = new ArrayList<>();
    List<String> protocol = new ArrayList<>();
    int held = (int) Math.round(train * run.number("validation"));
    for (int r = 0; r < run.integer("repeats"); r++) {
      long seed = run.seed() + r;
      SplittableRandom random = new SplittableRandom(Seeds.mix(seed, 11));
      int first = samples.size();
      String prefix = run.integer("repeats") > 1 ? "set " + (r + 1) + ", " : "";
      if (receptors) {
        ReceptorRepertoires source =
            folder == null
                ? ReceptorRepertoires.sample(seed)
                : ReceptorRepertoires.of(
                    folder, run.text("epitope"), RepertoireOptions.read(run), seed);
        samples.addAll(
            source.draw(
                prefix + "validation ", held, sequences, implanted, Part.VALIDATION, random));
        samples.addAll(
            source.draw(
                prefix + "training ", train - held, sequences, implanted, Part.TRAINING, random));
        samples.addAll(
            source.draw(prefix + "test ", test, sequences, implanted, Part.TEST, random));
        if (r == 0) {
          protocol.add(
              String.format(
                  Locale.ROOT,
                  "Each repertoire is a draw of %,d of %,d background receptors without"
                      + " replacement; in every second, the positive ones, %d are replaced by"
                      + " receptors that are specific to %s. Of %,d such receptors, none of which"
                      + " is among the background, one half is implanted in test repertoires, the"
                      + " other in those for training and, at least a fifth of it, validation: no"
                      + " specific sequence is in two of these parts.",
                  sequences,
                  source.background(),
                  implanted,
                  folder == null ? DEFAULT_EPITOPE : run.text("epitope"),
                  source.specific()));
        }
      } else {
        List<String> motifs = motifs(run, random);
        SimulatedRepertoires source =
            new SimulatedRepertoires(
                sequences,
                run.integer("shortest"),
                run.integer("longest"),
                motifs,
                (double) implanted / sequences);
        samples.addAll(source.draw(prefix + "training ", train, random));
        samples.addAll(source.draw(prefix + "test ", test, random));
        protocol.add(
            String.format(
                Locale.ROOT,
                "%s%,d sequences a repertoire, each residue uniform of the 20, each length uniform"
                    + " of %d to %d; in every second repertoire, the positive ones, %d sequences"
                    + " have one of the motifs %s at a uniform position (a dot leaves the residue).",
                prefix,
                sequences,
                run.integer("shortest"),
                run.integer("longest"),
                implanted,
                motifs));
      }
      splits.add(
          new RepertoireData.Split(
              prefix.isEmpty() ? "test" : "set " + (r + 1),
              IntStream.range(first + held, first + train).toArray(),
              IntStream.range(first, first + held).toArray(),
              IntStream.range(first + train, first + train + test).toArray()));
    }
    protocol.add(
        String.format(
            Locale.ROOT,
            "%d repertoires to train on, %d that end training and choose what the baselines choose,"
                + " %d to test%s; half of each are positive.",
            train - held,
            held,
            test,
            run.integer("repeats") > 1 ? ", in each of " + run.integer("repeats") + " sets" : ""));
    return new RepertoireData(
        Dataset.of(
            receptors ? "implanted receptors" : "implanted motifs",
            List.of(Target.binary("label")),
            "",
            samples),
        splits,
        Map.of(),
        implanted,
        protocol,
        List.of(),
        null);
  }

  private static List<String> motifs(ExperimentRun run, SplittableRandom random) {
    if (run.text("motifs").isEmpty()) {
      StringBuilder motif = new StringBuilder();
      for (int i = 0; i < 5; i++) {
        motif.append(AminoAcids.LETTERS.charAt(random.nextInt(AminoAcids.COUNT)));
      }
      return List.of(motif.toString());
    }
    List<String> motifs = Arrays.stream(run.text("motifs").split(",")).map(String::strip).toList();
    for (String motif : motifs) {
      boolean legal =
          !motif.isEmpty() && motif.chars().allMatch(c -> c == '.' || AminoAcids.code(c) >= 0);
      if (!legal || motif.length() > run.integer("shortest")) {
        throw new IllegalArgumentException(
            "option motifs: expected amino acids and dots, at most "
                + run.integer("shortest")
                + " of them, found \""
                + motif
                + '"');
      }
    }
    return motifs;
  }

  // ---------------------------------------------------------------- work

  @Override
  protected Findings run(ExperimentRun run, RepertoireData data) throws IOException {
    run.progress().begin("DeepRC and baselines on " + data.samples().name(), data.splits().size());
    List<RepertoireComparison.Outcome> outcomes = new ArrayList<>();
    List<Map<String, Object>> choices = new ArrayList<>();
    for (int s = 0; s < data.splits().size(); s++) {
      RepertoireTuning.Choice choice = run.integer("tune") > 0 ? choose(run, data, s) : null;
      ExperimentRun own =
          choice == null ? run : ExperimentRun.of(this, run.context(), choice.values());
      if (choice != null) {
        choices.add(
            Map.of(
                "split", data.splits().get(s).name(),
                "values", choice.values(),
                "validationAuc", choice.auc()));
      }
      RepertoireComparison.Outcome outcome =
          new RepertoireComparison(
                  data,
                  RepertoireOptions.parameters(own),
                  RepertoireOptions.settings(own),
                  run.flag("baselines"),
                  run.progress())
              .run(
                  data.splits().get(s),
                  Seeds.mix(run.seed(), 1000 + s),
                  choice == null ? "" : ", " + choice.text());
      outcomes.add(outcome);
      run.progress()
          .advance(
              1,
              outcome.split().name()
                  + ": AUC "
                  + Numbers.of(auc(data, outcome, RepertoireComparison.DEEPRC)));
    }
    Findings findings = findings(run, data, outcomes);
    return choices.isEmpty() ? findings : findings.detail("choices", choices);
  }

  /** Hyperparameters of a split, by its validation part. */
  private RepertoireTuning.Choice choose(ExperimentRun run, RepertoireData data, int split) {
    return new RepertoireTuning(this, run.context(), data, split)
        .choose(
            run.integer("tune"),
            Seeds.mix(run.seed(), 2000 + split),
            tried -> run.progress().doing(data.splits().get(split).name() + ": " + tried.text()));
  }

  /** Of one split; NaN where it has one class only. */
  static double auc(RepertoireData data, RepertoireComparison.Outcome outcome, String model) {
    int[] labels = labels(data, outcome.test());
    int positives = Arrays.stream(labels).sum();
    return positives == 0 || positives == labels.length
        ? Double.NaN
        : RocCurve.of(labels, outcome.scores().get(model)).area();
  }

  static int[] labels(RepertoireData data, int[] samples) {
    return Arrays.stream(samples).map(i -> (int) data.samples().sample(i).label(0)).toArray();
  }

  private static Findings findings(
      ExperimentRun run, RepertoireData data, List<RepertoireComparison.Outcome> outcomes)
      throws IOException {
    RepertoireFindings found = new RepertoireFindings(run, data, outcomes);
    Findings findings = new Findings(data.samples().name());
    double[] own = found.aucs(RepertoireComparison.DEEPRC);
    findings.metric("auc", own);
    for (String model : found.models()) {
      if (!model.equals(RepertoireComparison.DEEPRC)) {
        findings.metric(
            model.equals(RepertoireComparison.KMERS) ? "aucKmers" : "aucPublicClones",
            found.aucs(model));
      }
    }
    findings.metric("pooledAuc", found.pooled(RepertoireComparison.DEEPRC).value());
    if (data.implanted() > 0) {
      findings.metric(
          "topImplanted",
          outcomes.stream().mapToDouble(RepertoireComparison.Outcome::implantedShare).toArray());
    }
    findings
        .detail("repertoires", data.samples().size())
        .detail("splits", data.splits().size())
        .detail("protocol", data.protocol())
        .detail("notes", data.notes())
        .detail("predictions", found.predictions())
        .detail("covariates", found.covariateDetails())
        .detail("warnings", found.warnings())
        .table(found.comparisonTable());
    if (!found.covariates().isEmpty()) {
      findings.table(found.covariateTable());
    }
    if (!found.warnings().isEmpty()) {
      findings.table(
          new ResultTable(
              "WARNING: THIS RESULT CANNOT BE TRUSTED",
              List.of("because"),
              found.warnings().stream().map(List::of).toList()));
    }
    data.protocol().forEach(findings::protocol);
    RepertoireClassifier model = model(run, data, outcomes.get(0).training());
    return findings
        .report(found::html)
        .file("run.yaml", file -> RunFile.write(file, "repertoire", run))
        .file("model.zip", model::save);
  }

  static RepertoireClassifier model(
      ExperimentRun run, RepertoireData data, DeepRcTraining training) {
    return new RepertoireClassifier(
        training.network(),
        training.parameters(),
        data.samples().targets(),
        new RepertoireClassifier.Reading(
            run.text("region"), run.text("locus"), run.text("count-column")),
        RepertoireClassifier.Calibration.NONE,
        run.provenance(data.samples().name(), data.samples().fingerprint()));
  }

  @Override
  public List<TuningParameter> space() {
    return RepertoireTuning.space();
  }

  @Override
  public Tuning prepare(ExperimentContext context) throws IOException {
    return new RepertoireTuning(this, context, open(ExperimentRun.of(this, context)));
  }
}
