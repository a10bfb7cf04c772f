package io.github.dl4jhopfield.search.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialTask;
import org.apache.spark.api.java.function.Function;

/** A trial as JSON to its result as JSON, in an executor; data stays open for the next one. */
final class SparkTrial implements Function<String, String> {
  private static final long serialVersionUID = 1L;

  /** One for all trials of an executor. */
  private static final class Holder {
    static final TrialTask TASK = TrialTask.ofInstalledExperiments();
    static final ObjectMapper JSON = new ObjectMapper();
  }

  @Override
  public String call(String trial) throws Exception {
    return Holder.JSON.writeValueAsString(
        Holder.TASK.run(Holder.JSON.readValue(trial, Trial.class)).toMap());
  }
}
