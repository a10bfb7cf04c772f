package io.github.dl4jhopfield.search.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import java.nio.file.Path;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.function.Function;

/**
 * A piece as JSON to its answer as JSON, in an executor. The model stays open for the thread's next
 * piece: a network is not for several threads at once.
 */
final class SparkPiece implements Function<String, String> {
  private static final long serialVersionUID = 1L;
  private static final ThreadLocal<Opened> OPENED = new ThreadLocal<>();

  private final String workflow;
  private final String model;

  /** A model and the file that it was read from. */
  private record Opened(String workflow, String file, PiecewisePredictor predictor) {}

  SparkPiece(String workflow, String model) {
    this.workflow = workflow;
    this.model = model;
  }

  @Override
  public String call(String text) throws Exception {
    ObjectMapper json = new ObjectMapper();
    PiecewisePredictor.Piece piece = json.readValue(text, PiecewisePredictor.Piece.class);
    return json.writeValueAsString(BatchPrediction.answer(predictor(), piece));
  }

  private PiecewisePredictor predictor() throws Exception {
    String file = SparkFiles.get(model);
    Opened opened = OPENED.get();
    if (opened == null || !opened.workflow().equals(workflow) || !opened.file().equals(file)) {
      opened =
          new Opened(
              workflow,
              file,
              ModelWorkflows.byName(workflow).predictor(Path.of(file)).orElseThrow());
      OPENED.set(opened);
    }
    return opened.predictor();
  }
}
