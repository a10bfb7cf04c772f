package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.Provenance;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bags with the settings that they were checked against. */
record MilData(BagDataset bags, MilSettings settings) {
  /** A model of all these bags, which says so. */
  BagClassifier named(BagClassifier model, Provenance from) {
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("dataset", bags.name());
    said.put("positives", bags.positives());
    return model.withTraining(said, from);
  }
}
