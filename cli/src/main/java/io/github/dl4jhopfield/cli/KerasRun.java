package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.keras.HopfieldKerasImport;
import io.github.dl4jhopfield.keras.ImportReport;
import io.github.dl4jhopfield.keras.ImportSummary;
import io.github.dl4jhopfield.keras.ImportSummary.LayerRow;
import io.github.dl4jhopfield.keras.KerasImport;
import io.github.dl4jhopfield.keras.KerasImportOptions;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Imports, runs and saves for {@code hopfield import-keras}. */
final class KerasRun {
  private KerasRun() {}

  static void run(ImportKerasCommand command, Console console) throws IOException {
    INDArray[] inputs = new INDArray[command.inputs.size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = NpyFile.read(command.inputs.get(i));
    }
    KerasImport imported = HopfieldKerasImport.importModel(command.model, options(command));
    if (inputs.length > 0) {
      INDArray[] outputs = imported.predict(inputs);
      if (outputs.length != command.outputs.size()) {
        throw new IllegalArgumentException(
            command.model
                + ": expected "
                + outputs.length
                + " files after --output, one for each output of the model, found "
                + command.outputs.size());
      }
      for (int i = 0; i < outputs.length; i++) {
        NpyFile.write(command.outputs.get(i), outputs[i]);
        console.note(
            "wrote %s, shape %s", command.outputs.get(i), Arrays.toString(outputs[i].shape()));
      }
    }
    if (command.save != null) {
      NetworkFile.write(command.save, imported.model(), true);
      console.note("wrote %s", command.save);
    }
    if (command.json) {
      console.json(json(imported.summary()));
    } else {
      show(console, imported.summary());
    }
  }

  /** Says what stands in the way of an import; gives whether nothing does. */
  static boolean check(ImportKerasCommand command, Console console) {
    ImportReport report = HopfieldKerasImport.check(command.model, options(command));
    if (command.json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("file", report.file());
      fields.put("keras_version", report.kerasVersion());
      fields.put("imports", report.imports());
      fields.put("problems", report.problems());
      fields.put("unchecked", report.unchecked());
      fields.put("notes", report.notes());
      console.json(fields);
      return report.imports();
    }
    report.problems().forEach(problem -> console.result("problem: %s", problem));
    if (!report.unchecked().isEmpty()) {
      console.result(
          "not looked at, since they come after a problem: %s",
          String.join(", ", report.unchecked()));
    }
    report.notes().forEach(note -> console.result("note: %s", note));
    console.result(
        "%s (Keras %s, %d layers): %s",
        report.file(),
        report.kerasVersion(),
        report.layers(),
        report.imports()
            ? "imports"
            : report.problems().size() == 1 ? "1 problem" : report.problems().size() + " problems");
    return report.imports();
  }

  private static KerasImportOptions options(ImportKerasCommand command) {
    KerasImportOptions.Builder options = KerasImportOptions.builder();
    if (command.sha256 != null) {
      options.sha256(command.sha256);
    }
    if (command.predictionsOnly) {
      options.predictionsOnly();
    }
    return options.build();
  }

  static Map<String, Object> json(ImportSummary summary) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("file", summary.file());
    fields.put("keras_version", summary.kerasVersion());
    fields.put("model_type", summary.modelType());
    fields.put("parameters", summary.parameters());
    fields.put("weights_matched", summary.weightsMatched());
    fields.put("layers", summary.layers());
    fields.put("notes", summary.notes());
    return fields;
  }

  static void show(Console console, ImportSummary summary) {
    List<List<String>> rows = summary.layers().stream().map(KerasRun::row).toList();
    console.raw(
        new ResultTable(
                summary.file()
                    + ": "
                    + summary.modelType()
                    + " model, Keras "
                    + summary.kerasVersion(),
                List.of("layer", "type", "imported as", "input", "output", "parameters", "weights"),
                rows)
            .toText()
            .stripTrailing());
    summary.notes().forEach(note -> console.result("note: %s", note));
    console.result(
        "%d layers, %d parameters, %d weight arrays, all matched",
        summary.layers().size(), summary.parameters(), summary.weightsMatched());
  }

  private static List<String> row(LayerRow layer) {
    return List.of(
        layer.name(),
        layer.type(),
        layer.importedAs(),
        layer.inputShape(),
        layer.outputShape(),
        Long.toString(layer.parameters()),
        Integer.toString(layer.weightsMatched()));
  }
}
