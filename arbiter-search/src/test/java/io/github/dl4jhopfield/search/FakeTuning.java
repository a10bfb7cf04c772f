package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Trials on no data, of which the greatest value is best; a model is the text of its values. */
abstract class FakeTuning implements Tuning {
  @Override
  public String dataset() {
    return "none";
  }

  @Override
  public String metric() {
    return "value";
  }

  @Override
  public boolean greaterIsBetter() {
    return true;
  }

  @Override
  public void saveModel(Map<String, Object> values, Path file) throws IOException {
    Files.writeString(file, values.toString());
  }
}
