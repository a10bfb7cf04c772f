package io.github.dl4jhopfield.keras;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Imports every file of a survey (python/survey/make_survey.py), compares with what Keras computed,
 * and counts: right, refused, wrong, thrown.
 *
 * <pre>java -cp ... io.github.dl4jhopfield.keras.KerasSurvey DIR... [--only PART] [--wrong]</pre>
 */
final class KerasSurvey {

  /** Of the larger of 1 and the largest value. */
  static final double TOLERANCE = Double.parseDouble(System.getProperty("keras.tolerance", "1e-4"));

  /** What became of a file. */
  enum Outcome {
    RIGHT,
    NOTED,
    REFUSED,
    WRONG,
    THROWN
  }

  /** One file. */
  record Result(String file, String group, Outcome outcome, String detail) {}

  private KerasSurvey() {}

  /** The model files of a folder. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> f.toString().endsWith(".h5") || f.toString().endsWith(".keras"))
          .sorted()
          .toList();
    }
  }

  static Result run(Path file) {
    String name = file.getFileName().toString();
    JsonNode record;
    try {
      record =
          new ObjectMapper()
              .readTree(
                  file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".json").toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    String group = record.path("group").asText("?");
    try {
      KerasImport imported = HopfieldKerasImport.importModel(file);
      INDArray[] inputs = Fixture.arrays(record.get("inputs"));
      String wrong = difference(imported.predict(inputs), Fixture.arrays(record.get("outputs")));
      if (wrong != null) {
        return new Result(name, group, Outcome.WRONG, wrong);
      }
      List<String> notes = imported.summary().notes();
      if (record.has("fit")) {
        if (notes.stream().anyMatch(n -> n.contains("has no loss"))) {
          return new Result(name, group, Outcome.NOTED, notes.get(0));
        }
        wrong = fit(imported, inputs, record.get("fit"));
        if (wrong != null) {
          // said beforehand that it would train otherwise
          return notes.isEmpty()
              ? new Result(name, group, Outcome.WRONG, wrong)
              : new Result(name, group, Outcome.NOTED, notes.get(0));
        }
      }
      return new Result(name, group, Outcome.RIGHT, String.join(" ", notes));
    } catch (KerasImportException e) {
      return new Result(name, group, Outcome.REFUSED, e.getMessage());
    } catch (RuntimeException | Error e) {
      StackTraceElement[] at = e.getStackTrace();
      return new Result(
          name, group, Outcome.THROWN, e + (at.length > 0 ? " at " + at[0] : "") + ours(at));
    }
  }

  private static String ours(StackTraceElement[] trace) {
    for (StackTraceElement e : trace) {
      if (e.getClassName().startsWith("io.github.dl4jhopfield")) {
        return " from " + e;
      }
    }
    return "";
  }

  /**
   * Whether a model written by DL4J and read again computes the same bits; what is wrong, or null.
   */
  static String afterSaving(Path file) throws IOException {
    KerasImport imported = HopfieldKerasImport.importModel(file);
    String name = file.getFileName().toString();
    Path json = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".json");
    INDArray[] inputs = Fixture.arrays(new ObjectMapper().readTree(json.toFile()).get("inputs"));
    INDArray[] before = imported.predict(inputs);
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    ModelSerializer.writeModel(imported.model(), saved, true);
    ByteArrayInputStream bytes = new ByteArrayInputStream(saved.toByteArray());
    INDArray[] after =
        imported.model() instanceof MultiLayerNetwork
            ? new INDArray[] {
              ModelSerializer.restoreMultiLayerNetwork(bytes, true).output(inputs[0])
            }
            : ModelSerializer.restoreComputationGraph(bytes, true).output(inputs);
    for (int i = 0; i < before.length; i++) {
      if (!after[i].equals(before[i])) {
        return name + ": output " + i + " is another after saving and loading";
      }
    }
    return null;
  }

  private static String difference(INDArray[] ours, INDArray[] keras) {
    if (ours.length != keras.length) {
      return ours.length + " outputs, Keras has " + keras.length;
    }
    for (int i = 0; i < keras.length; i++) {
      if (!java.util.Arrays.equals(ours[i].shape(), keras[i].shape())) {
        return "shape "
            + java.util.Arrays.toString(ours[i].shape())
            + ", Keras has "
            + java.util.Arrays.toString(keras[i].shape());
      }
      double largest = Math.max(1, keras[i].dup().amaxNumber().doubleValue());
      double worst = ours[i].sub(keras[i]).amaxNumber().doubleValue() / largest;
      if (!(worst <= TOLERANCE)) {
        return String.format(Locale.ROOT, "output %d differs by %.2g", i, worst);
      }
    }
    return null;
  }

  private static String fit(KerasImport imported, INDArray[] inputs, JsonNode fit) {
    INDArray[] labels = Fixture.arrays(fit.get("labels"));
    Model model = imported.model();
    for (int step = 0; step < fit.get("losses").size(); step++) {
      if (model instanceof MultiLayerNetwork n) {
        n.fit(inputs[0], labels[0]);
      } else {
        ((ComputationGraph) model).fit(new MultiDataSet(inputs, labels));
      }
      double loss = fit.get("losses").get(step).asDouble();
      double score = model.score();
      if (!(Math.abs(score - loss) <= TOLERANCE * Math.max(1, Math.abs(loss)))) {
        return String.format(
            Locale.ROOT, "loss of step %d is %.6g, Keras's %.6g", step, score, loss);
      }
    }
    String after = difference(imported.predict(inputs), Fixture.arrays(fit.get("outputs")));
    return after == null ? null : "after training: " + after;
  }

  public static void main(String[] args) throws IOException {
    List<Path> folders = new ArrayList<>();
    List<String> only = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--only")) {
        only.add(args[++i]);
      } else {
        folders.add(Path.of(args[i]));
      }
    }
    for (Path folder : folders) {
      Map<String, int[]> counts = new TreeMap<>();
      List<String> lines = new ArrayList<>();
      for (Path file : files(folder)) {
        String name = file.getFileName().toString();
        if (System.getProperty("keras.saved") != null) {
          try {
            String wrong = afterSaving(file);
            if (wrong != null) {
              System.out.println(wrong);
            }
          } catch (KerasImportException e) {
            continue;
          } catch (RuntimeException e) {
            System.out.println(name + " " + e);
          }
          continue;
        }
        if (!only.isEmpty() && only.stream().noneMatch(name::contains)) {
          continue;
        }
        Result r = run(file);
        counts.computeIfAbsent(r.group(), k -> new int[5])[r.outcome().ordinal()]++;
        if (r.outcome() != Outcome.RIGHT || !only.isEmpty()) {
          String detail = r.detail().replace('\n', ' ');
          lines.add(
              r.outcome()
                  + "\t"
                  + r.file()
                  + "\t"
                  + detail.substring(0, Math.min(detail.length(), 420)));
        }
      }
      Collections.sort(lines);
      lines.forEach(System.out::println);
      counts.forEach(
          (group, n) -> {
            int all = java.util.Arrays.stream(n).sum();
            System.out.printf(
                Locale.ROOT,
                "%s %s: %d files, right %d (%.1f%%), noted %d, refused %d, wrong %d, thrown %d%n",
                folder.getFileName(),
                group,
                all,
                n[0],
                100.0 * n[0] / all,
                n[1],
                n[2],
                n[3],
                n[4]);
          });
    }
    System.exit(0);
  }
}
