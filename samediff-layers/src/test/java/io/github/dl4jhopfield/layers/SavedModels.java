package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Small trained models of every kind, as a release writes them. {@code main} writes a folder of
 * them for the test resources, once a release: {@code NAME.zip} (ModelSerializer, with updater) and
 * {@code NAME.safetensors} with inputs {@code in.0...}, masks {@code mask.0...}, labels, and what
 * the model gave: {@code out.0...}, and {@code after.0...} after one more step of training. {@code
 * SavedKerasModels} writes imported Keras models beside them, some of which cannot be trained.
 */
final class SavedModels {

  /** A model with what it is called with; {@code masks} has an entry only where there is a mask. */
  record Sample(Model model, INDArray[] inputs, INDArray[] masks, INDArray[] labels) {

    INDArray[] outputs() {
      return model instanceof MultiLayerNetwork net
          ? new INDArray[] {net.output(inputs[0], false, masks[0], null)}
          : ((ComputationGraph) model).output(false, inputs, masks, null);
    }

    boolean canBeTrained() {
      return labels.length > 0;
    }

    void fit() {
      if (model instanceof MultiLayerNetwork net) {
        net.fit(inputs[0], labels[0], masks[0], null);
      } else {
        ((ComputationGraph) model).fit(new MultiDataSet(inputs, labels, masks, null));
      }
    }
  }

  private SavedModels() {}

  private static Sample layers(Layer... layers) {
    MultiLayerNetwork net = Networks.of(new Adam(0.01), RNNFormat.NCW, layers);
    boolean pooled = layers[layers.length - 1] instanceof HopfieldPooling;
    return new Sample(
        net,
        new INDArray[] {Networks.input(RNNFormat.NCW)},
        new INDArray[] {Networks.mask()},
        new INDArray[] {Networks.labels(pooled, RNNFormat.NCW)});
  }

  private static RnnOutputLayer output(int nIn) {
    return Networks.steps(nIn, RNNFormat.NCW);
  }

