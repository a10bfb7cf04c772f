package io.github.dl4jhopfield.zoo.vision;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.ModelFile;
import io.github.dl4jhopfield.zoo.files.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link VisionTransformer} network with what its images need and its classes are called. */
public final class VitModel {
  private static final ModelFile<Meta> FILE = ModelFile.of("vit", 1, Meta.class);

  private final MultiLayerNetwork network;
  private final VitShape shape;
  private final Preprocessing preprocessing;
  private final List<String> labels;
  private final Provenance provenance;

  /**
   * What is in the file beside the network.
   *
   * @param preprocessing null where it is not known
   * @param labels empty where classes have no names
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Meta(Preprocessing preprocessing, List<String> labels) {
    Meta {
      labels = labels == null ? List.of() : List.copyOf(labels);
    }
  }

  /**
   * A model.
   *
   * @param preprocessing null where it is not known: then it predicts from arrays only
   * @param labels names of the classes, or none
   */
  public VitModel(
      MultiLayerNetwork network,
      Preprocessing preprocessing,
      List<String> labels,
      Provenance provenance) {
    this.network = network;
    this.shape = VitWeights.shapeOf(network);
    this.preprocessing = preprocessing;
    this.labels = List.copyOf(labels);
    this.provenance = provenance;
    if (!labels.isEmpty() && labels.size() != shape.classes()) {
      throw new IllegalArgumentException(
          "expected " + shape.classes() + " names of classes, found " + labels.size());
    }
  }

  /** The network. */
  public MultiLayerNetwork network() {
    return network;
  }

  /** Its shape. */
  public VitShape shape() {
    return shape;
  }

  /** What its images need. */
  public Optional<Preprocessing> preprocessing() {
    return Optional.ofNullable(preprocessing);
  }

  /** Name of a class, or its number. */
  public String label(int number) {
    return labels.isEmpty() ? Integer.toString(number) : labels.get(number);
  }

  /** Where it comes from. */
  public Provenance provenance() {
    return provenance;
  }

  /**
   * Logits of images that are preprocessed already.
   *
   * @param images [B, C, H, W]
   * @return [B, classes]
   */
  public INDArray logits(INDArray images) {
    long[] expected = {images.size(0), shape.channels(), shape.imageHeight(), shape.imageWidth()};
    if (!java.util.Arrays.equals(images.shape(), expected)) {
      throw new IllegalArgumentException(
          "expected images "
              + java.util.Arrays.toString(expected)
              + ", found "
              + java.util.Arrays.toString(images.shape()));
    }
    int output = network.getnLayers() - 1;
    INDArray pooled = network.activateSelectedLayers(0, output - 1, images);
    return pooled
        .mmul(network.getLayer(output).getParam("W"))
        .addiRowVector(network.getLayer(output).getParam("b"));
  }

  /** Writes the model. */
  public void save(Path file) throws IOException {
    FILE.write(file, network, new Meta(preprocessing, labels), provenance);
  }

  /**
   * Reads a model.
   *
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  public static VitModel load(Path file) throws IOException {
    return of(file, FILE.read(file));
  }

  /**
   * The same of a file whose network was read already.
   *
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  public static VitModel load(Path file, Model network) throws IOException {
    return of(file, FILE.read(file, network));
  }

  private static VitModel of(Path file, ModelFile.Content<Meta> content) {
    if (!(content.network() instanceof MultiLayerNetwork network)
        || !(network.getLayerWiseConfigurations().getConf(0).getLayer()
            instanceof PatchEmbedding)) {
      throw new DataFormatException(
          file.toString(), 0, "a network of VisionTransformer", "another network");
    }
    return new VitModel(
        network, content.meta().preprocessing(), content.meta().labels(), content.provenance());
  }
}
