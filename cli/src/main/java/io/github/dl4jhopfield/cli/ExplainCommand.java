package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.explain.Explanation;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.vision.VitExplanation;
import io.github.dl4jhopfield.zoo.vision.VitModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Looks into the Hopfield layers of a trained model. */
@Command(
    name = "explain",
    description = {
      "Show what each Hopfield head of a trained model does with an input: average over all stored",
      "patterns, mix some (metastable), or retrieve a single one."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL.zip",
      description = "A network in a file of DL4J's ModelSerializer.")
  Path model;

  @Parameters(
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "A .npy as the model takes it; of a ComputationGraph all of them, in order. Of a Vision"
              + " Transformer image files.")
  List<Path> inputs;

  @Option(
      names = "--mask",
      paramLabel = "M.npy",
      description = "The feature mask [batch, time], of a MultiLayerNetwork.")
  Path mask;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write report.html there, and pictures.")
  Path out;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    InputFile.file(model);
    Model network = NetworkFile.read(model);
    return VitExplanation.explains(network) ? images(network) : regimes(network);
  }

  private int images(Model network) throws IOException {
    VitModel transformer = VitModel.load(model, network);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    HtmlReport page =
        new HtmlReport("Where " + model.getFileName() + " looks")
            .paragraph(
                "How much of each patch arrives where the classes are read: the rollout of the"
                    + " associations over all blocks (Abnar and Zuidema, 2020), and the weights of"
                    + " each head.");
    List<Map<String, Object>> found = new ArrayList<>();
    for (Path input : inputs) {
      VitExplanation explanation = VitExplanation.of(transformer, InputFile.file(input));
      if (out != null) {
        explanation.addTo(page);
        Path picture = out.resolve(input.getFileName() + ".rollout.png");
        AtomicFiles.write(picture, stream -> stream.write(explanation.rolloutPicture().png()));
        root.console().note("wrote %s", picture);
        Optional<Illustration> forgotten = explanation.forgottenFigure();
        if (forgotten.isPresent()) {
          Path figure = out.resolve(input.getFileName() + ".forgotten.svg");
          AtomicFiles.writeText(figure, forgotten.get().figure().toSvgFile());
          root.console().note("wrote %s", figure);
        }
      }
      if (json) {
        found.add(explanation.toMap());
      } else {
        root.console().raw(input.getFileName() + ":");
        for (ResultTable table : explanation.regimes().tables()) {
          root.console().raw(table.toText().stripTrailing());
        }
      }
    }
    if (out != null) {
      Path report = out.resolve("report.html");
      AtomicFiles.writeText(report, page.toHtml());
      root.console().note("wrote %s", report);
    }
    if (json) {
      root.console().json(Map.of("images", found));
    }
    return ExitCode.OK;
  }

  private int regimes(Model network) throws IOException {
    INDArray[] arrays = new INDArray[inputs.size()];
    for (int i = 0; i < arrays.length; i++) {
      arrays[i] = NpyFile.read(InputFile.file(inputs.get(i)));
    }
    INDArray maskArray = mask == null ? null : NpyFile.read(InputFile.file(mask));
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    Explanation explanation = Explanation.of(network, arrays, maskArray);
    if (out != null) {
      Path report = out.resolve("report.html");
      AtomicFiles.writeText(report, explanation.toHtml("Regimes of " + model.getFileName()));
      root.console().note("wrote %s", report);
    }
    if (json) {
      root.console().json(Map.of("layers", explanation.toList()));
    } else {
      for (ResultTable table : explanation.tables()) {
        root.console().raw(table.toText().stripTrailing());
      }
    }
    return ExitCode.OK;
  }
}
