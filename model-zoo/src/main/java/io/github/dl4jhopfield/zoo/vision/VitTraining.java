package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.learn.ClipGradientNorm;
import io.github.dl4jhopfield.zoo.learn.DecoupledWeightDecay;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.PreparedBatches;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.Training;
import io.github.dl4jhopfield.zoo.learn.WarmupCosine;
import io.github.dl4jhopfield.zoo.learn.WeightAverage;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Trains a Vision Transformer on an {@link ImageSet}: AdamW with decoupled decay of the weights
 * (not of biases, gains, tokens and positions), warm-up and a cosine, clipping. A tenth of the
 * training images decides which step's weights are kept; the test images are seen once, at the end.
 */
final class VitTraining {
  private static final double HELD = 0.1;
  private static final int TEST_BATCH = 200;

  /** Damaged images that a table lists; the details have all. */
  private static final int SHOWN = 20;

  private VitTraining() {}

  /**
   * What a run reads.
   *
   * @param damaged what was left out, each with its reason
   * @param from the model whose weights the training begins with
   */
  record Data(ImageSet train, ImageSet test, List<String> damaged, Optional<VitModel> from) {}

  static Data open(ExperimentRun run) throws IOException {
    Optional<VitModel> from = Optional.empty();
    if (!run.text("from").isEmpty()) {
      from = Optional.of(VitModel.load(Path.of(run.text("from"))));
    } else if (run.flag("freeze")) {
      throw new IllegalArgumentException(
          "freeze: expected a model whose weights stay (--from vit.zip), found none");
    } else {
      blocks(run, VitShape.builder()).build();
    }
    if (run.data().isEmpty()) {
      ImageSet.Split digits = ImageSet.builtIn();
      return new Data(digits.train(), digits.test(), List.of(), from);
    }
    boolean skips = run.text("damaged").equals("skip");
    ImageFolders folders =
        from.flatMap(VitModel::preprocessing)
            .map(p -> new ImageFolders(p, skips))
            .orElseGet(() -> new ImageFolders(run.integer("image-size"), skips));
    return open(run.data().get(), folders, from);
  }

  private static Data open(Path data, ImageFolders folders, Optional<VitModel> from)
      throws IOException {
    ImageSet.Split split = ImageFolders.isOne(data) ? folders.read(data) : ImageSet.read(data);
    return new Data(split.train(), split.test(), folders.damaged(), from);
  }

  static Data openRequired(ExperimentRun run) throws IOException {
    if (run.data().isEmpty()) {
      throw new IllegalArgumentException("train: expected data, found none");
    }
    return open(run);
  }

  /** The shape of the model begun with, with another head, or the one asked for. */
  private static VitShape shape(ExperimentRun run, ImageSet images, Optional<VitModel> from) {
    if (from.isPresent()) {
      VitShape s = from.get().shape();
      checkSize(images, s, run.text("from"));
      return s.toBuilder()
          .classes(images.classes())
          .dropout(run.number("dropout"))
          .stochasticDepth(run.number("stochastic-depth"))
          .build();
    }
    int patch = run.integer("patch");
    if (patch == 0) {
      patch = images.height() % 7 == 0 && images.width() % 7 == 0 ? 7 : 4;
    }
    return blocks(run, VitShape.builder())
        .image(images.height(), images.width())
        .patch(patch, patch)
        .channels(images.channels())
        .classes(images.classes())
        .build();
  }

  /** Sets what blocks are of. */
  private static VitShape.Builder blocks(ExperimentRun run, VitShape.Builder shape) {
    List<Separation> separations =
        ExperimentOption.words(run.text("separation")).stream()
            .map(AssociationTexts::separation)
            .toList();
    if (separations.size() == 1) {
      shape.separation(separations.get(0));
    } else {
      shape.separations(separations);
    }
    return shape
        .width(run.integer("width"))
        .depth(run.integer("depth"))
        .heads(run.integer("heads"))
        .units(run.text("unit"), run.number("sigma"))
        .beta(run.number("beta"))
        .updateSteps(run.integer("update-steps"))
        .dropout(run.number("dropout"))
        .stochasticDepth(run.number("stochastic-depth"))
        .block(VitShape.Block.valueOf(run.text("block").toUpperCase(Locale.ROOT)));
  }

