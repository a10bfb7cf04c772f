package io.github.dl4jhopfield.zoo.repertoire;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.ModelFile;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A trained {@link DeepRC} with what belongs to it: its targets, how its sequences are read, and
 * the threshold and the calibration that were chosen on validation repertoires. Saved as one zip
 * that DL4J's ModelSerializer reads too. Not thread-safe: a DL4J network isn't.
 */
public final class RepertoireClassifier {
  /** What is saved beside the network. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Meta(
      List<TargetMeta> targets,
      String embedding,
      int maxLength,
      int kernelSize,
      int kernels,
      int convolutions,
      boolean positionFeatures,
      List<String> vGenes,
      List<String> jGenes,
      String counts,
      int attentionUnits,
      int attentionLayers,
      String separation,
      String unit,
      Double sigma,
      double topFraction,
      String region,
      String locus,
      String countColumn,
      double threshold,
      double slope,
      double offset) {}

  /** A target as it is saved. */
  record TargetMeta(String name, String kind, List<String> classes) {}

  /** How repertoires are read; empty where it was left to the reader. */
  record Reading(String region, String locus, String countColumn) {}

  /**
   * The score s of the network's first, binary target becomes the probability 1 / (1 + exp(-(slope
   * logit(s) + offset))), positive from the threshold on (Platt, Probabilistic outputs for support
   * vector machines, 1999).
   */
  record Calibration(double threshold, double slope, double offset) {
    static final Calibration NONE = new Calibration(0.5, 1, 0);

    double of(double score) {
      double p = Math.min(1 - 1e-7, Math.max(1e-7, score));
      return 1 / (1 + Math.exp(-(slope * Math.log(p / (1 - p)) + offset)));
    }
  }

  private static final ModelFile<Meta> FILES = ModelFile.of("hopfield-deeprc", 1, Meta.class);

  private final ComputationGraph network;
  private final DeepRcParameters parameters;
  private final List<Target> targets;
  private final Reading reading;
  private final Calibration calibration;
  private final Provenance provenance;
  private final RepertoireScorer scorer;

  RepertoireClassifier(
      ComputationGraph network,
      DeepRcParameters parameters,
      List<Target> targets,
      Reading reading,
      Calibration calibration,
      Provenance provenance) {
    this.network = network;
    this.parameters = parameters;
    this.targets = List.copyOf(targets);
    this.reading = reading;
    this.calibration = calibration;
    this.provenance = provenance;
    scorer = new RepertoireScorer(network, parameters);
  }

  /** The network. */
  public ComputationGraph network() {
    return network;
  }

  /** What it is made of. */
  public DeepRcParameters parameters() {
    return parameters;
  }

  /** What it tells. */
  public List<Target> targets() {
    return targets;
  }

  /** Where it comes from. */
  public Provenance provenance() {
    return provenance;
  }

  Reading reading() {
    return reading;
  }

  Calibration calibration() {
    return calibration;
  }

  /** Applies it to a repertoire of any size. */
  public RepertoireScorer.Scored score(SequenceBag bag) {
    return scorer.score(bag);
  }

