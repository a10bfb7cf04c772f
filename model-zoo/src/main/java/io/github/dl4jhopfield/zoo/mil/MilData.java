package io.github.dl4jhopfield.zoo.mil;

import java.util.LinkedHashMap;
import java.util.Map;

/** Bags with the settings that they were checked against. */
record MilData(BagDataset bags, MilSettings settings) {
  /** What a model says of the data that it was trained on. */
  static Map<String, Object> said(BagDataset bags) {
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("dataset", bags.name());
    said.put("positives", bags.positives());
    return said;
  }
}