  /** A network as it was at its best on the images that were held back. */
  record Trained(MultiLayerNetwork network, double[][] statistics, Training.Result result) {}

  /** Hears of the accuracy on the images that are held back. */
  @FunctionalInterface
  interface AfterEpoch {
    /** After so many epochs. */
    void reached(int epoch, double accuracy);
  }

  static Findings run(ExperimentRun run, Data data) throws IOException {
    Trained trained = train(run, data, (epoch, accuracy) -> {});
    return findings(run, data, trained);
  }

  static Trained train(ExperimentRun run, Data data, AfterEpoch listener) throws IOException {
    ImageSet.Split parts = data.train().hold(HELD, Seeds.mix(run.seed(), 1));
    ImageSet train = parts.train();
    ImageSet held = parts.test();
    int[] epochs = {0};
    double[][] statistics =
        data.from()
            .flatMap(VitModel::preprocessing)
            .map(p -> new double[][] {p.mean(), p.std()})
            .orElseGet(train::statistics);
    int batch = Math.min(run.integer("batch-size"), train.count());
    int accumulated = run.integer("accumulate");
    long perEpoch = divided(divided(train.count(), batch), accumulated);
    long steps = perEpoch * run.integer("epochs");
    WarmupCosine rate =
        new WarmupCosine(
            run.number("learning-rate"), 0, (long) (run.number("warm-up") * steps), steps);
    MultiLayerNetwork whole =
        VisionTransformer.builder()
            .shape(shape(run, train, data.from()))
            .updater(new Adam.Builder().learningRateSchedule(rate).beta2(0.95).build())
            .seed(Seeds.mix(run.seed(), 2))
            .build()
            .init();
    data.from().ifPresent(model -> begin(whole, model.network()));
    MultiLayerNetwork network = run.flag("freeze") ? withFrozenBackbone(whole) : whole;
    List<TrainingListener> listeners = new ArrayList<>();
    if (run.number("clip") > 0) {
      listeners.add(new ClipGradientNorm(run.number("clip")));
    }
    if (run.number("weight-decay") > 0) {
      listeners.add(
          new DecoupledWeightDecay(run.number("weight-decay"), rate)
              .only((layer, parameter) -> parameter.startsWith("W")));
    }
    WeightAverage average =
        run.number("average") > 0 ? new WeightAverage(run.number("average")) : null;
    if (average != null) {
      listeners.add(average);
    }
    network.setListeners(listeners);
    run.progress().begin("training on " + train.name(), steps);
    Training.Builder training =
        Training.builder(network, batches(run, train, statistics, batch))
            .seed(Seeds.mix(run.seed(), 3))
            .steps(steps)
            .accumulate(accumulated)
            .validate(
                perEpoch,
                Measure.ACCURACY,
                () -> {
                  double accuracy = accuracy(network, held, statistics);
                  listener.reached(++epochs[0], accuracy);
                  return accuracy;
                },
                Integer.MAX_VALUE)
            .progress(run.progress());
    if (average != null) {
      training.average(average);
    }
    if (!run.text("checkpoint").isEmpty()) {
      training.checkpoint(Path.of(run.text("checkpoint")), perEpoch);
    }
    Training.Result result = training.build().run();
    if (network != whole) {
      whole.setParams(network.params());
    }
    return new Trained(whole, statistics, result);
  }

  /** Takes over all weights, those of the output layer if it has as many classes. */
  private static void begin(MultiLayerNetwork network, MultiLayerNetwork from) {
    for (int i = 0; i < network.getnLayers(); i++) {
      INDArray known = from.getLayer(i).params();
      if (known.length() == network.getLayer(i).params().length()) {
        network.getLayer(i).setParams(known.castTo(network.params().dataType()));
      }
    }
  }

  /** All but the output layer keep their weights; nothing flows back through them. */
  private static MultiLayerNetwork withFrozenBackbone(MultiLayerNetwork network) {
    return new TransferLearning.Builder(network)
        .setFeatureExtractor(network.getnLayers() - 2)
        .build();
  }

  private static void checkSize(ImageSet images, VitShape s, String model) {
    if (images.channels() != s.channels()
        || images.height() != s.imageHeight()
        || images.width() != s.imageWidth()) {
      throw new DataFormatException(
          images.name(),
          0,
          "images of "
              + (s.channels() + "x" + s.imageHeight() + "x" + s.imageWidth())
              + " as "
              + model
              + " takes them",
          images.channels() + "x" + images.height() + "x" + images.width());
    }
  }

