package io.github.dl4jhopfield.search.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor.Piece;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Applies a model to pieces of data as tasks of a Spark 3.5 application, a task for each piece. The
 * model's file is sent to the executors; data are read there by their paths, so these must be the
 * same on all machines. A piece that fails is an answer of its task, so that Spark does not repeat
 * it; one whose executor is lost is predicted again.
 */
public final class SparkPredictions implements BatchPrediction.Runner, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JavaSparkContext spark;
  private final String workflow;
  private final String model;
  private final Progress progress;

  private SparkPredictions(JavaSparkContext spark, String workflow, Path model, Progress progress) {
    this.spark = spark;
    this.workflow = workflow;
    this.model = model.getFileName().toString();
    this.progress = progress;
    spark.addFile(model.toAbsolutePath().toString());
  }

  /**
   * Connects to a master.
   *
   * @param master as Spark writes it: {@code local[2]}, {@code spark://host:7077}, {@code yarn}
   * @param workflow name of the zoo model
   * @param model its file
   * @throws IOException if Spark cannot be reached, in one line
   */
  public static SparkPredictions connect(
      String master, String workflow, Path model, Progress progress) throws IOException {
    return connect(master, workflow, model, progress, Map.of());
  }

  static SparkPredictions connect(
      String master, String workflow, Path model, Progress progress, Map<String, String> settings)
      throws IOException {
    return new SparkPredictions(
        SparkMaster.connect(master, "hopfield predict", settings), workflow, model, progress);
  }

  @Override
  public List<BatchPrediction.Answer> run(List<Piece> pieces) throws IOException {
    List<String> tasks = new ArrayList<>();
    for (Piece piece : pieces) {
      tasks.add(JSON.writeValueAsString(piece));
    }
    progress.begin("predicting with " + workflow + " on Spark", tasks.size());
    spark
        .sc()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskEnd(SparkListenerTaskEnd task) {
                if (task.taskInfo().successful()) {
                  progress.advance(1, "");
                }
              }
            });
    try {
      List<BatchPrediction.Answer> answers = new ArrayList<>();
      List<String> texts =
          spark.parallelize(tasks, tasks.size()).map(new SparkPiece(workflow, model)).collect();
      for (String text : texts) {
        answers.add(JSON.readValue(text, BatchPrediction.Answer.class));
      }
      return answers;
    } catch (Exception e) { // Scala throws checked ones unannounced
      throw e instanceof IOException io ? io : SparkMaster.failure(spark, e);
    } finally {
      progress.end();
    }
  }

  @Override
  public void close() {
    spark.close();
  }
}
