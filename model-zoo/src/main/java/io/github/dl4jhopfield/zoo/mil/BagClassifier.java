package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.layers.Associations;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.ModelFile;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.learn.LightUpdates;
import io.github.dl4jhopfield.zoo.learn.TrainingWatchers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trained {@link HopfieldMIL} with what belongs to it: the standardiser of its features, fitted
 * on the training bags, and its hyperparameters. Saved as one zip that DL4J's own ModelSerializer
 * reads too. Not thread-safe: a DL4J network isn't.
 */
public final class BagClassifier implements BagModel {
  private static final ModelFile<Meta> FILES = ModelFile.of("hopfield-mil", 2, Meta.class);

  private static final long MOST_VALUES = 1 << 24;

  /** What is saved beside the network. */
  record Meta(MilParameters parameters, Standardizer standardizer, Map<String, Object> training) {}

  private final MultiLayerNetwork network;
  private final Meta meta;
  private final Provenance provenance;

  private BagClassifier(MultiLayerNetwork network, Meta meta, Provenance provenance) {
    this.network = network;
    this.meta = meta;
    this.provenance = provenance;
  }

  /**
   * Trains a classifier.
   *
   * @param bags of both labels
   * @param seed of initial weights, dropout and order; same seed: same bits
   */
  public static BagClassifier train(List<Bag> bags, MilParameters parameters, long seed) {
    try {
      return train(bags, parameters, seed, (classifier, epoch) -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks at a classifier in training. */
  @FunctionalInterface
  interface Watcher {
    /** The classifier as it is after that number of epochs. */
    void reached(BagClassifier classifier, int epoch) throws IOException;
  }

  /**
   * Trains a classifier, looking at it after each epoch.
   *
   * @param afterEpoch receives the classifier as it is and the number of epochs done
   */
  static BagClassifier train(
      List<Bag> bags, MilParameters parameters, long seed, Watcher afterEpoch) throws IOException {
    Standardizer standardizer = Standardizer.fit(bags);
    MultiLayerNetwork network =
        HopfieldMIL.builder()
            .features(standardizer.features())
            .parameters(parameters)
            .seed(seed)
            .build()
            .init();
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("bags", bags.size());
    training.put("seed", seed);
    BagClassifier classifier =
        new BagClassifier(
            network, new Meta(parameters, standardizer, training), Provenance.UNKNOWN);
    LightUpdates.install(network);
    TrainingWatchers.begins(network);
    Random random = new Random(seed);
    // the generator that dropout draws from belongs to this thread
    Nd4j.getRandom().setSeed(seed);
    for (int epoch = 1; epoch <= parameters.epochs(); epoch++) {
      for (List<Bag> batch : batches(bags, parameters.batchSize(), random)) {
        for (List<Bag> part : parts(batch)) {
          network.fit(BagTensors.of(part, standardizer));
        }
      }
      afterEpoch.reached(classifier, epoch);
    }
    return classifier;
  }

  /**
   * Batches of bags of about the same size, so that little of a batch is padding; bags of one size
   * are dealt anew, and the batches come in random order.
   */
  private static List<List<Bag>> batches(List<Bag> bags, int batchSize, Random random) {
    List<Bag> order = new ArrayList<>(bags);
    Collections.shuffle(order, random);
    order.sort(Comparator.comparingInt(Bag::size));
    int count = (bags.size() + batchSize - 1) / batchSize;
    List<List<Bag>> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) bags.size() * i / count);
      int to = (int) ((long) bags.size() * (i + 1) / count);
      batches.add(order.subList(from, to));
    }
    Collections.shuffle(batches, random);
    return batches;
  }

  /**
   * A batch in parts of so many values that arrays of a few of them fit into any memory: bags of
   * ten thousand instances each are an update of their own.
   */
  private static List<List<Bag>> parts(List<Bag> batch) {
    long longest = batch.stream().mapToInt(Bag::size).max().orElse(0);
    long values = batch.size() * longest * batch.get(0).features();
    if (values <= MOST_VALUES || batch.size() == 1) {
      return List.of(batch);
    }
    List<List<Bag>> parts = new ArrayList<>(parts(batch.subList(0, batch.size() / 2)));
    parts.addAll(parts(batch.subList(batch.size() / 2, batch.size())));
    return parts;
  }