  private static Sample vertices() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new Adam(0.01))
                .graphBuilder()
                .addInputs("stored", "state", "projection", "mask")
                .addVertex(
                    "hopfield",
                    Networks.threeInputs()
                        .separation(Separation.learnedEntmax(1.4))
                        .associationMaskInput(true)
                        .build(),
                    "stored",
                    "state",
                    "projection",
                    "mask")
                .addLayer("out", output(3), "hopfield")
                .setOutputs("out")
                .build());
    return new Sample(
        graph,
        new INDArray[] {
          Networks.random(1, 3, 4, 5),
          Networks.random(2, 3, 3, 5),
          Networks.random(3, 3, 2, 5),
          GradientChecks.causal(3, 5)
        },
        new INDArray[] {Networks.mask(), null, null, null},
        new INDArray[] {Networks.random(4, 3, 2, 5)});
  }

  private static Sample transformer() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new Adam(0.01))
                .graphBuilder()
                .addInputs("x", "memory")
                .addVertex(
                    "encoder",
                    new HopfieldEncoderVertex.Builder()
                        .nIn(4)
                        .nHeads(2)
                        .feedForwardSize(3)
                        .residualDropout(0)
                        .build(),
                    "x")
                .addVertex(
                    "decoder",
                    new HopfieldDecoderVertex.Builder()
                        .nIn(4)
                        .memorySize(3)
                        .feedForwardSize(5)
                        .residualDropout(0)
                        .cross(c -> c.nHeads(1).updateSteps(2))
                        .build(),
                    "encoder",
                    "memory")
                .addVertex(
                    "pooling",
                    new HopfieldPoolingVertex.Builder().nIn(4).patternProjectionSize(3).build(),
                    "decoder",
                    "memory")
                .addLayer("out", output(4), "decoder")
                .addLayer("pooled", Networks.pooled(4), "pooling")
                .setOutputs("out", "pooled")
                .build());
    return new Sample(
        graph,
        new INDArray[] {Networks.random(1, 3, 4, 5), Networks.random(2, 3, 3, 5)},
        new INDArray[] {Networks.mask(), null},
        new INDArray[] {Networks.random(4, 3, 2, 5), Networks.random(5, 3, 2)});
  }

  private static Map<String, Sample> samples() {
    Map<String, Sample> all = new LinkedHashMap<>();
    all.put(
        "hopfield",
        layers(
            new PositionalEncoding.Builder().learned(true).build(),
            new Hopfield.Builder()
                .nOut(4)
                .nHeads(2)
                .beta(0.7, 1.3)
                .updateSteps(2)
                .postTransform(PostTransform.L2)
                .lagrangianUnit(LagrangianUnit.pfuBuilder().sigma(0).build())
                .build()));
    all.put(
        "pooling",
        layers(
            new HopfieldPooling.Builder()
                .nOut(3)
                .nHeads(2)
                .hiddenSize(2)
                .quantity(2)
                .separation(Separation.entmax15())
                .build()));
    all.put(
        "lookup",
        layers(
            new HopfieldLayer.Builder()
                .nOut(4)
                .quantity(3)
                .lookupWeightsAsSeparated(true)
                .lookupTargetsAsTrainable(false)
                .lagrangianUnit(LagrangianUnit.relu())
                .build()));
    all.put(
        "encoder",
        layers(
            new HopfieldEncoderLayer.Builder()
                .nHeads(2)
                .feedForwardSize(5)
                .residualDropout(0)
                .separation(Separation.kSubsets(2, false))
                .build()));
    all.put(
        "diffusion",
        layers(
            new Hopfield.Builder()
                .nOut(4)
                .diffusion(
                    d -> {
                      d.mode = DiffusionMode.SPECTRAL;
                      d.neighbours = 2;
                      d.statePatterns = true;
                    })
                .build()));
    all.put("graph-vertices", vertices());
    all.put("graph-transformer", transformer());
    return all;
  }

  private static void put(Map<String, INDArray> arrays, String name, INDArray[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        arrays.put(name + "." + i, values[i].dup('c'));
      }
    }
  }

  /** Writes every model to the folder. */
  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, Sample> e : samples().entrySet()) {
      Sample sample = e.getValue();
      if (sample.model() instanceof ComputationGraph graph) {
        graph.init();
        Networks.spread(graph.params(), 3);
      }
      sample.fit();
      ModelSerializer.writeModel(
          sample.model(), folder.resolve(e.getKey() + ".zip").toFile(), true);
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      put(arrays, "in", sample.inputs());
      put(arrays, "mask", sample.masks());
      put(arrays, "label", sample.labels());
      put(arrays, "out", sample.outputs());
      sample.fit();
      put(arrays, "after", sample.outputs());
      SafetensorsFile.write(folder.resolve(e.getKey() + ".safetensors"), arrays);
    }
  }

  private static INDArray[] take(Map<String, INDArray> arrays, String name, int length) {
    INDArray[] values = new INDArray[length];
    for (int i = 0; i < length; i++) {
      values[i] = arrays.get(name + "." + i);
    }
    return values;
  }

  private static int count(Map<String, INDArray> arrays, String name) {
    return (int) arrays.keySet().stream().filter(key -> key.startsWith(name + ".")).count();
  }

  /** A model of the folder, with the arrays that were written beside it. */
  static Sample read(Path zip, Map<String, INDArray> arrays) throws IOException {
    int inputs = count(arrays, "in");
    Model model =
        zip.getFileName().toString().startsWith("graph-")
            ? ModelSerializer.restoreComputationGraph(zip.toFile(), true)
            : ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
    return new Sample(
        model,
        take(arrays, "in", inputs),
        take(arrays, "mask", inputs),
        take(arrays, "label", count(arrays, "label")));
  }

  /** What was written under that name, in order. */
  static INDArray[] expected(Map<String, INDArray> arrays, String name) {
    return take(arrays, name, count(arrays, name));
  }

  /** Writes the models of this version: {@code SavedModels FOLDER}. */
  public static void main(String[] args) throws IOException {
    write(Path.of(args[0]));
  }
}
