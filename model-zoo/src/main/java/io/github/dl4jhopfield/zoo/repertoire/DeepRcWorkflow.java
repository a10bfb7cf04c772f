package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Region;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable;
import io.github.dl4jhopfield.zoo.repertoire.read.TableOptions;
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
import java.util.Optional;
import java.util.stream.IntStream;

/** {@link DeepRC} on the user's own repertoires: a table of files, or to predict a single file. */
public final class DeepRcWorkflow implements ModelWorkflow {
  private static final String CHECKPOINT = "checkpoint.zip";

  /** For the service loader. */
  public DeepRcWorkflow() {}

  @Override
  public String name() {
    return "deeprc";
  }

  @Override
  public String description() {
    return "What a label of an immune repertoire is, and which sequences tell; a table of AIRR files";
  }

  @Override
  public List<ExperimentOption> options() {
    List<ExperimentOption> options = new ArrayList<>(RepertoireOptions.reading());
    options.addAll(RepertoireOptions.training());
    return options;
  }

  // ---------------------------------------------------------------- train

  private record Opened(
      TableRepertoires table, Dataset<SequenceBag> samples, RepertoireData.Split split) {}

  @Override
  public ExperimentResult train(ExperimentContext context) throws IOException {
    String what = "train " + name();
    return ExperimentRun.execute(
        what, what, options(), context, DeepRcWorkflow::open, DeepRcWorkflow::train);
  }

  private static Opened open(ExperimentRun run) throws IOException {
    Path file =
        run.data()
            .orElseThrow(() -> new IllegalArgumentException("train: expected data, found none"));
    if (!run.writes()) {
      throw new IllegalArgumentException("train: expected a folder for the model");
    }
    RepertoireOptions.parameters(run);
    RepertoireOptions.settings(run);
    TableRepertoires table =
        TableRepertoires.read(
            file,
            RepertoireOptions.table(run, true),
            RepertoireOptions.read(run),
            run.text("cache"));
    List<Target> targets = table.table().targets();
    if (targets.isEmpty()) {
      throw new IllegalArgumentException(
          file + ": expected a column to predict, found none or several; name it: --target COLUMN");
    }
    Dataset<SequenceBag> samples = table.dataset(targets);
    int[] usable =
        IntStream.range(0, samples.size())
            .filter(
                i ->
                    IntStream.range(0, targets.size())
                        .anyMatch(t -> !Double.isNaN(samples.sample(i).label(t))))
            .toArray();
    Dataset<SequenceBag> labelled = samples.subset(usable);
    int[] all = IntStream.range(0, labelled.size()).toArray();
    RepertoireData.Split split =
        targets.get(0).kind() == Target.Kind.BINARY
            ? RepertoireExperiment.split(
                labelled, "all", all, new int[0], run.number("validation"), run.seed())
            : last(labelled.size(), run.number("validation"), run.seed());
    return new Opened(table, labelled, split);
  }

  /** A random part for validation. */
  private static RepertoireData.Split last(int size, double share, long seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    java.util.Collections.shuffle(order, new java.util.Random(seed));
    int held = (int) Math.round(share * size);
    int[] shuffled = order.stream().mapToInt(i -> i).toArray();
    return new RepertoireData.Split(
        "all", Arrays.copyOfRange(shuffled, held, size), Arrays.copyOf(shuffled, held), new int[0]);
  }

