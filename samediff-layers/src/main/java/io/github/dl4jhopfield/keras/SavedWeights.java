package io.github.dl4jhopfield.keras;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a Keras file by layer.
 *
 * @param numbered false: keys are layer names and arrays have the names that Keras gave them
 *     ({@code .h5}); true: keys are "" and array names are paths with numbers,
 *     "layers/dense/vars/0" ({@code .keras})
 */
record SavedWeights(boolean numbered, Map<String, List<SavedArray>> byLayer) {

  static SavedWeights none() {
    return new SavedWeights(false, new LinkedHashMap<>());
  }
}
