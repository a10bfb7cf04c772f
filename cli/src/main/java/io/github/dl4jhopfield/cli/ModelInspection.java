package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.keras.HopfieldKerasImport;
import io.github.dl4jhopfield.keras.KerasImport;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.mil.BagDataset;
import io.github.dl4jhopfield.zoo.mil.BagFiles;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.vision.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Shows models, multiple-instance data and a model's preprocessing for {@code hopfield inspect}.
 */
final class ModelInspection {
  private ModelInspection() {}

  static void preprocessing(InspectCommand command, Console console) throws IOException {
    Preprocessing found = Preprocessing.read(command.file);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mean", found.mean());
    json.put("std", found.std());
    json.put("interpolation", found.interpolation());
    json.put("cropPct", found.cropPct());
    json.put("resizeShortEdge", found.resizeShortEdge());
    boolean square = found.height() == found.width();
    json.put("crop", square ? found.height() : new int[] {found.height(), found.width()});
    if (!found.cropMode().equals("center")) {
      json.put("cropMode", found.cropMode());
    }
    if (command.json) {
      console.json(Map.of("preprocessing", json));
    } else {
      console.result("%s: preprocessing of a vision model", command.file);
      json.forEach(
          (name, value) ->
              console.result(
                  "  %s: %s",
                  name, value instanceof double[] numbers ? Arrays.toString(numbers) : value));
    }
  }

  static void keras(InspectCommand command, Console console) {
    KerasImport imported = HopfieldKerasImport.importModel(command.file);
    if (command.json) {
      console.json(KerasRun.json(imported.summary()));
    } else {
      KerasRun.show(console, imported.summary());
    }
  }

  /** A model of DL4J, or Keras's archive. */
  static void zip(InspectCommand command, Console console) throws IOException {
    try (ZipFile zip = new ZipFile(command.file.toFile())) {
      if (zip.getEntry("model.weights.h5") != null) {
        keras(command, console);
        return;
      }
      if (zip.getEntry("configuration.json") == null) {
        throw new IllegalArgumentException(
            command.file
                + ": expected a model (configuration.json, coefficients.bin) or a Keras archive,"
                + " found another zip archive");
      }
    } catch (ZipException e) {
      throw new IllegalArgumentException(
          command.file + ": expected a whole zip archive, found: " + e.getMessage(), e);
    }
    network(command, console);
  }

  private static void network(InspectCommand command, Console console) throws IOException {
    Model model = NetworkFile.read(command.file);
    Layer[] layers =
        model instanceof MultiLayerNetwork network
            ? network.getLayers()
            : ((ComputationGraph) model).getLayers();
    List<Map<String, Object>> rows = new ArrayList<>();
    List<List<String>> cells = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      Layer layer = layers[i];
      String name = layer.conf().getLayer().getLayerName();
      String type = layer.conf().getLayer().getClass().getSimpleName();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", name == null ? String.valueOf(i) : name);
      row.put("type", type);
      row.put("parameters", layer.numParams());
      rows.add(row);
      cells.add(row.values().stream().map(String::valueOf).toList());
    }
    String kind = model.getClass().getSimpleName();
    if (command.json) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model", kind);
      json.put("parameters", model.numParams());
      json.put("layers", rows);
      console.json(json);
    } else {
      console.raw(
          new ResultTable(command.file + ": " + kind, List.of("layer", "type", "parameters"), cells)
              .toText()
              .stripTrailing());
      console.result("%d layers, %d parameters", rows.size(), model.numParams());
    }
  }

  /** Whether a text file's first line could be one of a MIL CSV. */
  static boolean looksLikeBags(Path file) throws IOException {
    if (!String.valueOf(file.getFileName()).toLowerCase(java.util.Locale.ROOT).endsWith(".csv")) {
      return false;
    }
    try (var lines = Files.lines(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      List<String> first = lines.filter(line -> !line.isBlank()).limit(2).toList();
      return !first.isEmpty() && isBagRow(first.get(first.size() - 1));
    }
  }

  private static boolean isBagRow(String line) {
    String[] fields = line.split(",");
    String number = "\\s*[+-]?[0-9.]+([eE][+-]?[0-9]+)?\\s*";
    return fields.length > 2
        && fields[0].strip().matches("[+-]?[01](\\.0*)?")
        && Arrays.stream(fields).skip(2).allMatch(field -> field.matches(number));
  }

  static void bags(InspectCommand command, Console console) {
    BagDataset bags = BagFiles.readForPrediction(command.file);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("bags", bags.size());
    json.put("positive", bags.positives());
    json.put("negative", bags.size() - bags.positives());
    json.put("instances", bags.instances());
    json.put("features", bags.features());
    if (command.json) {
      console.json(json);
    } else {
      console.result("%s: multiple-instance data", command.file);
      json.forEach((name, value) -> console.result("  %s: %s", name, value));
    }
  }
}