  private static long divided(long count, long parts) {
    return (count + parts - 1) / parts;
  }

  private static Training.Batches batches(
      ExperimentRun run, ImageSet train, double[][] statistics, int batch) {
    boolean augment = run.flag("augment");
    double smoothing = run.number("smoothing");
    Mixing mixing = new Mixing(run.number("mixup"), run.number("cutmix"));
    RandAugment changes = new RandAugment(run.integer("rand-augment"), run.number("magnitude"));
    RandAugment.Layout layout =
        new RandAugment.Layout(train.channels(), train.height(), train.width());
    byte[] fill = new byte[train.channels()];
    for (int c = 0; c < fill.length; c++) {
      fill[c] = (byte) Math.rint(255 * statistics[0][c]);
    }
    int workers = run.integer("workers");
    return (epoch, seed, from) -> {
      int[] order = ImageSet.order(train.count(), seed);
      IntFunction<byte[]> pixels =
          changes.operations() == 0
              ? train::image
              : i -> changes.apply(train.image(i), layout, fill, Seeds.mix(Seeds.mix(seed, -1), i));
      return new PreparedBatches(
          workers,
          from,
          divided(order.length, batch),
          number -> {
            int start = (int) (number * batch);
            int[] chosen = Arrays.copyOfRange(order, start, Math.min(order.length, start + batch));
            Random random = augment ? new Random(Seeds.mix(seed, number)) : null;
            INDArray images =
                train.prepare(
                    chosen,
                    pixels,
                    statistics,
                    random,
                    train.channels() == 1 ? 2 : 4,
                    train.channels() > 1);
            INDArray targets = train.targets(chosen, smoothing);
            mixing.mix(images, targets, new Random(Seeds.mix(seed, -number - 1)));
            return new MultiDataSet(images, targets);
          });
    };
  }

  private static double accuracy(
      MultiLayerNetwork network, ImageSet images, double[][] statistics) {
    return predict(network, images, statistics).accuracy();
  }

  /** The classes of images, and those that were predicted. */
  record Predicted(int[] labels, int[] predicted) {
    double accuracy() {
      int right = 0;
      for (int i = 0; i < labels.length; i++) {
        right += predicted[i] == labels[i] ? 1 : 0;
      }
      return right / (double) labels.length;
    }

    int[][] confusion(int classes) {
      int[][] confusion = new int[classes][classes];
      for (int i = 0; i < labels.length; i++) {
        confusion[labels[i]][predicted[i]]++;
      }
      return confusion;
    }
  }

  static Predicted predict(MultiLayerNetwork network, ImageSet images, double[][] statistics) {
    int[] predicted = new int[images.count()];
    for (int from = 0; from < images.count(); from += TEST_BATCH) {
      int[] chosen = IntStream.range(from, Math.min(images.count(), from + TEST_BATCH)).toArray();
      double[][] p =
          network
              .output(images.prepare(chosen, images::image, statistics, null, 0, false))
              .toDoubleMatrix();
      for (int i = 0; i < chosen.length; i++) {
        predicted[chosen[i]] = Measure.predicted(p[i]);
      }
    }
    return new Predicted(images.labels(), predicted);
  }

  /** The share of the class that most images have. */
  static double mostFrequent(ImageSet images) {
    int[] counts = new int[images.classes()];
    Arrays.stream(images.labels()).forEach(label -> counts[label]++);
    return Arrays.stream(counts).max().getAsInt() / (double) images.count();
  }