  private static Findings train(ExperimentRun run, Opened opened) throws IOException {
    Dataset<SequenceBag> samples = opened.samples();
    Dataset<SequenceBag> validation = samples.subset(opened.split().validation());
    TrainingSettings settings = RepertoireOptions.settings(run);
    run.progress()
        .begin("training on " + samples.name(), settings.updates() / settings.evaluateEvery());
    DeepRcTraining training =
        new DeepRcTraining(
            samples.subset(opened.split().train()),
            validation,
            RepertoireOptions.parameters(run),
            settings,
            run.seed());
    Path checkpoint = run.context().out().orElseThrow().resolve(CHECKPOINT);
    training.run(checkpoint, look -> run.progress().advance(1, look.text()));
    RepertoireClassifier.Calibration calibration = RepertoireClassifier.Calibration.NONE;
    Findings findings = new Findings(samples.name());
    if (samples.targets().get(0).kind() == Target.Kind.BINARY && validation.size() > 0) {
      int[] labels = validation.classes(0);
      int[] known = IntStream.range(0, labels.length).filter(i -> labels[i] >= 0).toArray();
      double[] scores = new double[known.length];
      for (int i = 0; i < known.length; i++) {
        scores[i] = training.scorer().score(validation.sample(known[i]).open()).outputs()[0][0];
      }
      int[] truth = Arrays.stream(known).map(i -> labels[i]).toArray();
      calibration = RepertoireClassifier.calibrate(truth, scores);
      int positives = Arrays.stream(truth).sum();
      if (positives > 0 && positives < truth.length) {
        findings.metric("validationAuc", RocCurve.of(truth, scores).area());
      }
    }
    List<DeepRcTraining.Look> looks = training.looks();
    double best =
        looks.stream()
            .filter(look -> look.step() == training.bestStep())
            .mapToDouble(DeepRcTraining.Look::validationLoss)
            .findFirst()
            .orElse(Double.NaN);
    if (!Double.isNaN(best)) {
      findings.metric("validationLoss", best);
    }
    RepertoireClassifier model =
        new RepertoireClassifier(
            training.network(),
            training.parameters(),
            samples.targets(),
            new RepertoireClassifier.Reading(
                run.text("region"), run.text("locus"), run.text("count-column")),
            calibration,
            run.provenance(samples.name(), samples.fingerprint()));
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("repertoires trained on", opened.split().train().length);
    said.put("repertoires for validation", opened.split().validation().length);
    said.put("steps", looks.isEmpty() ? 0 : looks.get(looks.size() - 1).step());
    said.put("best step", training.bestStep());
    said.put("threshold", calibration.threshold());
    opened.table().notes().forEach(note -> said.put("note " + said.size(), note));
    return findings
        .detail("steps", said.get("steps"))
        .detail("bestStep", training.bestStep())
        .detail("threshold", calibration.threshold())
        .detail("notes", opened.table().notes())
        .table(ResultTable.ofValues("Training", "what", said))
        .file(
            "model.zip",
            file -> {
              model.save(file);
              Files.deleteIfExists(checkpoint);
            });
  }

  // ---------------------------------------------------------------- predict

  /** A repertoire to predict. */
  private record Named(String id, Repertoire repertoire) {}

  static ReadOptions reading(RepertoireClassifier model) {
    ReadOptions.Builder read = ReadOptions.builder().maxLength(model.parameters().maxLength());
    RepertoireClassifier.Reading own = model.reading();
    if (!own.region().equals("any")) {
      read.region(Region.valueOf(own.region().toUpperCase(Locale.ROOT)));
    }
    if (!own.locus().isEmpty()) {
      read.locus(own.locus());
    }
    if (!own.countColumn().isEmpty()) {
      read.countColumn(own.countColumn());
    }
    return read.build();
  }

  private static List<Named> repertoires(RepertoireClassifier model, Path data) throws IOException {
    ReadOptions read = reading(model);
    if (!RepertoireTable.isTable(data, null)) {
      return List.of(
          new Named(data.getFileName().toString(), TableRepertoires.open(data, read, "")));
    }
    TableRepertoires table =
        TableRepertoires.read(data, TableOptions.builder().labelled(false).build(), read, "");
    List<Named> all = new ArrayList<>();
    for (int i = 0; i < table.repertoires().size(); i++) {
      all.add(new Named(table.table().rows().get(i).id(), table.repertoires().get(i)));
    }
    return all;
  }

  @Override
  public ExperimentResult predict(Path model, Path data) throws IOException {
    return predict(model, data, null);
  }