  /** Writes it to a file, which is either whole or not there. */
  public void save(Path file) throws IOException {
    FILES.write(
        file,
        network,
        new Meta(
            targets.stream()
                .map(t -> new TargetMeta(t.name(), t.kind().name(), t.classes()))
                .toList(),
            parameters.embedding().name(),
            parameters.maxLength(),
            parameters.kernelSize(),
            parameters.kernels(),
            parameters.convolutions(),
            parameters.positionFeatures(),
            parameters.genes().v(),
            parameters.genes().j(),
            parameters.counts().name(),
            parameters.attentionUnits(),
            parameters.attentionLayers(),
            parameters.separation().getKind().name(),
            parameters.unit().getKind().name(),
            parameters.unit().getSigma(),
            parameters.topFraction(),
            reading.region(),
            reading.locus(),
            reading.countColumn(),
            calibration.threshold(),
            calibration.slope(),
            calibration.offset()),
        provenance);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws DataFormatException if the file is something else or damaged
   */
  public static RepertoireClassifier load(Path file) throws IOException {
    ModelFile.Content<Meta> content = FILES.read(file);
    Meta meta = content.meta();
    try {
      DeepRcParameters parameters =
          new DeepRcParameters(
              // a file of before there was a choice has neither
              meta.embedding() == null
                  ? EmbeddingKind.CNN
                  : EmbeddingKind.valueOf(meta.embedding()),
              meta.maxLength(),
              meta.kernelSize(),
              meta.kernels(),
              meta.convolutions(),
              meta.positionFeatures(),
              meta.vGenes() == null
                  ? GeneVocabulary.NONE
                  : new GeneVocabulary(meta.vGenes(), meta.jGenes()),
              CountScale.valueOf(meta.counts()),
              meta.attentionUnits(),
              meta.attentionLayers(),
              switch (Separation.Kind.valueOf(meta.separation())) {
                case SPARSEMAX -> Separation.sparsemax();
                case ENTMAX15 -> Separation.entmax15();
                default -> Separation.softmax();
              },
              AssociationTexts.unit(
                  meta.unit().toLowerCase(java.util.Locale.ROOT),
                  meta.sigma() == null
                      ? RepertoireOptions.DEFAULT_SIGMA // a file of before it could be chosen
                      : meta.sigma()),
              meta.topFraction());
      return new RepertoireClassifier(
          (ComputationGraph) content.network(),
          parameters,
          meta.targets().stream()
              .map(t -> new Target(t.name(), Target.Kind.valueOf(t.kind()), t.classes()))
              .toList(),
          new Reading(meta.region(), meta.locus(), meta.countColumn()),
          new Calibration(meta.threshold(), meta.slope(), meta.offset()),
          content.provenance());
    } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
      throw new DataFormatException(
          file.toString(), 0, "a hopfield-deeprc model", "a damaged one: " + e.getMessage(), e);
    }
  }

  /**
   * Platt's fit and the threshold of largest balanced accuracy, on repertoires that no gradient
   * came from.
   */
  static Calibration calibrate(int[] labels, double[] scores) {
    int positives = java.util.Arrays.stream(labels).sum();
    int negatives = labels.length - positives;
    if (positives < 2 || negatives < 2) {
      return Calibration.NONE;
    }
    double[] z = new double[scores.length];
    double[] t = new double[scores.length];
    for (int i = 0; i < z.length; i++) {
      double p = Math.min(1 - 1e-7, Math.max(1e-7, scores[i]));
      z[i] = Math.log(p / (1 - p));
      // Platt's targets, which keep separable scores from an infinite slope
      t[i] = labels[i] == 1 ? (positives + 1.0) / (positives + 2) : 1.0 / (negatives + 2);
    }
    double slope = 1;
    double offset = 0;
    // Newton's method on two parameters, damped
    for (int n = 0; n < 100; n++) {
      double ga = 0;
      double gb = 0;
      double haa = 1e-6;
      double hab = 0;
      double hbb = 1e-6;
      for (int i = 0; i < z.length; i++) {
        double p = 1 / (1 + Math.exp(-(slope * z[i] + offset)));
        double w = p * (1 - p);
        ga += (p - t[i]) * z[i];
        gb += p - t[i];
        haa += w * z[i] * z[i];
        hab += w * z[i];
        hbb += w;
      }
      double determinant = haa * hbb - hab * hab;
      double da = (hbb * ga - hab * gb) / determinant;
      double db = (haa * gb - hab * ga) / determinant;
      double damp = Math.min(1, 1 / Math.max(1e-12, Math.max(Math.abs(da), Math.abs(db))));
      slope -= damp * da;
      offset -= damp * db;
      if (Math.abs(da) + Math.abs(db) < 1e-10) {
        break;
      }
    }
    if (!(slope > 0) || !Double.isFinite(offset)) {
      return Calibration.NONE;
    }
    Calibration fitted = new Calibration(0.5, slope, offset);
    double best = -1;
    double threshold = 0.5;
    double[] calibrated = java.util.Arrays.stream(scores).map(fitted::of).sorted().toArray();
    for (int i = 0; i + 1 < calibrated.length; i++) {
      double middle = (calibrated[i] + calibrated[i + 1]) / 2;
      double right = 0;
      for (int j = 0; j < scores.length; j++) {
        boolean positive = fitted.of(scores[j]) >= middle;
        right += labels[j] == 1 ? (positive ? 0.5 / positives : 0) : positive ? 0 : 0.5 / negatives;
      }
      // of equally good ones that nearest to one half
      if (right > best + 1e-12
          || right > best - 1e-12 && Math.abs(middle - 0.5) < Math.abs(threshold - 0.5)) {
        best = right;
        threshold = middle;
      }
    }
    return new Calibration(threshold, slope, offset);
  }
}
