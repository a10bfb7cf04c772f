package io.github.dl4jhopfield.zoo.repertoire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment, the model's workflow and what they say. */
class RepertoireExperimentTest {
  @TempDir Path folder;

  /** Repertoires whose positives have a motif and one lane. */
  private Path table(int count) throws IOException {
    List<BagSample> samples =
        new SimulatedRepertoires(120, 10, 14, List.of("CASW"), 0.1)
            .draw("r", count, new SplittableRandom(4));
    StringBuilder table = new StringBuilder("repertoire_id\tsubject\tstatus\tlane\tfilename\n");
    for (int i = 0; i < count; i++) {
      SequenceBag bag = samples.get(i).open();
      StringBuilder file = new StringBuilder("junction_aa\tv_call\tduplicate_count\n");
      for (int s = 0; s < bag.size(); s++) {
        file.append(bag.letters(s)).append("\tTRBV5-1*01\t").append(1 + s % 3).append('\n');
      }
      Files.writeString(folder.resolve("r" + i + ".tsv"), file);
      table.append(
          "r%d\ts%d\t%s\t%s\tr%d.tsv\n"
              .formatted(i, i, i % 2 == 1 ? "sick" : "healthy", i % 2 == 1 ? "A" : "B", i));
    }
    return Files.writeString(folder.resolve("metadata.tsv"), table);
  }

  private ExperimentContext.Builder small() {
    return ExperimentContext.builder()
        .option("updates", "40")
        .option("evaluate-every", "20")
        .option("kernels", "8")
        .option("kernel-size", "4")
        .option("attention-units", "6")
        .option("cache", folder.resolve("cache").toString());
  }

  @Test
  void aTableWithAConfoundedColumnIsNotToBeTrusted() throws IOException {
    Path out = folder.resolve("out");
    ExperimentResult result =
        new RepertoireExperiment()
            .run(
                small()
                    .data(table(24))
                    .out(out)
                    .option("target", "status")
                    .option("group", "subject")
                    .option("folds", "2")
                    .build());
    assertThat(result.metrics()).containsKeys("auc", "aucKmers", "aucPublicClones", "pooledAuc");
    assertThat((List<?>) result.details().get("predictions")).hasSize(24);
    assertThat((List<?>) result.details().get("warnings"))
        .anySatisfy(w -> assertThat(w.toString()).contains("\"lane\" tells 100% of the label"));
    assertThat(result.tables().get(result.tables().size() - 1).title())
        .isEqualTo("WARNING: THIS RESULT CANNOT BE TRUSTED");
    String html = Files.readString(out.resolve("report.html"));
    assertThat(html)
        .contains("THIS RESULT CANNOT BE TRUSTED", "class=\"warning\"", "ROC", "public clones");
    assertThat(Files.readString(out.resolve("run.yaml")))
        .contains("experiment: repertoire", "seed: 1", "target: \"status\"");
    assertThat(RepertoireClassifier.load(out.resolve("model.zip")).targets().get(0).classes())
        .containsExactly("healthy", "sick");
  }

