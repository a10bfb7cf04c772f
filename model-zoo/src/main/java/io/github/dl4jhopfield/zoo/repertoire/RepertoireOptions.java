package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Region;
import io.github.dl4jhopfield.zoo.repertoire.read.TableOptions;
import java.util.List;
import java.util.Locale;

/** The options that training, whether in an experiment or for a model, has. */
final class RepertoireOptions {
  static final double DEFAULT_SIGMA = LagrangianUnit.pfu().getSigma();

  private RepertoireOptions() {}

  /** How a table and its files are read. */
  static List<ExperimentOption> reading() {
    return List.of(
        text("target", "", "column to predict; others may follow, separated by commas"),
        text("id-column", "", "column of the repertoires' names"),
        text("fold-column", "", "column of given folds"),
        text("group", "", "column of what must not be in two folds, such as the subject"),
        ExperimentOption.choice(
            "region", "any", List.of("any", "cdr3", "junction"), "which residues are read"),
        text("locus", "", "locus that is read, such as TRB; or all"),
        text("count-column", "", "column of the counts"),
        text("cache", "", "folder of the cache; without, that of the user; none: no cache"));
  }

  private static ExperimentOption text(String name, String value, String description) {
    return new ExperimentOption(
        name, ExperimentOption.Type.TEXT, description, value, Double.NaN, Double.NaN, List.of());
  }

  /** The network and its training. */
  static List<ExperimentOption> training() {
    DeepRcParameters p = DeepRcParameters.DEFAULT;
    TrainingSettings s = TrainingSettings.DEFAULT;
    return List.of(
        ExperimentOption.choice(
            "embedding",
            p.embedding().label(),
            List.of("cnn", "lstm"),
            "what makes a vector of a sequence"),
        ExperimentOption.flag("genes", s.genes(), "V and J genes are features too"),
        ExperimentOption.integer(
            "max-length", p.maxLength(), 1, 120, "longer sequences are left out"),
        ExperimentOption.integer("kernel-size", p.kernelSize(), 1, 30, "taps of a convolution"),
        ExperimentOption.integer(
            "kernels", p.kernels(), 1, 1024, "channels of a convolution, or units of the lstm"),
        ExperimentOption.integer("convolutions", p.convolutions(), 1, 4, "one after the other"),
        ExperimentOption.flag(
            "position-features", p.positionFeatures(), "where in its sequence a residue lies"),
        ExperimentOption.choice(
            "counts",
            p.counts().label(),
            List.of("none", "log", "reference"),
            "what a sequence's count does to its features"),
        ExperimentOption.integer(
            "attention-units", p.attentionUnits(), 1, 1024, "width of the attention network"),
        ExperimentOption.integer(
            "attention-layers", p.attentionLayers(), 1, 8, "its layers before the last"),
        ExperimentOption.choice(
            "separation",
            "softmax",
            AssociationTexts.commonSeparations(),
            "how attention logits become weights"),
        ExperimentOption.choice(
            "unit", "none", AssociationTexts.units(), "Lagrangian unit of the logits"),
        ExperimentOption.number(
            "sigma", DEFAULT_SIGMA, 0, 1_000, "of the noise of the pfu's threshold in training"),
        ExperimentOption.number(
            "top-fraction", p.topFraction(), 1e-6, 1, "share of the sequences that is pooled"),
        ExperimentOption.integer("updates", s.updates(), 1, 10_000_000, "most steps of training"),
        ExperimentOption.integer(
            "evaluate-every", s.evaluateEvery(), 1, 1_000_000, "steps between two validations"),
        ExperimentOption.integer(
            "patience", s.patience(), 0, 1000, "validations without progress that end it; 0: none"),
        ExperimentOption.integer("batch-size", s.batch(), 1, 1000, "repertoires of a step"),
        ExperimentOption.integer(
            "sampled", s.sampled(), 0, 10_000_000, "sequences drawn of each for a step; 0: all"),
        ExperimentOption.number("learning-rate", s.learningRate(), 1e-9, 10, "of Adam"),
        ExperimentOption.number("l2", s.l2(), 0, 10, "penalty of all weights"),
        ExperimentOption.number(
            "instance-dropout", s.instanceDropout(), 0, 0.99, "share of those that is left out"),
        ExperimentOption.flag("balance", s.balance(), "classes are drawn equally often"),
        ExperimentOption.number(
            "auxiliary-weight", s.auxiliaryWeight(), 1e-6, 100, "of every target but the first"),
        ExperimentOption.choice(
            "start",
            s.enrichedStart() ? "enriched" : "random",
            List.of("enriched", "random"),
            "channels start at patterns that training repertoires of a class share"),
        ExperimentOption.number(
            "validation", 0.2, 0, 0.9, "share of the training part that ends training"));
  }

  static DeepRcParameters parameters(ExperimentRun run) {
    return new DeepRcParameters(
        EmbeddingKind.valueOf(run.text("embedding").toUpperCase(Locale.ROOT)),
        run.integer("max-length"),
        run.integer("kernel-size"),
        run.integer("kernels"),
        run.integer("convolutions"),
        run.flag("position-features"),
        GeneVocabulary.NONE, // training puts in those that it finds
        CountScale.valueOf(run.text("counts").toUpperCase(Locale.ROOT)),
        run.integer("attention-units"),
        run.integer("attention-layers"),
        AssociationTexts.separation(run.text("separation")),
        AssociationTexts.unit(run.text("unit"), run.number("sigma")),
        run.number("top-fraction"));
  }

  static TrainingSettings settings(ExperimentRun run) {
    return new TrainingSettings(
        run.integer("updates"),
        run.integer("evaluate-every"),
        run.integer("patience"),
        run.integer("batch-size"),
        run.integer("sampled"),
        run.number("learning-rate"),
        TrainingSettings.DEFAULT.epsilon(),
        run.number("l2"),
        run.number("instance-dropout"),
        run.flag("balance"),
        run.number("auxiliary-weight"),
        run.text("start").equals("enriched"),
        run.flag("genes"));
  }

  /** How files are read; sequences that are too long are dropped there, and counted. */
  static ReadOptions read(ExperimentRun run) {
    ReadOptions.Builder read = ReadOptions.builder().maxLength(run.integer("max-length"));
    if (!run.text("region").equals("any")) {
      read.region(Region.valueOf(run.text("region").toUpperCase(Locale.ROOT)));
    }
    if (!run.text("locus").isEmpty()) {
      read.locus(run.text("locus"));
    }
    if (!run.text("count-column").isEmpty()) {
      read.countColumn(run.text("count-column"));
    }
    return read.build();
  }

  static TableOptions table(ExperimentRun run, boolean labelled) {
    TableOptions.Builder table = TableOptions.builder().labelled(labelled);
    for (String target : run.text("target").split(",")) {
      if (!target.isBlank()) {
        table.target(target.strip());
      }
    }
    if (!run.text("id-column").isEmpty()) {
      table.idColumn(run.text("id-column"));
    }
    if (!run.text("fold-column").isEmpty()) {
      table.foldColumn(run.text("fold-column"));
    }
    if (!run.text("group").isEmpty()) {
      table.groupColumn(run.text("group"));
    }
    return table.build();
  }
}