  @Override
  public ExperimentResult predict(Path model, Path data, Path out) throws IOException {
    long start = System.nanoTime();
    RepertoireClassifier classifier = RepertoireClassifier.load(model);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    DeepRcPredictor predictor = new DeepRcPredictor(classifier);
    if (out == null && Files.isDirectory(data)) {
      return BatchPrediction.run(name(), predictor, data, BatchPrediction.here(predictor));
    }
    List<List<String>> rows = new ArrayList<>();
    List<Map<String, Object>> predictions = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (Named named : repertoires(classifier, data)) {
      RepertoireScorer.Scored scored = predictor.score(named.id(), named.repertoire());
      PiecewisePredictor.Prediction prediction =
          predictor.prediction(named.id(), named.repertoire().size(), scored);
      rows.add(prediction.row());
      predictions.add(prediction.fields());
      if (out != null) {
        Path file = out.resolve(named.id().replaceAll("[^A-Za-z0-9._-]", "_") + ".sequences.tsv");
        SequenceTable.write(
            file,
            named.id(),
            named.repertoire(),
            scored,
            classifier.parameters().fused()
                ? new IntegratedGradients(classifier.network(), classifier.parameters())
                : null);
        files.add(file);
      }
    }
    return new ExperimentResult(
        "predict " + name(),
        data.getFileName().toString(),
        classifier.provenance().seed(),
        (System.nanoTime() - start) / 1e9,
        Map.of(),
        Map.of(),
        Map.of("predictions", predictions),
        List.of(new ResultTable(predictor.title(), predictor.columns(), rows)),
        files);
  }

  @Override
  public Optional<PiecewisePredictor> predictor(Path model) throws IOException {
    return Optional.of(new DeepRcPredictor(RepertoireClassifier.load(model)));
  }

  // ---------------------------------------------------------------- evaluate

  @Override
  public ExperimentResult evaluate(Path model, Path data) throws IOException {
    long start = System.nanoTime();
    RepertoireClassifier classifier = RepertoireClassifier.load(model);
    TableOptions.Builder options = TableOptions.builder();
    classifier.targets().forEach(target -> options.target(target.name()));
    TableRepertoires table = TableRepertoires.read(data, options.build(), reading(classifier), "");
    Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    List<double[][]> outputs = new ArrayList<>();
    for (Repertoire repertoire : table.repertoires()) {
      outputs.add(classifier.score(SequenceBag.of(repertoire)).outputs());
    }
    for (int t = 0; t < classifier.targets().size(); t++) {
      Target target = classifier.targets().get(t);
      double[] labels =
          table.table().rows().stream().mapToDouble(row -> label(data, row, target)).toArray();
      double[][] rows = new double[labels.length][];
      for (int i = 0; i < rows.length; i++) {
        double[] output = outputs.get(i)[t];
        rows[i] =
            t == 0 && target.kind() == Target.Kind.BINARY
                ? new double[] {classifier.calibration().of(output[0])}
                : output;
      }
      String suffix = t == 0 ? "" : " " + target.name();
      long classes = Arrays.stream(labels).filter(v -> !Double.isNaN(v)).distinct().count();
      for (Measure measure : Measure.values()) {
        boolean ranks = measure == Measure.AUC || measure == Measure.AVERAGE_PRECISION;
        if (measure.fits(target.kind()) && (!ranks && measure != Measure.R2 || classes > 1)) {
          metrics.put(
              measure.label() + suffix, ExperimentResult.Metric.of(measure.of(labels, rows)));
        }
      }
    }
    return new ExperimentResult(
        "evaluate " + name(),
        data.getFileName().toString(),
        classifier.provenance().seed(),
        (System.nanoTime() - start) / 1e9,
        metrics,
        Map.of(),
        Map.of(
            "repertoires",
            table.repertoires().size(),
            "trainedOn",
            classifier.provenance().dataset()),
        List.of(),
        List.of());
  }

  private static double label(Path data, RepertoireTable.Row row, Target target) {
    double label = row.number(target);
    if (label < 0 && target.kind() != Target.Kind.REGRESSION) {
      throw new IllegalArgumentException(
          data
              + ": line "
              + row.line()
              + ": expected a "
              + target.name()
              + " of "
              + target.classes()
              + ", found \""
              + row.label(target)
              + '"');
    }
    return label;
  }
}