  private static Findings findings(ExperimentRun run, Data data, Trained trained) {
    MultiLayerNetwork network = trained.network();
    double[][] statistics = trained.statistics();
    Training.Result result = trained.result();
    Predicted test = predict(network, data.test(), statistics);
    List<List<String>> rows = new ArrayList<>();
    for (Training.Seen seen : result.seen()) {
      rows.add(
          List.of(
              Long.toString(seen.step()),
              String.format(Locale.ROOT, "%.4f", seen.loss()),
              String.format(Locale.ROOT, "%.4f", seen.score())));
    }
    VitModel model = model(run, data, trained);
    Findings findings = new Findings(data.train().name());
    if (!data.damaged().isEmpty()) {
      findings.table(
          new ResultTable(
              "Images that were left out",
              List.of("why"),
              data.damaged().stream().limit(SHOWN).map(List::of).toList()));
    }
    return findings
        .metric("accuracy", test.accuracy())
        .metric("validationAccuracy", result.bestScore())
        .metric("mostFrequentClass", mostFrequent(data.test()))
        .detail("trainImages", data.train().count())
        .detail("testImages", data.test().count())
        .detail("parameters", network.numParams())
        .detail("bestStep", result.bestStep())
        .detail("confusion", test.confusion(data.test().classes()))
        .detail("classes", data.train().names())
        .detail("damagedImages", data.damaged())
        .table(new ResultTable("Training", List.of("step", "loss", "validation accuracy"), rows))
        .figure(curve(result))
        .report(found -> report(found, result))
        .file("model.zip", model::save);
  }

  static VitModel model(ExperimentRun run, Data data, Trained trained) {
    ImageSet images = data.train();
    return new VitModel(
        trained.network(),
        data.from()
            .flatMap(VitModel::preprocessing)
            .orElseGet(
                () ->
                    new Preprocessing(
                        trained.statistics()[0],
                        trained.statistics()[1],
                        "bicubic",
                        1,
                        "center",
                        images.height(),
                        images.width())),
        images.names(),
        provenance(run, images));
  }

  /** Without what changes nothing of the model: where its checkpoint was, and the threads. */
  private static Provenance provenance(ExperimentRun run, ImageSet images) {
    Provenance all = run.provenance(images.name(), images.fingerprint());
    Map<String, String> options = new LinkedHashMap<>(all.options());
    options.keySet().removeAll(List.of("checkpoint", "workers"));
    return new Provenance(
        all.run(), all.versions(), all.dataset(), all.data(), all.seed(), options);
  }

  private static Illustration curve(Training.Result result) {
    double[] steps = result.seen().stream().mapToDouble(Training.Seen::step).toArray();
    double[] scores = result.seen().stream().mapToDouble(Training.Seen::score).toArray();
    return new Illustration(
        "accuracy",
        new XyPlot("", Axis.linear("update"), Axis.linear("accuracy"))
            .line("validation", steps, scores),
        "Accuracy on the tenth of the training images that was held back, after each epoch.");
  }

  private static String report(ExperimentResult found, Training.Result result) {
    return new HtmlReport("Vision Transformer on " + found.dataset())
        .paragraph(
            String.format(
                Locale.ROOT,
                "Accuracy on the test images: %.4f (the most frequent class alone: %.4f). The"
                    + " weights are those of update %d, the best on images held back from training;"
                    + " the test images were seen once, at the end.",
                found.metrics().get("accuracy").mean(),
                found.metrics().get("mostFrequentClass").mean(),
                result.bestStep()))
        .figure(curve(result))
        .table(found.tables().get(found.tables().size() - 1))
        .toHtml();
  }

  /** A trained model on the test images of a folder. */
  static ExperimentResult evaluate(Path file, Path data) throws IOException {
    long start = System.nanoTime();
    VitModel model = VitModel.load(file);
    VitShape s = model.shape();
    ImageFolders folders =
        model
            .preprocessing()
            .map(p -> new ImageFolders(p, false))
            .orElseGet(() -> new ImageFolders(s.imageHeight(), false));
    ImageSet test = open(data, folders, Optional.empty()).test();
    checkSize(test, s, file.toString());
    if (test.classes() != s.classes()) {
      throw new DataFormatException(
          data.toString(),
          0,
          s.classes() + " classes, as the model was made for",
          Integer.toString(test.classes()));
    }
    Preprocessing p =
        model
            .preprocessing()
            .orElseThrow(
                () ->
                    new DataFormatException(
                        file.toString(), 0, "a model that says how images are prepared", "none"));
    Predicted predicted = predict(model.network(), test, new double[][] {p.mean(), p.std()});
    Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", ExperimentResult.Metric.of(predicted.accuracy()));
    return new ExperimentResult(
        "evaluate vit",
        test.name(),
        model.provenance().seed(),
        (System.nanoTime() - start) / 1e9,
        metrics,
        Map.of(),
        Map.of("testImages", test.count(), "confusion", predicted.confusion(test.classes())),
        List.of(),
        List.of());
  }
}
