package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.io.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Imported Keras models as a release saves them. {@code main} writes a folder of them for the test
 * resources, once a release, in the form of the layers' {@code SavedModels}: as few of the
 * fixtures' models as hold every layer class of the import, with every value of every option that
 * the fixtures have.
 */
final class SavedKerasModels {

  private SavedKerasModels() {}

  private record Candidate(Fixture fixture, byte[] zip, Set<String> holds) {}

  private static void collect(JsonNode node, Set<String> into) {
    JsonNode type = node.get("@class");
    if (type != null && type.asText().startsWith("io.github.dl4jhopfield.")) {
      into.add(type.asText());
      node.fields()
          .forEachRemaining(
              e -> {
                boolean option = e.getValue().isTextual() || e.getValue().isBoolean();
                if (option && !e.getKey().endsWith("ame")) {
                  into.add(type.asText() + "." + e.getKey() + "=" + e.getValue().asText());
                }
              });
    }
    node.forEach(child -> collect(child, into));
  }

  private static Candidate candidate(Fixture fixture) throws IOException {
    Model model = HopfieldKerasImport.importModel(fixture.file()).model();
    String json =
        model instanceof MultiLayerNetwork net
            ? net.getLayerWiseConfigurations().toJson()
            : ((ComputationGraph) model).getConfiguration().toJson();
    Set<String> holds = new TreeSet<>();
    collect(new ObjectMapper().readTree(json), holds);
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(model, zip, true);
    return new Candidate(fixture, zip.toByteArray(), holds);
  }

  private static void put(Map<String, INDArray> arrays, String name, INDArray... values) {
    for (int i = 0; i < values.length; i++) {
      arrays.put(name + "." + i, values[i].dup('c'));
    }
  }

  private static INDArray[] outputs(Model model, INDArray[] inputs) {
    return model instanceof MultiLayerNetwork net
        ? new INDArray[] {net.output(inputs[0])}
        : ((ComputationGraph) model).output(inputs);
  }

  private static void write(Path folder, Candidate chosen) throws IOException {
    Fixture fixture = chosen.fixture();
    Model model = HopfieldKerasImport.importModel(fixture.file()).model();
    String kind = model instanceof ComputationGraph ? "graph-keras-" : "keras-";
    Files.write(folder.resolve(kind + fixture.model() + ".zip"), chosen.zip());
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    put(arrays, "in", fixture.inputs());
    put(arrays, "out", outputs(model, fixture.inputs()));
    if (fixture.hasFit()) {
      INDArray labels = Fixture.array(fixture.record().get("fit").get("labels"));
      put(arrays, "label", labels);
      if (model instanceof MultiLayerNetwork net) {
        net.fit(fixture.inputs()[0], labels);
      } else {
        ((ComputationGraph) model).fit(new MultiDataSet(fixture.inputs(), new INDArray[] {labels}));
      }
      put(arrays, "after", outputs(model, fixture.inputs()));
    }
    SafetensorsFile.write(folder.resolve(kind + fixture.model() + ".safetensors"), arrays);
  }

  /** Writes the models of this version: {@code SavedKerasModels FOLDER}. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Map<String, Candidate> left = new TreeMap<>();
    for (Fixture fixture : KerasFixturesTest.models()) {
      left.put(fixture.model(), candidate(fixture));
    }
    Set<String> missing = new TreeSet<>();
    left.values().forEach(c -> missing.addAll(c.holds()));
    while (!missing.isEmpty()) {
      Candidate best = null;
      double most = 0;
      for (Candidate c : left.values()) {
        double gain =
            c.holds().stream().filter(missing::contains).count() / (2000.0 + c.zip().length);
        if (gain > most) {
          most = gain;
          best = c;
        }
      }
      missing.removeAll(best.holds());
      left.remove(best.fixture().model());
      write(folder, best);
    }
  }
}