  @Test
  void hyperparametersAreChosenInsideEachSplit() throws IOException {
    Path table = table(16);
    ExperimentResult result =
        new RepertoireExperiment()
            .run(
                small()
                    .data(table)
                    .option("target", "status")
                    .option("folds", "2")
                    .option("updates", "10")
                    .option("evaluate-every", "10")
                    .option("baselines", "false")
                    .option("tune", "3")
                    .build());
    List<?> choices = (List<?>) result.details().get("choices");
    assertThat(choices).hasSize(2);
    assertThat(((Map<?, ?>) choices.get(0)).get("validationAuc")).isInstanceOf(Double.class);
    // what was chosen is what was tested: the same options by hand, the same scores
    Map<?, ?> first = (Map<?, ?>) ((Map<?, ?>) choices.get(0)).get("values");
    ExperimentContext.Builder again =
        small()
            .data(table)
            .option("target", "status")
            .option("folds", "2")
            .option("updates", "10")
            .option("evaluate-every", "10")
            .option("baselines", "false");
    first.forEach(
        (name, value) ->
            again.option(
                name.toString().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT),
                value.toString()));
    ExperimentResult byHand = new RepertoireExperiment().run(again.build());
    List<?> tested = (List<?>) result.details().get("predictions");
    List<?> expected = (List<?>) byHand.details().get("predictions");
    assertThat(tested.subList(0, 8)).isEqualTo(expected.subList(0, 8));
    assertThatThrownBy(
            () ->
                new RepertoireExperiment()
                    .run(
                        small()
                            .data(table)
                            .option("target", "status")
                            .option("folds", "2")
                            .option("validation", "0")
                            .option("tune", "2")
                            .build()))
        .hasMessageContaining("option validation");
  }

  @Test
  void implantedReceptorsOfTheJar() throws IOException {
    ExperimentResult result =
        new RepertoireExperiment()
            .run(
                small()
                    .option("sequences", "300")
                    .option("repertoires", "20")
                    .option("test-repertoires", "10")
                    .option("share", "0.1")
                    .option("repeats", "2")
                    .option("baselines", "false")
                    .build());
    assertThat(result.metrics().get("auc").mean()).isBetween(0.0, 1.0);
    assertThat(result.metrics().get("topImplanted").mean()).isBetween(0.0, 1.0);
    assertThat(result.details().get("protocol").toString())
        .contains("no specific sequence is in two of these parts");
  }

  @Test
  void noSpecificReceptorIsInTrainingAndTest() throws IOException {
    ReceptorRepertoires source = ReceptorRepertoires.sample(3);
    List<List<String>> parts = new java.util.ArrayList<>();
    for (ReceptorRepertoires.Part part : ReceptorRepertoires.Part.values()) {
      parts.add(letters(source.draw("a", 8, 200, 40, part, new SplittableRandom(1)), 40));
    }
    for (int a = 0; a < 3; a++) {
      assertThat(parts.get(a)).isNotEmpty().allMatch(s -> s.length() >= 8);
      for (int b = a + 1; b < 3; b++) {
        assertThat(parts.get(a)).doesNotContainAnyElementsOf(parts.get(b));
      }
    }
  }

  /** The implanted sequences of the positives. */
  private static List<String> letters(List<BagSample> samples, int implanted) throws IOException {
    List<String> letters = new java.util.ArrayList<>();
    for (BagSample sample : samples) {
      for (int i = 0; sample.label(0) == 1 && i < implanted; i++) {
        letters.add(sample.open().letters(i));
      }
    }
    return letters;
  }

  @Test
  void trainPredictEvaluate() throws IOException {
    Path table = table(20);
    Path out = folder.resolve("model");
    DeepRcWorkflow workflow = new DeepRcWorkflow();
    ExperimentResult trained =
        workflow.train(small().data(table).out(out).option("target", "status").build());
    assertThat(trained.metrics()).containsKeys("validationAuc", "validationLoss");
    assertThat(out.resolve("checkpoint.zip")).doesNotExist();
    Path model = out.resolve("model.zip");
    Path sequences = folder.resolve("sequences");
    ExperimentResult one = workflow.predict(model, folder.resolve("r3.tsv"), sequences);
    ExperimentResult all = workflow.predict(model, table);
    List<?> predictions = (List<?>) all.details().get("predictions");
    assertThat(predictions).hasSize(20);
    Object alone = ((Map<?, ?>) ((List<?>) one.details().get("predictions")).get(0)).get("status");
    assertThat(alone).isEqualTo(((Map<?, ?>) predictions.get(3)).get("status"));

    // piece by piece the same; a file that is damaged is a row with the reason
    Files.writeString(folder.resolve("r7.tsv"), "nothing of a repertoire");
    PiecewisePredictor predictor = workflow.predictor(model).orElseThrow();
    ExperimentResult pieces =
        BatchPrediction.run("deeprc", predictor, table, BatchPrediction.here(predictor));
    List<?> eachAlone = (List<?>) pieces.details().get("predictions");
    assertThat(eachAlone).hasSize(20);
    assertThat(((Map<?, ?>) eachAlone.get(7)).get("error").toString()).contains("r7.tsv");
    assertThat(pieces.details().get("failed")).isEqualTo(1);
    assertThat(eachAlone.subList(0, 7).toString()).isEqualTo(predictions.subList(0, 7).toString());
    assertThat(eachAlone.subList(8, 20).toString())
        .isEqualTo(predictions.subList(8, 20).toString());

    Path written = one.files().get(0);
    Repertoire again = RepertoireFiles.read(written, ReadOptions.defaults());
    Repertoire source = RepertoireFiles.read(folder.resolve("r3.tsv"), ReadOptions.defaults());
    assertThat(again.contentDigest()).isEqualTo(source.contentDigest());
    List<String> lines = Files.readAllLines(written);
    List<String> header = Arrays.asList(lines.get(0).split("\t"));
    double attention =
        lines.stream()
            .skip(1)
            .mapToDouble(
                line -> Double.parseDouble(line.split("\t")[header.indexOf("deeprc_attention")]))
            .sum();
    assertThat(attention).isCloseTo(1, Offset.offset(1e-4));

    table(20);
    ExperimentResult measured = workflow.evaluate(model, table);
    assertThat(measured.metrics()).containsKeys("auc", "accuracy", "balanced-accuracy", "brier");
    assertThatThrownBy(() -> workflow.evaluate(model, folder.resolve("r3.tsv")))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void whatResiduesAddSumsToTheLogit() throws IOException {
    SequenceBag bag =
        MemoryBag.of(List.of("CASSLGQETQYF", "CAS", "CASSPDRGAFYFWWW"))
            .withGenes(List.of("TRBV27", "", "TRBV2"), List.of("", "TRBJ1-1", "TRBJ1-1"));
    DeepRcParameters plain = DeepRcParameters.DEFAULT;
    GeneVocabulary genes = new GeneVocabulary(List.of("TRBV2", "TRBV27"), List.of("TRBJ1-1"));
    for (DeepRcParameters p : List.of(plain, plain.with(genes))) {
      ComputationGraph network = DeepRC.builder().parameters(p).seed(3).build().init();
      IntegratedGradients gradients = new IntegratedGradients(network, p);
      double[] logits = new RepertoireScorer(network, p).logits(bag, null);
      for (int i = 0; i < bag.size(); i++) {
        double whole = gradients.logit(bag, i, 1);
        assertThat(whole).isCloseTo(logits[i], Offset.offset(1e-5));
        assertThat(Arrays.stream(gradients.of(bag, i)).sum())
            .isCloseTo(whole - gradients.logit(bag, i, 0), Offset.offset(0.02));
      }
    }
  }

  @Test
  void aModelKeepsItsEmbeddingAndItsGenes() throws IOException {
    Path table = table(12);
    for (String embedding : List.of("cnn", "lstm")) {
      Path out = folder.resolve(embedding);
      DeepRcWorkflow workflow = new DeepRcWorkflow();
      workflow.train(
          small()
              .data(table)
              .out(out)
              .option("target", "status")
              .option("embedding", embedding)
              .option("genes", "true")
              .option("updates", "4")
              .option("max-length", "14")
              .build());
      RepertoireClassifier model = RepertoireClassifier.load(out.resolve("model.zip"));
      assertThat(model.parameters().embedding().label()).isEqualTo(embedding);
      assertThat(model.parameters().genes().v()).containsExactly("TRBV5-1");
      assertThat(model.parameters().genes().j()).isEmpty();
      Path sequences = folder.resolve("sequences-" + embedding);
      ExperimentResult one =
          workflow.predict(out.resolve("model.zip"), folder.resolve("r3.tsv"), sequences);
      assertThat(one.files()).hasSize(1);
    }
    Files.writeString(folder.resolve("r0.tsv"), "junction_aa\nCASSF\nCASSLF\n");
    Files.writeString(folder.resolve("r1.tsv"), "junction_aa\nCASSFF\nCASSLL\n");
    Files.writeString(
        folder.resolve("two.tsv"), "filename\tstatus\nr0.tsv\tsick\nr1.tsv\thealthy\n");
    assertThatThrownBy(
            () ->
                new DeepRcWorkflow()
                    .train(
                        small()
                            .data(folder.resolve("two.tsv"))
                            .out(folder.resolve("none"))
                            .option("target", "status")
                            .option("genes", "true")
                            .build()))
        .hasMessageContaining("expected V or J genes");
  }

  @Test
  void calibrationAndThresholdFollowTheValidationPart() {
    int[] labels = {0, 0, 0, 0, 1, 1, 1, 1};
    // scores that are ordered, and all too high
    double[] scores = {0.8, 0.82, 0.85, 0.88, 0.92, 0.95, 0.97, 0.99};
    RepertoireClassifier.Calibration c = RepertoireClassifier.calibrate(labels, scores);
    for (int i = 0; i < labels.length; i++) {
      assertThat(c.of(scores[i]) >= c.threshold()).isEqualTo(labels[i] == 1);
    }
    assertThat(c.of(0.8)).isLessThan(0.5);
    assertThat(c.of(0.99)).isGreaterThan(0.5);
    assertThat(RepertoireClassifier.calibrate(new int[] {1, 1, 1}, new double[] {0.2, 0.3, 0.4}))
        .isEqualTo(RepertoireClassifier.Calibration.NONE);
  }

  @Test
  void covariatesThatTellTheLabelAreFound() {
    List<String> labels = List.of("0", "1", "0", "1", "0", "1", "0", "1", "0", "1", "0", "1");
    List<String> lane = List.of("A", "B", "A", "B", "A", "B", "A", "B", "A", "B", "A", "B");
    List<String> other = List.of("x", "x", "y", "y", "x", "x", "y", "y", "x", "x", "y", "y");
    List<String> unique = java.util.stream.IntStream.range(0, 12).mapToObj(i -> "n" + i).toList();
    Map<String, List<String>> columns = new java.util.LinkedHashMap<>();
    columns.put("lane", lane);
    columns.put("other", other);
    columns.put("unique", unique);
    List<CovariateCheck.Finding> found = CovariateCheck.of(columns, labels, null, 1);
    assertThat(found).hasSize(3);
    assertThat(found.get(0).alarming()).isTrue();
    assertThat(found.get(0).told()).isCloseTo(1, Offset.offset(1e-9));
    assertThat(found.get(1).alarming()).isFalse();
    // a name for each repertoire tells every label, and means nothing
    assertThat(found.get(2).told()).isCloseTo(1, Offset.offset(1e-9));
    assertThat(found.get(2).alarming()).isFalse();
  }

  @Test
  void betaBinomialsAreFitted() {
    long[] n = new long[200];
    long[] k = new long[200];
    Arrays.fill(n, 1000);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < k.length; i++) {
      for (int j = 0; j < 1000; j++) {
        k[i] += random.nextDouble() < 0.02 ? 1 : 0;
      }
    }
    PublicClones.BetaBinomial fitted = PublicClones.BetaBinomial.fit(k, n);
    assertThat(fitted.a() / (fitted.a() + fitted.b())).isCloseTo(0.02, Offset.offset(0.002));
  }

  @Test
  void badOptionsAreRefused() {
    assertThatThrownBy(
            () ->
                new RepertoireExperiment()
                    .run(small().option("task", "motif").option("motifs", "CA*").build()))
        .hasMessageContaining("option motifs")
        .hasMessageContaining("CA*");
    assertThatThrownBy(
            () -> new RepertoireExperiment().run(small().option("sequences", "900000").build()))
        .hasMessageContaining("expected at most");
  }
}
