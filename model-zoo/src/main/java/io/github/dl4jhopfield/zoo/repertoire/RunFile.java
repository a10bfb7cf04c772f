package io.github.dl4jhopfield.zoo.repertoire;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The file run.yaml, which holds everything that a run was: {@code run --config} takes it. */
final class RunFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunFile() {}

  static void write(Path file, String experiment, ExperimentRun run) throws IOException {
    StringBuilder yaml = new StringBuilder("# hopfield run --config run.yaml repeats this run\n");
    yaml.append("experiment: ").append(experiment).append('\n');
    yaml.append("seed: ").append(run.seed()).append('\n');
    if (run.data().isPresent()) {
      yaml.append("data: ")
          .append(JSON.writeValueAsString(run.data().get().toAbsolutePath().toString()))
          .append('\n');
    }
    yaml.append("options:\n");
    for (Map.Entry<String, String> option : run.options().entrySet()) {
      yaml.append("  ")
          .append(option.getKey())
          .append(": ")
          .append(JSON.writeValueAsString(option.getValue()))
          .append('\n');
    }
    AtomicFiles.writeText(file, yaml.toString());
  }
}
