package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.junit.jupiter.api.Test;

class TrainingWatchersTest {
  @Test
  void eachNetworkOfATrialIsSeenAndLookingChangesNothing() throws IOException {
    TunableExperiment mil = (TunableExperiment) Experiments.byName("mil");
    Tuning tuning =
        mil.prepare(
            ExperimentContext.builder()
                .seed(1)
                .option("epochs", "2")
                .option("inner-folds", "2")
                .build());
    Map<String, Object> values = new LinkedHashMap<>();
    for (TuningParameter parameter : mil.space()) {
      values.put(parameter.name(), parameter.defaultValue());
    }
    Tuning.Score unseen = tuning.evaluate(values);
    List<Model> seen = new ArrayList<>();
    List<CollectScoresListener> scores = new ArrayList<>();
    Tuning.Score score;
    try (TrainingWatchers.Watch watch =
        TrainingWatchers.add(
            network -> {
              seen.add(network);
              scores.add(new CollectScoresListener(1));
              network.addListeners(scores.get(scores.size() - 1));
            })) {
      score = tuning.evaluate(values);
    }
    assertThat(seen).as("a network for each fold").hasSize(2);
    assertThat(scores).allSatisfy(s -> assertThat(s.getListScore().size()).isPositive());
    assertThat(score).isEqualTo(unseen);
    tuning.evaluate(values);
    assertThat(seen).as("the watch is over").hasSize(2);
  }
}