  /** Hyperparameters that it was trained with. */
  public MilParameters parameters() {
    return meta.parameters();
  }

  /** Standardiser fitted on the training bags. */
  public Standardizer standardizer() {
    return meta.standardizer();
  }

  /** The network itself; input and output as in {@link HopfieldMIL}. */
  public MultiLayerNetwork network() {
    return network;
  }

  /** What it was trained on. */
  public Map<String, Object> training() {
    return Collections.unmodifiableMap(meta.training());
  }

  /** The probability that each bag is positive. */
  @Override
  public double[] scores(List<Bag> bags) {
    int[] order =
        IntStream.range(0, bags.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> bags.get(i).size()))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] scores = new double[bags.size()];
    int step = meta.parameters().batchSize();
    for (int from = 0; from < order.length; from += step) {
      int to = Math.min(order.length, from + step);
      List<Bag> batch = IntStream.range(from, to).mapToObj(i -> bags.get(order[i])).toList();
      int at = from;
      for (List<Bag> part : parts(batch)) {
        DataSet data = tensors(part);
        INDArray out = network.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
        for (int i = 0; i < part.size(); i++) {
          scores[order[at++]] = out.getDouble(i, 0);
        }
      }
    }
    return scores;
  }

  /** Whether its pooling gives instances weights: not the mean, the maximum and the lookup. */
  public boolean weighs() {
    return meta.parameters().network().pooling().weighs();
  }

  /**
   * The association weights of the pooling: how much each instance of the bag entered its
   * representation, averaged over the heads. They sum to 1, or to less with a Lagrangian unit.
   *
   * @throws IllegalStateException if its network has none, see {@link #weighs}
   */
  public double[] attention(Bag bag) {
    if (!weighs()) {
      throw new IllegalStateException(
          "attention of bag \""
              + bag.id()
              + "\": "
              + meta.parameters().network().label()
              + " gives its instances no weights");
    }
    DataSet data = tensors(List.of(bag));
    // the pooling comes before the output; [1, heads, 1, instances]
    INDArray association =
        Associations.of(
            network, network.getnLayers() - 2, data.getFeatures(), data.getFeaturesMaskArray());
    return association.mean(1).reshape(bag.size()).toDoubleVector();
  }

  private DataSet tensors(List<Bag> bags) {
    int expected = meta.standardizer().features();
    for (Bag bag : bags) {
      if (bag.features() != expected) {
        throw new IllegalArgumentException(
            "the model expects instances of "
                + expected
                + " features, found "
                + bag.features()
                + " in bag \""
                + bag.id()
                + '"');
      }
    }
    return BagTensors.of(bags, meta.standardizer());
  }

  /** The same with more said of its training. */
  BagClassifier withTraining(Map<String, Object> more, Provenance from) {
    Map<String, Object> training = new LinkedHashMap<>(meta.training());
    training.putAll(more);
    return new BagClassifier(
        network, new Meta(meta.parameters(), meta.standardizer(), training), from);
  }

  /** Where it comes from; {@link Provenance#UNKNOWN} of one that no run of this program made. */
  public Provenance provenance() {
    return provenance;
  }

  /** Writes it to a file, which is either whole or not there. */
  public void save(Path file) throws IOException {
    FILES.write(file, network, meta, provenance);
  }

  /**
   * Reads what {@link #save} wrote, in this version or an earlier one.
   *
   * @throws io.github.dl4jhopfield.zoo.files.DataFormatException if the file is something else or
   *     damaged
   */
  public static BagClassifier load(Path file) throws IOException {
    ModelFile.Content<Meta> content = FILES.read(file);
    if (content.network() instanceof MultiLayerNetwork network
        && content.meta().parameters() != null
        && content.meta().standardizer() != null) {
      return new BagClassifier(network, content.meta(), content.provenance());
    }
    throw new DataFormatException(
        file.toString(),
        0,
        "a hopfield-mil model: a MultiLayerNetwork, its hyperparameters and standardizer",
        "a file without one of them");
  }
}
